"""Exact division of dims: what `[N, C, -1]` leaves of `[N, C, H, W]`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from archir.dims import Dim, Monomial, SizeExpr, floor_div, multiply, product, subtract

_STEPS = 100
"""The most terms of a quotient; the sizes of a network need a few."""


def cancelled(upper: Iterable[Dim], lower: Iterable[Dim]) -> tuple[list[Dim], list[Dim]]:
    """The factors of two products without those that stand in both."""
    above, below = Counter(upper), Counter(lower)
    common = above & below
    return list((above - common).elements()), list((below - common).elements())


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
        term = multiply(factor // coefficient, product(SizeExpr((((a,), 1),)) for a in atoms))
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
