"""Loops of ``forward`` over the modules of a list: each turn calls the next, and others' values."""

from __future__ import annotations

import pytest
import torch
from printed import differences, namespace, verified

from archc.python import source

LAYER = """
    block Layer(hidden, width) {
      input x: [N, L, D], memory: [N, M, D]
      attend: multihead_attention(2) [x, memory, memory]
      linear(hidden) -> relu -> linear(width)
    }
"""

TEXTS = {
    "equal turns": """
    model net(depth = 3, hidden = 16) {
      input x: [N, L = 5, 8], memory: [N, M = 4, 8]
      x
      layers: { repeat depth { Layer(hidden, 8) [_, memory] } }
      norm: layer_norm
    }
    """,
    "numbers of the turns": """
    model net(hidden = [16, 8, 12]) {
      input x: [N, L = 5, 8], memory: [N, M = 4, 8]
      x
      layers: { for width in hidden { Layer(width, 8) [_, memory] } }
      norm: layer_norm
    }
    """,
    "a number that the lines need": """
    model net(scales = [0.5, 2.0, 4.0]) {
      input x: [N, L = 5, 8], memory: [N, M = 4, 8]
      x
      blocks: { for scale in scales { Layer(16, 8) [_, memory] -> multiply(scale) } }
      norm: layer_norm
    }
    """,
    "a value of the variable's name": """
    model net(depth = 3) {
      input x: [N, L = 5, 8], memory: [N, M = 4, 8]
      x -> linear(8) as layer
      layers: { repeat depth { Layer(16, 8) [_, memory] } }
      add [_, layer]
    }
    """,
}

HEADS = {
    "equal turns": "for layer in self.layers:",
    "numbers of the turns": "for layer in self.layers:",
    "a number that the lines need": "for block, scale in zip(self.blocks, self.scales,",
    "a value of the variable's name": "for layer_ in self.layers:",
}


@pytest.mark.parametrize("name", TEXTS)
def test_each_turn_calls_the_next_module(name: str) -> None:
    typed = verified(LAYER + TEXTS[name])
    text = source(typed)
    assert list(differences(typed, text)) == []
    assert HEADS[name] in text
    assert "self.layers[" not in text


def test_how_many_there_are_is_a_parameter() -> None:
    names = namespace(source(verified(LAYER + TEXTS["equal turns"])))
    x, memory = torch.randn(2, 5, 8), torch.randn(2, 4, 8)
    for depth in (1, 5):
        net = names["Net"](depth=depth)
        assert len(net.layers) == depth
        expected = x
        for layer in net.layers:
            expected = layer(expected, memory)
        assert torch.equal(net(x, memory), net.norm(expected))


SHARED = """
    model net(depth = 3) {
      input x: [N, L = 5, 8], memory: [N, M = 4, 8]
      x
      layers: {
        repeat depth { Layer(16, 8) [_, memory] }
        repeat 2 { Layer(8, 8) [_, memory] }
      }
      norm: layer_norm
    }
"""


def test_two_loops_that_fill_one_list_are_written_out() -> None:
    typed = verified(LAYER + SHARED)
    text = source(typed)
    assert list(differences(typed, text)) == []
    assert "self.layers[4](" in text
