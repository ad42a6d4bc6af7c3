"""Conditions on one size variable, solved exactly."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from math import gcd, lcm

from archir.check import Condition
from archir.dims import Dim, evaluate, subtract
from archir.sizes.sets import (
    EVERYTHING,
    NOTHING,
    BeyondExactError,
    SizeSet,
    at_least,
    between,
    eventually_periodic,
)
from archir.sizes.terms import MAX_WORK, Course, at, course, direction, values, weight

_FAR = 2**80
"""Beyond any size: a dim that is still below its bound there does not grow."""


def solve(condition: Condition) -> SizeSet:
    """The sizes at which a condition on one variable holds.

    BeyondExactError where there is no closed form that is small enough to be found.
    """
    found = _solved(condition)
    if isinstance(found, str):
        raise BeyondExactError(found)
    return found


# Evaluation and training, and every set of conditions that is tried, ask much the same.
@lru_cache(maxsize=1 << 12)
def _solved(condition: Condition) -> SizeSet | str:
    """The set, or why there is none."""
    try:
        found = _by_bounds(condition)
        return _by_period(condition) if found is None else found
    except BeyondExactError as error:
        return str(error)


def is_implied(condition: Condition, least: Mapping[str, int]) -> bool:
    """Whether a condition plainly holds for all sizes from ``least`` on."""
    if condition.relation != "at-least":
        return False
    gap = subtract(condition.left, condition.right)
    return evaluate(gap, least) >= 0 and direction(gap) in (0, 1)


def _by_bounds(condition: Condition) -> SizeSet | None:
    """Bounds on what only grows or only falls are bounds on the size; None for all else."""
    if condition.relation not in ("at-least", "equal"):
        return None
    gap = subtract(condition.left, condition.right)
    way = direction(gap)
    if way is None:
        return None
    if condition.relation == "at-least":
        return _not_negative(gap, way)
    if way == 0:
        return EVERYTHING if at(gap, 1) == 0 else NOTHING
    return _not_negative(gap, way).intersect(_not_negative(subtract(0, gap), -way))


def _not_negative(gap: Dim, way: int) -> SizeSet:
    if way == 0:
        return EVERYTHING if at(gap, 1) >= 0 else NOTHING
    if way < 0:
        # The sizes before the first at which it is below 0.
        first = _first_from(subtract(-1, gap))
        return EVERYTHING if first is None else between(1, first - 1)
    first = _first_from(gap)
    return NOTHING if first is None else at_least(first)


def _first_from(gap: Dim) -> int | None:
    """The first size at which a dim that never falls is at least 0; None where it never is."""
    high = 1
    while at(gap, high) < 0:
        if high > _FAR:
            return None
        high *= 2
    low = high // 2  # below 0 there, or 0
    while high - low > 1:
        middle = (low + high) // 2
        if at(gap, middle) >= 0:
            high = middle
        else:
            low = middle
    return high


def _by_period(condition: Condition) -> SizeSet:
    """All sizes up to the end of the first period in which nothing new can happen."""
    period, start = _settled(condition)
    last = start + period - 1
    work = last * (weight(condition.left) + weight(condition.right))
    if work > MAX_WORK:
        raise BeyondExactError(f"{last} sizes would have to be looked at")
    return eventually_periodic(_truths(condition, last), start, period)


def _truths(condition: Condition, last: int) -> list[bool]:
    """Whether the condition holds, for each size from 1 to ``last``."""
    pairs = zip(values(condition.left, last), values(condition.right, last), strict=True)
    if condition.relation == "at-least":
        return [left >= right for left, right in pairs]
    if condition.relation == "equal":
        return [left == right for left, right in pairs]
    if condition.relation == "broadcast":
        return [left == right or left == 1 or right == 1 for left, right in pairs]
    if condition.relation == "expand":
        return [left in (1, right) for left, right in pairs]
    return [left % right == 0 for left, right in pairs]


def _settled(condition: Condition) -> tuple[int, int]:
    """A period of the condition, and from where on it has it."""
    left, right = condition.left, condition.right
    if condition.relation == "divisible":
        if not isinstance(right, int) or right == 0:
            raise BeyondExactError("a size is divided by a size")
        remainder = course(left)
        times = right // gcd(remainder.rise, right)
        return remainder.period * times, remainder.start
    gaps = [subtract(left, right)]
    if condition.relation in ("broadcast", "expand"):
        gaps.append(subtract(left, 1))
    if condition.relation == "broadcast":
        gaps.append(subtract(right, 1))
    period, start = 1, 1
    for gap in gaps:
        one = course(gap)
        period = lcm(period, one.period)
        start = max(start, _sign_settled(gap, one))
    return period, start


def _sign_settled(gap: Dim, one: Course) -> int:
    """From where on the sign of a dim repeats: at once if it does not rise or fall in the end."""
    if one.rise == 0:
        return one.start
    if one.period * weight(gap) > MAX_WORK:
        raise BeyondExactError(f"sizes repeat after {one.period} only")
    # In one period it comes no nearer to 0 than this; each further one adds the rise.
    sign = 1 if one.rise > 0 else -1
    least = min(sign * at(gap, x) for x in range(one.start, one.start + one.period))
    periods = max(0, -((least - 1) // abs(one.rise)))
    return one.start + periods * one.period
