"""What a lint is, and the typed graph that it looks at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from archir.base.diagnostics import Diagnostic, Problem
from archir.check.lints.liveness import Liveness
from archir.check.weighted_modules import Modules
from archir.graph.graph import Apply, Definition
from archir.graph.typed import TypedGraph
from archir.shapes.types import TensorType


class Inspected:
    """A typed graph with what several lints ask of it."""

    def __init__(self, typed: TypedGraph, modules: Modules) -> None:
        self.typed = typed
        self.modules = modules
        self.steps = modules.steps
        """All steps of each definition in the order of running, inner definitions first."""

    @cached_property
    def applied(self) -> list[tuple[Definition, Apply]]:
        """Every use of an op."""
        return [
            (definition, step)
            for definition, steps in self.steps.items()
            for step in steps
            if isinstance(step, Apply)
        ]

    @cached_property
    def live(self) -> Liveness:
        """What the outputs of each definition depend on."""
        return Liveness(self.typed, self.steps)

    def inputs(self, definition: Definition, step: Apply) -> tuple[TensorType, ...]:
        """The types of what a step takes."""
        return self.typed.types_of(definition, step.inputs)


class Lint(Problem):
    """Base of the warnings over a typed graph."""

    severity = "warning"

    @classmethod
    def found(cls, network: Inspected) -> Iterator[Diagnostic]:
        """All of them in a network."""
        raise NotImplementedError


def says(step: Apply, *names: str) -> bool:
    """Whether a step's text names one of these arguments: then what it gives them is meant."""
    return re.search(rf"\b({'|'.join(names)})\s*=", step.span.text) is not None


def is_written(step: Apply) -> bool:
    """Whether the text has the op itself there, and no parameter that it is the value of."""
    return re.match(rf"{_LABEL}?{step.op.keyword}\b", step.span.text) is not None


def is_next(step: Apply, behind: Apply) -> bool:
    """Whether two ops stand one behind the other in the text, and under no condition of its own."""
    source = step.span.source
    if behind.span.source is not source or behind.span.start < step.span.end:
        return False
    between = source.text[step.span.end : behind.span.start]
    return re.fullmatch(_BETWEEN, between) is not None and not _has_condition(behind)


def _has_condition(step: Apply) -> bool:
    behind = step.span.source.text[step.span.end : step.span.end + 100]
    return " if " in step.span.text or behind.lstrip().startswith("if ")


_LABEL = r'(?:(?:\w+|"[^"\n]*")\s*:\s*)'

_BETWEEN = r"(?:\s|#[^\n]*\n|->)*"
"""Spaces, comments and arrows: what two stages have between them."""
