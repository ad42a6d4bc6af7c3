"""Dims: integers, or expressions over a model's size variables in a normal form.

An expression is a polynomial with integer coefficients over *atoms*: size variables, floor
divisions, minima and maxima. Two dims that are equal as polynomials of the same atoms are equal
objects for ``==`` and ``hash``, and the rules for floor division make convolution and pooling
chains collapse: five ``max_pool(2)`` after each other give ``H // 32``.

All arithmetic is exact; ``//`` and ``%`` are Python's. An integer dim is a plain ``int``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache, reduce
from math import gcd

MAX_TERMS = 1000
"""More terms than any network needs; products of many-termed sums stop here."""

MAX_DEPTH = 60
"""How deep quotients stand in quotients. Chains of pools collapse; only odd ratios nest."""

_LONGEST = 72

MAX_PARTS = 1000
"""How many atoms an atom is made of, all those inside counted, however often they stand there."""


class DimTooLargeError(ValueError):
    """An expression of sizes has too many terms, or nests too deep."""


class Atom:
    """An indivisible part of a size expression. Compared and ordered by its text."""

    __slots__ = ("_hash", "depth", "parts", "text")

    def __init__(self, text: str, extent: tuple[int, int] = (1, 1)) -> None:
        self.text = text
        self._hash = hash(text)
        self.depth, self.parts = extent

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Atom) and self.text == other.text

    def __hash__(self) -> int:
        return self._hash

    def __lt__(self, other: Atom) -> bool:
        return self.text < other.text

    def evaluate(self, sizes: Mapping[str, int]) -> int:
        raise NotImplementedError

    def variables(self) -> frozenset[str]:
        raise NotImplementedError

    def inner(self) -> tuple[Dim, ...]:
        """The dims that it is made of."""
        return ()

    def substitute(self, values: Mapping[str, Dim]) -> Dim:
        """The atom with size variables replaced by other dims."""
        raise NotImplementedError


class Variable(Atom):
    """A size variable, such as the H of ``[N, 3, H = 224, W = 224]``."""

    __slots__ = ()

    def evaluate(self, sizes: Mapping[str, int]) -> int:
        return sizes[self.text]

    def variables(self) -> frozenset[str]:
        return frozenset((self.text,))

    def substitute(self, values: Mapping[str, Dim]) -> Dim:
        return values.get(self.text, atomic(self))


def extent(*dims: Dim) -> tuple[int, int]:
    """How deep an atom made of these dims is, and its parts. It must be asked before their text.

    Every level may double the text, and the work of an evaluation.
    """
    depth, parts = 1, 1
    for dim in dims:
        for monomial, _ in _terms(dim):
            for atom in monomial:
                parts += atom.parts
                depth = max(depth, atom.depth + 1)
    if depth > MAX_DEPTH:
        raise DimTooLargeError(f"an expression of sizes nests more than {MAX_DEPTH} deep")
    if parts > MAX_PARTS:
        raise DimTooLargeError(f"an expression of sizes has more than {MAX_PARTS} parts")
    return depth, parts


class Quotient(Atom):
    """``numerator // denominator``, rounded down as Python does."""

    __slots__ = ("denominator", "numerator")

    def __init__(self, numerator: Dim, denominator: Dim) -> None:
        self.numerator = numerator
        self.denominator = denominator
        size = extent(numerator, denominator)
        super().__init__(f"{_factor(numerator)} // {_factor(denominator, '*')}", size)

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


Monomial = tuple[Atom, ...]
"""A product of atoms, sorted; the empty product is the constant's."""


class SizeExpr:
    """A polynomial over atoms that is not a constant. Immutable; made by the functions below."""

    __slots__ = ("_hash", "_variables", "terms")

    _variables: frozenset[str]

    def __init__(self, terms: tuple[tuple[Monomial, int], ...]) -> None:
        self.terms = terms
        self._hash = hash(terms)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SizeExpr) and self.terms == other.terms

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"SizeExpr({show(self)})"

    def __str__(self) -> str:
        return show(self)


Dim = int | SizeExpr


def variable(name: str) -> SizeExpr:
    """The dim that is the size variable itself."""
    return atomic(Variable(name))


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
    for first, a in _terms(left):
        for second, b in _terms(right):
            monomial = tuple(sorted(first + second))
            terms[monomial] = terms.get(monomial, 0) + a * b
    return _normal(terms)


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
    return _normal(terms)


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


def evaluate(dim: Dim, sizes: Mapping[str, int]) -> int:
    """The dim's value at given sizes. KeyError for a size that is not given."""
    if isinstance(dim, int):
        return dim
    result = 0
    for monomial, coefficient in dim.terms:
        for atom in monomial:
            coefficient *= atom.evaluate(sizes)
        result += coefficient
    return result


