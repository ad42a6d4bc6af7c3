"""Tables of which places belong together: the masks of attention over windows that were moved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from archc.importing.structure.axes import MOST, rows_of, shape_of
from archir.init.values import show_constant

LEAST = 64
"""How many numbers a table has at least before groups are looked for."""


def by_groups(
    data: Sequence[Any],
    loops: Sequence[str],
    show: Callable[[Any], str],
    name: Callable[[str, str], str],
) -> str:
    """A table with one number for two places of one group and another one for others, by the group
    of each place; empty where it is none.

    ``loops``, ``show`` and ``name`` are as in ``axes.by_axes``.
    """
    shape = shape_of(data)
    if not 2 <= len(shape) <= len(loops) or not LEAST <= prod(shape) <= MOST:
        return ""
    *leading, rows, columns = shape
    if rows != columns:
        return ""
    same = _at(data, [0] * (len(leading) + 2))
    others = {show_constant(one): one for row in rows_of(data, len(leading) + 1) for one in row}
    others.pop(show_constant(same))
    if len(others) != 1:
        return ""
    groups = _groups(data, len(leading), same)
    if groups is None:
        return ""
    *around, one, two = loops[: len(leading) + 2]
    wide = [loop for loop, extent in zip(around, leading, strict=True) if extent > 1]
    for _ in range(len(leading) - len(wide)):
        groups = _without_single(groups)
    known = name("groups", show(groups)) + "".join(f"[{loop}]" for loop in wide)
    (other,) = others.values()
    text = _chosen(same, other, f"{known}[{one}]", f"{known}[{two}]")
    for loop, extent in zip(
        (two, one, *reversed(around)), (rows, rows, *reversed(leading)), strict=True
    ):
        text = f"[{text}]" if extent == 1 else f"[{text} for {loop} in range({extent})]"
    return text


def _chosen(same: Any, other: Any, one: str, two: str) -> str:
    if same is True and other is False:
        return f"{one} == {two}"
    if same is False and other is True:
        return f"{one} != {two}"
    return f"{show_constant(same)} if {one} == {two} else {show_constant(other)}"


def _groups(data: Any, depth: int, same: Any) -> Any:
    """The group of each place, numbered as they are met; None where there are none."""
    if depth:
        inner = [_groups(each, depth - 1, same) for each in data]
        return None if any(each is None for each in inner) else inner
    firsts: list[int] = []
    found: list[int] = []
    for row in data:
        if same not in row:
            return None
        first = row.index(same)
        if first not in firsts:
            firsts.append(first)
        found.append(firsts.index(first))
    for one, row in zip(found, data, strict=True):
        if any((each == same) != (one == two) for two, each in zip(found, row, strict=True)):
            return None
    return found


def _without_single(groups: Any) -> Any:
    """Nested lists without the outermost level that has one item."""
    return groups[0] if len(groups) == 1 else [_without_single(each) for each in groups]


def _at(data: Any, place: Sequence[int]) -> Any:
    for each in place:
        data = data[each]
    return data
