"""From a typed graph to a picture's model."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from archc.pictures.model.ends import Taps, end, output_end, sink_of, taps_of
from archc.pictures.model.flow.alike import alike
from archc.pictures.model.flow.each import each, says_each
from archc.pictures.model.flow.order import further, ordered
from archc.pictures.model.flow.series import bare, series
from archc.pictures.model.flow.told import Aside, before, constants, named_maps, told
from archc.pictures.model.flow.units import Collector, Drawn, Shapes, Unit
from archc.pictures.model.flow.ways import OPEN, WAYS, WEB, Way, gives_maps, tangled
from archc.pictures.model.fold import fold
from archc.pictures.model.levels import is_deep
from archc.pictures.model.panels.apart import apart
from archc.pictures.model.titles import title_of
from archc.pictures.model.tree import Chain, Item, Panel, Part, Picture
from archir.base.record import Record
from archir.graph.graph import Definition, Output
from archir.graph.steps import walk
from archir.graph.typed import TypedGraph
from archir.graph.unroll import unroll


def picture_of(
    typed: TypedGraph,
    depth: int | None = None,
    expand: Collection[str] = (),
    is_symbolic: bool = False,
    costs_in_general: bool = False,
) -> Picture:
    """What there is to see of a model: ``depth`` levels of panels, some blocks opened in place.

    ``costs_in_general`` are expressions of the sizes, which may be too large to be written.
    """
    typed = unroll(typed)
    builder = _Builder(Shapes(typed, is_symbolic, costs_in_general))
    chain, asides = builder.model()
    chain, panels = apart(chain, asides, typed, depth, expand)
    return Picture(title_of(typed.graph.root), chain, panels)


LARGEST_PART = 5
"""Items of a labelled part of the model up to which it has a frame."""


class _Flow(Record):
    """What runs in a definition."""

    units: list[Unit]
    outputs: dict[Unit, list[Output]]


class _Builder:
    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes
        self.drawn: dict[Definition, Drawn] = {}

    def enter(self, definition: Definition, path: str) -> Drawn:  # noqa: ARG002  (a use's own)
        """The chain of a definition, made once for all of its uses."""
        # As deep as blocks are nested, which the elaborator bounds.
        if definition not in self.drawn:
            found: list[Drawn] = []
            for way in self._ways_of_block(definition):
                made = self._definition(definition, way)
                if way is OPEN and not is_deep(made.chain):
                    continue
                found.append(made)
                if not tangled(made.chain):
                    break
            self.drawn[definition] = min(found, key=lambda drawn: tangled(drawn.chain))
        return self.drawn[definition]

    def _ways(self, definition: Definition) -> tuple[Way, ...]:
        typed = self.shapes.typed
        uses = [one for one in walk(definition.steps) if gives_maps(typed, definition, one)]
        return (OPEN, *WAYS) if len(uses) == 1 else WAYS

    def _ways_of_block(self, definition: Definition) -> tuple[Way, ...]:
        """The ways for a block: a line to another output is none around what it leaves behind."""
        ways = self._ways(definition)
        values = {one.value for one in definition.outputs if not one.when_training}
        if len(values) < 2:
            return ways
        tapped = [one for one in ways if one.has_taps]
        plain = [one for one in ways if not one.has_taps]
        return (*tapped, *plain) if OPEN in ways else (Way(has_taps=True), *tapped, *plain)

    def _flow(self, definition: Definition, inputs: Sequence[Unit], way: Way) -> _Flow:
        """The units of a definition, whose inputs are given."""
        collector = Collector(self.shapes, definition, "", self.enter, _series, way)
        collector.known.update(zip(definition.inputs, inputs, strict=True))
        units = [*inputs, *collector.units(definition.steps)]
        outputs: dict[Unit, list[Output]] = {}
        for output in definition.outputs:
            outputs.setdefault(collector.known[output.value], []).append(output)
        units = alike(units, outputs)
        units = constants(units, outputs)
        named_maps(units, lambda value: self.shapes.of(definition, value))
        return _Flow(units, outputs)

    def _definition(self, definition: Definition, way: Way) -> Drawn:
        inputs = [
            Unit(None, given=place, makes=(value,)) for place, value in enumerate(definition.inputs)
        ]
        flow = self._flow(definition, inputs, way)
        outputs = {
            unit: own
            for unit, own in flow.outputs.items()
            if not all(one.when_training for one in own)
        }
        sink = sink_of(self.shapes, definition, flow.units, outputs, has_taps=way.has_taps)
        if sink in inputs:
            return Drawn(Chain(), (sink.given,))
        units = [one for one in flow.units if one not in inputs]
        if sink not in units:
            units.append(sink)
        reach = {one for end in {sink: None, **outputs} for one in ordered(flow.units, end, None)}
        flowing = [one for one in inputs if one in reach]
        lines = self._lines(definition, flowing, units, sink, way)
        entry = lines[0] if len(lines) == 1 and lines[0].item is None else None
        late = further(lines, sink) if way.is_late else ()
        order = ordered([*flowing, *units], sink, entry, late)
        taps: Taps = {}
        if sink in outputs and len(outputs) > 1:
            taps, _alone = taps_of(self.shapes, definition, units, order, outputs)
        chain = bare(series(order, entry, fold, taps, is_late=way.is_late))
        return Drawn(chain, tuple(one.given for one in flowing))

    def _lines(
        self,
        definition: Definition,
        flowing: list[Unit],
        units: list[Unit],
        sink: Unit,
        way: Way,
    ) -> list[Unit]:
        """The inputs that have lines; where there are several each has a box with its name."""
        if len(flowing) > 1:
            for unit in flowing:
                value = definition.inputs[unit.given]
                name = value.name or f"input {unit.given + 1}"
                unit.item = end(name, self.shapes.of(definition, value), with_shape=False)
                unit.is_input = True
        lines = flowing
        if way.is_told:
            lines = each(flowing, units)
            told([*lines, *units], are_drawn_apart=False)
        reach = ordered([*lines, *units], sink, None)
        lines = [one for one in lines if one in reach]
        if len(lines) == 1 and lines[0].item is not None and not says_each(lines[0]):
            lines[0].item, lines[0].is_input = None, False
        return lines

    def model(self) -> tuple[Chain, list[Panel]]:
        """The chain of the whole model, with its inputs and outputs, and what is drawn apart."""
        found: list[tuple[Chain, list[Panel]]] = []
        for way in self._ways(self.shapes.typed.graph.root):
            if way.has_taps and not way.opens and not way.is_told:
                continue  # a model's further outputs leave its line in any case
            if way.begins and min(tangled(chain) for chain, _asides in found) < WEB:
                continue
            made = self._model(way)
            if way is OPEN and not is_deep(made[0]):
                continue
            found.append(made)
            if not tangled(made[0]):
                break
        return min(found, key=lambda one: tangled(one[0]))

    def _model(self, way: Way) -> tuple[Chain, list[Panel]]:
        root = self.shapes.typed.graph.root
        inputs: list[Unit] = []
        for value in root.inputs:
            unit = Unit(end(value.name or "input", self.shapes.of(root, value)), makes=(value,))
            unit.is_input = True
            inputs.append(unit)
        flow = self._flow(root, inputs, way)
        asides = told(flow.units, True, way.begins) if way.is_told else []
        outputs = {
            unit: own
            for unit, own in flow.outputs.items()
            if not all(one.when_training for one in own)
        }
        main = sink_of(self.shapes, root, flow.units, outputs, has_taps=True)
        late = further(inputs, main) if way.is_late else ()
        order = ordered(flow.units, main, None, late)
        taps, alone = taps_of(self.shapes, root, flow.units, order, flow.outputs)
        chain = series(order, None, fold, taps, is_late=way.is_late)
        chain = _without_large_parts(chain)
        chain.items.append(output_end(flow.outputs[main], chain))
        return chain, [*map(self._aside, asides), *alone]

    def _aside(self, aside: Aside) -> Panel:
        """What leads to values that are said by name, in a panel of that name."""
        name = ", ".join(aside.names)
        (sink, *others) = aside.ends
        if others:
            assert sink.item is not None and sink.item.shape is not None
            sink = Unit(end(name, sink.item.shape, with_shape=False), aside.ends)
        units = ordered(list(before(sink)), sink, None)
        return Panel(name, series(units, None, fold), [])


def _without_large_parts(chain: Chain) -> Chain:
    """Labelled parts that are most of a model are no parts of a picture."""
    items: list[Item] = []
    for item in chain.items:
        if isinstance(item, Part) and len(item.chain.items) > LARGEST_PART:
            items += item.chain.items
        else:
            items.append(item)
    if len(items) == len(chain.items):
        return chain
    return _without_large_parts(fold(Chain(items)))


def _series(units: list[Unit], sink: Unit, entry: Unit | None, way: Way) -> Chain:
    """The chain of a part that stands for itself."""
    units = constants(units)
    if way.is_told:
        told(units, are_drawn_apart=False)
    return series(ordered(units, sink, entry), entry, fold)
