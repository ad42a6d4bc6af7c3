"""One value that flows in twice stands in two places, not in one."""

from __future__ import annotations

import pytest
import torch

from archc import Source, check, loads, source
from archc.testing.agreement.ours import built

TEXTS = {
    "into a function with a slot": "_: minimum [_, _, tanh]",
    "into a function with a slot, last": "_: subtract [tanh, _, _]",
    "into a group with a label": "[_, _, sigmoid] -> last: { multiply -> linear(4) }",
    "into a block": "[_, tanh, _] -> Three",
}


@pytest.mark.parametrize("stage", TEXTS.values(), ids=TEXTS)
def test_each_place_has_its_value(stage: str) -> None:
    text = (
        (
            "block Three() { input a: [N, C], b: [N, C], c: [N, C]\n subtract [a, b, c] }\n"
            f"model m() {{\n  input x: [N, 4]\n  {stage}\n}}\n"
        )
        .replace("{ input", "{\n  input")
        .replace("c] }", "c]\n}")
    )
    net, printed = loads(text), built(source(Source("m", text)))
    printed.load_state_dict(net.state_dict())
    image = torch.randn(3, 4)
    assert torch.equal(net(image), printed(image))


def test_torch_says_the_same() -> None:
    image = torch.tensor([[-1.0, 2.0]])
    net = loads("model m() {\n  input x: [N, 2]\n  _: minimum [_, _, tanh]\n}\n")
    assert torch.equal(net(image), torch.minimum(image, torch.tanh(image)))


def test_a_label_that_is_taken_is_all_that_is_said() -> None:
    text = """model m() {
  input x: [N, 3, H = 8, W = 8]
  for i in 1..2 {
    "b{1}": { pad(2, value = none) }
  }
}
"""
    found = check(Source("m", text)).diagnostics
    assert {each.problem.name for each in found} <= {"label-used-twice", "wrong-argument-type"}
    assert any(each.is_error for each in found)
