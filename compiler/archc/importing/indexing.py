"""``x[…]`` taken apart: one op for each dim that something is taken of."""

from __future__ import annotations

from typing import Any

from archir.base.record import Record
from archir.op.reading import Operand


class Taken(Record):
    """One of the ops, by the function that it is read from, and the extents it leaves."""

    function: str
    args: tuple[Any, ...]
    shape: tuple[int, ...]


def taken_apart(call: Any) -> tuple[Taken, ...] | None:
    """The ops that an index is; None where it is more than slices, places and new dims."""
    given, index = call.called.args
    if not isinstance(given, Operand):
        return None
    if isinstance(index, Operand):
        rows = len(index.shape) == 1 and index.dtype == "int64"
        return (
            (Taken("index_select", (0, index), (*index.shape, *given.shape[1:])),) if rows else None
        )
    found: list[Taken] = []
    shape = list(given.shape)
    dim = 0
    for item in _items(index, len(shape)):
        if item is None:
            shape.insert(dim, 1)
            found.append(Taken("unsqueeze", (dim,), tuple(shape)))
            dim += 1
        elif _is_slice(item):
            _, start, end, step = item
            extent = shape[dim]
            shape[dim] = len(range(extent)[slice(start, end, step)])
            if shape[dim] != extent or (step or 1) != 1:
                found.append(Taken("slice", (dim, start, end, step or 1), tuple(shape)))
            dim += 1
        elif isinstance(item, int) and not isinstance(item, bool):
            del shape[dim]
            found.append(Taken("select", (dim, item), tuple(shape)))
        else:
            return None
    return tuple(found)


def _items(index: Any, rank: int) -> tuple[Any, ...]:
    """The items of an index, with whole dims in the place of dots."""
    items = index if isinstance(index, tuple) and not _is_slice(index) else (index,)
    dots = [place for place, each in enumerate(items) if isinstance(each, str)]
    if not dots:
        return items
    named = sum(1 for each in items if each is not None) - 1
    filled = (("slice", None, None, None),) * (rank - named)
    return (*items[: dots[0]], *filled, *items[dots[0] + 1 :])


def _is_slice(item: Any) -> bool:
    return isinstance(item, tuple) and len(item) == 4 and item[0] == "slice"
