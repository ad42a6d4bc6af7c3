"""Conditions on one size variable, solved exactly."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from math import gcd, isqrt, lcm

from archir.shapes.arithmetic import add, multiply, subtract
from archir.shapes.conditions import Condition
from archir.shapes.dims import Dim, evaluate
from archir.sizes.sets import (
    EVERYTHING,
    NOTHING,
    BeyondExactError,
    SizeSet,
    at_least,
    between,
    eventually_periodic,
    together,
)
from archir.sizes.terms import MAX_WORK, at, course, direction, settled_from, values, weight

_FAR = 2**80
"""Beyond any size: a dim that is still below its bound there does not grow."""


_MAX_FACTORED = 10**11
"""Numbers above this are not taken apart into their divisors."""


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
        for method in (_by_bounds, _by_divisors):
            found = method(condition)
            if found is not None:
                return found
        return _by_period(condition)
    except BeyondExactError as error:
        return str(error)


def is_implied(condition: Condition, least: Mapping[str, int]) -> bool:
    """Whether a condition plainly holds for all sizes from ``least`` on."""
    if condition.relation != "at-least":
        return False
    gap = subtract(condition.left, condition.right)
    return direction(gap) in (0, 1) and evaluate(gap, least) >= 0


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


def _by_divisors(condition: Condition) -> SizeSet | None:
    """What divides a number is one of its divisors; None for all else."""
    number, divisor = condition.left, condition.right
    if condition.relation != "divisible" or not isinstance(number, int) or number == 0:
        return None
    if isinstance(divisor, int) or direction(divisor) != 1 or at(divisor, 1) < 0:
        return None
    return together(solve(Condition("equal", divisor, each)) for each in divisors(abs(number)))


@lru_cache(maxsize=1 << 10)
def divisors(number: int) -> tuple[int, ...]:
    """The divisors of a positive number, in order."""
    if number > _MAX_FACTORED:
        raise BeyondExactError("the number is too large to be taken apart")
    small = [each for each in range(1, isqrt(number) + 1) if number % each == 0]
    large = [number // each for each in reversed(small) if each * each != number]
    return (*small, *large)


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
    return [right != 0 and left % right == 0 for left, right in pairs]


def _settled(condition: Condition) -> tuple[int, int]:
    """A period of the condition, and from where on it has it."""
    left, right = condition.left, condition.right
    if condition.relation == "divisible":
        return _divisible(left, right)
    gaps = [subtract(left, right)]
    if condition.relation in ("broadcast", "expand"):
        gaps.append(subtract(left, 1))
    if condition.relation == "broadcast":
        gaps.append(subtract(right, 1))
    period, start = 1, 1
    for gap in gaps:
        one = course(gap)
        period = lcm(period, one.period)
        start = max(start, settled_from(gap, one))
    return period, start


def _divisible(left: Dim, right: Dim) -> tuple[int, int]:
    """The same for ``left % right == 0``."""
    top, bottom = course(left), course(right)
    period, start = lcm(top.period, bottom.period), max(top.start, bottom.start)
    top, bottom = top.over(period), bottom.over(period)
    if bottom.rise == 0:
        if period * weight(right) > MAX_WORK:
            raise BeyondExactError(f"sizes repeat after {period} only")
        divisors = {at(right, size) for size in range(start, start + period)}
        turns = lcm(*(abs(each) // gcd(top.rise, each) for each in divisors if each))
        return period * turns, start
    # What is left over beside a multiple of the divisor is in the end smaller than the divisor.
    grown = right if bottom.rise > 0 else multiply(right, -1)
    rest = subtract(left, multiply(grown, top.rise // abs(bottom.rise)))
    for gap in (rest, subtract(grown, rest), add(grown, rest)):
        start = max(start, settled_from(gap, course(gap)))
    return period, start
