"""Constants of files: each evaluated once, when it is needed, and never deep in each other.

A file may have a chain of thousands of them. Where too many wait for each other, the innermost is
put first: the work that waits is given up and done again once that one is known.
"""

from __future__ import annotations

from collections.abc import Callable

from archdsl.elaborate.limits import Budget, Spent
from archdsl.project.program import Declared
from archir.base.diagnostics import Diagnostics, Label
from archir.base.record import Struct, fresh
from archir.program.declarations import Declaration

MOST_WAITING = 20
"""Constants that are evaluated inside each other; above what is usual, and a shallow stack."""

Values = dict[str, object]
"""What a declaration's names stand for."""

Known = dict[Declaration, Values]
Variants = dict[Declared, tuple[Label, ...]]


class Together(Spent):
    """What the models of one check share: constants that are right, and the steps of all."""

    constants: Known = fresh(factory=dict)
    variants: Variants = fresh(factory=dict)


class _First(Exception):  # noqa: N818  (no error: it says what is to be evaluated first)
    def __init__(self, declaration: Declaration) -> None:
        super().__init__(declaration.name)
        self.declaration = declaration


class Constants(Struct):
    """The constants and variants that one elaboration knows."""

    budget: Budget
    diagnostics: Diagnostics
    shared: Known
    variants: Variants
    """Of a variant, the texts of it and of those that it is made from, inwards: some of them."""

    own: Known = fresh(factory=dict)
    waiting: int = 0

    def values(self, declaration: Declaration, evaluate: Callable[[Declaration], Values]) -> Values:
        """What a declaration's names stand for; ``evaluate`` may ask for others."""
        known = self.own.get(declaration) or self.shared.get(declaration)
        if known is not None:
            return known
        if not self.waiting:
            return self._from_the_outside(declaration, evaluate)
        if self.waiting >= MOST_WAITING:
            raise _First(declaration)
        return self._inside(declaration, evaluate)

    def _inside(
        self, declaration: Declaration, evaluate: Callable[[Declaration], Values]
    ) -> Values:
        self.waiting += 1
        made = self.own[declaration] = evaluate(declaration)
        self.waiting -= 1
        if not self.diagnostics.has_errors:  # another model is to say again what is wrong
            self.shared[declaration] = made
        return made

    def _from_the_outside(
        self, declaration: Declaration, evaluate: Callable[[Declaration], Values]
    ) -> Values:
        order = [declaration]
        depth = self.budget.depth
        while order:
            try:
                self._inside(order[-1], evaluate)
                order.pop()
            except _First as first:
                self.waiting, self.budget.depth = 0, depth
                order.append(first.declaration)
        return self.own[declaration]
