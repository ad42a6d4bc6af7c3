"""What a Python slice takes of an extent, as a dim.

``none`` is the very start or end, a negative bound counts from the end, and what lies outside is
cut off. A bound that is an expression of sizes may be negative at some sizes and not at others:
then there are two cases, and the length is a choice between them, unless one of them takes nothing
at any size.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

from archir.check import Check, Condition
from archir.choice import choice
from archir.diagnostics import Problem
from archir.dims import Dim, SizeExpr, add, maximum, minimum, subtract, variables
from archir.record import Record


class Case(Record):
    """An index counted from 0, where ``test`` is at least 0; everywhere if that is None."""

    test: Dim | None
    index: Dim


def length(
    extent: Dim, start: Dim | None, end: Dim | None, check: Check, problem: Callable[[], Problem]
) -> Dim | None:
    """How much lies from ``start`` to before ``end``; None after a report that it is nothing."""
    starts, ends = _firsts(start, extent), _lasts(end, extent)
    if len(starts) > 1 or len(ends) > 1:
        pairs = [pair for pair in product(starts, ends) if _takes_something(*pair)]
        if pairs:
            starts, ends = (list(dict.fromkeys(cases)) for cases in zip(*pairs, strict=True))
        for only in (cases[0] for cases in (starts, ends) if len(cases) == 1):
            if only.test is not None and not check.at_least(only.test, 0, problem):
                return None
    found = _length(starts, ends)
    return found if check.at_least(found, 1, problem) else None


def _length(starts: list[Case], ends: list[Case]) -> Dim:
    first, last = starts[0], ends[0]
    if first.test is not None and len(starts) > 1:
        ahead, behind = (_length([each], ends) for each in starts)
        return choice(first.test, ahead, behind)
    if last.test is not None and len(ends) > 1:
        within, below = (_length(starts, [each]) for each in ends)
        return choice(last.test, within, below)
    return subtract(last.index, first.index)


def _firsts(start: Dim | None, extent: Dim) -> list[Case]:
    """The first index. One past the end makes the slice empty."""
    if start is None:
        return [Case(None, 0)]
    shifted = add(extent, start)
    # No extent is empty, so that -1 is always inside.
    behind = shifted if start == -1 else greater(shifted, 0)
    return _cases(start, start, behind)


def _lasts(end: Dim | None, extent: Dim) -> list[Case]:
    """The index to stop before. Where that is below 0 the slice is empty as well."""
    if end is None:
        return [Case(None, extent)]
    within = 1 if end == 1 else smaller(extent, end)
    return _cases(end, within, add(extent, end))


def _cases(bound: Dim, ahead: Dim, behind: Dim) -> list[Case]:
    if is_never_negative(bound):
        return [Case(None, ahead)]
    below = subtract(-1, bound)
    if is_never_negative(below):
        return [Case(None, behind)]
    return [Case(bound, ahead), Case(below, behind)]


def _takes_something(first: Case, last: Case) -> bool:
    """Whether there may be sizes in this pair of cases at which the slice is not empty."""
    from archir.sizes.valid import valid_sizes  # few networks have such bounds

    tests = [case.test for case in (first, last) if case.test is not None]
    wanted = [Condition("at-least", test, 0) for test in tests]
    wanted.append(Condition("at-least", subtract(last.index, first.index), 1))
    names = sorted({name for each in wanted for name in variables(each.left)})
    return not valid_sizes(names, wanted).is_empty


# --- what is known of the order of dims -----------------------------------------------------------


def smaller(left: Dim, right: Dim) -> Dim:
    """The minimum of two dims: one of them, where it is that at all sizes."""
    if is_never_negative(subtract(left, right)):
        return right
    return left if is_never_negative(subtract(right, left)) else minimum(left, right)


def greater(left: Dim, right: Dim) -> Dim:
    """The maximum of two dims: one of them, where it is that at all sizes."""
    if is_never_negative(subtract(left, right)):
        return left
    return right if is_never_negative(subtract(right, left)) else maximum(left, right)


def is_never_negative(dim: Dim) -> bool:
    """Whether it is known that a dim is at least 0 at all sizes; each size is at least 1."""
    if not isinstance(dim, SizeExpr):
        return dim >= 0
    from archir.sizes.sets import BeyondExactError
    from archir.sizes.solve import is_implied, solve

    condition, names = Condition("at-least", dim, 0), variables(dim)
    if is_implied(condition, dict.fromkeys(names, 1)):
        return True
    try:
        return len(names) == 1 and solve(condition).is_everything
    except BeyondExactError:
        return False


__all__ = ["length"]
