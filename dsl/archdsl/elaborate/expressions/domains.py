"""Domains of parameters: which values one may have, evaluated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from archdsl import rules
from archdsl.elaborate.expressions.evaluate import Evaluator
from archdsl.elaborate.values.describe import describe
from archdsl.elaborate.values.kinds import UNKNOWN, Unknown
from archir.base.record import Record
from archir.program.expressions import Range
from archir.program.nodes import Expr

if TYPE_CHECKING:
    from fractions import Fraction


class Between(Record):
    """``first..last``, both ends included; with a step, ``first`` and what steps lead to."""

    first: int | float
    last: int | float
    step: int | float | None

    def __contains__(self, value: object) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        if not self.first <= value <= self.last:
            return False
        if self.step is None:
            return True
        if _are_integers(value, self.first, self.step):
            return (value - self.first) % self.step == 0
        return _steps(value, self.first, self.step).denominator == 1

    def members(self) -> Sequence[int | float]:
        """All of them, upwards; of a range of integers, or one with a step.

        Numbers are those that their digits say: the fourth of 0 .. 1 by 0.1 is 0.3.
        """
        first, last, step = self.first, self.last, 1 if self.step is None else self.step
        if _are_integers(first, last, step):
            return range(int(first), int(last) + 1, int(step))
        many = int(_steps(last, first, step)) + 1 if first <= last else 0
        return [float(_exact(first) + number * _exact(step)) for number in range(many)]


class Listed(Record):
    """``[relu, silu]``: the values of a list."""

    items: tuple[object, ...]

    def __contains__(self, value: object) -> bool:
        return any(item == value and type(item) is type(value) for item in self.items)


Choices: TypeAlias = "Between | Listed"


def choices(evaluator: Evaluator, domain: Expr) -> Choices | Unknown:
    """The values that a domain has; what is wrong with it is reported."""
    if not isinstance(domain, Range):
        items = evaluator.items(domain, "a domain")
        return items if isinstance(items, Unknown) else Listed(items)
    found: list[int | float] = []
    for part in (domain.first, domain.last, *([] if domain.step is None else [domain.step])):
        value = evaluator.value(part)
        if isinstance(value, Unknown):
            return UNKNOWN
        if isinstance(value, bool) or not isinstance(value, int | float):
            operator = "step" if part is domain.step else ".."
            evaluator.session.report(
                rules.values.WrongOperand(operator, describe(value)), part.span
            )
            return UNKNOWN
        found.append(value)
    if domain.step is not None and found[2] <= 0:
        evaluator.session.report(rules.values.StepNotPositive(found[2]), domain.step.span)
        return UNKNOWN
    return Between(found[0], found[1], found[2] if len(found) > 2 else None)


def _are_integers(*values: int | float) -> bool:
    return all(isinstance(value, int) for value in values)


def _steps(value: int | float, first: int | float, step: int | float) -> Fraction:
    return (_exact(value) - _exact(first)) / _exact(step)


def _exact(value: int | float) -> Fraction:
    """A number as its digits say it."""
    from fractions import Fraction  # few domains have steps, and fewer such that are no integers

    return Fraction(value) if isinstance(value, int) else Fraction(repr(value))
