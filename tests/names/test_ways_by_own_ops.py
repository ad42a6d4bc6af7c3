"""What torch has a function for, and the language has not, is said by ops that give the same."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from archc import Source, check, loads

WAYS: dict[str, Callable[[Tensor], Tensor]] = {
    "tan": torch.tan,
    "quick_gelu": lambda x: x * torch.sigmoid(1.702 * x),
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
    "clamp_min": lambda x: torch.clamp_min(x, 0),
    "clamp_max": lambda x: torch.clamp_max(x, 1),
    "floor_divide": lambda x: torch.floor_divide(x, 2),
    "zeros_like": torch.zeros_like,
    "ones_like": torch.ones_like,
    "log2": torch.log2,
    "exp2": torch.exp2,
    "erfc": torch.erfc,
}


def network(stage: str) -> str:
    return f"model m() {{\n  input x: [N = 2, 5]\n  {stage}\n}}\n"


@pytest.mark.parametrize("word", WAYS)
def test_the_way_gives_what_torch_gives(word: str) -> None:
    (found,) = check(Source("m", network(word))).diagnostics
    way = re.search(r"`(.+)`", found.advice or found.problem.hint() or "")
    assert found.problem.name == "unknown-name" and way is not None
    x = torch.rand(2, 5, generator=torch.Generator().manual_seed(1)) * 3
    given, wanted = loads(network(way[1]))(x), WAYS[word](x)
    torch.testing.assert_close(given, wanted)


def test_numbers_at_equal_distances_are_a_buffer() -> None:
    (found,) = check(Source("m", network("linspace"))).diagnostics
    way = re.search(r"`(.+)`", found.advice or found.problem.hint() or "")
    assert way is not None
    net = loads(network(f"{way[1]}\n  add [x, steps]"))
    assert torch.equal(net(torch.zeros(1, 5)), torch.linspace(0, 1, 5)[None])
