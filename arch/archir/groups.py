"""Which labelled groups can be modules with a ``forward`` of their own.

A group can when everything that it reads flows in, everything that is read of it flows out, and
all modules that it applies are registered inside it. Any other is a plain container: its steps
run in the module around it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from archir.graph import (
    Apply,
    Definition,
    Group,
    Parameter,
    Read,
    Scope,
    Slot,
    Step,
    TrainOnly,
    Use,
    Value,
)
from archir.record import Struct, fresh


class Traffic(Struct):
    """What some steps make, read and apply, those of groups inside them counted in."""

    made: set[Value] = fresh(factory=set)
    read: Counter[Value] = fresh(factory=Counter)
    slots: set[Slot] = fresh(factory=set)
    parameters: set[Parameter] = fresh(factory=set)

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


def registered(scope: Scope) -> tuple[set[Slot], set[Parameter]]:
    """All that a scope registers, in the groups inside it too, but not in blocks."""
    slots: set[Slot] = set()
    parameters: set[Parameter] = set()
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


def is_chain(
    scope: Scope,
    steps: list[Step],
    inputs: Sequence[Value],
    outputs: Sequence[Value],
    is_link: Callable[[Apply | Use | Group], bool],
) -> bool:
    """Whether the steps apply the scope's children in order, each once, and do no more.

    Then the scope is an nn.Sequential. ``is_link`` says whether a step is a call of its child.
    """
    if len(inputs) != 1 or scope.parameters or len(steps) != len(scope.entries):
        return False
    current = tuple(inputs)
    for step, entry in zip(steps, scope.entries, strict=True):
        if not isinstance(step, Apply | Use | Group) or step.slot is not entry:
            return False
        if step.inputs != current or len(step.outputs) != 1 or not is_link(step):
            return False
        current = step.outputs
    return current == tuple(outputs)
