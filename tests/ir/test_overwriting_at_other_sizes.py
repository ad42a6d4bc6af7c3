"""Work in place on a dim that is expanded at some sizes alone, and not at the defaults."""

from __future__ import annotations

import pytest
import torch

from archc import Source, check

TEXT = """model m() {{
  input x: [N = 2, 1, H = 6]
  expand(H - 4, -1, H) -> {stage}
}}
"""


def _errors(stage: str) -> list[str]:
    result = check(Source("m", TEXT.format(stage=stage)))
    return [each.problem.name for each in result.diagnostics if each.is_error]


def test_torch_refuses_it_there_alone() -> None:
    torch.relu_(torch.zeros(2, 1, 6).expand(2, -1, 6))
    with pytest.raises(RuntimeError, match="single memory location"):
        torch.relu_(torch.zeros(1, 1, 7).expand(3, -1, 7))


def test_so_it_is_an_error() -> None:
    assert _errors("relu(true)") == ["overwrites-repeated-elements"]
    assert _errors("relu") == []
    assert _errors("add(1) -> relu(true)") == []


def test_a_dim_of_one_element_is_looked_at_too() -> None:
    text = """model m() {
  input x: [N, 3, H = 4, W = 2]
  mean(2, keepdim = true) -> expand(N, -1, W // 2, -1) -> relu(true)
}
"""
    found = [each.problem.name for each in check(Source("m", text)).diagnostics if each.is_error]
    assert found == ["overwrites-repeated-elements"]


def test_a_batch_of_one_that_is_repeated_is_looked_at_too() -> None:
    """It is what a batch without a default counts as; at two nothing is repeated here."""
    with pytest.raises(RuntimeError, match="single memory location"):
        torch.relu_(torch.zeros(1, 4).expand(2, -1))
    torch.relu_(torch.zeros(2, 4).expand(2, -1))
    text = "model m() {{\n  input x: [N, 4]\n  expand(2, -1) -> {stage}\n}}\n"
    found = check(Source("m", text.format(stage="relu(true)"))).diagnostics
    assert [each.problem.name for each in found if each.is_error] == [
        "overwrites-repeated-elements"
    ]
    assert not check(Source("m", text.format(stage="relu"))).diagnostics
