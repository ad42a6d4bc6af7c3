"""Sizes as arguments: where a module that runs can read what the text says of the input's size.

``reshape(N, H * W)`` speaks of sizes that only a run knows. Its code has the dims as they are
written; here each becomes arithmetic on the shapes of the tensors that flow in, or the number
that it has at the default sizes where those shapes do not say it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import reduce

from archir.op.recipe import Call, Code, Extent, Infix, Items, mapped
from archir.shapes.arithmetic import Extremum, Quotient, multiply, subtract
from archir.shapes.choice import Choice
from archir.shapes.conditions import Check
from archir.shapes.dims import Atom, Dim, Monomial, SizeExpr, atomic, evaluate, terms_of
from archir.shapes.types import TensorType

Types = tuple[TensorType, ...]


def readable(dim: Dim, inputs: Types, check: Check) -> Dim:
    """The dim, where a run can read it off the inputs; else it is held to its default."""
    return dim if read(dim, inputs) is not None else check.concrete(dim)


def read(dim: Dim, inputs: Types) -> Code | None:
    """Code that works a dim out of the shapes of the inputs; None where they do not say it."""
    if isinstance(dim, int):
        return dim
    return _SizeReader(inputs).dim(dim)


def bind_sizes(code: Code, inputs: Types, sizes: Mapping[str, int]) -> Code:
    """Closed code with every size in it read off the inputs, or a number if it cannot be."""

    def bound(part: Code) -> Code:
        return bind_sizes(part, inputs, sizes)

    if isinstance(code, SizeExpr):
        found = read(code, inputs)
        return evaluate(code, sizes) if found is None else found
    value: object = code
    if isinstance(value, tuple):  # an argument that is a list
        items = tuple(bound(item) for item in value)
        return code if items == value else Items(items)
    made: Code = mapped(code, bound)
    return made


class _SizeReader:
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
        partly = self._with_a_sum(dim)
        if partly is not None:
            return partly
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

    def _with_a_sum(self, dim: SizeExpr) -> Code | None:
        """What differs from a dim of several terms by fewer of them: that dim, and the rest.

        Half of an extent, rounded up, is ``H - H // 2``, and no input need say ``H`` alone.
        """
        for known, code in self.known.items():
            sums = [term for term in known.terms if term[0]]
            if len(sums) < 2:
                continue
            times, over = divmod(dict(dim.terms).get(sums[0][0], 0), sums[0][1])
            rest = subtract(dim, multiply(times, known))
            if over or not times or len(terms_of(rest)) >= len(dim.terms):
                continue
            most: Code = code if abs(times) == 1 else Infix("*", code, abs(times))
            if isinstance(rest, int) and times > 0:
                return _shifted(most, rest)
            left = self.dim(rest)
            if left is not None:
                return Infix("+" if times > 0 else "-", left, most)
        return None

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
        """One atom: what an input's dim makes of it is undone, or it is worked out anew."""
        alone = atomic(atom)
        for dim, code in self.known.items():
            factor = dict(dim.terms).get((atom,), 0)
            if factor > 0:
                rest = subtract(dim, multiply(alone, factor))
                if isinstance(rest, int):
                    shifted = _shifted(code, -rest)
                    return shifted if factor == 1 else Infix("//", shifted, factor)
        if isinstance(atom, Quotient):
            return self._quotient(atom)
        if isinstance(atom, Extremum):
            return self._extremum(atom)
        return self._choice(atom) if isinstance(atom, Choice) else self._scaled(atom)

    def _quotient(self, atom: Quotient) -> Code | None:
        numerator, denominator = self.dim(atom.numerator), self.dim(atom.denominator)
        if numerator is not None and denominator is not None:
            return Infix("//", numerator, denominator)
        if isinstance(atom.denominator, int):
            for dim, code in self.known.items():
                found = _divided_on(atom.numerator, atom.denominator, dim, code)
                if found is not None:
                    return found
        return None

    def _extremum(self, atom: Extremum) -> Code | None:
        codes = [self.dim(dim) for dim in atom.dims]
        if any(code is None for code in codes):
            return None
        # Python's own min and max would ask tracers of torch for a truth value.
        function = f"torch.sym_{atom.kind}"
        return reduce(lambda one, other: Call(function, (one, other)), codes)

    def _choice(self, atom: Choice) -> Code | None:
        """``other + (then - other) * flag``, where the flag is 1 or 0."""
        test, then, other = (self.dim(dim) for dim in (atom.test, atom.then, atom.other))
        if test is None or then is None or other is None:
            return None
        below = Call("torch.sym_max", (Call("torch.sym_min", (test, 0)), -1))
        more = Infix("*", Infix("-", then, other), Infix("+", below, 1))
        return Infix("+", other, more)

    def _scaled(self, atom: Atom) -> Code | None:
        """What resampling by a float makes of an extent, as torch computes it."""
        from archir.shapes.scaling import Scaled  # few networks resample so

        inner = self.dim(atom.dim) if isinstance(atom, Scaled) else None
        if inner is None or not isinstance(atom, Scaled):
            return None
        return Call("torch.sym_int", (Infix("*", inner, atom.factor),))


def _divided_on(numerator: Dim, denominator: int, dim: SizeExpr, code: Code) -> Code | None:
    """``numerator // denominator`` from a dim that is a coarser quotient of the same.

    ``(n + a*k) // (a*b)`` is ``(n // a + k) // b``: so half of an extent of ``H // 4`` is read off
    that extent, and no ``H`` need be at hand.
    """
    (monomial, factor), constant = dim.terms[-1], dict(dim.terms).get((), 0)
    if factor != 1 or len(monomial) != 1 or len(dim.terms) > 1 + (constant != 0):
        return None
    known = monomial[0]
    if not isinstance(known, Quotient) or not isinstance(known.denominator, int):
        return None
    coarser, rest = divmod(denominator, known.denominator)
    ahead = subtract(numerator, known.numerator)
    if rest or not isinstance(ahead, int) or ahead % known.denominator:
        return None
    moved = _shifted(code, ahead // known.denominator - constant)
    return moved if coarser == 1 else Infix("//", moved, coarser)


def _shifted(code: Code, by: int) -> Code:
    """``code + by``."""
    return code if by == 0 else Infix("+" if by > 0 else "-", code, abs(by))


def _ordered(dim: SizeExpr) -> list[tuple[Monomial, int]]:
    """The terms, one that is added first and the constant last."""
    return sorted(dim.terms, key=lambda term: (not term[0], term[1] < 0))


__all__ = ["bind_sizes", "read", "readable"]
