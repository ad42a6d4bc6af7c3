"""Exact division of dims: what `[N, C, -1]` leaves of `[N, C, H, W]`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import reduce
from math import gcd
from operator import and_

from archir.shapes.arithmetic import floor_div, multiply, product, subtract, total
from archir.shapes.dims import Atom, Dim, Monomial, SizeExpr, atomic

_STEPS = 100
"""The most terms of a quotient; the sizes of a network need a few."""


def cancelled(upper: Iterable[Dim], lower: Iterable[Dim]) -> tuple[list[Dim], list[Dim]]:
    """The factors of two products without those that stand in both."""
    above, below = Counter(upper), Counter(lower)
    common = above & below
    return list((above - common).elements()), list((below - common).elements())


def reduced(dividend: Dim, divisor: Dim) -> tuple[Dim, Dim]:
    """Both without the number and the atoms that stand in every term of them.

    For a divisor that is not 0 that changes neither whether it divides nor how often.
    """
    terms = [term for dim in (dividend, divisor) for term in _terms(dim)]
    number = gcd(*(coefficient for _, coefficient in terms))
    common = reduce(and_, (Counter(monomial) for monomial, _ in terms))
    if number == 0:
        return dividend, divisor
    return _without(dividend, number, common), _without(divisor, number, common)


def _without(dim: Dim, number: int, common: Counter[Atom]) -> Dim:
    return total(
        multiply(coefficient // number, _product((Counter(monomial) - common).elements()))
        for monomial, coefficient in _terms(dim)
    )


def _terms(dim: Dim) -> tuple[tuple[Monomial, int], ...]:
    return dim.terms if isinstance(dim, SizeExpr) else (((), dim),)


def _product(atoms: Iterable[Atom]) -> Dim:
    return product(atomic(atom) for atom in atoms)


def exact_quotient(dividend: Dim, divisor: Dim) -> Dim | None:
    """The dim that times ``divisor`` is ``dividend`` at all sizes; None where there is none.

    Both are polynomials over the same atoms, so this is the division of polynomials.
    """
    if isinstance(divisor, int):
        quotient = floor_div(dividend, divisor)
        return quotient if multiply(quotient, divisor) == dividend else None
    if isinstance(dividend, int):
        return 0 if dividend == 0 else None
    result: Dim = 0
    rest: Dim = dividend
    leading, coefficient = _leading(divisor)
    for _ in range(_STEPS):
        if rest == 0:
            return result
        if isinstance(rest, int):
            return None
        monomial, factor = _leading(rest)
        missing = Counter(leading)
        missing.subtract(Counter(monomial))
        if factor % coefficient or any(count > 0 for count in missing.values()):
            return None
        atoms = sorted(atom for atom, count in missing.items() for _ in range(-count))
        term = multiply(factor // coefficient, _product(atoms))
        result = subtract(result, multiply(term, -1))
        rest = subtract(rest, multiply(term, divisor))
    return None


def _leading(dim: SizeExpr) -> tuple[Monomial, int]:
    """The first term in an order that products keep: by degree, then atom by atom."""
    atoms = sorted({atom for monomial, _ in dim.terms for atom in monomial})

    def rank(term: tuple[Monomial, int]) -> tuple[int, ...]:
        counts = Counter(term[0])
        return (len(term[0]), *(counts[atom] for atom in atoms))

    return max(dim.terms, key=rank)
