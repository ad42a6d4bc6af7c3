"""Writes into a part of a tensor, said as what it is made of then.

``x[:, 1:].add_(y)`` writes into ``x`` through a view. A text has no memory to write into: what
``x`` is afterwards is the part as it has become, joined with what stands before and behind it. So
it is written down: the calls that put a value together anew stand behind the one that wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from archir.base.record import Record

RESHAPING = ("reshape", "flatten", "unflatten")


class View(Record):
    """How a value shows the memory of another: by which function, with which arguments."""

    of: int
    function: str
    args: tuple[Any, ...]


class UnsaidError(Exception):
    """A view through which nothing can be put back."""


Emit = Callable[..., Tensor]
"""Calls a function of torch by its name and notes it: ``emit("cat", function, *args)``."""


def whole(view: View, around: Tensor, part: Tensor, emit: Emit) -> Tensor:
    """What is around a view once the view is ``part``; ``around`` is what it was before."""
    if view.function == "getitem":
        return _in_place_of(around, part, _items(view.args[0], around.dim()), emit)
    if view.function in RESHAPING:
        return emit("reshape", torch.reshape, part, tuple(around.shape))
    if view.function == "transpose":
        return emit("transpose", torch.transpose, part, *view.args)
    if view.function == "permute":
        order = view.args[0] if isinstance(view.args[0], tuple) else view.args
        back = [order.index(dim) for dim in range(len(order))]
        return emit("permute", torch.permute, part, tuple(back))
    if view.function == "unsqueeze":
        return emit("squeeze", torch.squeeze, part, *view.args)
    raise UnsaidError


def _items(index: Any, rank: int) -> list[Any]:
    """What is taken of each dim: a place, or a slice; None where there is a new dim."""
    items = list(index) if isinstance(index, tuple) else [index]
    if any(not (each is None or each is Ellipsis or type(each) in (int, slice)) for each in items):
        raise UnsaidError
    named = sum(each is not None and each is not Ellipsis for each in items)
    rest = [slice(None)] * (rank - named)
    if Ellipsis in items:
        place = items.index(Ellipsis)
        return [*items[:place], *rest, *items[place + 1 :]]
    return [*items, *rest]


def _in_place_of(around: Tensor, part: Tensor, items: Sequence[Any], emit: Emit) -> Tensor:
    """A tensor in which a part stands where an index took one away."""
    dim = 0
    taken: list[tuple[int, int, int]] = []
    for item in items:
        if item is None:
            part = emit("squeeze", torch.squeeze, part, dim)
            continue
        extent = around.shape[dim]
        if isinstance(item, int):
            first, last = item % extent, item % extent + 1
            part = emit("unsqueeze", torch.unsqueeze, part, dim)
        else:
            first, last, step = item.indices(extent)
            if step != 1:
                raise UnsaidError
        if (first, last) != (0, extent):
            taken.append((dim, first, last))
        dim += 1
    if not taken:
        return part
    narrowed = [around]
    for dim, first, last in taken[:-1]:
        narrowed.append(_slice(narrowed[-1], dim, first, last, emit))
    for outer, (dim, first, last) in zip(narrowed[::-1], taken[::-1], strict=True):
        pieces = [part]
        if first > 0:
            pieces.insert(0, _slice(outer, dim, None, first, emit))
        if last < outer.shape[dim]:
            back = last - outer.shape[dim]
            pieces.append(_slice(outer, dim, back if first else last, None, emit))
        part = emit("cat", torch.cat, tuple(pieces), dim)
    return part


def _slice(given: Tensor, dim: int, first: int | None, last: int | None, emit: Emit) -> Tensor:
    index = (*[slice(None)] * dim, slice(first, last))
    return emit("getitem", Tensor.__getitem__, given, index)
