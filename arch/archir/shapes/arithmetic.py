"""Arithmetic of dims: each operation gives the normal form of what it makes.

Few networks need more than sums, products and quotients by numbers; what is asked again and again
is remembered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache, reduce
from math import gcd

from archir.shapes.dims import (
    MAX_TERMS,
    Atom,
    Dim,
    Monomial,
    SizeExpr,
    atomic,
    evaluate,
    extent,
    factor,
    normal,
    show,
    terms_of,
    variables,
)


class Quotient(Atom):
    """``numerator // denominator``, rounded down as Python does."""

    __slots__ = ("denominator", "numerator")

    is_quotient = True

    def __init__(self, numerator: Dim, denominator: Dim) -> None:
        self.numerator = numerator
        self.denominator = denominator
        size = extent(numerator, denominator)
        super().__init__(f"{factor(numerator)} // {factor(denominator, '*')}", size)

    def evaluate(self, sizes: Mapping[str, int]) -> int:
        return evaluate(self.numerator, sizes) // evaluate(self.denominator, sizes)

    def variables(self) -> frozenset[str]:
        return variables(self.numerator) | variables(self.denominator)

    def inner(self) -> tuple[Dim, ...]:
        return self.numerator, self.denominator

    def substitute(self, values: Mapping[str, Dim]) -> Dim:
        return floor_div(substitute(self.numerator, values), substitute(self.denominator, values))


class Extremum(Atom):
    """``min(…)`` or ``max(…)`` of several dims."""

    __slots__ = ("dims", "kind")

    def __init__(self, kind: str, dims: tuple[Dim, ...]) -> None:
        self.kind = kind
        self.dims = dims
        size = extent(*dims)
        super().__init__(f"{kind}({', '.join(show(dim) for dim in dims)})", size)

    def evaluate(self, sizes: Mapping[str, int]) -> int:
        values = [evaluate(dim, sizes) for dim in self.dims]
        return min(values) if self.kind == "min" else max(values)

    def variables(self) -> frozenset[str]:
        return frozenset().union(*(variables(dim) for dim in self.dims))

    def inner(self) -> tuple[Dim, ...]:
        return self.dims

    def substitute(self, values: Mapping[str, Dim]) -> Dim:
        return _extremum(self.kind, tuple(substitute(dim, values) for dim in self.dims))


def add(left: Dim, right: Dim) -> Dim:
    if isinstance(left, int):
        if isinstance(right, int):
            return left + right
        left, right = right, left
    if isinstance(right, int):
        return _shifted(left, right) if right else left
    return _sum(left, right)


def subtract(left: Dim, right: Dim) -> Dim:
    return add(left, multiply(right, -1))


def multiply(left: Dim, right: Dim) -> Dim:
    if isinstance(left, int) and isinstance(right, int):
        return left * right
    terms: dict[Monomial, int] = {}
    for first, a in terms_of(left):
        for second, b in terms_of(right):
            monomial = tuple(sorted(first + second))
            terms[monomial] = terms.get(monomial, 0) + a * b
    return normal(terms)


def product(dims: Iterable[Dim]) -> Dim:
    number = 1
    result: Dim = 1
    for dim in dims:
        if isinstance(dim, int):
            number *= dim
        else:
            result = multiply(result, dim)
    return result if number == 1 else multiply(result, number)


def total(dims: Iterable[Dim]) -> Dim:
    number = 0
    terms: dict[Monomial, int] = {}
    for dim in dims:
        if isinstance(dim, int):
            number += dim
            continue
        for monomial, coefficient in dim.terms:
            terms[monomial] = terms.get(monomial, 0) + coefficient
    if not terms:
        return number
    terms[()] = terms.get((), 0) + number
    return normal(terms)


def floor_div(left: Dim, right: Dim) -> Dim:
    """``left // right``; a denominator of zero raises ZeroDivisionError, as in Python."""
    if isinstance(right, int):
        if right == 1:
            return left
        if right < 0:
            return floor_div(multiply(left, -1), -right)
        return left // right if isinstance(left, int) else _divide(left, right)
    return atomic(Quotient(left, right))


