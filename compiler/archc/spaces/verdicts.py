"""Whether a point is a network: what the checker says of it."""

from __future__ import annotations

from collections.abc import Mapping

from archc import pipeline
from archdsl.elaborate import Limits
from archdsl.project.program import Declared
from archdsl.resolve.resolved import Resolved
from archir.base.diagnostics import Diagnostic, Diagnostics
from archir.base.record import Record
from archir.graph.typed import TypedGraph


class Verdict(Record):
    """A point that has been checked: its network, or what refuses it."""

    typed: TypedGraph | None
    diagnostics: tuple[Diagnostic, ...]

    @property
    def ok(self) -> bool:
        """Whether it is a network that torch runs."""
        return self.typed is not None

    @property
    def refusal(self) -> Diagnostic | None:
        """The first error."""
        return next((each for each in self.diagnostics if each.is_error), None)


class Checker:
    """Checks the points of one model, whose file has been read once."""

    def __init__(self, program: Resolved, model: Declared, limits: Limits | None) -> None:
        self._program, self._model, self._limits = program, model, limits

    def check(self, values: Mapping[str, object]) -> Verdict:
        """The verdict over the model with these values for its parameters."""
        from archdsl.elaborate import Together

        typed, found = pipeline.compile_model(
            self._program, self._model, (), self._limits, Together(), values
        )
        ordered: Diagnostics = pipeline.in_order(self._program, found)
        return Verdict(typed, tuple(ordered))
