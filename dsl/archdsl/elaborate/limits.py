"""Limits on what a file may expand to: each has a name, a default, and a flag to raise it."""

from __future__ import annotations

from typing import NoReturn

from archdsl import rules
from archir.diagnostics import Diagnostics
from archir.record import Record, field_names
from archir.source import Span


class Stopped(Exception):  # noqa: N818  (no error of ours: it ends the work after a report)
    """Unwinds the elaboration of a model once a limit has been reported."""


class Limits(Record):
    """How far a file may expand. The defaults are far above any real network.

    nodes: steps of the unrolled network; steps: statements and expressions evaluated;
    depth: blocks, braces and calls inside each other; items: items of one list;
    characters: of one string; bits: of one integer.
    """

    nodes: int = 10_000_000
    steps: int = 1_000_000
    depth: int = 200
    items: int = 1_000_000
    characters: int = 100_000
    bits: int = 4_096

    @classmethod
    def names(cls) -> tuple[str, ...]:
        return field_names(cls)


class Budget:
    """Counts what has been spent, and stops the work where a limit is passed."""

    def __init__(self, limits: Limits, diagnostics: Diagnostics) -> None:
        self.limits = limits
        self.diagnostics = diagnostics
        self.steps = 0
        self.most_steps = limits.steps
        self.depth = 0

    def step(self, span: Span, cost: int = 1) -> None:
        """Count an evaluation step; one that walks a list costs as much as it has items."""
        self.steps += cost
        if self.steps > self.most_steps:
            self.stop("steps", span)

    def weigh(self, value: object, span: Span) -> None:
        """Count a list with all lists inside it, as often as they stand in it.

        A few lines of ``[a, a]`` make a list that nothing could walk, so each list is weighed
        when it is made and whenever it is walked.
        """
        if not isinstance(value, tuple):
            return
        items = 0
        stack = [value]
        while stack:
            inner = stack.pop()
            items += len(inner)
            if items > self.limits.items:
                self.stop("items", span)
            stack.extend(item for item in inner if isinstance(item, tuple))
        self.step(span, items)

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
        self.diagnostics.report(rules.limits.LimitExceeded(name, getattr(self.limits, name)), span)
        raise Stopped
