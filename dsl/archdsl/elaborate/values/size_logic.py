"""What ``or``, ``not`` and ``!=`` make of conditions on sizes: one condition again.

Each relation is a dim that is at least 0 just where it holds, its margin. Of two alternatives one
holds where the larger of the margins is at least 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from archdsl.elaborate.values.kinds import SizeConditions
from archir.shapes.arithmetic import Quotient, add, maximum, minimum, subtract
from archir.shapes.choice import choice
from archir.shapes.conditions import Condition
from archir.shapes.dims import Dim, SizeExpr


def differ(left: Dim, right: Dim) -> SizeConditions:
    """``left != right``."""
    return _not_negative(maximum(_beyond(left, right), _beyond(right, left)))


def negated(value: SizeConditions) -> SizeConditions:
    """``not value``."""
    made = [_negated(condition) for condition in value.conditions]
    return made[0] if len(made) == 1 else either(made)


def either(values: Sequence[SizeConditions]) -> SizeConditions:
    """``a or b``: what is behind one that holds is not computed."""
    return values[0] if len(values) == 1 else _not_negative(reduce(_or, map(_of_all, values)))


def _negated(condition: Condition) -> SizeConditions:
    if condition.relation == "at-least":
        right = add(condition.left, 1)
        return SizeConditions((Condition("at-least", condition.right, right),))
    return differ(condition.left, condition.right)


def _of_all(value: SizeConditions) -> Dim:
    margins = [_margin(condition) for condition in value.conditions]
    return margins[0] if len(margins) == 1 else minimum(*margins)


def _margin(condition: Condition) -> Dim:
    gap = subtract(condition.left, condition.right)
    if condition.relation == "at-least":
        return gap
    return minimum(gap, subtract(condition.right, condition.left))


def _or(first: Dim, second: Dim) -> Dim:
    return choice(first, 0, second) if _divides(second) else maximum(first, second)


def _divides(dim: Dim) -> bool:
    """Whether a dim is divided by a size, which may be 0."""
    terms = dim.terms if isinstance(dim, SizeExpr) else ()
    return any(
        (isinstance(atom, Quotient) and isinstance(atom.denominator, SizeExpr))
        or any(map(_divides, atom.inner()))
        for factors, _ in terms
        for atom in factors
    )


def _beyond(left: Dim, right: Dim) -> Dim:
    return subtract(subtract(left, right), 1)


def _not_negative(dim: Dim) -> SizeConditions:
    return SizeConditions((Condition("at-least", dim, 0),))
