"""Loops: each turn is remembered, and equal turns that keep what flows are counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import TypeAlias

from archc.spaces.engine.effects import Flow, LongWay, Sum
from archc.spaces.engine.frame import LocalFrame
from archc.spaces.engine.memo import Piece, asked, effects, makes, of_body
from archdsl.elaborate.bodies.loops import equal_turns
from archdsl.elaborate.definitions.context import Context
from archdsl.elaborate.values.kinds import UNBOUND, Unknown
from archir.program.statements import For, Loop, RepeatLoop

MOST = 20_000
"""Turns that are made one by one; the long way has limits of its own."""

Turn: TypeAlias = "tuple[int, tuple[tuple[int, object, object], ...]]"
"""How many equal turns there are, and what their names hold."""


@makes(For, RepeatLoop)
def _loop(node: Loop) -> Piece:
    runs = turns(node, fold=node.turns.can_fold)
    body = effects(of_body(node.body), node.body)
    fresh, collected = node.turns.fresh, node.turns.collected
    blank: list[object] = [UNBOUND] * len(fresh)

    def run(frame: LocalFrame, total: Sum) -> Flow:
        lists: list[list[object]] = [[] for _ in collected]
        is_cut = False
        flow, before, unknown = frame.flow, total.bound, frame.world.unknown
        for count, bound in runs(frame, total):
            left = count
            while left:
                begin(frame, fresh, blank, bound)
                effect = body(frame)
                done = left if effect.flow == flow and not collected else 1
                total.add(effect, done)
                left -= done
                if total.abandoned:
                    return (unknown,)
                frame.keys[-1] = flow = effect.flow
                if collected:
                    collect(frame, node, lists)
                if unknown in flow:
                    is_cut = is_cut or left > 0
                    break
        total.bound = before  # what the names of its turns hold is of no interest behind it
        if collected and is_cut:
            raise LongWay
        for (_, behind), values in zip(collected, lists, strict=True):
            frame.put(behind, tuple(values), total)
        return flow

    return run


def begin(
    frame: LocalFrame,
    fresh: range,
    blank: list[object],
    bound: tuple[tuple[int, object, object], ...],
) -> None:
    """Begin a turn: its names are empty, but for those that it goes over."""
    if blank:
        frame.env[fresh.start : fresh.stop] = blank
        frame.keys[fresh.start : fresh.stop] = blank
    for slot, value, key in bound:
        frame.env[slot] = value
        frame.keys[slot] = key


def collect(frame: LocalFrame, node: Loop, lists: list[list[object]]) -> None:
    """End a turn: what has a name behind the loop is put into the list of it."""
    for (target, _), values in zip(node.turns.collected, lists, strict=True):
        value = frame.env[target.slot]
        if value is not UNBOUND:
            values.append(value)


def turns(node: Loop, *, fold: bool) -> Callable[[LocalFrame, Sum], tuple[Turn, ...]]:
    """The turns of a loop, equal neighbours put together where that is asked for."""
    asks = node.count if isinstance(node, RepeatLoop) else node.iterable

    def question(frame: LocalFrame, total: Sum) -> tuple[Turn, ...]:
        found: list[tuple[object, int]] = []

        def note(context: Context) -> tuple[()]:
            made = equal_turns(node, frame.flow, context, fold=fold)
            if made is None:
                raise LongWay
            found.extend((each.item, each.count) for each in islice(made, MOST + 1))
            return ()

        frame.perform(total, note)
        if len(found) > MOST:
            raise LongWay
        total.sums += len(found)
        return tuple([(count, tuple(_bound(node, frame, item))) for item, count in found])

    return asked(question, asks)


def _bound(node: Loop, frame: LocalFrame, item: object) -> Iterator[tuple[int, object, object]]:
    """What the names of a turn hold."""
    if isinstance(node, RepeatLoop):
        return
    keys = frame.world.keys
    items: tuple[object, ...] = (item,)
    if len(node.targets) > 1:
        if not isinstance(item, tuple) or len(item) != len(node.targets):
            raise LongWay
        items = item
    for target, each in zip(node.targets, items, strict=True):
        if isinstance(each, Unknown):
            raise LongWay
        yield target.slot, each, keys.of(each)
