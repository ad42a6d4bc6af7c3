"""Extents that come out of an op, as code over those that go in: its own shape rule says which.

The rule is asked with a variable in the place of each extent. So what ``transpose``, ``reshape`` or
``chunk`` make of channels and features is known without a word on any of them.
"""

from __future__ import annotations

from functools import reduce

from archir.base.record import Record
from archir.op.contract import Op
from archir.op.recipe import Code, Inferred, Infix
from archir.shapes.arithmetic import Extremum, Quotient
from archir.shapes.conditions import Check, Condition
from archir.shapes.dims import (
    Atom,
    Dim,
    DimTooLargeError,
    SizeExpr,
    Variable,
    evaluate,
    variable,
    variables,
)
from archir.shapes.types import TensorType

_MOST = 50
"""A sum of more terms is a number in printed source."""


class _Asking(Check):
    """A check that keeps no conditions: those of a model are known already."""

    def _keep(self, condition: Condition) -> None:
        pass


class Extents(Record):
    """What an op makes of extents: for each output the code of its channels and features."""

    outputs: tuple[dict[int, Code], ...]
    """By axis (1 and -1); None for what is no sum or product of channels, features and numbers."""

    read: tuple[dict[int, frozenset[tuple[str, int]]], ...]
    """The channels and features that each depends on: ``("channels", 0)`` for the first input's."""

    mixed: bool
    """Whether channels or features come out as another extent than channels and features."""

    counts: bool
    """Whether it gives more or fewer values where extents are others."""


def extents(op: Op, types: tuple[TensorType, ...], sizes: dict[str, int]) -> Extents | None:
    """What the op makes of inputs of these types; None where its rule does not say."""
    known = dict(sizes)
    meant: dict[str, Inferred] = {}
    given: list[TensorType] = []
    for number, each in enumerate(types):
        dims: list[Dim] = []
        for axis, extent in enumerate(each.shape):
            assert isinstance(extent, int)
            name = f" {number}.{axis}"  # no name of the text has a space
            known[name] = extent
            if axis == 1:
                meant[name] = Inferred("channels", extent, number)
            elif axis and axis == each.rank - 1:
                meant[name] = Inferred("features", extent, number)
            dims.append(variable(name))
        given.append(TensorType(tuple(dims), each.dtype))
    try:
        made = op.infer(tuple(given), _Asking(known))
    except DimTooLargeError:
        return None
    if made is None:
        return None
    counts = len(made) > 1 and _counts(op, tuple(given), known, len(made))
    outputs: list[dict[int, Code]] = []
    read: list[dict[int, frozenset[tuple[str, int]]]] = []
    mixed = False
    for each in made:
        axes = (1, -1) if each.rank > 1 else ()
        outputs.append({axis: _code(_one(each.shape[axis], known), meant) for axis in axes})
        read.append({axis: _read(each.shape[axis], meant) for axis in axes})
        others = [dim for axis, dim in enumerate(each.shape) if axis not in (1, each.rank - 1)]
        mixed = mixed or any(name in meant for dim in others for name in variables(dim))
    return Extents(tuple(outputs), tuple(read), mixed, counts)


def _counts(op: Op, given: tuple[TensorType, ...], sizes: dict[str, int], count: int) -> bool:
    """Whether an op gives another number of values for other extents."""
    twice = {name: 2 * size for name, size in sizes.items()}
    made = op.infer(given, _Asking(twice))
    return made is None or len(made) != count


def _read(dim: Dim, meant: dict[str, Inferred]) -> frozenset[tuple[str, int]]:
    found = (meant[name] for name in variables(dim) if name in meant)
    return frozenset((code.what, code.input) for code in found)


def _one(dim: Dim, sizes: dict[str, int]) -> Dim:
    """What broadcasting gives is the larger of two extents: one that is not 1, if both are not."""
    terms = dim.terms if isinstance(dim, SizeExpr) else ()
    atom = terms[0][0][0] if len(terms) == 1 and len(terms[0][0]) == 1 else None
    if terms and terms[0][1] == 1 and isinstance(atom, Extremum) and atom.kind == "max":
        return _one(max(atom.dims, key=lambda each: evaluate(each, sizes)), sizes)
    return dim


def _code(dim: Dim, meant: dict[str, Inferred]) -> Code:
    """An extent as code; None where it is more than that."""
    if not isinstance(dim, SizeExpr):
        return dim
    if len(dim.terms) > _MOST:
        return None
    total: Code = None
    for monomial, coefficient in sorted(dim.terms, key=lambda term: (term[1] < 0, not term[0])):
        factors = [_atom(atom, meant) for atom in monomial]
        if any(factor is None for factor in factors):
            return None
        size = abs(coefficient)
        factors += [size] if size != 1 or not factors else []
        term = reduce(lambda left, right: Infix("*", left, right), factors)
        if total is None and coefficient < 0:
            return None
        total = term if total is None else Infix("+" if coefficient > 0 else "-", total, term)
    return total


def _atom(atom: Atom, meant: dict[str, Inferred]) -> Code:
    if isinstance(atom, Variable):
        return meant.get(atom.text)
    if isinstance(atom, Quotient):
        upper, lower = _code(atom.numerator, meant), _code(atom.denominator, meant)
        return None if upper is None or lower is None else Infix("//", upper, lower)
    return None