def modulo(left: Dim, right: Dim) -> Dim:
    """``left % right``, written with the quotient so that it needs no atom of its own."""
    return subtract(left, multiply(floor_div(left, right), right))


def ceil_div(left: Dim, right: int) -> Dim:
    return floor_div(add(left, right - 1), right)


def minimum(*dims: Dim) -> Dim:
    return _extremum("min", dims)


def maximum(*dims: Dim) -> Dim:
    return _extremum("max", dims)


def substitute(dim: Dim, values: Mapping[str, Dim]) -> Dim:
    """The dim with size variables replaced by other dims, in normal form again."""
    if isinstance(dim, int):
        return dim
    return total(
        multiply(coefficient, product(atom.substitute(values) for atom in monomial))
        for monomial, coefficient in dim.terms
    )


# Networks ask the same few sums and quotients thousands of times over.
@lru_cache(maxsize=1 << 14)
def _shifted(dim: SizeExpr, by: int) -> Dim:
    """``dim + by``. A constant is the first term."""
    first, constant = dim.terms[0]
    others = dim.terms if first else dim.terms[1:]
    constant = by if first else constant + by
    if len(others) >= MAX_TERMS:
        return normal({(): constant, **dict(others)})
    return SizeExpr((((), constant), *others) if constant else others)


@lru_cache(maxsize=1 << 14)
def _sum(left: SizeExpr, right: SizeExpr) -> Dim:
    terms = dict(left.terms)
    for monomial, coefficient in right.terms:
        terms[monomial] = terms.get(monomial, 0) + coefficient
    return normal(terms)


@lru_cache(maxsize=1 << 14)
def _divide(left: SizeExpr, right: int) -> Dim:
    """``left // right`` for a positive constant, with whatever is divisible taken out."""
    if right == 0:
        raise ZeroDivisionError("a size divided by zero")
    outside: dict[Monomial, int] = {}
    inside: dict[Monomial, int] = {}
    for monomial, coefficient in left.terms:
        if monomial and coefficient % right:
            inside[monomial] = coefficient
        else:
            outside[monomial] = coefficient // right
            if coefficient % right:
                inside[monomial] = coefficient % right
    if not any(inside):  # a constant below the denominator: its quotient is 0
        return normal(outside)
    return add(normal(outside), _quotient(normal(inside), right))


def _quotient(numerator: Dim, denominator: int) -> Dim:
    """The atom for a quotient from which nothing more can be taken out."""
    assert isinstance(numerator, SizeExpr)
    common = reduce(gcd, (c for mono, c in numerator.terms if mono), denominator)
    if common > 1:
        # (g*m + b) // (g*d) is (m + b // g) // d.
        reduced = {mono: c // common for mono, c in numerator.terms}
        return floor_div(normal(reduced), denominator // common)
    rest = [(mono, c) for mono, c in numerator.terms if mono]
    if len(rest) == 1 and rest[0][1] == 1 and len(rest[0][0]) == 1:
        inner = rest[0][0][0]
        if isinstance(inner, Quotient) and isinstance(inner.denominator, int):
            # (n // d + b) // c is (n + b*d) // (c*d).
            constant = dict(numerator.terms).get((), 0)
            shifted = add(inner.numerator, constant * inner.denominator)
            return floor_div(shifted, denominator * inner.denominator)
    return atomic(Quotient(numerator, denominator))


def _extremum(kind: str, dims: tuple[Dim, ...]) -> Dim:
    numbers = [dim for dim in dims if isinstance(dim, int)]
    others = {dim for dim in dims if isinstance(dim, SizeExpr)}
    folded = [min(numbers) if kind == "min" else max(numbers)] if numbers else []
    if not others:
        return folded[0]
    if len(others) == 1 and not folded:
        return others.pop()
    return atomic(Extremum(kind, (*sorted(others, key=show), *folded)))
