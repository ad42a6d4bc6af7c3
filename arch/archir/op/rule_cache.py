"""The rule cache: what an op gives for inputs of certain types, worked out once for each.

The elaborator asks it while it unrolls a text (a condition may depend on ``_.channels``); the
checker asks it again and reports. Both get the same answer from the same rule. Whoever counts
parameters asks it too: what a network repeats is worked out once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import TypeAlias

from archir import rules
from archir.base.diagnostics import Problem
from archir.base.record import Record
from archir.op.contract import Op, values_of
from archir.shapes.brief import zero_divisor
from archir.shapes.conditions import Check, Condition
from archir.shapes.dims import DimTooLargeError, SizeExpr, show, variables
from archir.shapes.types import ParameterSpec, Sized, TensorType

_Question: TypeAlias = "tuple[int, tuple[TensorType, ...]]"


class RuleResult(Record):
    """An op's output types (None where they cannot be said), problems and conditions."""

    outputs: tuple[TensorType, ...] | None
    problems: tuple[Problem, ...]
    conditions: tuple[Condition, ...]


class RuleCache:
    """Shape rules for one model, remembered by op and input types.

    ``sizes`` are the default values of the model's size variables.
    """

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self.sizes = sizes
        self.batches: frozenset[str] = frozenset()
        """Sizes that have no default of their own."""

        self.defaults = Sized(sizes)
        self._answers: dict[_Question, tuple[Op, RuleResult]] = {}
        self._parameters: dict[_Question, tuple[Op, tuple[ParameterSpec, ...]]] = {}

    def apply(self, op: Op, inputs: tuple[TensorType, ...]) -> RuleResult:
        """The answer for one op. Ops are shared instances, so identity is the key."""
        key = (id(op), inputs)
        known = self._answers.get(key)
        if known is None:
            known = self._answers[key] = (op, self._ask(op, inputs))
        return known[1]

    def answer(self, op: Op, inputs: tuple[TensorType | None, ...]) -> RuleResult | None:
        """The same for inputs of which some may have no known type: then there is no answer."""
        known = self._answers.get((id(op), inputs))  # type: ignore[arg-type]  # None finds nothing
        if known is not None:
            return known[1]
        given = tuple([each for each in inputs if each is not None])
        return self.apply(op, given) if len(given) == len(inputs) else None

    def concrete(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        """Types at the default sizes, as parameters and recipes take them."""
        return tuple([self.defaults.at(given) for given in inputs])

    def parameters(self, op: Op, inputs: tuple[TensorType, ...]) -> tuple[ParameterSpec, ...]:
        """The state-dict entries of one op's module."""
        key = (id(op), inputs)
        known = self._parameters.get(key)
        if known is None:
            specs = op.parameters(self.concrete(inputs))
            known = self._parameters[key] = (op, specs)
        return known[1]

    def initialised(self, op: Op, inputs: tuple[TensorType, ...]) -> tuple[ParameterSpec, ...]:
        """The same as rules of initial weights see them."""
        if type(op).initialised is Op.initialised:
            return self.parameters(op, inputs)
        return op.initialised(self.concrete(inputs))

    def _ask(self, op: Op, inputs: tuple[TensorType, ...]) -> RuleResult:
        check = Check(self.sizes, batches=self.batches)
        try:
            outputs = op.infer(inputs, check)
        except DimTooLargeError:
            return RuleResult(None, (rules.graph.SizesTooComplex(op.keyword),), ())
        except ZeroDivisionError:  # at other sizes than those of the text, where that is refused
            dims = [each for each in _flat(values_of(op).values()) if isinstance(each, SizeExpr)]
            divided = zero_divisor(chain(dims, *(each.shape for each in inputs)), self.sizes)
            return RuleResult(None, (rules.sizes.SizeDividedByZero(op.keyword, *divided),), ())
        for dim in check.held:
            batch = min(self.batches & variables(dim))
            check.report(rules.graph.BatchHeld(op.keyword, show(dim), batch))
        return RuleResult(outputs, tuple(check.problems), tuple(check.conditions))


def _flat(values: Iterable[object]) -> Iterator[object]:
    """Values of arguments, and what stands in lists of them."""
    for value in values:
        yield from value if isinstance(value, tuple) else (value,)
