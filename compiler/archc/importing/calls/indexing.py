"""``x[…]`` taken apart: one op for each dim that something is taken of."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from archc.importing.calls.pieces import Maker
from archir.op.reading import Operand


def index_pieces(made: Maker, given: Operand, index: Any) -> bool:
    """The ops that an index is. False where it is more than slices, places, new dims, and tables of
    places that lie side by side."""
    items = _items(index, len(given.shape))
    tables = [place for place, each in enumerate(items) if _is_table(each)]
    if any(b - a != 1 for a, b in pairwise(tables)):
        return False
    current = given
    dim = 0
    for place, item in enumerate(items):
        if place in tables[1:]:
            continue
        rank = len(current.shape)
        if tables and place == tables[0]:
            chosen = [_table(made, items[each]) for each in tables]
            found = _looked_up(made, current, dim, chosen)
            dim += len(tables)
        else:
            found = _one(made, current, dim, item)
            dim += item is not None
        if found is None:
            return False
        current = found
        dim += len(current.shape) - rank
    if made.pieces:
        made.ends()
    return True


def _one(made: Maker, given: Operand, dim: int, item: Any) -> Operand | None:
    """A new dim, a slice, or a place; None where it is none of these."""
    shape = list(given.shape)
    if item is None:
        return made.add("unsqueeze", (given, dim), [*shape[:dim], 1, *shape[dim:]])
    if _is_slice(item):
        _, start, end, step = item
        if isinstance(start, Operand) or isinstance(end, Operand):
            return None
        extent = shape[dim]
        shape[dim] = len(range(extent)[slice(start, end, step)])
        if shape[dim] == extent and (step or 1) == 1:
            return given
        return made.add("slice", (given, dim, start, end, step or 1), shape)
    if isinstance(item, int) and not isinstance(item, bool):
        if len(shape) == 1:  # no value has no dims: one element is a row of one
            return made.add("slice", (given, 0, item, item + 1 or None, 1), [1])
        return made.add("select", (given, dim, item), [*shape[:dim], *shape[dim + 1 :]])
    return None


def _looked_up(made: Maker, given: Operand, dim: int, tables: list[Operand]) -> Operand | None:
    """What tables of places take of as many dims: of these as one, by places in it."""
    first = tables[0]
    if any(each.dtype != "int64" or each.shape != first.shape for each in tables):
        return None
    places = first
    shape = list(given.shape)
    for other in tables[1:]:
        width = shape.pop(dim + 1)
        shape[dim] *= width
        rows = made.add("mul", (places, width), first.shape)
        places = made.add("add", (rows, other), first.shape)
    if len(tables) > 1:
        given = made.add("reshape", (given, tuple(shape)), shape)
    rank = len(first.shape)
    count = 1
    for extent in first.shape:
        count *= extent
    if rank > 1:
        places = made.add("reshape", (places, (-1,)), (count,))
    taken = [*shape[:dim], count, *shape[dim + 1 :]]
    found = made.add("index_select", (given, dim, places), taken)
    if rank > 1:
        taken[dim : dim + 1] = first.shape
        found = made.add("reshape", (found, tuple(taken)), taken)
    return found


def _items(index: Any, rank: int) -> tuple[Any, ...]:
    """The items of an index, with whole dims in the place of dots."""
    items = index if isinstance(index, tuple) and not _is_slice(index) else (index,)
    dots = [place for place, each in enumerate(items) if isinstance(each, str)]
    if not dots:
        return items
    named = sum(1 for each in items if each is not None) - 1
    filled = (("slice", None, None, None),) * (rank - named)
    return (*items[: dots[0]], *filled, *items[dots[0] + 1 :])


def _table(made: Maker, item: Any) -> Operand:
    return item if isinstance(item, Operand) else made.table(list(item), (len(item),))


def _is_table(item: Any) -> bool:
    if isinstance(item, Operand):
        return item.dtype == "int64" and bool(item.shape)
    whole = isinstance(item, tuple) and all(type(each) is int and each >= 0 for each in item)
    return whole and bool(item)


def _is_slice(item: Any) -> bool:
    return isinstance(item, tuple) and len(item) == 4 and item[0] == "slice"
