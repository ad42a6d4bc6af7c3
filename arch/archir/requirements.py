"""What a network asks of its sizes, in the order in which it runs, with the place of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from archir.check import Condition
from archir.dims import SizeExpr, show
from archir.graph import Apply, Definition, Graph, Group, Repeat, Step, TrainOnly, Use, inside
from archir.record import replaced
from archir.typed import Requirement
from archir.types import TensorType

Types: TypeAlias = "Mapping[Definition, Sequence[TensorType | None]]"
"""The type of each value; None where it is not known."""


Asked: TypeAlias = "Mapping[Apply, tuple[Condition, ...]]"
"""What steps ask of sizes."""


def requirements(graph: Graph, types: Types, asked: Asked) -> tuple[Requirement, ...]:
    """All that is asked, each condition at the first place that asks it.

    ``asked`` are the conditions of the steps that have any. What ``train_only`` asks is asked in
    training alone.
    """
    found = _Walk(graph, types, asked).run()
    # What evaluation asks for as well need not be asked for training alone.
    return tuple(
        each
        for condition, each in found.items()
        if not condition.training or replaced(condition, training=False) not in found
    )


class _Walk:
    def __init__(self, graph: Graph, types: Types, asked: Asked) -> None:
        self.graph = graph
        self.types = types
        self.asked = asked
        self.found: dict[Condition, Requirement] = {}

    def run(self) -> dict[Condition, Requirement]:
        """Each condition, with the first place that asks it."""
        self._inputs(self.graph.root)
        seen: set[tuple[Definition, bool]] = set()
        # Explicit stacks: blocks nest as deep as the text says.
        stack = [self._definition(self.graph.root, training=False)]
        while stack:
            use = next(stack[-1], None)
            if use is None:
                stack.pop()
            elif use not in seen:
                seen.add(use)
                definition, training = use
                stack.append(self._definition(definition, training=training))
        return self.found

    def _inputs(self, root: Definition) -> None:
        """Note that no input of the model is empty, where its extents are made of other sizes."""
        for value, given in zip(root.inputs, root.input_types, strict=True):
            for dim in () if given is None else given.shape:
                if isinstance(dim, SizeExpr) and not show(dim).isidentifier():
                    condition = Condition("at-least", dim, 1)
                    self.found.setdefault(condition, Requirement(condition, value.span, root))

    def _definition(
        self, definition: Definition, *, training: bool
    ) -> Iterator[tuple[Definition, bool]]:
        """Note what a definition asks itself; its uses of others come by in turn."""
        row, found = self.types[definition], self.found
        for remark in definition.remarks:
            if remark.takes is not None:
                known = row[remark.value.index]
                if known is None or known.rank != len(remark.shape):
                    continue
                for written, actual in zip(remark.shape, known.shape, strict=True):
                    if written is not None and written != actual:
                        condition = Condition("equal", written, actual, training)
                        if condition not in found:
                            found[condition] = Requirement(condition, remark.span, definition)
        for step, alone in _steps(definition.steps, training=training):
            if isinstance(step, Use):
                yield step.definition, alone
            elif isinstance(step, Apply):
                for one in self.asked.get(step, ()):
                    condition = _in(one, training=alone)
                    if condition not in found:
                        found[condition] = Requirement(condition, step.span, definition, step)
        for assertion in definition.assertions:
            condition = _in(assertion.condition, training=training)
            if condition not in found:
                place = (condition, assertion.span, definition)
                found[condition] = Requirement(*place, message=assertion.message)


def _in(condition: Condition, *, training: bool) -> Condition:
    return replaced(condition, training=True) if training else condition


def _steps(steps: list[Step], *, training: bool) -> Iterator[tuple[Step, bool]]:
    """All steps, each with whether it runs in training alone."""
    stack: list[tuple[Iterator[Step], bool]] = [(iter(steps), training)]
    while stack:
        here, alone = stack[-1]
        for step in here:
            yield step, alone
            if isinstance(step, (Group, TrainOnly, Repeat)):
                stack.append((iter(inside(step)), alone or isinstance(step, TrainOnly)))
                break
        else:
            stack.pop()
