"""Conditions on minima, maxima and choices, said by conditions without them.

``min(H - 4, W // 2) >= 1`` ties two sizes together only as it is written: it holds where both
``H - 4 >= 1`` and ``W // 2 >= 1`` do.
"""

from __future__ import annotations

from archir.shapes.arithmetic import Extremum, add, multiply, subtract
from archir.shapes.choice import Choice
from archir.shapes.conditions import Condition
from archir.shapes.dims import Dim, SizeExpr, atomic

Alternatives = tuple[tuple[Condition, ...], ...]


def alternatives(condition: Condition) -> Alternatives | None:
    """Groups of conditions: it holds where all of one group do. None where it has no cases.

    Only the outermost case is taken apart; what is in the groups may have more of them.
    """
    if condition.relation != "at-least":
        return None
    gap = subtract(condition.left, condition.right)
    for monomial, coefficient in gap.terms if isinstance(gap, SizeExpr) else ():
        if len(monomial) != 1 or not isinstance(monomial[0], Extremum | Choice):
            continue
        atom = monomial[0]
        rest = subtract(gap, multiply(atomic(atom), coefficient))
        if isinstance(atom, Extremum):
            parts = [_with(rest, dim, coefficient) for dim in atom.dims]
            every = (atom.kind == "min") == (coefficient > 0)
            return (tuple(parts),) if every else tuple((part,) for part in parts)
        below = subtract(-1, atom.test)
        return (
            (_not_negative(atom.test), _with(rest, atom.then, coefficient)),
            (_not_negative(below), _with(rest, atom.other, coefficient)),
        )
    return None


def _with(rest: Dim, dim: Dim, times: int) -> Condition:
    return _not_negative(add(rest, multiply(dim, times)))


def _not_negative(dim: Dim) -> Condition:
    return Condition("at-least", dim, 0)
