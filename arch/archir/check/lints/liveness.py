"""Which steps of a network its outputs depend on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archir.graph.graph import Apply, Definition, Read, Repeat, Slot, Step, Use, Value
from archir.graph.steps import visits
from archir.graph.typed import TypedGraph


class Liveness:
    """Live values and steps of each definition, as far as its own outputs are wanted."""

    def __init__(self, typed: TypedGraph, steps: Mapping[Definition, Sequence[Step]]) -> None:
        self.typed = typed
        self.values: set[Value] = set()
        self.slots: set[Slot] = set()
        """The modules that some live step applies."""

        for definition in steps:
            self.values.update(output.value for output in definition.outputs)
            self._steps(definition.steps)
        self.weighted: set[Definition] = set()
        for definition, own in steps.items():
            if any(self.has_weights(definition, step) for step in own):
                self.weighted.add(definition)

    def is_live(self, step: Apply | Use | Read) -> bool:
        """Whether an output depends on what a step gives."""
        return not self.values.isdisjoint(step.outputs)

    def has_weights(self, definition: Definition, step: Step) -> bool:
        """Whether a step has learned parameters of its own; those of inner blocks are known."""
        if isinstance(step, Use):
            return step.definition in self.weighted
        if isinstance(step, Read):
            return not step.parameter.is_buffer
        if not isinstance(step, Apply) or not step.op.weights:
            return False
        types = self.typed.types_of(definition, step.inputs)
        specs = self.typed.graph.answers.parameters(step.op, types)
        return not all(spec.is_buffer for spec in specs)

    def _steps(self, steps: Sequence[Step]) -> None:
        for when, step in reversed(list(visits(steps))):
            if isinstance(step, Apply | Use):
                if self.is_live(step):
                    self.values.update(step.inputs)
                    if step.slot is not None:
                        self.slots.add(step.slot)
            elif isinstance(step, Repeat):
                # Backwards a loop is left first, and what its body makes of it is known then.
                made, read = (step.output, step.last), (step.formal, step.input)
                wanted, needed = made if when == "leave" else read
                if wanted in self.values:
                    self.values.add(needed)
