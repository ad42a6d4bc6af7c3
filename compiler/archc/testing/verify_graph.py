"""The verifier: what must be true of every graph, whatever text it came from.

It is for the compiler's own tests: a graph that fails here is a bug of the stage that made it,
never a user's mistake.
"""

from __future__ import annotations

from collections.abc import Iterator

from archir.graph.graph import (
    Apply,
    Definition,
    Graph,
    Group,
    RawParameter,
    Read,
    Repeat,
    Scope,
    Slot,
    SlotRepeat,
    Step,
    Use,
    Value,
)
from archir.graph.naming import names
from archir.graph.steps import Holder, definitions, visits


class MalformedGraphError(AssertionError):
    """A graph breaks one of its own rules."""


def verify(graph: Graph) -> None:
    """Raise MalformedGraphError at the first rule that a graph breaks."""
    for definition in definitions(graph):
        _Verifier(definition).definition()


class _Verifier:
    def __init__(self, definition: Definition) -> None:
        self.of = definition
        self.made: set[Value] = set()
        self.indices: set[int] = set()
        self.slots: set[Slot] = set()
        self.parameters: set[RawParameter] = set()

    def definition(self) -> None:
        self._scope(self.of.scope)
        self._make(self.of.inputs)
        self._require(len(self.of.inputs) == len(self.of.input_types), "inputs without types")
        self._steps(self.of.steps)
        for output in self.of.outputs:
            self._read((output.value,))
        self._require(bool(self.of.outputs), "no outputs")

    def _scope(self, scope: Scope) -> None:
        found = names(scope)
        self._require(len(set(found.values())) == len(found), "two children of one name")
        self.parameters.update(scope.parameters)
        for slot in _all_slots(scope.entries):
            self._require(slot not in self.slots, f"{slot.label} registered twice")
            self.slots.add(slot)
            self._require(slot.member is not None, f"slot {slot.label} is empty")
            if isinstance(slot.member, Scope):
                self._scope(slot.member)

    def _steps(self, steps: list[Step]) -> None:
        for when, step in visits(steps):
            if isinstance(step, Apply | Use | Read):
                self._leaf(step)
            elif when == "leave":
                self._leave(step)
            elif isinstance(step, Group):
                self._registered(step.slot)
                self._require(isinstance(step.slot.member, Scope), "a group without a scope")
                self._read(step.inputs)
            elif isinstance(step, Repeat):
                self._require(step.count >= 2, "a loop that is not repeated")
                self._require(step.slots.count == step.count, "a loop and its children disagree")
                self._read((step.input,))
                self._make((step.formal,))

    def _leave(self, step: Holder) -> None:
        if isinstance(step, Group):
            self._read(step.outputs)
        elif isinstance(step, Repeat):
            self._read((step.last,))
            self._make((step.output,))

    def _leaf(self, step: Apply | Use | Read) -> None:
        if isinstance(step, Read):
            self._require(step.parameter in self.parameters, "a parameter that is not registered")
        else:
            self._read(step.inputs)
            if step.slot is not None:
                self._registered(step.slot)
        if isinstance(step, Use):
            self._require(
                len(step.inputs) == len(step.definition.inputs)
                and len(step.outputs)
                == sum(not output.when_training for output in step.definition.outputs),
                f"{step.definition.name} used with other inputs or outputs than it has",
            )
        self._make(step.outputs)

    def _registered(self, slot: Slot) -> None:
        self._require(slot in self.slots, f"{slot.label or slot.default_name} is not registered")

    def _make(self, values: tuple[Value, ...]) -> None:
        for value in values:
            self._require(value not in self.made, f"{value} made twice")
            self._require(value.index not in self.indices, f"{value} shares its index")
            self._require(value.index < self.of.value_count, f"{value} is out of range")
            self.made.add(value)
            self.indices.add(value.index)

    def _read(self, values: tuple[Value, ...]) -> None:
        for value in values:
            self._require(value in self.made, f"{value} is read before it is made")

    def _require(self, true: bool, otherwise: str) -> None:
        if not true:
            raise MalformedGraphError(f"{self.of.name}: {otherwise}")


def _all_slots(entries: list[Slot | SlotRepeat]) -> Iterator[Slot]:
    for entry in entries:
        if isinstance(entry, SlotRepeat):
            yield from _all_slots(entry.entries)
        else:
            yield entry
