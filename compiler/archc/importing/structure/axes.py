"""Tables whose columns hang on few of their axes each, by shorter tables that have names.

They are places of a grid, waves along its height beside waves along its width, or angles that are
there twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby, pairwise, product
from math import prod
from typing import Any, TypeAlias

from archir.base.record import Record

LEAST = 32
"""How many numbers a table has at least before its axes are looked at."""

MOST = 500_000
"""How many it has at most: each is compared with one of its column for each axis."""

PARTS = 6
"""Into how many parts a row is taken apart at most."""

Place: TypeAlias = tuple[int, ...]
Rows: TypeAlias = Mapping[Place, Sequence[Any]]


class Along(Record):
    """An axis of a table before its last, and the place along it as the language says that."""

    extent: int
    index: str


class Columns(Record):
    """Columns that hang on the same axes."""

    first: int
    end: int
    axes: tuple[int, ...]


def by_axes(
    data: Sequence[Any],
    loops: Sequence[str],
    show: Callable[[Any], str],
    name: Callable[[str, str], str],
) -> str:
    """A table by shorter ones; empty where none are much shorter.

    ``loops`` are names for places, ``show`` writes a list. ``name`` gives a table a name, for which
    it is told a word, and the text that it stands for.
    """
    shape = shape_of(data)
    if len(shape) < 2 or not LEAST <= prod(shape) <= MOST:
        return ""
    leading = shape[:-1]
    wide = [n for n, extent in enumerate(leading) if extent > 1]
    if not wide or wide[-1] >= len(loops):
        return ""
    rows = [*rows_of(data, len(leading))]
    for axes in _ways(leading, wide, loops):
        text = _of_parts(rows, axes, show, name)
        if text:
            for extent, loop in zip(
                reversed(leading), reversed(loops[: len(leading)]), strict=True
            ):
                text = f"[{text}]" if extent == 1 else f"[{text} for {loop} in range({extent})]"
            return text
    return ""


def _ways(leading: Place, wide: list[int], loops: Sequence[str]) -> Iterator[list[Along]]:
    """The axes as they are; or the only one as the places of a grid, row by row."""
    yield [Along(leading[n], loops[n]) for n in wide]
    if len(wide) == 1:
        (extent,), loop = (leading[n] for n in wide), loops[wide[0]]
        for width in range(2, extent // 2 + 1):
            if extent % width == 0:
                yield [
                    Along(extent // width, f"{loop} // {width}"),
                    Along(width, f"{loop} % {width}"),
                ]


def _of_parts(
    rows: Sequence[Sequence[Any]],
    axes: Sequence[Along],
    show: Callable[[Any], str],
    name: Callable[[str, str], str],
) -> str:
    """The item of a table for the places along its axes."""
    known = dict(zip(product(*(range(axis.extent) for axis in axes)), rows, strict=True))
    parts = _halved(known, _parts(known, axes))
    if not parts:
        return ""
    tables: dict[str, tuple[Any, int]] = {}
    used: list[tuple[Columns, str]] = []
    for part in parts:
        made = _table(known, axes, part)
        shown = show(made) if isinstance(made, list) else show([made])[1:-1]
        size = (part.end - part.first) * prod(axes[n].extent for n in part.axes)
        tables[shown] = (made, size)
        used.append((part, shown))
    if 2 * sum(size for _, size in tables.values()) > len(rows) * len(rows[0]):
        return ""
    names: dict[str, str] = {}
    terms: list[str] = []
    for part, shown in used:
        is_row = part.end - part.first > 1
        if part.axes and shown not in names:
            names[shown] = name("rows" if is_row else "places", shown)
        index = "".join(f"[{axes[n].index}]" for n in part.axes)
        item = f"{names[shown]}{index}" if part.axes else shown
        terms.append(item if is_row else f"[{item}]")
    return _joined(terms)


def _joined(terms: list[str]) -> str:
    """Rows behind each other; single items stand in one list."""
    made: list[str] = []
    for single, group in groupby(terms, lambda term: term.startswith("[")):
        several = [*group]
        made += [f"[{', '.join(term[1:-1] for term in several)}]"] if single else several
    return " + ".join(made)


def _parts(known: Rows, axes: Sequence[Along]) -> list[Columns]:
    """The columns, those that hang on the same axes and stand beside each other as one."""
    places = range(len(axes))
    width = len(next(iter(known.values())))
    along: list[set[int]] = [set() for _ in range(width)]
    for number in places:
        for place, row in known.items():
            first = known[(*place[:number], 0, *place[number + 1 :])]
            if row is not first and row != first:
                for column, each in enumerate(row):
                    if each != first[column]:
                        along[column].add(number)
    _take_in(along)
    parts: list[Columns] = []
    for hang, group in groupby(range(width), lambda column: sorted(along[column])):
        columns = [*group]
        parts.append(Columns(columns[0], columns[-1] + 1, tuple(hang)))
        if len(parts) > PARTS:
            return []
    return parts


def _take_in(along: list[set[int]]) -> None:
    """Count columns that hang on nothing to the row of several beside them."""
    for before, column in pairwise(range(len(along))):
        if not along[column] and along[before] and along[before] in along[before - 1 : before]:
            along[column] = along[before]


def _halved(known: Rows, parts: list[Columns]) -> list[Columns]:
    """The same with parts taken in two whose halves are equal."""
    made: list[Columns] = []
    for part in parts:
        middle = (part.first + part.end) // 2
        even = part.axes and middle - part.first == part.end - middle > 1
        if even and all(
            [*row[part.first : middle]] == [*row[middle : part.end]] for row in known.values()
        ):
            made.append(Columns(part.first, middle, part.axes))
            made.append(Columns(middle, part.end, part.axes))
        else:
            made.append(part)
    return made


def _table(known: Rows, axes: Sequence[Along], part: Columns, place: Place = ()) -> Any:
    """The columns of a part as nested lists over the axes that they hang on."""
    number = len(place)
    if number == len(axes):
        row = known[place][part.first : part.end]
        return row[0] if len(row) == 1 else [*row]
    if number not in part.axes:
        return _table(known, axes, part, (*place, 0))
    extents = range(axes[number].extent)
    return [_table(known, axes, part, (*place, each)) for each in extents]


def rows_of(data: Any, depth: int) -> Iterator[Sequence[Any]]:
    if not depth:
        yield data
        return
    for each in data:
        yield from rows_of(each, depth - 1)


def shape_of(data: Any) -> Place:
    """The extents of nested lists; empty where they are no table."""
    if not isinstance(data, list | tuple) or not data:
        return ()
    inner = [isinstance(each, list | tuple) for each in data]
    if not any(inner):
        return (len(data),)
    shapes = {shape_of(each) for each in data} if all(inner) else {()}
    (shape, *others) = shapes
    return () if others or not shape else (len(data), *shape)
