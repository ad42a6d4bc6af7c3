"""What stands in a block that is spliced into another, and can be said without its text."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from archc.python.reading.places import Place, Places
from archir.base.source import Span
from archir.program import expressions as e
from archir.program import statements as s
from archir.program.declarations import Block
from archir.program.walk import nested

_LITERALS = (e.Number, e.Truth, e.Text, e.ListDisplay, e.Gathered, e.Unary, e.Arithmetic)


def is_literal(own: Places, span: Span, text: Callable[[Block], Places]) -> bool:
    """Whether a place of blocks that are spliced into a text holds an op of literal arguments.

    It is then there whenever what splices it is, and no name decides anything of it. ``text`` reads
    a block.
    """
    found = list(_ways(own, span, text, ()))
    return bool(found) and all(found)


def _ways(
    places: Places, span: Span, text: Callable[[Block], Places], around: tuple[Block, ...]
) -> Iterator[bool]:
    """For each splice through which a place is reached, whether it is literal."""
    for place in {id(each): each for each in places.stages.values()}.values():
        unit = None if place.stage is None else place.stage.unit
        if not isinstance(unit, s.Use) or not unit.splice:
            continue
        if not isinstance(unit.target, e.BlockValue):
            yield False  # a parameter or the like: it may hold the place too
            continue
        block = unit.target.block
        if block in around:
            continue
        # The conditions around it in the text at hand are that text's own.
        free = not place.loops and (not around or _is_certain(place))
        inner = text(block)
        if span in inner.stages:
            yield free and _has_literals(inner.stages[span])
        for way in _ways(inner, span, text, (*around, block)):
            yield free and way


def _is_certain(place: Place) -> bool:
    condition = None if place.stage is None else place.stage.condition
    return not (place.loops or place.tests or place.outer) and condition is None


def _has_literals(place: Place) -> bool:
    stage = place.stage
    if stage is None or stage.overrides or not _is_certain(place):
        return False
    unit = stage.unit
    if not isinstance(unit, s.Use) or not isinstance(unit.target, e.OpValue) or unit.item:
        return False
    given = [each for each in (unit.target.arguments, unit.arguments) if each is not None]
    values = [item.value for each in given for item in each.items]
    return all(isinstance(part, _LITERALS) for value in values for part in nested(value))
