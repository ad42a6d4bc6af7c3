"""Where every element is dropped torch multiplies by one zero, and keeps no random numbers."""

from __future__ import annotations

import pytest

from archc.testing.agreement.compare import examine
from archc.testing.agreement.theirs import Case

LAYERS = (
    "dropout(1)",
    "multihead_attention(2, dropout = 1)",
    "multihead_attention(2, dropout = 1, need_weights = true) as y, _\n  y",
    "lstm(5, num_layers = 2, dropout = 1) as y, _, _\n  y",
    "gru(5, num_layers = 3, dropout = 1, bidirectional = true) as y, _\n  y",
    "rnn(4, num_layers = 2, dropout = 1) as y, _\n  y",
)


@pytest.mark.parametrize("layer", LAYERS)
def test_what_is_kept_is_what_autograd_keeps(layer: str) -> None:
    text = f"model net() {{\n  input x: [N, L = 3, 4]\n  linear(4)\n  {layer}\n}}\n"
    report = examine(Case({"main.arch": text}, "main.arch", "net"))
    assert report.found == []
    assert report.accepted
