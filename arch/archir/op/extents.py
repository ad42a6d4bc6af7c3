"""Sizes as arguments: where a module that runs can read what the text says of the input's size.

``reshape(N, H * W)`` speaks of sizes that only a run knows. Its code has the dims as they are
written; here each becomes arithmetic on the shapes of the tensors that flow in, or the number
that it has at the default sizes where those shapes do not say it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
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
        terms: list[tuple[int, Code]] = []
        for monomial, coefficient in dim.terms:
            term = self._term(monomial, abs(coefficient))
            if term is None:
                return None
            terms.append((1 if coefficient > 0 else -1, term))
        return _summed(terms)

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
            left = self.dim(rest)
            if left is not None:
                return _summed([(1 if times > 0 else -1, most), (1, left)])
        return None

    def _term(self, monomial: Monomial, coefficient: int) -> Code | None:
        factors: list[Code] = []
        left = Counter(monomial)
        while left:
            product = next(self._products(left, coefficient), None)
            if product is not None:
                atoms, times, code = product
                left -= atoms
                whole = coefficient % times == 0
                coefficient //= times if whole else 1
                factors.append(code if whole else Infix("//", code, times))
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

    def _products(
        self, wanted: Counter[Atom], coefficient: int
    ) -> Iterator[tuple[Counter[Atom], int, Code]]:
        """The inputs' dims that are a number times some of the wanted atoms, larger ones first.

        Of these first those whose number is a part of the coefficient: they stand as they are.
        """

        def rank(item: tuple[SizeExpr, Code]) -> tuple[int, bool]:
            monomial, times = item[0].terms[0]
            return -len(monomial), coefficient % times != 0

        for dim, code in sorted(self.known.items(), key=rank):
            (monomial, times), *others = dim.terms
            atoms = Counter(monomial)
            if not others and times > 0 and atoms <= wanted:
                yield atoms, times, code

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


def _parts(code: Code, sign: int = 1) -> list[tuple[int, Code]]:
    """The terms of a sum, each with its sign."""
    if isinstance(code, Infix) and code.operator in ("+", "-"):
        behind = sign if code.operator == "+" else -sign
        return [*_parts(code.left, sign), *_parts(code.right, behind)]
    if isinstance(code, Infix) and code.operator == "*" and code.left == -1:
        return [(-sign, code.right)]
    return [(sign, code)]


def _summed(terms: Iterable[tuple[int, Code]]) -> Code:
    """The sum of terms: what is added first, short ones before long ones, and the constant last
    (but where it alone is added).

    So a block has one text wherever it is used, whatever its extents are called there.
    """
    constant = 0
    others: list[tuple[int, Code]] = []
    for around, term in terms:
        for sign, code in _parts(term, around):
            if isinstance(code, int):
                constant += sign * code
            else:
                others.append((sign, code))
    others.sort(key=lambda term: (term[0] < 0, len(repr(term[1]))))
    if constant and others:
        first = constant > 0 > others[0][0]
        others.insert(0 if first else len(others), (1 if constant > 0 else -1, abs(constant)))
    if not others:
        return constant
    (sign, total), *rest = others
    if sign < 0:
        total = Infix("*", -1, total)
    for sign, term in rest:
        total = Infix("+" if sign > 0 else "-", total, term)
    return total


__all__ = ["bind_sizes", "read", "readable"]
