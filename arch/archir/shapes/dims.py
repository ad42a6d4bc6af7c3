"""Dims: integers, or expressions over a model's size variables in a normal form.

An expression is a polynomial with integer coefficients over *atoms*: size variables, floor
divisions, minima and maxima. Two dims that are equal as polynomials of the same atoms are equal
objects for ``==`` and ``hash``, and the rules for floor division make convolution and pooling
chains collapse: five ``max_pool(2)`` after each other give ``H // 32``.

All arithmetic is exact; ``//`` and ``%`` are Python's. An integer dim is a plain ``int``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

MAX_TERMS = 1000
"""More terms than any network needs; products of many-termed sums stop here."""

MAX_DEPTH = 60
"""How deep quotients stand in quotients. Chains of pools collapse; only odd ratios nest."""

MAX_PARTS = 1000
"""How many atoms an atom is made of, all those inside counted, however often they stand there."""


class DimTooLargeError(ValueError):
    """An expression of sizes has too many terms, or nests too deep."""


class Atom:
    """An indivisible part of a size expression. Compared and ordered by its text."""

    __slots__ = ("_hash", "depth", "parts", "text")

    is_quotient: ClassVar[bool] = False
    """Whether it is written with ``//``, which binds less than a product."""

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
        for monomial, _ in terms_of(dim):
            for atom in monomial:
                parts += atom.parts
                depth = max(depth, atom.depth + 1)
    if depth > MAX_DEPTH:
        raise DimTooLargeError(f"an expression of sizes nests more than {MAX_DEPTH} deep")
    if parts > MAX_PARTS:
        raise DimTooLargeError(f"an expression of sizes has more than {MAX_PARTS} parts")
    return depth, parts


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
            alone = coefficient == -1 and len(monomial) == 1 and monomial[0].is_quotient
            text = f"-({term})" if alone else f"-{term}"
        elif not text:
            text = term
        else:
            text += f" - {term}" if coefficient < 0 else f" + {term}"
    return text


def _show_term(monomial: Monomial, coefficient: int) -> str:
    if not monomial:
        return str(coefficient)
    if coefficient == 1 and len(monomial) == 1:
        return monomial[0].text
    factors = [f"({a.text})" if a.is_quotient else a.text for a in monomial]
    return "*".join(([str(coefficient)] if coefficient != 1 else []) + factors)


def factor(dim: Dim, strong: str = " ") -> str:
    """The dim's text, in parentheses where it stands beside an operator, or holds ``strong``."""
    text = show(dim)
    if isinstance(dim, int) or not (" " in text or strong in text):
        return text
    ((monomial, coefficient), *others) = dim.terms
    alone = not others and coefficient == 1 and len(monomial) == 1
    # What is written as a call, or in parentheses, needs none.
    return text if alone and text.endswith(")") and not monomial[0].is_quotient else f"({text})"


def terms_of(dim: Dim) -> tuple[tuple[Monomial, int], ...]:
    return (((), dim),) if isinstance(dim, int) else dim.terms


def normal(terms: Mapping[Monomial, int]) -> Dim:
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
