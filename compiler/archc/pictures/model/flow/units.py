"""What runs in a definition as units and what each of them reads, groups that stand alone as one.

A unit carries the item that stands for it in a picture. Sizes that a step only asks of a value are
no edges: nothing flows there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import TypeAlias

from archc.pictures.model.flow.ways import Way, gives_maps, tangled
from archc.pictures.model.tree import FREE, Box, Chain, Cost, Count, Item, Part, Ref, Shape, Sign
from archc.pictures.model.words import box_of, merge_of, name_of, shape_of, sign_of
from archir.base.record import Struct, fresh
from archir.graph.graph import (
    Apply,
    Definition,
    Group,
    RawParameter,
    Read,
    Repeat,
    Scope,
    Slot,
    Step,
    TrainOnly,
    Use,
    Value,
)
from archir.graph.groups import self_contained
from archir.graph.naming import names
from archir.graph.typed import TypedGraph
from archir.memory.storage import BYTES
from archir.op.dependence import Edge, Taps
from archir.shapes.arithmetic import multiply, product, total
from archir.shapes.types import TensorType


class Unit(Struct):
    """One thing that runs; ``item`` is None for what flows in from outside."""

    item: Item | None
    inputs: list[Unit] = fresh(factory=list)
    is_training: bool = False
    is_parameter: bool = False
    is_input: bool = False
    """Whether it begins a line: an input of the whole, where it has several."""

    given: int = -1
    """Which of the definition's inputs it is."""

    reads: list[Value] = fresh(factory=list)
    """The values that it reads, each of the unit at its place in ``inputs``."""

    makes: tuple[Value, ...] = ()

    begins: bool = False
    """Whether it reads nothing of its input, as what numbers places does."""


class Drawn(Struct):
    """A definition as a chain, and which of its inputs flow into it."""

    chain: Chain
    inputs: tuple[int, ...]


class Shapes:
    """The shapes of a model in a picture's words, each made once, and at which sizes costs are."""

    def __init__(
        self, typed: TypedGraph, is_symbolic: bool = False, costs_in_general: bool = False
    ) -> None:
        self.typed = typed
        self.costs_in_general = costs_in_general
        self._sizes = typed.graph.sizes if is_symbolic else None
        self._made: dict[TensorType, Shape] = {}

    def of(self, definition: Definition, value: Value) -> Shape:
        """The shape of a value."""
        general = self.typed.type_of(definition, value)
        if general not in self._made:
            (given,) = self.typed.graph.answers.concrete((general,))
            self._made[general] = shape_of(general, given, self._sizes)
        return self._made[general]


def child_paths(scope: Scope, prefix: str = "") -> dict[Slot, str]:
    """The path of every child of a scope and of the scopes in it."""
    found: dict[Slot, str] = {}
    waiting = [(scope, prefix)]
    while waiting:
        inner, before = waiting.pop()
        for slot, name in names(inner).items():
            found[slot] = f"{before}.{name}" if before else name
            if isinstance(slot.member, Scope):
                waiting.append((slot.member, found[slot]))
    return found


Series: TypeAlias = "Callable[[list[Unit], Unit, Unit | None, Way], Chain]"
"""What makes a chain of units, of that which it gives and that which flows in."""


