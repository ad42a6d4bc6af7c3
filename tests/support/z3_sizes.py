"""Dims, conditions and sets of sizes, said to z3."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any

import z3

from archir.shapes.arithmetic import Extremum, Quotient
from archir.shapes.choice import Choice
from archir.shapes.conditions import Condition
from archir.shapes.dims import Atom, Dim, Variable
from archir.sizes.sets import SizeSet


def term(dim: Dim, names: Mapping[str, Any]) -> Any:
    """The dim as an integer term. z3 divides by a positive number rounding down, as we do."""
    if isinstance(dim, int):
        return z3.IntVal(dim)
    products = (
        reduce(lambda a, b: a * b, (_atom(atom, names) for atom in monomial), z3.IntVal(factor))
        for monomial, factor in dim.terms
    )
    return reduce(lambda a, b: a + b, products)


def _atom(atom: Atom, names: Mapping[str, Any]) -> Any:
    if isinstance(atom, Variable):
        return names[atom.text]
    if isinstance(atom, Quotient):
        assert isinstance(atom.denominator, int)
        assert atom.denominator > 0
        return term(atom.numerator, names) / atom.denominator
    if isinstance(atom, Choice):
        cases = term(atom.then, names), term(atom.other, names)
        return z3.If(term(atom.test, names) >= 0, *cases)
    assert isinstance(atom, Extremum)
    first, *rest = (term(dim, names) for dim in atom.dims)
    for other in rest:
        keep = first <= other if atom.kind == "min" else first >= other
        first = z3.If(keep, first, other)
    return first


def holds(condition: Condition, names: Mapping[str, Any]) -> Any:
    """The condition as a formula."""
    left, right = term(condition.left, names), term(condition.right, names)
    if condition.relation == "at-least":
        return left >= right
    if condition.relation == "equal":
        return left == right
    if condition.relation == "broadcast":
        return z3.Or(left == right, left == 1, right == 1)
    if condition.relation == "expand":
        return z3.Or(left == right, left == 1)
    return z3.And(right != 0, left % right == 0)


def member(sizes: SizeSet, size: Any) -> Any:
    """That a size is in a set, as a formula."""
    return z3.Or([_in_piece(piece, size) for piece in sizes.pieces])


def _in_piece(piece: Any, size: Any) -> Any:
    rests = [rest for rest in range(piece.period) if piece.pattern >> rest & 1]
    parts = [size >= piece.first]
    if piece.last is not None:
        parts.append(size <= piece.last)
    if piece.period > 1:
        parts.append(z3.Or([size % piece.period == rest for rest in rests]))
    return z3.And(parts)


def proven(claim: Any, milliseconds: int = 5_000) -> bool | None:
    """Whether a claim holds for all sizes; None where z3 does not know."""
    solver = z3.Solver()
    solver.set("timeout", milliseconds)
    solver.add(z3.Not(claim))
    verdict = solver.check()
    return None if verdict == z3.unknown else bool(verdict == z3.unsat)
