"""Limits on what a file may expand to: each has a name, a default, and a flag to raise it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NoReturn

from archdsl import rules
from archir.base.diagnostics import Diagnostics, Label
from archir.base.record import Record, Struct, field_names
from archir.base.source import Span
from archir.init.values import Part


class Stopped(Exception):  # noqa: N818  (no error of ours: it ends the work after a report)
    """Unwinds the elaboration of a model once a limit has been reported."""


class Limits(Record):
    """How far a file may expand. The defaults are far above any real network.

    nodes: steps of the unrolled network; steps: statements and expressions evaluated;
    depth: blocks, braces, calls and lists inside each other; items: items of one list;
    characters: of one string; bits: of one integer; total: steps of all models of a file that are
    checked together.
    """

    nodes: int = 10_000_000
    steps: int = 1_000_000
    total: int = 4_000_000
    depth: int = 200
    items: int = 1_000_000
    characters: int = 100_000
    bits: int = 4_096

    @classmethod
    def names(cls) -> tuple[str, ...]:
        return field_names(cls)


STAGE = 5
"""The steps that a stage counts for: about as long as it takes."""

NEW = 50
"""The same for what is made once: an op of new arguments, a block's body."""

SIZES = 5
"""The same for each factor of an expression of sizes that is worked out."""

_CHARACTERS = 100
"""Characters that are walked as fast as a list's item."""


def _items(value: tuple[object, ...] | Part) -> tuple[object, ...]:
    """What stands in a list, or is filled in to a part."""
    if isinstance(value, Part):
        return tuple([argument for _, argument in value.arguments])
    return value


class Spent(Struct):
    """The steps of all models that are checked together."""

    steps: int = 0

    def is_spent(self, limits: Limits | None) -> bool:
        """Whether no model more can be checked: that has been said."""
        return self.steps > (limits or Limits()).total


class Budget:
    """Counts what has been spent, and stops the work where a limit is passed."""

    def __init__(self, limits: Limits, diagnostics: Diagnostics, together: Spent) -> None:
        """``together`` has the steps that other models of the file took."""
        self.limits = limits
        self.together = together
        self.diagnostics = diagnostics
        self.steps = 0
        self.most_steps = min(limits.steps, limits.total - together.steps)
        self.limiting = "steps" if self.most_steps == limits.steps else "total"
        self.depth = 0
        self.around: Callable[[Span], Sequence[Label]] = lambda _: ()
        """The uses of blocks and calls that led to a place at which the work is."""

        self.is_wrong: Callable[[], bool] = lambda: False
        """Whether something is wrong already: what flows is unknown, and each use is worked out."""

    def close(self) -> None:
        """Note for the models behind this one what it took."""
        self.together.steps += self.steps
        self.steps = 0

    def step(self, span: Span, cost: int = 1) -> None:
        """Count an evaluation step; one that walks a list costs as much as it has items."""
        self.steps += cost
        if self.steps > self.most_steps:
            self.stop(self.limiting, span)

    def weigh(self, value: object, span: Span) -> None:
        """Count a list with all lists inside it, as often as they stand in it.

        A few lines of ``[a, a]`` make a list that nothing could walk, so each list is weighed
        when it is made and whenever it is walked.
        """
        if isinstance(value, str):
            self.step(span, len(value) // _CHARACTERS)
        if not isinstance(value, tuple | Part):
            return
        items = depth = 0
        level = [_items(value)]
        while level:
            items += sum(map(len, level))
            depth += 1
            if items > self.limits.items:
                self.stop("items", span)
            if depth > self.limits.depth:  # whoever walks it goes as deep
                self.stop("depth", span)
            level = [
                _items(item) for inner in level for item in inner if isinstance(item, tuple | Part)
            ]
        self.step(span, items)

    def text(self, text: str, span: Span) -> None:
        """Count a text that was made, and refuse one that is too long."""
        self.weigh(text, span)
        if len(text) > self.limits.characters:
            self.stop("characters", span)

    def enter(self, span: Span) -> None:
        """One level further down; the caller must ``leave``."""
        self.depth += 1
        if self.depth > self.limits.depth:
            self.stop("depth", span)

    def leave(self) -> None:
        self.depth -= 1

    def nodes(self, count: int, span: Span) -> None:
        if count > self.limits.nodes:
            self.stop("nodes", span)

    def stop(self, name: str, span: Span) -> NoReturn:
        if name == "steps" and self.is_wrong():
            raise Stopped
        problem = rules.limits.LimitExceeded(name, getattr(self.limits, name))
        self.diagnostics.report(problem, span, self.around(span))
        raise Stopped
