"""Conditions that tie several size variables together, taken apart into boxes.

A ``linear`` behind ``flatten`` asks that a product of sizes be one number, and batch norm in
training that a product be at least 2. Products of factors that each depend on one variable are
taken apart exactly: ``a * b == 49`` holds for the pairs of divisors of 49, and no others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice
from math import gcd

from archir.base.record import Record
from archir.shapes.arithmetic import multiply, product, subtract, total
from archir.shapes.conditions import Condition
from archir.shapes.dims import Dim, Monomial, SizeExpr, variables
from archir.sizes.sets import MAX_BOXES, BeyondExactError, Box
from archir.sizes.solve import divisors, solve
from archir.sizes.terms import at, direction


class Factored(Record):
    """``constant + product(factors)``, each factor of one variable, never falling nor negative."""

    constant: int
    factors: Mapping[str, Dim]


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
    found = _factored(gap, least, either_sign=condition.relation == "equal")
    # constant + product == 0, or >= 0
    goal = -found.constant
    factors = sorted(found.factors.items())
    if condition.relation == "equal":
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


# --- taking a sum of products apart ---------------------------------------------------------------


def _factored(dim: Dim, least: Mapping[str, int], *, either_sign: bool) -> Factored:
    """``dim`` as a number and one product of factors, one factor for each variable.

    With ``either_sign`` it may be minus that: for what is held against 0.
    """
    found = _taken_apart(dim, either_sign)
    if isinstance(found, str):
        raise BeyondExactError(found)
    for name, factor in found.factors.items():
        if direction(factor) != 1 or at(factor, least[name]) < 0:
            raise BeyondExactError("a factor may be negative, or fall as its size grows")
    return found


# Every set of conditions that is tried asks much the same.
@lru_cache(maxsize=1 << 10)
def _taken_apart(dim: Dim, either_sign: bool) -> Factored | str:
    """The same for factors that may be negative or fall, or why there are none."""
    names = sorted(variables(dim))
    factors: dict[str, Dim] = {}
    try:
        constant = _constant_beside_product(dim, names)
        rest: Dim = subtract(dim, constant)
        for name in names:
            factors[name], rest = _split(rest, name)
    except BeyondExactError as error:
        return str(error)
    if not isinstance(rest, int) or rest == 0 or (rest < 0 and not either_sign):
        return "it is no product of sizes"
    if rest < 0:
        constant, rest = -constant, -rest
    factors[names[0]] = multiply(factors[names[0]], rest)
    return Factored(constant, factors)


def _by_monomial(dim: Dim, name: str) -> dict[Monomial, dict[Monomial, int]]:
    """Coefficients by what of a monomial depends on the variable, and by the rest of it."""
    found: dict[Monomial, dict[Monomial, int]] = {}
    terms = (((), dim),) if isinstance(dim, int) else dim.terms
    for monomial, coefficient in terms:
        mine = tuple(atom for atom in monomial if name in atom.variables())
        if any(len(atom.variables()) > 1 for atom in mine):
            raise BeyondExactError("sizes are added before they are divided")
        others = tuple(atom for atom in monomial if name not in atom.variables())
        found.setdefault(mine, {})[others] = coefficient
    return found


def _constant_beside_product(dim: Dim, names: list[str]) -> int:
    """The number that must be taken off for the rest to be a product of two parts.

    Of ``(a + x) * (b + y) - k`` the coefficients of x*y, x and y are known, and give a*b.
    """
    table = _by_monomial(dim, names[0])
    plain = table.get((), {})
    alone = plain.get((), 0)
    other = next((each for each in plain if each), None)
    row = next((row for mine, row in table.items() if mine), {})
    if other is None or () not in row:
        return alone
    if other not in row:
        raise BeyondExactError("it is no product of sizes")
    inside, left = divmod(plain[other] * row[()], row[other])
    if left:
        raise BeyondExactError("it is no product of sizes")
    return alone - inside


def _split(dim: Dim, name: str) -> tuple[Dim, Dim]:
    """``dim`` as a factor of one variable times the rest."""
    table = _by_monomial(dim, name)
    pivot = next(iter(table.values()))
    lead = next(iter(pivot))
    scale = gcd(*pivot.values())
    rest = _polynomial({others: c // scale for others, c in pivot.items()})
    factor: dict[Monomial, int] = {}
    for mine, row in table.items():
        if row.keys() != pivot.keys():
            raise BeyondExactError("it is no product of sizes")
        weight, left = divmod(row[lead], pivot[lead] // scale)
        if left or any(row[each] * pivot[lead] != row[lead] * pivot[each] for each in row):
            raise BeyondExactError("it is no product of sizes")
        factor[mine] = weight
    mine_alone = _polynomial(factor)
    if direction(mine_alone) == -1:  # both fall, so minus both rise
        return multiply(mine_alone, -1), multiply(rest, -1)
    return mine_alone, rest


def _polynomial(terms: Mapping[Monomial, int]) -> Dim:
    return total(
        multiply(coefficient, product(SizeExpr((((atom,), 1),)) for atom in monomial))
        for monomial, coefficient in terms.items()
    )
