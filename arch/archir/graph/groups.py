"""Which labelled groups can be modules with a ``forward`` of their own.

A group can when everything that it reads flows in, everything that is read of it flows out, and
all modules that it applies are registered inside it. Any other is a plain container: its steps
run in the module around it.
"""

from __future__ import annotations

from collections import Counter

from archir.base.record import Struct, fresh
from archir.graph.graph import (
    Apply,
    Definition,
    Group,
    RawParameter,
    Read,
    Scope,
    Slot,
    Step,
    TrainOnly,
    Use,
    Value,
)


class Traffic(Struct):
    """What some steps make, read and apply, those of groups inside them counted in."""

    made: set[Value] = fresh(factory=set)
    read: Counter[Value] = fresh(factory=Counter)
    slots: set[Slot] = fresh(factory=set)
    parameters: set[RawParameter] = fresh(factory=set)

    def include(self, other: Traffic) -> None:
        self.made |= other.made
        self.read.update(other.read)
        self.slots |= other.slots
        self.parameters |= other.parameters


def self_contained(definition: Definition) -> set[Group]:
    """The groups of a definition, at any depth, that can be modules of their own."""
    if not any(isinstance(step, (Group, TrainOnly)) for step in definition.steps):
        return set()
    groups: dict[Group, Traffic] = {}
    whole = _traffic(definition.steps, groups)
    whole.read.update(output.value for output in definition.outputs)
    return {group for group, inside in groups.items() if _is_closed(group, inside, whole)}


def registered(scope: Scope) -> tuple[set[Slot], set[RawParameter]]:
    """All that a scope registers, in the groups inside it too, but not in blocks."""
    slots: set[Slot] = set()
    parameters: set[RawParameter] = set()
    scopes = [scope]
    while scopes:
        inner = scopes.pop()
        parameters.update(inner.parameters)
        for entry in inner.entries:
            assert isinstance(entry, Slot), "back ends take unrolled graphs"
            slots.add(entry)
            if isinstance(entry.member, Scope):
                scopes.append(entry.member)
    return slots, parameters


def _traffic(steps: list[Step], groups: dict[Group, Traffic]) -> Traffic:
    # As deep as groups are nested in the text, which the parser bounds.
    result = Traffic()
    for step in steps:
        if isinstance(step, Group):
            groups[step] = inside = _traffic(step.steps, groups)
            result.include(inside)
            result.slots.add(step.slot)
        elif isinstance(step, TrainOnly):
            result.include(_traffic(step.steps, groups))
        elif isinstance(step, Read):
            result.parameters.add(step.parameter)
            result.made.update(step.outputs)
        elif isinstance(step, (Apply, Use)):
            result.read.update(step.inputs)
            result.made.update(step.outputs)
            if step.slot is not None:
                result.slots.add(step.slot)
    return result


def _is_closed(group: Group, inside: Traffic, whole: Traffic) -> bool:
    scope = group.slot.member
    assert isinstance(scope, Scope)
    slots, parameters = registered(scope)
    known = inside.made | set(group.inputs)
    escaping = {value for value in inside.made if whole.read[value] > inside.read[value]}
    return (
        set(inside.read) <= known
        and set(group.outputs) <= known
        and escaping <= set(group.outputs)
        and inside.slots <= slots
        and inside.parameters <= parameters
    )
