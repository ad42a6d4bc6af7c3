"""Large models with weights that take little time to draw."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

DRAWN = 100_000
"""How many initial weights are drawn for one tensor; larger ones repeat them."""


class Sparing(TorchDispatchMode):  # type: ignore[no-untyped-call, unused-ignore]  # of some releases
    """Draws no more numbers than are needed to see which are drawn, how, and in what order.

    What is drawn depends on all draws before it, so another order or another bound shows; to draw
    all 138 million weights of a VGG, twice each, takes most of the time that its comparison takes.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call, unused-ignore]

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        if func not in DRAWS or args[0].numel() <= DRAWN or not args[0].is_contiguous():
            return func(*args, **(kwargs or {}))
        row = args[0].view(-1)
        some = func(row[:DRAWN], *args[1:], **(kwargs or {}))
        repeat(some, row[DRAWN:])
        return args[0]


DRAWS = (torch.ops.aten.uniform_.default, torch.ops.aten.normal_.default)


def repeat(numbers: Tensor, into: Tensor, begin: int = 0) -> None:
    """Fill one row of numbers with another, from a place on, and from its front behind its end."""
    first = numbers[begin : begin + into.numel()]
    into[: first.numel()] = first
    rest, length = into[first.numel() :], numbers.numel()
    rows, left = divmod(rest.numel(), length)
    rest[: rows * length].view(rows, length)[:] = numbers
    rest[rows * length :] = numbers[:left]
