"""From a typed graph to a picture's model."""

from __future__ import annotations

from collections.abc import Collection

from archc.pictures.model.flow.series import bare, series
from archc.pictures.model.flow.units import Collector, Drawn, Shapes, Unit, ordered
from archc.pictures.model.fold import fold
from archc.pictures.model.panels.apart import apart
from archc.pictures.model.tree import Box, Chain, Item, Part, Picture, Shape, Tap
from archir.graph.graph import Definition, Output
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
    chain = builder.model()
    chain, panels = apart(chain, typed, depth, expand)
    return Picture(typed.graph.root.name, chain, panels)


LARGEST_PART = 5
"""Items of a labelled part of the model up to which it has a frame."""


class _Builder:
    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes
        self.drawn: dict[Definition, Drawn] = {}

    def collector(self, definition: Definition, prefix: str = "") -> Collector:
        return Collector(self.shapes, definition, prefix, self.enter, _series)

    def enter(self, definition: Definition, path: str) -> Drawn:  # noqa: ARG002  (a use's own)
        """The chain of a definition, made once for all of its uses."""
        # As deep as blocks are nested, which the elaborator bounds.
        if definition not in self.drawn:
            self.drawn[definition] = self._definition(definition)
        return self.drawn[definition]

    def _definition(self, definition: Definition) -> Drawn:
        collector = self.collector(definition)
        inputs = [Unit(None, given=place) for place in range(len(definition.inputs))]
        collector.known.update(zip(definition.inputs, inputs, strict=True))
        units = collector.units(definition.steps)
        outputs = [one for one in definition.outputs if not one.when_training]
        sink = _sink(collector, outputs)
        if sink in inputs:
            return Drawn(Chain(), (sink.given,))
        units.append(sink)
        used = [
            one for one in inputs if any(one in unit.inputs for unit in ordered(units, sink, None))
        ]
        entry = used[0] if len(used) == 1 else None
        if entry is None:
            for unit in used:
                value = definition.inputs[unit.given]
                shape = self.shapes.of(definition, value)
                unit.item = _end(value.name or "input", shape, with_shape=False)
                unit.is_input = True
            units = used + units
        chain = bare(_series(ordered(units, sink, entry), entry))
        return Drawn(chain, tuple(one.given for one in used))

    def model(self) -> Chain:
        """The chain of the whole model, with its inputs and outputs."""
        root = self.shapes.typed.graph.root
        collector = self.collector(root)
        inputs: list[Unit] = []
        for value in root.inputs:
            unit = Unit(_end(value.name or "input", self.shapes.of(root, value)))
            unit.is_input = True
            collector.known[value] = unit
            inputs.append(unit)
        units = inputs + collector.units(root.steps)
        sinks: dict[Unit, list[Output]] = {}
        for output in root.outputs:
            sinks.setdefault(collector.known[output.value], []).append(output)
        reach = {
            sink: ordered(units, sink, None)
            for sink, outputs in sinks.items()
            if not all(one.when_training for one in outputs)
        }
        main = max(reach, key=lambda sink: len(reach[sink]))
        order = reach[main]
        taps = self._taps(root, units, set(order), sinks, main)
        chain = _without_large_parts(series(order, None, fold, taps))
        _name_outputs(chain, sinks[main])
        return chain

    def _taps(
        self,
        root: Definition,
        units: list[Unit],
        drawn: set[Unit],
        sinks: dict[Unit, list[Output]],
        main: Unit,
    ) -> dict[Unit | None, list[Tap]]:
        """What leads to other outputs, by the unit that it leaves behind."""
        taps: dict[Unit | None, list[Tap]] = {}
        for sink, outputs in sinks.items():
            if sink is main:
                continue
            output = outputs[0]
            own = [unit for unit in ordered(units, sink, None) if unit not in drawn]
            within = set(own)
            sources = {one: None for unit in own for one in unit.inputs if one not in within}
            end = _end(output.name or "output", self.shapes.of(root, output.value))
            source = next(reversed(sources), sink)
            chain = Chain([end])
            if own and len(sources) == 1:
                chain = _series(own, source)
                chain.items.append(end)
            tap = Tap(chain, output.when_training)
            taps.setdefault(source, []).append(tap)
        return taps


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


def _series(units: list[Unit], entry: Unit | None) -> Chain:
    return series(units, entry, fold)


def _sink(collector: Collector, outputs: list[Output]) -> Unit:
    """What a block gives; several values meet in an end of their own."""
    units = [collector.known[output.value] for output in outputs]
    if len(set(units)) == 1:
        return units[0]
    names = ", ".join(output.name or output.value.name or "_" for output in outputs)
    shape = collector.shapes.of(collector.definition, outputs[0].value)
    return Unit(_end(names, shape, with_shape=False), list(dict.fromkeys(units)))


def _end(name: str, shape: Shape, *, with_shape: bool = True) -> Box:
    facts = (shape.text,) if with_shape else ()
    return Box("end", (name,), facts, title=f"{name}: {shape.general}", shape=shape)


def _name_outputs(chain: Chain, outputs: list[Output]) -> None:
    shapes = [item.shape for item in chain.items if not isinstance(item, Tap)]
    shape = shapes[-1] if shapes else None
    name = ", ".join(one.name for one in outputs if one.name) or "output"
    if shape is not None:
        chain.items.append(_end(name, shape))
