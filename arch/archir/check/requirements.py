"""What a network asks of its sizes, in the order in which it runs, with the place of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from archir.base.record import replaced
from archir.graph.graph import (
    Apply,
    Definition,
    Graph,
    TrainOnly,
    Use,
)
from archir.graph.steps import visits
from archir.graph.typed import Requirement
from archir.shapes.conditions import Condition
from archir.shapes.dims import SizeExpr, show
from archir.shapes.types import TensorType

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
        for annotation in definition.annotations:
            if annotation.takes is not None:
                known = row[annotation.value.index]
                if known is None or known.rank != len(annotation.shape):
                    continue
                for written, actual in zip(annotation.shape, known.shape, strict=True):
                    if written is not None and written != actual:
                        condition = Condition("equal", written, actual, training)
                        if condition not in found:
                            found[condition] = Requirement(condition, annotation.span, definition)
        depth = 0
        for when, step in visits(definition.steps):
            alone = training or depth > 0
            if isinstance(step, TrainOnly):
                depth += 1 if when == "enter" else -1
            elif isinstance(step, Use):
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
