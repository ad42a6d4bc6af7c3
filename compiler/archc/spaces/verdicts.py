"""Whether a point is a network: what the checker says of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from archc import pipeline
from archc.spaces.engine.effects import Effect, LongWay
from archc.spaces.scores import Score, scored
from archdsl.elaborate import Limits
from archdsl.project.program import Declared
from archdsl.resolve.resolved import Resolved
from archir.base.diagnostics import Diagnostic, Diagnostics
from archir.base.source import Span
from archir.graph.typed import TypedGraph


class Verdict:
    """A point that has been checked: its network, or what refuses it.

    The engine knows whether it is one, what refuses it and some of its scores. All else is worked
    out when it is asked for, by a check of the whole network.
    """

    def __init__(self, checker: Checker, values: Mapping[str, object]) -> None:
        self._checker = checker
        self._values = values
        self._quick = checker.quick(values)

    @cached_property
    def _whole(self) -> tuple[TypedGraph | None, tuple[Diagnostic, ...]]:
        return self._checker.whole(self._values)

    @property
    def typed(self) -> TypedGraph | None:
        """The network, if it is one."""
        return self._whole[0]

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All that is said of it."""
        return self._whole[1]

    @property
    def ok(self) -> bool:
        """Whether it is a network that torch runs."""
        return self.typed is not None if self._quick is None else self._quick.wrong is None

    @property
    def refusal(self) -> Diagnostic | None:
        """The first error."""
        return next((each for each in self.diagnostics if each.is_error), None)

    @property
    def reason(self) -> tuple[str, Span] | None:
        """The name of the first error, and its place."""
        if self._quick is None:
            first = self.refusal
            return None if first is None else (first.problem.name, first.span)
        wrong = self._quick.wrong
        return None if wrong is None else (wrong.name, wrong.span)

    def scored(self, wanted: Iterable[Score], sizes: Mapping[str, int]) -> dict[Score, object]:
        """The scores of a network, as ``scored`` gives them."""
        asked = tuple(wanted)
        quick = self._quick
        if any(each.name == "peak" for each in asked):
            quick = self._quick = self._checker.with_rooms(self._values, quick)
        if (
            quick is not None
            and not sizes
            and all(each.name in _QUICK and not each.at for each in asked)
            and (quick.peak is not None or all(each.name != "peak" for each in asked))
        ):
            return {each: getattr(quick, each.name) for each in asked}
        assert self.typed is not None
        return scored(self.typed, asked, sizes)


_QUICK = ("parameters", "macs", "peak")
"""The scores that the engine knows, at the default sizes."""


class Checker:
    """Checks the points of one model, whose file has been read once."""

    def __init__(self, program: Resolved, model: Declared, limits: Limits | None) -> None:
        from archc.spaces.engine.engine import Engine

        self._program, self._model, self._limits = program, model, limits
        self._engine = Engine(program, model, limits)
        self._counts_rooms = False

    def check(self, values: Mapping[str, object]) -> Verdict:
        """The verdict over the model with these values for its parameters."""
        return Verdict(self, values)

    def quick(self, values: Mapping[str, object]) -> Effect | None:
        """What the engine says of it; None where it leaves the answer to the whole check."""
        try:
            return self._engine.answer(values)
        except LongWay:
            return None

    def with_rooms(self, values: Mapping[str, object], quick: Effect | None) -> Effect | None:
        """The same with what it needs in memory, which from now on is asked of all points."""
        if self._counts_rooms or quick is None:
            return quick
        from archc.spaces.engine.engine import Engine

        self._counts_rooms = True
        self._engine = Engine(self._program, self._model, self._limits, rooms=True)
        return self.quick(values)

    def whole(
        self, values: Mapping[str, object]
    ) -> tuple[TypedGraph | None, tuple[Diagnostic, ...]]:
        """The network that elaboration and the shape checker give, and all that they say."""
        from archdsl.elaborate import Together

        typed, found = pipeline.compile_model(
            self._program, self._model, (), self._limits, Together(), values
        )
        ordered: Diagnostics = pipeline.in_order(self._program, found)
        return typed, tuple(ordered)
