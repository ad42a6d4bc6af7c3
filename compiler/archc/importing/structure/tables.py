"""Tables of numbers as what they follow from: ranges, equal rows, masks of what comes later, and
distances between the places of grids."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from archc.importing.structure.axes import by_axes
from archc.importing.structure.groups import by_groups
from archir.init.values import show_constant

LEAST = 8
"""How many numbers there are at least before a rule stands in their place."""

MOST = 10_000
"""How many numbers a rule of several terms makes at most: each is worked out as a text is read."""

LOOPS = ("i", "j", "k", "l", "m", "n")
"""What the places in each dim are called: no value has these names."""


Naming: TypeAlias = Callable[[str, str], str]
"""Gives a table a name, by a word for it and its text."""


def table(data: Any, depth: int = 0, name: Naming | None = None) -> str:
    """A constant as the language writes it, by a rule where there is one.

    ``name`` is for shorter tables that it follows from; without it there are none.
    """
    if not isinstance(data, list | tuple):
        return _number(data)
    found = _counted(data) or _triangle(data, depth) or _repeated(data, depth, name)
    found = found or _offsets(data, depth)
    if not found and name is not None:
        found = by_groups(data, LOOPS[depth:], table, name)
        found = found or by_axes(data, LOOPS[depth:], table, name)
    return found or f"[{', '.join(table(each, depth, name) for each in data)}]"


def _number(value: Any) -> str:
    """A number of a buffer: of torch's float32 the shortest that is the same there."""
    if isinstance(value, float) and value == _single(value):
        for digits in range(1, 10):
            short = float(f"{value:.{digits}g}")
            if _single(short) == value:
                return show_constant(short)
    return show_constant(value)


def _single(value: float) -> float:
    """What a number is as a float32."""
    try:
        single: float = struct.unpack("f", struct.pack("f", value))[0]
    except OverflowError:
        return float("inf")
    return single


def _counted(data: Sequence[Any]) -> str:
    """Whole numbers with one step."""
    if len(data) < LEAST or not all(type(each) is int for each in data):
        return ""
    first, step = data[0], data[1] - data[0]
    end = first + len(data) * step
    if step < 1 or list(data) != list(range(first, end, step)):
        return ""
    if step > 1:
        return f"range({first}, {end}, {step})"
    return f"range({first}, {end})" if first else f"range({end})"


def _repeated(data: Sequence[Any], depth: int, name: Naming | None) -> str:
    """One item again and again."""
    rows = isinstance(data[0], list | tuple) if data else False
    if len(data) < (3 if rows else LEAST) or depth >= len(LOOPS):
        return ""
    if any(show_constant(_tuples(each)) != show_constant(_tuples(data[0])) for each in data[1:]):
        return ""
    return f"[{table(data[0], depth + 1, name)} for {LOOPS[depth]} in range({len(data)})]"


def _triangle(data: Sequence[Any], depth: int) -> str:
    """A matrix with one number before a diagonal, and another one from it on."""
    if len(data) < 3 or depth + 1 >= len(LOOPS) or not _is_matrix(data):
        return ""
    shown = [[show_constant(each) for each in row] for row in data]
    before, since = shown[-1][0], shown[0][-1]
    start = sum(each == before for each in shown[0])
    columns = range(len(shown[0]))
    wanted = [[since if j >= i + start else before for j in columns] for i in range(len(data))]
    if before == since or shown != wanted:
        return ""
    i, j = LOOPS[depth : depth + 2]
    more = f" + {start}" if start > 1 else ""
    later = f"{j} > {i}" if start == 1 else f"{j} >= {i}{more}"
    if (before, since) == ("true", "false"):
        item = f"{j} <= {i}" if start == 1 else f"{j} < {i}{more}"
    elif (before, since) == ("false", "true"):
        item = later
    else:
        item = f"{since} if {later} else {before}"
    return f"[[{item} for {j} in range({len(columns)})] for {i} in range({len(data)})]"


