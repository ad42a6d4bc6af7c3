"""The oracle: what an op gives for inputs of certain types, asked once for each distinct question.

The elaborator asks it while it unrolls a text (a condition may depend on ``_.channels``); the
checker asks it again and reports. Both get the same answer from the same rule.
"""

from __future__ import annotations

from collections.abc import Mapping

from archir import rules
from archir.check import Check, Condition
from archir.diagnostics import Problem
from archir.dims import DimTooLargeError
from archir.op import Op
from archir.record import Record
from archir.types import TensorType


class Answer(Record):
    """An op's output types (None where they cannot be said), problems and conditions."""

    outputs: tuple[TensorType, ...] | None
    problems: tuple[Problem, ...]
    conditions: tuple[Condition, ...]


class Oracle:
    """Shape rules for one model, remembered by op and input types.

    ``sizes`` are the default values of the model's size variables.
    """

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self.sizes = sizes
        self._answers: dict[tuple[int, tuple[TensorType, ...]], tuple[Op, Answer]] = {}

    def apply(self, op: Op, inputs: tuple[TensorType, ...]) -> Answer:
        """The answer for one op. Ops are shared instances, so identity is the key."""
        key = (id(op), inputs)
        known = self._answers.get(key)
        if known is None:
            known = self._answers[key] = (op, self._ask(op, inputs))
        return known[1]

    def _ask(self, op: Op, inputs: tuple[TensorType, ...]) -> Answer:
        check = Check(self.sizes)
        try:
            outputs = op.infer(inputs, check)
        except DimTooLargeError:
            return Answer(None, (rules.graph.SizesTooComplex(op.keyword),), ())
        return Answer(outputs, tuple(check.problems), tuple(check.conditions))
