"""Sizes as arguments: where a module that runs can read what the text says of the input's size.

``reshape(N, H * W)`` speaks of sizes that only a run knows. Its code has the dims as they are
written; here each becomes arithmetic on the shapes of the tensors that flow in, or the number
that it has at the default sizes where those shapes do not say it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import reduce

from archir.check import Check
from archir.dims import Atom, Dim, Monomial, Quotient, SizeExpr, evaluate, subtract
from archir.recipe import Call, Code, Extent, Infix, Items, Range, Subscript
from archir.types import TensorType

Types = tuple[TensorType, ...]


def readable(dim: Dim, inputs: Types, check: Check) -> Dim:
    """The dim, where a run can read it off the inputs; else it is held to its default."""
    return dim if read(dim, inputs) is not None else check.concrete(dim)


def read(dim: Dim, inputs: Types) -> Code | None:
    """Code that works a dim out of the shapes of the inputs; None where they do not say it."""
    if isinstance(dim, int):
        return dim
    return _Reader(inputs).dim(dim)


def settle(code: Code, inputs: Types, sizes: Mapping[str, int]) -> Code:
    """Closed code with every size in it read off the inputs, or a number if it cannot be."""

    def settled(part: Code) -> Code:
        return settle(part, inputs, sizes)

    if isinstance(code, SizeExpr):
        found = read(code, inputs)
        return evaluate(code, sizes) if found is None else found
    value: object = code
    if isinstance(value, tuple):  # an argument that is a list
        items = tuple(settled(item) for item in value)
        return code if items == value else Items(items)
    if isinstance(code, Items):
        return Items(tuple(settled(item) for item in code.items))
    if isinstance(code, Infix):
        return Infix(code.operator, settled(code.left), settled(code.right))
    if isinstance(code, Range):
        return Range(settled(code.start), settled(code.end), settled(code.step))
    if isinstance(code, Subscript):
        return Subscript(settled(code.base), tuple(settled(item) for item in code.items))
    if isinstance(code, Call):
        return Call(
            code.function,
            tuple(settled(argument) for argument in code.args),
            tuple((name, settled(argument)) for name, argument in code.kwargs),
        )
    return code


class _Reader:
    """Finds dims, products and single atoms among the dims of the inputs."""

    def __init__(self, inputs: Types) -> None:
        self.known: dict[SizeExpr, Code] = {}
        for number, given in enumerate(inputs):
            for place, dim in enumerate(given.shape):
                if isinstance(dim, SizeExpr):
                    self.known.setdefault(dim, Extent(number, place))

    def dim(self, dim: Dim) -> Code | None:
        if isinstance(dim, int):
            return dim
        if dim in self.known:
            return self.known[dim]
        total: Code = None
        for monomial, coefficient in _ordered(dim):
            term = self._term(monomial, abs(coefficient))
            if term is None:
                return None
            if total is None:
                total = term if coefficient > 0 else Infix("*", -1, term)
            else:
                total = Infix("+" if coefficient > 0 else "-", total, term)
        return total

    def _term(self, monomial: Monomial, coefficient: int) -> Code | None:
        factors: list[Code] = []
        left = Counter(monomial)
        while left:
            product = next(self._products(left), None)
            if product is not None:
                atoms, code = product
                left -= atoms
                factors.append(code)
                continue
            atom = next(iter(left))
            code = self._atom(atom)
            if code is None:
                return None
            left -= Counter((atom,))
            factors.append(code)
        if coefficient != 1 or not factors:
            factors.append(coefficient)
        return reduce(lambda one, other: Infix("*", one, other), factors)

    def _products(self, wanted: Counter[Atom]) -> Iterator[tuple[Counter[Atom], Code]]:
        """The inputs' dims that are a number times some of the wanted atoms, larger ones first."""
        for dim, code in sorted(self.known.items(), key=lambda item: -len(item[0].terms[0][0])):
            (monomial, coefficient), *others = dim.terms
            atoms = Counter(monomial)
            if not others and coefficient > 0 and atoms <= wanted:
                yield atoms, code if coefficient == 1 else Infix("//", code, coefficient)

    def _atom(self, atom: Atom) -> Code | None:
        """One atom: what an input's dim makes of it is undone, or it is divided out anew."""
        alone = SizeExpr((((atom,), 1),))
        for dim, code in self.known.items():
            factor = dict(dim.terms).get((atom,), 0)
            if factor > 0:
                rest = subtract(dim, _times(alone, factor))
                if isinstance(rest, int):
                    shifted = Infix("-" if rest > 0 else "+", code, abs(rest))
                    return shifted if factor == 1 else Infix("//", shifted, factor)
        if isinstance(atom, Quotient):
            numerator, denominator = self.dim(atom.numerator), self.dim(atom.denominator)
            if numerator is not None and denominator is not None:
                return Infix("//", numerator, denominator)
        return None


def _times(dim: SizeExpr, factor: int) -> SizeExpr:
    return SizeExpr(tuple((monomial, c * factor) for monomial, c in dim.terms))


def _ordered(dim: SizeExpr) -> list[tuple[Monomial, int]]:
    """The terms, one that is added first and the constant last."""
    return sorted(dim.terms, key=lambda term: (not term[0], term[1] < 0))


__all__ = ["read", "readable", "settle"]
