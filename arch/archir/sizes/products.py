"""Dims of several size variables taken apart into one factor for each variable.

``16*(H // 4)*(W // 4) - 48*(H // 4) - 48*(W // 4) + 144`` is ``16*(H // 4 - 3)*(W // 4 - 3)``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from math import gcd

from archir.base.record import Record
from archir.shapes.arithmetic import multiply, product, subtract, total
from archir.shapes.dims import Dim, Monomial, SizeExpr, variables
from archir.sizes.sets import BeyondExactError
from archir.sizes.terms import at, direction


class Factored(Record):
    """``constant + product(factors)``, each factor of one variable, never falling nor negative."""

    constant: int
    factors: Mapping[str, Dim]


def factored(dim: Dim, least: Mapping[str, int], *, either_sign: bool) -> Factored:
    """``dim`` as a number and one product of factors, one factor for each variable.

    With ``either_sign`` it may be minus that: for what is held against 0.
    """
    found = taken_apart(dim, either_sign)
    if isinstance(found, str):
        raise BeyondExactError(found)
    for name, factor in found.factors.items():
        if direction(factor) != 1 or at(factor, least[name]) < 0:
            raise BeyondExactError("a factor may be negative, or fall as its size grows")
    return found


# Every set of conditions that is tried asks much the same.
@lru_cache(maxsize=1 << 10)
def taken_apart(dim: Dim, either_sign: bool) -> Factored | str:
    """The same for factors that may be negative or fall, or why there are none."""
    names = sorted(variables(dim))
    if not names:
        return "it is no product of sizes"
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
