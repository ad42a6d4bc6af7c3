"""Pieces of a text, each remembered by what it depends on."""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Any, TypeAlias, TypeVar

from archc.spaces.engine.effects import Effect, Flow, LongWay, Sum
from archc.spaces.engine.frame import LocalFrame
from archc.spaces.engine.mentions import as_bits, holds, mentioned
from archc.spaces.engine.rooms.room import NOTHING, then
from archir.program.expressions import Flowing
from archir.program.nodes import Node
from archir.program.statements import Body, Stage, Statement, Unit

T = TypeVar("T")

Piece: TypeAlias = Callable[[LocalFrame, Sum], Flow]
"""A piece of a text: it adds what it does to a sum, and gives what flows out of it."""

FLOW = -1
"""The place of what flows among the keys."""


def remembered(run: Piece, *nodes: object) -> Piece:
    """A piece that runs once for all that these nodes mention, and for what flows."""
    look = effects(run, *nodes)

    def piece(frame: LocalFrame, total: Sum) -> Flow:
        effect = look(frame)
        total.sums += effect.sums
        total.marks |= effect.marks
        if effect.depth > total.depth:
            total.depth = effect.depth
        if effect.bound:
            total.bound += effect.bound
        if effect.room is not NOTHING:
            total.room = then(total.room, effect.room)
        if effect.rest is not None:
            total.add_rest(effect.rest)
        return effect.flow

    return piece


def effects(run: Piece, *nodes: object) -> Callable[[LocalFrame], Effect]:
    """The same as an effect, for those who add it in their own way."""
    slots = mentioned(*nodes)
    get, bits = itemgetter(*slots, FLOW), as_bits(slots)
    table: dict[object, Effect] = {}
    known = table.get

    def look(frame: LocalFrame) -> Effect:
        frame.read |= bits
        keys = frame.keys
        key = get(keys)
        effect = known(key)
        if effect is None:
            own = Sum()
            flow = run(frame, own)
            effect = table[key] = own.effect(flow)
        elif effect.bound:
            env = frame.env
            for slot, value, each in effect.bound:
                env[slot] = value
                keys[slot] = each
        return effect

    return look


def asked(
    question: Callable[[LocalFrame, Sum], T], *nodes: object
) -> Callable[[LocalFrame, Sum], T]:
    """What is found out once for all that these nodes mention, and what it takes to do so."""
    slots = mentioned(*nodes)
    flows = not slots or holds(Flowing, *nodes)
    get = itemgetter(*slots, FLOW) if flows else itemgetter(*slots)
    bits = as_bits(slots)
    table: dict[object, tuple[T, int, int]] = {}
    known = table.get

    def answer(frame: LocalFrame, total: Sum) -> T:
        frame.read |= bits
        key = get(frame.keys)
        found = known(key)
        if found is None:
            own = Sum()
            found = table[key] = (question(frame, own), own.sums, own.depth)
        total.sums += found[1]
        if found[2] > total.depth:
            total.depth = found[2]
        return found[0]

    return answer


# --- which piece is made of which node ------------------------------------------------------------

_MADE: dict[type[Node], Callable[[Any], Piece]] = {}


def makes(*kinds: type[Node]) -> Callable[[Callable[[Any], Piece]], Callable[[Any], Piece]]:
    """Says that a function makes the pieces of these kinds of statements or units."""

    def note(function: Callable[[Any], Piece]) -> Callable[[Any], Piece]:
        _MADE.update(dict.fromkeys(kinds, function))
        return function

    return note


def made(node: Statement | Unit | Stage) -> Piece:
    """The piece of a statement or unit; of what is not made here it is one that gives up."""
    make = _MADE.get(type(node))
    return _gives_up if make is None else make(node)


def _gives_up(_: LocalFrame, __: Sum) -> Flow:
    raise LongWay


def of_body(body: Body) -> Piece:
    """The statements of a pair of braces, one behind the other."""
    pieces = tuple(map(made, body.statements))
    count = len(pieces)

    def run(frame: LocalFrame, total: Sum) -> Flow:
        keys = frame.keys
        outside, total.depth = total.depth, 0
        for piece in pieces:
            if total.abandoned:
                keys[-1] = (frame.world.unknown,)
                break
            keys[-1] = piece(frame, total)
        inside = total.depth + 1
        total.depth = inside if inside > outside else outside
        total.sums += count
        return keys[-1]  # type: ignore[return-value]

    return run
