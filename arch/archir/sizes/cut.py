"""What a Python slice takes of an extent, as a dim.

``none`` is the very start or end, a negative bound counts from the end, and what lies outside is
cut off. A bound that is an expression of sizes may be negative at some sizes and not at others:
then there are two cases, and the length is a choice between them, unless one of them takes nothing
at any size.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import TYPE_CHECKING

from archir.base.diagnostics import Problem
from archir.base.record import Record
from archir.shapes.arithmetic import add, subtract
from archir.shapes.conditions import Check
from archir.shapes.dims import Dim

if TYPE_CHECKING:
    from archir.sizes.known import Known


class Case(Record):
    """An index counted from 0, where ``test`` is at least 0; everywhere if that is None."""

    test: Dim | None
    index: Dim


def length(
    extent: Dim, start: Dim | None, end: Dim | None, check: Check, problem: Callable[[], Problem]
) -> Dim | None:
    """How much lies from ``start`` to before ``end``; None after a report that it is nothing."""
    from archir.sizes.known import Known  # few networks slice

    known = Known(subtract(extent, 1))  # as what gives a value has asked already
    starts, ends = _firsts(start, extent, known), _lasts(end, extent, known)
    pairs = [pair for pair in product(starts, ends) if _takes_something(known, *pair)]
    if pairs:
        starts, ends = (list(dict.fromkeys(cases)) for cases in zip(*pairs, strict=True))
    for only in (cases[0] for cases in (starts, ends) if len(cases) == 1):
        if only.test is not None and not check.at_least(only.test, 0, problem):
            return None

    def taken(first: Case, known: Known) -> Dim:
        def before(last: Case, known: Known) -> Dim:
            if pairs and (first, last) not in pairs:
                return 0
            return known.simplified(subtract(last.index, first.index))

        return _chosen(ends, known, before)

    found = _chosen(starts, known, taken)
    if not check.at_least(found, 1, problem):
        return None
    return (known & subtract(found, 1)).simplified(found)


def _firsts(start: Dim | None, extent: Dim, known: Known) -> list[Case]:
    """The first index. One past the end makes the slice empty."""
    if start is None:
        return [Case(None, 0)]
    return _cases(start, start, known.greater(add(extent, start), 0), known)


def _lasts(end: Dim | None, extent: Dim, known: Known) -> list[Case]:
    """The index to stop before. Where that is below 0 the slice is empty as well."""
    if end is None:
        return [Case(None, extent)]
    return _cases(end, known.smaller(extent, end), add(extent, end), known)


def _cases(bound: Dim, ahead: Dim, behind: Dim, known: Known) -> list[Case]:
    if known.is_never_negative(bound):
        return [Case(None, ahead)]
    below = subtract(-1, bound)
    if known.is_never_negative(below):
        return [Case(None, behind)]
    return [Case(bound, ahead), Case(below, behind)]


def _takes_something(known: Known, first: Case, last: Case) -> bool:
    """Whether there may be sizes in this pair of cases at which the slice is not empty."""
    if first.test is None and last.test is None:
        return True
    for case in (first, last):
        if case.test is not None:
            known &= case.test
    return not (known & subtract(subtract(last.index, first.index), 1)).is_nothing


def _chosen(cases: list[Case], known: Known, index: Callable[[Case, Known], Dim]) -> Dim:
    """What the cases give, each where it is met."""
    first = cases[0]
    if first.test is None or len(cases) == 1:
        return index(first, known)
    tests = (first.test, subtract(-1, first.test))
    parts = (index(case, known & test) for case, test in zip(cases, tests, strict=True))
    return known.choose(first.test, *parts)


__all__ = ["length"]
