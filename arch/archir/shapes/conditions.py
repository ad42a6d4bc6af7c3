"""What a shape rule may ask: conditions on dims, each with the problem it raises when it fails.

A condition over integers is decided at once. One over size variables is decided at the model's
default sizes, and kept: the conditions of a network are what its set of valid sizes is made of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from archir.base.diagnostics import Problem
from archir.base.record import Key, Struct, fresh
from archir.shapes.arithmetic import maximum, modulo
from archir.shapes.dims import Dim, SizeExpr, evaluate, variables

Relation = Literal["at-least", "equal", "divisible", "broadcast", "expand"]


class Condition(Key):
    """``left >= right``, ``left == right`` or ``left % right == 0``, over size variables.

    ``broadcast`` is torch's rule for merging: the two are equal, or one of them is 1. ``expand``
    is its rule for repeating: the two are equal, or the left is 1.
    ``training`` marks what torch asks only in training mode.
    """

    relation: Relation
    left: Dim
    right: Dim
    training: bool = False

    def holds(self, sizes: Mapping[str, int]) -> bool:
        """Whether the condition is true at given sizes."""
        try:
            left, right = evaluate(self.left, sizes), evaluate(self.right, sizes)
        except ZeroDivisionError:
            return False  # a size divided by a size, which is 0 here
        if self.relation == "at-least":
            return left >= right
        if self.relation == "equal":
            return left == right
        if self.relation == "broadcast":
            return left == right or left == 1 or right == 1
        if self.relation == "expand":
            return left == right or left == 1
        return right != 0 and left % right == 0


def broadcast_extents(left: Dim, right: Dim) -> Dim:
    """What torch's broadcasting makes of two extents that go together."""
    if left == right or right == 1:
        return left
    if left == 1:
        return right
    # Both are at least 1, so where one of them is a number it is above 1 and the outcome.
    if isinstance(left, int):
        return left
    return right if isinstance(right, int) else maximum(left, right)


class Check(Struct):
    """The collector handed to a shape rule.

    ``sizes`` are the sizes at which it is decided: the defaults of the model's size variables,
    unless others are asked about. With ``training`` what only training asks is reported too.
    """

    sizes: Mapping[str, int]
    training: bool = False
    batches: frozenset[str] = frozenset()
    """Sizes that have no default of their own: they count as 1, and are never held to that."""

    problems: list[Problem] = fresh(factory=list)
    conditions: list[Condition] = fresh(factory=list)
    held: list[Dim] = fresh(factory=list)
    """Dims that a shape rule has held to their defaults, and that depend on a batch."""

    def value(self, dim: Dim) -> int:
        """The dim at the default sizes."""
        return evaluate(dim, self.sizes)

    def report(self, problem: Problem) -> None:
        """Say that the op cannot be applied. The rule may go on and still give a type."""
        self.problems.append(problem)

    def at_least(
        self, left: Dim, right: Dim, problem: Callable[[], Problem], *, training: bool = False
    ) -> bool:
        """Require ``left >= right``; report the problem and return False where it fails."""
        return self._require(Condition("at-least", left, right, training), problem)

    def equal(self, left: Dim, right: Dim, problem: Callable[[], Problem]) -> bool:
        """Require ``left == right``."""
        return left == right or self._require(Condition("equal", left, right), problem)

    def divisible(self, left: Dim, right: Dim, problem: Callable[[], Problem]) -> bool:
        """Require ``left % right == 0``."""
        return modulo(left, right) == 0 or self._require(
            Condition("divisible", left, right), problem
        )

    def concrete(self, dim: Dim) -> int:
        """The dim as a number, for the shape of a parameter: its value at the default sizes.

        Where it depends on size variables, the model is valid just for sizes that give the same.
        """
        value = self.value(dim)
        if dim != value:
            self.hold(dim)
            self._keep(Condition("equal", dim, value))
        return value

    def hold(self, dim: Dim) -> None:
        """Note that what the op gives is for the default value of a dim. Not so of a batch."""
        if self.batches and not self.batches.isdisjoint(variables(dim)) and dim not in self.held:
            self.held.append(dim)

    def assume(self, relation: Relation, left: Dim, right: Dim) -> None:
        """Keep a condition that is true at the default sizes, and that others must meet too."""
        if isinstance(left, SizeExpr) or isinstance(right, SizeExpr):
            self._keep(Condition(relation, left, right))

    def broadcast(self, left: Dim, right: Dim, problem: Callable[[], Problem]) -> Dim | None:
        """The extent that torch's broadcasting gives to two extents, or None if it refuses."""
        agree = left == right or 1 in (left, right)
        if not agree and not self._require(Condition("broadcast", left, right), problem):
            return None
        return broadcast_extents(left, right)

    def expand(self, left: Dim, right: Dim, problem: Callable[[], Problem]) -> bool:
        """Require that an extent of ``left`` can be repeated to one of ``right``."""
        return left in (1, right) or self._require(Condition("expand", left, right), problem)

    def _require(self, condition: Condition, problem: Callable[[], Problem]) -> bool:
        symbolic = isinstance(condition.left, SizeExpr) or isinstance(condition.right, SizeExpr)
        if symbolic:
            self._keep(condition)
        holds = condition.holds(self.sizes)
        if condition.training and not self.training:
            if not symbolic and not holds:
                self._keep(condition)  # no size lets the network train
            return True
        if not holds:
            self.problems.append(problem())
        return holds

    def _keep(self, condition: Condition) -> None:
        if condition not in self.conditions:
            self.conditions.append(condition)
