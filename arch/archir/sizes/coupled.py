"""Conditions that tie several size variables together, taken apart into boxes.

A ``linear`` behind ``flatten`` asks that a product of sizes be one number, and batch norm in
training that a product be at least 2. Products of factors that each depend on one variable are
taken apart exactly: ``a * b == 49`` holds for the pairs of divisors of 49, and no others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import islice
from math import prod

from archir.shapes.arithmetic import multiply, subtract
from archir.shapes.conditions import Condition
from archir.shapes.dims import Dim, variables
from archir.sizes.products import factored
from archir.sizes.sets import MAX_BOXES, BeyondExactError, Box, at_least
from archir.sizes.solve import divisors, solve
from archir.sizes.terms import course


def boxes(condition: Condition, least: Mapping[str, int]) -> tuple[Box, ...]:
    """The boxes whose union is the sizes at which a condition holds.

    Only sizes from ``least`` on are asked for. BeyondExactError for a condition that is not of a
    kind that can be taken apart.
    """
    names = variables(condition.left) | variables(condition.right)
    if len(names) <= 1:
        return tuple({name: solve(condition)} for name in names)
    if condition.relation in ("broadcast", "expand"):
        return _counted(_alternatives(condition, least))
    if condition.relation not in ("equal", "at-least"):
        raise BeyondExactError("it ties several sizes together")
    gap = subtract(condition.left, condition.right)
    if len(variables(gap)) <= 1:  # the others stand on both sides
        rest = Condition(condition.relation, gap, 0)
        if isinstance(gap, int):
            return ({},) if rest.holds({}) else ()
        return tuple({name: solve(rest)} for name in variables(gap))
    is_equal = condition.relation == "equal"
    try:
        found = factored(gap, least, either_sign=is_equal)
    except BeyondExactError:
        if not is_equal:
            raise
        return tuple(_pairwise(condition.left, condition.right, least))
    # constant + product == 0, or >= 0
    goal = -found.constant
    factors = sorted(found.factors.items())
    if is_equal:
        return _counted(_equal(factors, goal) if goal > 0 else _zero(factors, goal))
    return _counted(_at_least(factors, goal))


def _alternatives(condition: Condition, least: Mapping[str, int]) -> Iterator[Box]:
    """The boxes for sizes that are equal, or of which one is 1."""
    left, right = condition.left, condition.right
    pairs = [(left, right), (left, 1), (right, 1)]
    for one, other in pairs if condition.relation == "broadcast" else pairs[:2]:
        equal = Condition("equal", one, other)
        if variables(one) or variables(other):
            yield from (box for box in boxes(equal, least) if all(box.values()))
        elif equal.holds({}):
            yield {}


def _counted(found: Iterator[Box]) -> tuple[Box, ...]:
    """All of them, if they are not too many."""
    few = tuple(islice(found, MAX_BOXES + 1))
    if len(few) > MAX_BOXES:
        raise BeyondExactError("the sizes fall into too many groups")
    return few


def _zero(factors: list[tuple[str, Dim]], goal: int) -> Iterator[Box]:
    if goal < 0:
        return
    for name, factor in factors:
        found = solve(Condition("equal", factor, 0))
        if found:
            yield {name: found}


def _equal(factors: list[tuple[str, Dim]], goal: int) -> Iterator[Box]:
    """The boxes on which a product of factors is a positive number."""
    (name, factor), *rest = factors
    if not rest:
        found = solve(Condition("equal", factor, goal))
        if found:
            yield {name: found}
        return
    for divisor in divisors(goal):
        found = solve(Condition("equal", factor, divisor))
        if found:
            for box in _equal(rest, goal // divisor):
                yield {name: found, **box}


def _at_least(factors: list[tuple[str, Dim]], goal: int) -> Iterator[Box]:
    """Boxes that cover where a product of factors is at least a number; they may overlap.

    The product of two is at least 2 where the first is at least 2 (and the other 1), or the other
    way round.
    """
    if goal <= 0:
        yield {}
        return
    (name, factor), *rest = factors
    if not rest:
        found = solve(Condition("at-least", factor, goal))
        if found:
            yield {name: found}
        return
    if goal > MAX_BOXES:
        raise BeyondExactError("a product of sizes has a large bound")
    needed = None
    for share in range(1, goal + 1):
        others = -(-goal // share)
        if others == needed:
            continue  # a larger share that asks no less of the others
        needed = others
        found = solve(Condition("at-least", factor, share))
        if found:
            for box in _at_least(rest, others):
                yield {name: found, **box}


# --- a product that is another product ------------------------------------------------------------


def _pairwise(left: Dim, right: Dim, least: Mapping[str, int]) -> Iterator[Box]:
    """The boxes on which two products are equal, no factor of one being below the other's.

    So ``H*W == (7*(H // 7)) * (7*(W // 7))`` only where ``H == 7*(H // 7)``, and so for W.
    """
    pairs = _scaled_alike(_factors(left, least), _factors(right, least))
    if not all(_is_never_below(*pairs[name], least[name]) for name in pairs):
        pairs = {name: (small, large) for name, (large, small) in pairs.items()}
        if not all(_is_never_below(*pairs[name], least[name]) for name in pairs):
            raise BeyondExactError("it ties several sizes together")
    alike = {name: solve(Condition("equal", *pair)) for name, pair in pairs.items()}
    if all(alike.values()):
        yield alike
    for name, (large, _) in pairs.items():
        none = solve(Condition("equal", large, 0))
        if none:
            yield {name: none}


def _factors(dim: Dim, least: Mapping[str, int]) -> Mapping[str, Dim]:
    found = factored(dim, least, either_sign=False)
    if found.constant:
        raise BeyondExactError("it is no product of sizes")
    return found.factors


def _scaled_alike(left: Mapping[str, Dim], right: Mapping[str, Dim]) -> dict[str, tuple[Dim, Dim]]:
    """The factors of each variable side by side, scaled so that they rise equally in the end."""
    if left.keys() != right.keys():
        raise BeyondExactError("it ties several sizes together")
    rates = {name: _rate(right[name]) / _rate(left[name]) for name in left}
    if prod(rates.values()) != 1:
        raise BeyondExactError("it ties several sizes together")
    return {
        name: (multiply(left[name], rate.numerator), multiply(right[name], rate.denominator))
        for name, rate in rates.items()
    }


def _rate(dim: Dim) -> Fraction:
    """How much a dim rises with its variable."""
    one = course(dim)
    if one.rise <= 0:
        raise BeyondExactError("a factor does not grow with its size")
    return Fraction(one.rise, one.period)


def _is_never_below(large: Dim, small: Dim, least: int) -> bool:
    return at_least(least).lies_in(solve(Condition("at-least", large, small)))
