"""Unrolling: a typed graph without folded loops, for those who want every module by name.

The checker folds a loop whose body keeps its type into one ``Repeat``, so that its work does not
grow with the count. Back ends need each copy: here every ``Repeat`` becomes ``count`` copies of its
body, and every ``SlotRepeat`` the copies of its children.
"""

from __future__ import annotations

from collections.abc import Sequence

from archir.base.record import Struct, fresh, replaced
from archir.graph.graph import (
    Apply,
    Definition,
    Graph,
    Group,
    Leaf,
    RawParameter,
    Read,
    Repeat,
    Scope,
    Slot,
    SlotRepeat,
    Step,
    TrainOnly,
    Use,
    Value,
)
from archir.graph.steps import walked
from archir.graph.typed import TypedGraph
from archir.shapes.types import TensorType


def unroll(typed: TypedGraph) -> TypedGraph:
    """The same model without ``Repeat`` and ``SlotRepeat``; definitions are shared as before."""
    done: dict[Definition, Definition] = {}
    types: dict[Definition, tuple[TensorType, ...]] = {}
    for definition, steps in walked(typed.graph).items():
        row = typed.types[definition]
        if _is_flat(steps, done):
            done[definition], types[definition] = definition, row
        else:
            copy = _Copier(definition, row, done)
            fresh = copy.definition()
            done[definition], types[fresh] = fresh, tuple(copy.types)
    if done[typed.graph.root] is typed.graph.root:
        return typed
    graph = Graph(done[typed.graph.root], typed.graph.sizes, typed.graph.answers)
    return TypedGraph(graph, types, typed.requirements, typed.in_dict)


def _is_flat(steps: Sequence[Step], done: dict[Definition, Definition]) -> bool:
    for step in steps:
        if isinstance(step, Repeat):
            return False
        if isinstance(step, Use) and done[step.definition] is not step.definition:
            return False
    return True


class _Copies(Struct):
    """What the children of one scope were copied to; ``repeats`` has one of these a turn."""

    slots: dict[Slot, Slot] = fresh(factory=dict)
    parameters: dict[RawParameter, RawParameter] = fresh(factory=dict)
    repeats: dict[SlotRepeat, list[_Copies]] = fresh(factory=dict)


class _Copier:
    """Copies one definition. Values and slots of a loop's body are looked up as of its turn."""

    def __init__(
        self,
        definition: Definition,
        row: tuple[TensorType, ...],
        done: dict[Definition, Definition],
    ) -> None:
        self.original = definition
        self.row = row
        self.done = done
        self.types: list[TensorType] = []
        self.values: dict[Value, Value] = {}
        self.slots: dict[Slot, Slot] = {}
        self.parameters: dict[RawParameter, RawParameter] = {}

    def definition(self) -> Definition:
        original = self.original
        inputs = tuple(self._make(value) for value in original.inputs)
        copies = _Copies()
        scope = self._scope(original.scope, copies)
        self._enter(copies)
        steps = self._steps(original.steps, copies)
        return replaced(
            original,
            inputs=inputs,
            scope=scope,
            steps=steps,
            outputs=tuple(replaced(o, value=self.values[o.value]) for o in original.outputs),
            annotations=(),
            assertions=(),
            value_count=len(self.types),
        )

    # --- what is registered -------------------------------------------------------------------

    def _scope(self, scope: Scope, copies: _Copies) -> Scope:
        parameters = [
            replaced(parameter, position=_width(scope.entries[: parameter.position]))
            for parameter in scope.parameters
        ]
        copies.parameters.update(zip(scope.parameters, parameters, strict=True))
        return Scope(scope.labelled, self._entries(scope.entries, copies), parameters)

    def _entries(
        self, entries: list[Slot | SlotRepeat], copies: _Copies
    ) -> list[Slot | SlotRepeat]:
        result: list[Slot | SlotRepeat] = []
        for entry in entries:
            if isinstance(entry, SlotRepeat):
                turns = [_Copies() for _ in range(entry.count)]
                copies.repeats[entry] = turns
                for turn in turns:
                    result.extend(self._entries(entry.entries, turn))
            else:
                result.append(self._slot(entry, copies))
        return result

    def _slot(self, slot: Slot, copies: _Copies) -> Slot:
        member = slot.member
        if isinstance(member, Scope):
            member = self._scope(member, copies)
        elif isinstance(member, Definition):
            member = self.done[member]
        elif isinstance(member, Leaf):
            member = replaced(member)
        copy = replaced(slot, member=member)
        copies.slots[slot] = copy
        return copy

    # --- what runs ----------------------------------------------------------------------------

    def _enter(self, copies: _Copies) -> None:
        self.slots.update(copies.slots)
        self.parameters.update(copies.parameters)

    def _steps(self, steps: list[Step], copies: _Copies) -> list[Step]:
        result: list[Step] = []
        for step in steps:
            if isinstance(step, Repeat):
                result.extend(self._repeat(step, copies))
            else:
                result.append(self._step(step, copies))
        return result

    def _repeat(self, step: Repeat, copies: _Copies) -> list[Step]:
        result: list[Step] = []
        current = self.values[step.input]
        for turn in copies.repeats[step.slots]:
            self._enter(turn)
            self.values[step.formal] = current
            result.extend(self._steps(step.body, turn))
            current = self.values[step.last]
        self.values[step.output] = current
        return result

    def _step(self, step: Apply | Use | Group | TrainOnly | Read, copies: _Copies) -> Step:
        if isinstance(step, TrainOnly):
            return TrainOnly(self._steps(step.steps, copies), step.span)
        if isinstance(step, Group):
            inputs = self._read(step.inputs)
            inner = self._steps(step.steps, copies)
            return Group(self.slots[step.slot], inputs, self._read(step.outputs), inner, step.span)
        if isinstance(step, Read):
            (value,) = step.outputs
            return Read(self.parameters[step.parameter], (self._make(value),), step.span)
        inputs = self._read(step.inputs)
        outputs = tuple(self._make(value) for value in step.outputs)
        if isinstance(step, Apply):
            slot = None if step.slot is None else self.slots[step.slot]
            return Apply(step.op, slot, inputs, outputs, step.span)
        return Use(self.done[step.definition], self.slots[step.slot], inputs, outputs, step.span)

    def _read(self, values: tuple[Value, ...]) -> tuple[Value, ...]:
        return tuple(self.values[value] for value in values)

    def _make(self, value: Value) -> Value:
        copy = Value(len(self.types), value.span, value.name)
        self.types.append(self.row[value.index])
        self.values[value] = copy
        return copy


def _width(entries: list[Slot | SlotRepeat]) -> int:
    """How many children the entries stand for."""
    return sum(
        entry.count * _width(entry.entries) if isinstance(entry, SlotRepeat) else 1
        for entry in entries
    )
