"""What can be counted on a typed graph without unrolling it."""

from __future__ import annotations

from collections.abc import Iterable

from archir.graph.graph import Apply, Definition, Leaf, Scope, Slot, SlotRepeat, Step
from archir.graph.steps import walk, walked
from archir.graph.typed import TypedGraph
from archir.init.init_rules import Tie
from archir.shapes.types import ParameterSpec


def slot_parameters(
    typed: TypedGraph, definition: Definition, steps: Iterable[Step] | None = None
) -> dict[Slot, tuple[ParameterSpec, ...]]:
    """The state-dict entries of every op's module in one definition (not of blocks inside it).

    ``steps`` are all of the definition, where they are at hand.
    """
    found: dict[Slot, tuple[ParameterSpec, ...]] = {}
    row = typed.types[definition]
    parameters = typed.graph.answers.parameters
    for step in walk(definition.steps) if steps is None else steps:
        if isinstance(step, Apply) and step.slot is not None and step.slot not in found:
            inputs = tuple([row[value.index] for value in step.inputs])
            found[step.slot] = parameters(step.op, inputs)
    return found


def parameter_count(typed: TypedGraph) -> int:
    """The number of trainable scalars, as ``sum(p.numel() for p in module.parameters())``."""
    counts: dict[Definition, int] = {}
    for definition, steps in walked(typed.graph).items():
        leaves = slot_parameters(typed, definition, steps)
        counts[definition] = _Counter(leaves, counts).scope(definition.scope)
    return counts[typed.graph.root]


class _Counter:
    def __init__(
        self, leaves: dict[Slot, tuple[ParameterSpec, ...]], counts: dict[Definition, int]
    ) -> None:
        self.leaves = leaves
        self.counts = counts

    def scope(self, scope: Scope) -> int:
        own = 0
        for parameter in scope.parameters:
            own += 0 if parameter.is_buffer else parameter.spec.numel
        return own + sum(self._entry(entry) for entry in scope.entries)

    def _entry(self, entry: Slot | SlotRepeat) -> int:
        if isinstance(entry, SlotRepeat):
            return entry.count * sum(self._entry(inner) for inner in entry.entries)
        member = entry.member
        if isinstance(member, Scope):
            return self.scope(member)
        if isinstance(member, Leaf):
            tied = {name for name, given in member.overrides if isinstance(given, Tie)}
            specs = [spec for spec in self.leaves.get(entry, ()) if spec.name not in tied]
            return sum(spec.numel for spec in specs if not spec.is_buffer)
        return 0 if member is None else self.counts[member]
