"""What a network asks of its sizes, in the order in which it runs, with the place of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from archir.check import Condition
from archir.graph import Apply, Definition, Graph, Group, Repeat, Step, TrainOnly, Use
from archir.oracle import Oracle
from archir.record import replaced
from archir.typed import Requirement
from archir.types import TensorType

Types: TypeAlias = "Mapping[Definition, Sequence[TensorType | None]]"
"""The type of each value; None where it is not known."""


def requirements(graph: Graph, types: Types) -> tuple[Requirement, ...]:
    """All that is asked, each condition at the first place that asks it.

    What ``train_only`` asks is asked in training alone.
    """
    found: dict[Condition, Requirement] = {}
    for each in _Walk(graph, types).run():
        found.setdefault(each.condition, each)
    # What evaluation asks for as well need not be asked for training alone.
    return tuple(
        each
        for condition, each in found.items()
        if not condition.training or replaced(condition, training=False) not in found
    )


class _Walk:
    def __init__(self, graph: Graph, types: Types) -> None:
        self.graph = graph
        self.types = types
        self.oracle = graph.oracle or Oracle(graph.sizes)
        self.seen: set[tuple[int, bool]] = set()

    def run(self) -> Iterator[Requirement]:
        # Explicit stacks: blocks nest as deep as the text says.
        stack = [self._definition(self.graph.root, training=False)]
        while stack:
            item = next(stack[-1], None)
            if item is None:
                stack.pop()
            elif isinstance(item, Requirement):
                yield item
            else:
                definition, training = item
                if (id(definition), training) not in self.seen:
                    self.seen.add((id(definition), training))
                    stack.append(self._definition(definition, training=training))

    def _definition(
        self, definition: Definition, *, training: bool
    ) -> Iterator[Requirement | tuple[Definition, bool]]:
        row = self.types[definition]
        for remark in definition.remarks:
            if remark.kind == "input":
                known = row[remark.value.index]
                if known is None or known.rank != len(remark.shape):
                    continue
                for written, actual in zip(remark.shape, known.shape, strict=True):
                    if written is not None and written != actual:
                        condition = Condition("equal", written, actual, training)
                        yield Requirement(condition, remark.span, definition)
        for step, inside in _steps(definition.steps, training=training):
            if isinstance(step, Use):
                yield step.definition, inside
            elif isinstance(step, Apply):
                found = (row[value.index] for value in step.inputs)
                inputs = tuple(given for given in found if given is not None)
                if len(inputs) < len(step.inputs):
                    continue
                for condition in self.oracle.apply(step.op, inputs).conditions:
                    yield Requirement(_in(condition, training=inside), step.span, definition, step)
        for assertion in definition.assertions:
            condition = _in(assertion.condition, training=training)
            yield Requirement(condition, assertion.span, definition, None, assertion.message)


def _in(condition: Condition, *, training: bool) -> Condition:
    return replaced(condition, training=True) if training else condition


def _steps(steps: list[Step], *, training: bool) -> Iterator[tuple[Step, bool]]:
    """All steps, each with whether it runs in training alone."""
    stack: list[tuple[Iterator[Step], bool]] = [(iter(steps), training)]
    while stack:
        step = next(stack[-1][0], None)
        inside = stack[-1][1]
        if step is None:
            stack.pop()
            continue
        yield step, inside
        if isinstance(step, Group):
            stack.append((iter(step.steps), inside))
        elif isinstance(step, TrainOnly):
            stack.append((iter(step.steps), True))
        elif isinstance(step, Repeat):
            stack.append((iter(step.body), inside))