def _offsets(data: Sequence[Any], depth: int) -> str:
    """A number for each pair of places of two grids, by how far they are from each other: what
    attention over windows looks up its learned biases by."""
    if len(data) < 3 or depth + 1 >= len(LOOPS) or not _is_matrix(data):
        return ""
    if not all(type(each) is int for row in data for each in row):
        return ""
    rows, columns = len(data), len(data[0])
    if rows * columns > MOST:
        return ""
    i, j = LOOPS[depth : depth + 2]
    for width in _divisors(rows):
        for other in _divisors(columns) if rows != columns else (width,):
            item = _signed(data, width, other, i, j) or _unsigned(data, width, other, i, j)
            if item:
                return f"[[{item} for {j} in range({columns})] for {i} in range({rows})]"
    return ""


def _divisors(number: int) -> list[int]:
    return [each for each in range(2, number + 1) if number % each == 0]


def _signed(data: Sequence[Any], width: int, other: int, i: str, j: str) -> str:
    """A number that grows by as much with each step along any of the grids' axes."""
    first = data[0][0]
    down = data[width][0] - first if width < len(data) else 0
    right = data[1][0] - first
    below = data[0][other] - first if other < len(data[0]) else 0
    beside = data[0][1] - first

    def wanted(one: int, two: int) -> int:
        rows = down * (one // width) + right * (one % width)
        return int(first + rows + below * (two // other) + beside * (two % other))

    if not _fits(data, wanted):
        return ""
    terms = [
        *_times(down, f"{i} // {width}"),
        *_times(right, f"{i} % {width}" if width < len(data) else i),
        *_times(below, f"{j} // {other}"),
        *_times(beside, f"{j} % {other}" if other < len(data[0]) else j),
        *([f"+ {first}" if first > 0 else f"- {-first}"] if first else []),
    ]
    terms.sort(key=lambda each: each.startswith("-"))  # none begins with its sign, if it can
    return " ".join(terms).removeprefix("+ ") if terms and terms[0].startswith("+") else ""


def _times(factor: int, what: str) -> list[str]:
    sign = "-" if factor < 0 else "+"
    if abs(factor) == 1:
        return [f"{sign} {what}"]
    inner = f"({what})" if " " in what and not what.endswith(")") else what
    return [f"{sign} {abs(factor)} * {inner}"] if factor else []


def _unsigned(data: Sequence[Any], width: int, other: int, i: str, j: str) -> str:
    """A number by the distances along both axes, where the first grid may have fewer places."""
    if data[0][0] != 0 or width == len(data) or other == len(data[0]):
        return ""
    below, beside = data[0][other], data[0][1]
    step = -(-other // width)

    def wanted(one: int, two: int) -> int:
        down = abs(step * (one // width) - two // other)
        return int(below * down + beside * abs(step * (one % width) - two % other))

    if not _fits(data, wanted):
        return ""
    row, column = f"{i} // {width}", f"{i} % {width}"
    if step > 1:
        row, column = f"{step} * ({row})", f"{step} * ({column})"
    down, right = f"abs({row} - {j} // {other})", f"abs({column} - {j} % {other})"
    terms = [*_times(below, down), *_times(beside, right)]
    return " ".join(terms).removeprefix("+ ") if below > 0 else ""


def _fits(data: Sequence[Any], wanted: Callable[[int, int], int]) -> bool:
    return all(
        each == wanted(one, two) for one, row in enumerate(data) for two, each in enumerate(row)
    )


def _is_matrix(data: Sequence[Any]) -> bool:
    """Whether all items are rows of as many numbers."""
    rows = all(isinstance(row, list | tuple) and len(row) == len(data[0]) for row in data)
    return rows and not any(isinstance(each, list | tuple) for row in data for each in row)


def _tuples(data: Any) -> Any:
    return tuple(_tuples(each) for each in data) if isinstance(data, list | tuple) else data
