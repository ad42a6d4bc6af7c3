"""What can be counted on a typed graph without unrolling it."""

from __future__ import annotations

from archir.graph import (
    Apply,
    Definition,
    Leaf,
    Scope,
    Slot,
    SlotRepeat,
    definitions,
    walk,
)
from archir.typed import TypedGraph
from archir.types import ParameterSpec


def slot_parameters(
    typed: TypedGraph, definition: Definition
) -> dict[Slot, tuple[ParameterSpec, ...]]:
    """The state-dict entries of every op's module in one definition (not of blocks inside it)."""
    found: dict[Slot, tuple[ParameterSpec, ...]] = {}
    for step in walk(definition.steps):
        if isinstance(step, Apply) and step.slot is not None and step.slot not in found:
            inputs = typed.types_of(definition, step.inputs)
            found[step.slot] = typed.graph.answers.parameters(step.op, inputs)
    return found


def parameter_count(typed: TypedGraph) -> int:
    """The number of trainable scalars, as ``sum(p.numel() for p in module.parameters())``."""
    counts: dict[Definition, int] = {}
    for definition in definitions(typed.graph):
        counts[definition] = _Counter(typed, definition, counts).scope(definition.scope)
    return counts[typed.graph.root]


class _Counter:
    def __init__(
        self, typed: TypedGraph, definition: Definition, counts: dict[Definition, int]
    ) -> None:
        self.leaves = slot_parameters(typed, definition)
        self.counts = counts

    def scope(self, scope: Scope) -> int:
        own = 0
        for parameter in scope.parameters:
            spec = ParameterSpec(parameter.name, parameter.shape, is_buffer=parameter.is_buffer)
            own += 0 if spec.is_buffer else spec.numel
        return own + sum(self._entry(entry) for entry in scope.entries)

    def _entry(self, entry: Slot | SlotRepeat) -> int:
        if isinstance(entry, SlotRepeat):
            return entry.count * sum(self._entry(inner) for inner in entry.entries)
        member = entry.member
        if isinstance(member, Scope):
            return self.scope(member)
        if isinstance(member, Leaf):
            specs = self.leaves.get(entry, ())
            return sum(spec.numel for spec in specs if not spec.is_buffer)
        return 0 if member is None else self.counts[member]