def substitute(dim: Dim, values: Mapping[str, Dim]) -> Dim:
    """The dim with size variables replaced by other dims, in normal form again."""
    if isinstance(dim, int):
        return dim
    return total(
        multiply(coefficient, product(atom.substitute(values) for atom in monomial))
        for monomial, coefficient in dim.terms
    )


def variables(dim: Dim) -> frozenset[str]:
    """The names of the size variables that the dim depends on."""
    if isinstance(dim, int):
        return frozenset()
    try:
        return dim._variables
    except AttributeError:
        found = [atom.variables() for monomial, _ in dim.terms for atom in monomial]
        dim._variables = frozenset().union(*found)
        return dim._variables


def show(dim: Dim) -> str:
    """The dim as the language writes it: ``H // 4``, ``2*H - 1``, ``W``."""
    if isinstance(dim, int):
        return str(dim)
    text = ""
    # What is added comes before what is taken away, and the constant last.
    for monomial, coefficient in sorted(dim.terms, key=lambda term: (not term[0], term[1] < 0)):
        term = _show_term(monomial, abs(coefficient))
        if not text and coefficient < 0:
            # In the language a minus binds closer than //.
            alone = coefficient == -1 and len(monomial) == 1 and isinstance(monomial[0], Quotient)
            text = f"-({term})" if alone else f"-{term}"
        elif not text:
            text = term
        else:
            text += f" - {term}" if coefficient < 0 else f" + {term}"
    return text


def brief(dim: Dim) -> str:
    """The same for messages, cut where it is long: deep networks make expressions of kilobytes."""
    text = show(dim)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _show_term(monomial: Monomial, coefficient: int) -> str:
    if not monomial:
        return str(coefficient)
    if coefficient == 1 and len(monomial) == 1:
        return monomial[0].text
    factors = [f"({a.text})" if isinstance(a, Quotient) else a.text for a in monomial]
    return "*".join(([str(coefficient)] if coefficient != 1 else []) + factors)


def _factor(dim: Dim, strong: str = " ") -> str:
    """The dim's text, in parentheses where it stands beside an operator, or holds ``strong``."""
    text = show(dim)
    if isinstance(dim, int) or not (" " in text or strong in text):
        return text
    ((monomial, coefficient), *others) = dim.terms
    alone = not others and coefficient == 1 and len(monomial) == 1
    # What is written as a call, or in parentheses, needs none.
    return (
        text
        if alone and text.endswith(")") and not isinstance(monomial[0], Quotient)
        else f"({text})"
    )


def _terms(dim: Dim) -> tuple[tuple[Monomial, int], ...]:
    return (((), dim),) if isinstance(dim, int) else dim.terms


def _normal(terms: Mapping[Monomial, int]) -> Dim:
    kept = {monomial: c for monomial, c in terms.items() if c}
    if not kept:
        return 0
    if len(kept) == 1 and () in kept:
        return kept[()]
    if len(kept) > MAX_TERMS:
        raise DimTooLargeError(f"an expression of sizes has more than {MAX_TERMS} terms")
    return SizeExpr(tuple(sorted(kept.items(), key=_order)))


def _order(term: tuple[Monomial, int]) -> tuple[int, list[str]]:
    return len(term[0]), [atom.text for atom in term[0]]


def atomic(atom: Atom) -> SizeExpr:
    """The dim that is an atom itself."""
    return SizeExpr((((atom,), 1),))


# Networks ask the same few sums and quotients thousands of times over.
@lru_cache(maxsize=1 << 14)
def _shifted(dim: SizeExpr, by: int) -> Dim:
    """``dim + by``. A constant is the first term."""
    first, constant = dim.terms[0]
    others = dim.terms if first else dim.terms[1:]
    constant = by if first else constant + by
    if len(others) >= MAX_TERMS:
        return _normal({(): constant, **dict(others)})
    return SizeExpr((((), constant), *others) if constant else others)


@lru_cache(maxsize=1 << 14)
def _sum(left: SizeExpr, right: SizeExpr) -> Dim:
    terms = dict(left.terms)
    for monomial, coefficient in right.terms:
        terms[monomial] = terms.get(monomial, 0) + coefficient
    return _normal(terms)


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
        return _normal(outside)
    return add(_normal(outside), _quotient(_normal(inside), right))


def _quotient(numerator: Dim, denominator: int) -> Dim:
    """The atom for a quotient from which nothing more can be taken out."""
    assert isinstance(numerator, SizeExpr)
    common = reduce(gcd, (c for mono, c in numerator.terms if mono), denominator)
    if common > 1:
        # (g*m + b) // (g*d) is (m + b // g) // d.
        reduced = {mono: c // common for mono, c in numerator.terms}
        return floor_div(_normal(reduced), denominator // common)
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
