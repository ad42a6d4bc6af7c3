"""Tables of numbers as what they follow from: ranges, equal rows, masks of what comes later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from archir.init.values import show_constant

LEAST = 8
"""How many numbers there are at least before a rule stands in their place."""

LOOPS = ("i", "j", "k", "l", "m", "n")
"""What the places in each dim are called: no value has these names."""


def table(data: Any, depth: int = 0) -> str:
    """A constant as the language writes it, by a rule where there is one."""
    if not isinstance(data, list | tuple):
        return show_constant(data)
    found = _counted(data) or _triangle(data, depth) or _repeated(data, depth)
    return found or f"[{', '.join(table(each, depth) for each in data)}]"


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


def _repeated(data: Sequence[Any], depth: int) -> str:
    """One item again and again."""
    rows = isinstance(data[0], list | tuple) if data else False
    if len(data) < (3 if rows else LEAST) or depth >= len(LOOPS):
        return ""
    if any(show_constant(_tuples(each)) != show_constant(_tuples(data[0])) for each in data[1:]):
        return ""
    return f"[{table(data[0], depth + 1)} for {LOOPS[depth]} in range({len(data)})]"


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


def _is_matrix(data: Sequence[Any]) -> bool:
    """Whether all items are rows of as many numbers."""
    rows = all(isinstance(row, list | tuple) and len(row) == len(data[0]) for row in data)
    return rows and not any(isinstance(each, list | tuple) for row in data for each in row)


def _tuples(data: Any) -> Any:
    return tuple(_tuples(each) for each in data) if isinstance(data, list | tuple) else data
