"""The ends of a picture's lines: inputs, outputs, and what leaves a line on its way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from archc.pictures.model.flow.order import ordered
from archc.pictures.model.flow.series import series
from archc.pictures.model.flow.units import Shapes, Unit
from archc.pictures.model.fold import fold
from archc.pictures.model.tree import Box, Chain, Panel, Part, Ref, Shape, Tap, Words
from archir.graph.graph import Definition, Output

Outputs: TypeAlias = "Mapping[Unit, list[Output]]"
"""The outputs of a definition by what makes them."""

Taps: TypeAlias = "dict[Unit | None, list[Tap]]"

MOST_NAMES = 2
"""Outputs whose names stand on one line."""


def end(name: str, shape: Shape, *, with_shape: bool = True) -> Box:
    """An input or an output."""
    facts = (shape.text,) if with_shape else ()
    return Box("end", (name,), facts, title=f"{name}: {shape.general}", shape=shape)


def output_end(outputs: Sequence[Output], chain: Chain, *, with_shape: bool = True) -> Box:
    """The end of a chain, with the names of what comes out of it."""
    shapes = [item.shape for item in chain.items if not isinstance(item, Tap) and item.shape]
    names = [one.name for one in outputs if one.name]
    made = end(", ".join(names) or "output", shapes[-1], with_shape=with_shape)
    if len(names) > MOST_NAMES:
        made.head, made.facts = _several(names)
    return made


def sink_of(
    shapes: Shapes, definition: Definition, units: list[Unit], outputs: Outputs, *, has_taps: bool
) -> Unit:
    """What a line leads to; several values meet in an end of their own, if they do not leave it."""
    main = max(outputs, key=lambda unit: len(ordered(units, unit, None)))
    if len(outputs) == 1 or (has_taps and _leave(units, main, outputs)):
        return main
    names = [_name(unit, own) for unit, own in outputs.items()]
    shape = shapes.of(definition, definition.outputs[0].value)
    box = end(", ".join(names), shape, with_shape=False)
    if len(names) > MOST_NAMES or UNNAMED in names:
        box.head, box.facts = _several([name for name in names if name != UNNAMED])
    made = Unit(box, list(outputs))
    made.reads = [own[0].value for own in outputs.values()]
    return made


def _leave(units: list[Unit], main: Unit, outputs: Outputs) -> bool:
    """Whether what leads to each further output leaves what is drawn in one place."""
    ways = _ways(units, ordered(units, main, None), outputs)
    return all(len(sources) < 2 for _sink, _own, sources in ways)


def _ways(
    units: list[Unit], order: Sequence[Unit], outputs: Outputs
) -> list[tuple[Unit, list[Unit], list[Unit]]]:
    """The units of each further output that no other has, and where they leave, long ones first."""
    drawn, main = set(order), order[-1]
    sinks = [unit for unit in outputs if unit is not main]
    sinks.sort(key=lambda unit: -len(ordered(units, unit, None)))
    found: list[tuple[Unit, list[Unit], list[Unit]]] = []
    for sink in sinks:
        own = [unit for unit in ordered(units, sink, None) if unit not in drawn]
        drawn.update(own)
        within = set(own)
        sources = {one: None for unit in own for one in unit.inputs if one not in within}
        found.append((sink, own, list(sources) if own else [sink]))
    return found


UNNAMED = "output"


def _several(names: Sequence[str]) -> tuple[Words, Words]:
    return ("outputs",), tuple(dict.fromkeys(names))


def _name(unit: Unit, outputs: Sequence[Output]) -> str:
    """The name of an output: the text's, or that of the part that makes it."""
    names = dict.fromkeys(name for one in outputs if (name := one.name or one.value.name))
    if names:
        return ", ".join(names)
    item = unit.item
    word = item.path.rpartition(".")[2] if isinstance(item, (Box, Part, Ref)) else ""
    return UNNAMED if not word or word.isdecimal() else word


def taps_of(
    shapes: Shapes,
    definition: Definition,
    units: list[Unit],
    order: Sequence[Unit],
    outputs: Outputs,
) -> tuple[Taps, list[Panel]]:
    """What leads to other outputs than that of a line, by the unit that it leaves behind.

    What begins by itself is drawn apart, as panels without uses.
    """
    taps: Taps = {}
    alone: list[Panel] = []
    for sink, own, sources in reversed(_ways(units, order, outputs)):
        given = outputs[sink]
        source = sources[-1] if sources else None
        box = end(_name(sink, given), shapes.of(definition, given[0].value))
        within: Taps = {one: taps[one] for one in own if one in taps}
        chain = series(own, source, fold, within) if own else Chain()
        chain.items.append(box)
        if source is None:
            alone.append(Panel(_name(sink, given), chain, []))
            continue
        is_training = all(one.when_training for one in given)
        taps.setdefault(source, []).append(Tap(chain, is_training))
    return taps, alone
