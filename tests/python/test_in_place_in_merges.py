"""Printed source runs what works in place when the text does: before the merge is made."""

from __future__ import annotations

import pytest
import torch

from archc import Source, loads, source
from archc.testing.agreement.ours import built

TEXTS = {
    "behind two others": "minimum [relu, _, relu(true)]",
    "in a block": "add [tanh, _, Quick]",
    "in braces with a label": "multiply [_, tanh, last: { relu(true) -> tanh }]",
    "as the second": "add [_, relu(true)]",
}


@pytest.mark.parametrize("stage", TEXTS.values(), ids=TEXTS)
def test_it_overwrites_before_the_merge(stage: str) -> None:
    text = (
        "block Quick() { relu(true) }\n"
        f"model m() {{\n  input x: [N, 4]\n  Quick -> add(0)\n  subtract(0.5) -> {stage}\n}}\n"
    )
    image = torch.randn(2, 4)
    with torch.no_grad():
        ours = built(source(Source("m", text)))(image.clone())
        theirs = loads(text)(image.clone())
    assert torch.equal(ours, theirs)


def test_the_text_runs_all_branches_first() -> None:
    """What torch does where each branch is run, and then the values are merged."""
    text = "model m() {\n  input x: [N, 4]\n  minimum [relu, _, relu(true)]\n}\n"
    image = torch.tensor([[-1.0, 2.0, -3.0, 0.5]])
    model = built(source(Source("m", text)))
    assert torch.equal(model(image), torch.tensor([[0.0, 2.0, 0.0, 0.5]]))