class Collector:
    """The units of one use of a definition. ``enter`` draws a definition that is used in it."""

    def __init__(
        self,
        shapes: Shapes,
        definition: Definition,
        prefix: str,
        enter: Callable[[Definition, str], Drawn],
        series: Series,
        way: Way,
    ) -> None:
        self.shapes = shapes
        self.way = way
        self.typed = shapes.typed
        self.definition = definition
        self.enter = enter
        self.series = series
        self.paths = child_paths(definition.scope, prefix)
        self.parameters = _owners(definition.scope, prefix, self.paths)
        self.closed = self_contained(definition)
        self.known: dict[Value, Unit] = {}
        self.same: dict[Value, Value] = {}  # what has another name inside of a block that is opened
        self.counted: set[Slot | RawParameter] = set()  # what is read again costs no more

    def units(self, steps: Sequence[Step], training: bool = False) -> list[Unit]:
        """The units of some steps; ``known`` says which of them made each value."""
        found: list[Unit] = []
        for step in steps:
            if isinstance(step, TrainOnly):
                found += self.units(step.steps, True)
            elif isinstance(step, Group):
                found += self._group(step, training)
            elif isinstance(step, Use):
                found += self._use(step)
            elif isinstance(step, Apply):
                found.append(self._apply(step))
            elif isinstance(step, Read):
                found.append(self._read(step))
            else:
                assert not isinstance(step, Repeat), "pictures take unrolled graphs"
        if training:
            for unit in found:
                unit.is_training = True
        return found

    def _group(self, step: Group, training: bool) -> list[Unit]:
        if step not in self.closed or len(step.inputs) != 1 or len(step.outputs) != 1:
            return self.units(step.steps, training)
        source = self.known[step.inputs[0]]
        entry = Unit(None)
        self.known[step.inputs[0]] = entry
        counted = set(self.counted)
        inner = self.units(step.steps, training)
        self.known[step.inputs[0]] = source
        sink = self.known[step.outputs[0]]
        if sink is entry:
            self.known[step.outputs[0]] = source
            return []
        chain = self.series(inner, sink, entry, self.way)
        if self.way != Way() and tangled(chain):
            self.counted = counted
            return self.units(step.steps, training)
        path = self.paths[step.slot]
        part = Part(path.rpartition(".")[2], path, chain)
        return [self._made(part, step.inputs, step)]

    def _use(self, step: Use) -> list[Unit]:
        path = self.paths[step.slot]
        if self.way.opens and gives_maps(self.typed, self.definition, step):
            return self._opened(step, path)
        drawn = self.enter(step.definition, path)
        name = path.rpartition(".")[2]
        ref = Ref(step.definition, drawn.chain, path, name, is_named=step.slot.label is not None)
        return [self._made(ref, [step.inputs[place] for place in drawn.inputs], step)]

    def _opened(self, step: Use, path: str) -> list[Unit]:
        """The units of what is used, in the place of one that stands for it."""
        # As deep as blocks are nested, which the elaborator bounds.
        inner = Collector(self.shapes, step.definition, path, self.enter, self.series, self.way)
        for value, own in zip(step.definition.inputs, step.inputs, strict=True):
            inner.known[value], inner.same[value] = self.known[own], self.same.get(own, own)
        units = inner.units(step.definition.steps)
        for value, output in zip(step.outputs, step.definition.outputs, strict=True):
            own = output.value
            self.known[value], self.same[value] = inner.known[own], inner.same.get(own, own)
        return units

    def _apply(self, step: Apply) -> Unit:
        values = step.inputs if step.op.takes() != "one" else step.inputs[:1]
        given = self.typed.concrete_types_of(self.definition, step.inputs)
        path = "" if step.slot is None else self.paths[step.slot]
        inputs = [self.known[value] for value in values]
        flowing = [unit for unit in inputs if not unit.is_parameter]
        cost = self._cost(step, given)
        if len(values) == 1 and self._reads_nothing(step, given):
            unit = self._made(box_of(step, given, path), (), step, cost)
            unit.begins = True
            return unit
        if len(values) < 2 or len(set(inputs)) == 1:
            return self._made(box_of(step, given, path), values[:1], step, cost)
        if len(flowing) == 1:  # what is learned beside it is said in its box
            box = box_of(step, given, path)
            learned = [_head(unit) for unit in inputs if unit.is_parameter]
            cost = sum((_taken(unit) for unit in inputs if unit.is_parameter), cost)
            sign = sign_of(step.op, given) or name_of(step.op)
            box.head, box.window = (" ".join((sign, *learned)),), ()
            if box.kind == "attention":  # a layer of weights, which says how much it gives
                made = self.typed.concrete_types_of(self.definition, step.outputs)
                box.kind, box.facts = "linear", (*box.facts, Count(made[0].extents[-1]))
            flows = [value for value in values if self.known[value] is flowing[0]]
            return self._made(box, flows, step, cost)
        return self._made(merge_of(step, given, path), values, step, cost)

    def _reads_nothing(self, step: Apply, given: tuple[TensorType, ...]) -> bool:
        """Whether the elements of its input count for nothing, as where places are numbered."""
        made = self.typed.concrete_types_of(self.definition, step.outputs)
        accesses = step.op.dependence(Edge(given, made, sizes=self.typed.graph.sizes))
        nothing = (None,)
        return bool(accesses) and all(
            isinstance(one, Taps) and one.taps == nothing for one in accesses or ()
        )

    def _cost(self, step: Apply, given: tuple[TensorType, ...]) -> Cost:
        """What a step costs; the parameters of a module that runs twice once."""
        if self.shapes.costs_in_general:
            general = [self.typed.type_of(self.definition, one) for one in step.inputs]
            made = tuple(self.typed.type_of(self.definition, one) for one in step.outputs)
            macs = step.op.macs(tuple(general), made)
            memory = total(multiply(product(one.shape), BYTES[one.dtype]) for one in made)
        else:
            made = self.typed.concrete_types_of(self.definition, step.outputs)
            macs = step.op.macs(given, made)
            memory = sum(prod(one.extents) * BYTES[one.dtype] for one in made)
        parameters = 0
        if step.slot is not None and step.slot not in self.counted:
            self.counted.add(step.slot)
            state = step.op.parameters(given)
            parameters = sum(one.numel for one in state if not one.is_buffer)
        return Cost(parameters, macs, memory)

    def _read(self, step: Read) -> Unit:
        parameter = step.parameter
        path = self.parameters[parameter]
        box = Box("parameter", (parameter.name,), path=path, title=path)
        is_counted = parameter.is_buffer or parameter in self.counted
        cost = Cost(0 if is_counted else prod(parameter.shape))
        self.counted.add(parameter)
        unit = self._made(box, [], step, cost)
        unit.is_parameter = True
        return unit

    def _made(
        self,
        item: Item,
        reads: Sequence[Value],
        step: Apply | Read | Use | Group,
        cost: Cost = FREE,
    ) -> Unit:
        outputs = step.outputs
        unit = Unit(item, [self.known[value] for value in reads], makes=outputs)
        unit.reads = [self.same.get(value, value) for value in reads]
        if isinstance(item, (Box, Sign)):
            item.cost = cost
        if isinstance(item, (Box, Sign, Ref)):
            item.spans = (step.span,)
        item.shape = self.shapes.of(self.definition, outputs[0])
        for value in outputs:
            self.known[value] = unit
        return unit


def _head(unit: Unit) -> str:
    assert isinstance(unit.item, Box)
    return "".join(str(piece) for piece in unit.item.head)


def _taken(unit: Unit) -> Cost:
    """What a parameter costs, for the box that it is said in; no other has it again."""
    assert isinstance(unit.item, Box)
    cost, unit.item.cost = unit.item.cost, FREE
    return cost


def _owners(scope: Scope, prefix: str, paths: dict[Slot, str]) -> dict[RawParameter, str]:
    scopes = [(scope, prefix)]
    scopes += [
        (slot.member, path) for slot, path in paths.items() if isinstance(slot.member, Scope)
    ]
    return {
        parameter: f"{path}.{parameter.name}" if path else parameter.name
        for inner, path in scopes
        for parameter in inner.parameters
    }
