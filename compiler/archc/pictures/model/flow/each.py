"""Inputs of which each goes the same way, as the maps of a pyramid do in a head: drawn once."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from archc.pictures.model.costs import stand_for
from archc.pictures.model.flow.units import Unit
from archc.pictures.model.keys import key
from archc.pictures.model.panels.pairs import numbers, pairs
from archc.pictures.model.tree import Box, Chain, Count, Words
from archir.base.record import Record

EACH = "each of"

LEAST = 3
"""Inputs from which on one stands for all."""


class Lane(Record):
    """What only one input leads to, in the order of running, and what reads it from outside."""

    units: list[Unit]
    look: Hashable
    merges: list[Unit]


def each(inputs: Sequence[Unit], units: Sequence[Unit]) -> list[Unit]:
    """The inputs that are drawn: the first, where all go ways that look alike; else all of them."""
    lanes = [_lane(one, units) for one in inputs]
    first, *others = lanes
    if len(lanes) < LEAST or any(one.look != first.look for one in others) or not first.merges:
        return list(inputs)
    for lane in others:
        for one, other in zip(first.units, lane.units, strict=True):
            assert one.item is not None and other.item is not None
            stand_for([one.item], [other.item])
    for at, unit in enumerate(first.units):
        _say_ranges(unit, [lane.units[at] for lane in others])
    stands = {
        other: one for lane in others for one, other in zip(first.units, lane.units, strict=True)
    }
    for merge in {unit for lane in lanes for unit in lane.merges}:
        merge.inputs = [stands.get(one, one) for one in merge.inputs]
    begin = first.units[0]
    assert isinstance(begin.item, Box)
    begin.item.head = (f"{EACH} {len(lanes)}",)
    return [begin]


def says_each(unit: Unit) -> bool:
    """Whether an input stands for several."""
    return isinstance(unit.item, Box) and str(unit.item.head[0]).startswith(EACH)


def _lane(begin: Unit, units: Sequence[Unit]) -> Lane:
    own = [begin]
    for unit in units:
        if unit not in own and unit.inputs and all(one in own for one in unit.inputs):
            own.append(unit)
    place = {unit: at for at, unit in enumerate(own)}
    outside = [one for one in units if one not in place]
    merges = [one for one in outside if any(source in place for source in one.inputs)]
    look = tuple(
        (
            key(unit.item, exact=False) if unit.item is not None and at else None,
            tuple(place[one] for one in unit.inputs),
            tuple(number for number, one in enumerate(merges) if unit in one.inputs),
        )
        for at, unit in enumerate(own)
    )
    return Lane(own, (look, tuple(map(id, merges))), merges)


def _say_ranges(unit: Unit, others: Sequence[Unit]) -> None:
    """Say from where to where numbers go that differ."""
    if not isinstance(unit.item, Box):
        return
    values: dict[Count, list[int]] = {}
    for other in others:
        assert other.item is not None
        for count, value in numbers(pairs(Chain([unit.item]), Chain([other.item]))):
            values.setdefault(count, [count.value]).append(value)

    def said(words: Words) -> Words:
        return tuple(
            one if isinstance(one, str) else _range(one, values.get(one, ())) for one in words
        )

    unit.item.facts, unit.item.head = said(unit.item.facts), said(unit.item.head)
    unit.item.window = said(unit.item.window)


def _range(piece: str | Count, values: Sequence[int]) -> str | Count:
    if isinstance(piece, str) or len(set(values)) < 2:
        return piece
    return f"{piece.before}{min(values)}\N{EN DASH}{max(values)}"
