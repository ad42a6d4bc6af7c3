"""Stages of braces and brackets: groups, residuals, branches, dense stages."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from archc.spaces.engine.bodies import arm, holds_true
from archc.spaces.engine.effects import ACTS, Flow, LongWay, Sum
from archc.spaces.engine.frame import LocalFrame
from archc.spaces.engine.loops import begin, collect, turns
from archc.spaces.engine.memo import Piece, made, makes, of_body
from archc.spaces.engine.mentions import as_bits, mentioned
from archc.spaces.engine.rooms.room import NOTHING, Room, joined, then
from archdsl.elaborate.definitions.context import Context
from archdsl.elaborate.definitions.labels import slot_name
from archdsl.elaborate.limits import STAGE
from archdsl.elaborate.values.kinds import UNBOUND
from archir.program.statements import (
    Body,
    Branches,
    Dense,
    For,
    If,
    Label,
    Pipeline,
    RefusedStatement,
    RepeatLoop,
    Residual,
    Sequence,
    Stage,
    Statement,
)


def braces(node: Stage) -> Piece:
    """A stage of braces or brackets.

    It is not remembered, but the pieces in it are, and the block or the turn around it.
    """
    unit = made(node.unit)
    if node.overrides:
        return _gives_up
    grouped = unit if node.label is None else _group(node.label, unit)
    is_there = None if node.condition is None else holds_true(node.condition)

    def run(frame: LocalFrame, total: Sum) -> Flow:
        total.sums += STAGE
        if is_there is not None and not is_there(frame, total):
            return frame.flow
        flow = grouped(frame, total)
        if total.abandoned:
            raise LongWay
        return flow

    return run


def _gives_up(_: LocalFrame, __: Sum) -> Flow:
    raise LongWay


def _group(node: Label, unit: Piece) -> Piece:
    """A unit with a label: a scope of its own."""

    bits = as_bits(mentioned(node))

    def run(frame: LocalFrame, total: Sum) -> Flow:
        frame.read |= bits
        text = label(node, frame, total)
        inner = Sum()
        flow = unit(frame, inner)
        if inner.room is not NOTHING:
            inner.room = None  # it may be a module, which is called
        if inner.with_rest:
            inner.labels = ()
        effect = inner.effect(flow)
        total.add(effect)
        if text is not None and effect.marks & ACTS:
            total.label(text)
        return flow

    return run


def label(node: Label, frame: LocalFrame, total: Sum) -> str | None:
    """The text of a label; None where it is a number."""
    found: list[str | None] = []

    def note(context: Context) -> tuple[()]:
        named = slot_name(node, frame.flow, context)
        if named is None:
            raise LongWay
        found.append(named.text)
        return ()

    frame.perform(total, note)
    return found[0]


@makes(Sequence)
def _sequence(node: Sequence) -> Piece:
    return of_body(node.body)


@makes(Dense)
def _dense(node: Dense) -> Piece:
    body = of_body(node.body)

    def run(frame: LocalFrame, total: Sum) -> Flow:
        flow, outer = frame.flow, total.room
        total.room = NOTHING
        made = body(frame, total)
        parts, total.room = [total.room, NOTHING], NOTHING
        joint = frame.world.merged("concat", (*flow, *made), node.span, total)
        total.room = then(outer, joined(parts, total.room)) if frame.world.rooms else outer
        return joint

    return run


@makes(Residual)
def _residual(node: Residual) -> Piece:
    body = of_body(node.body)
    shortcut = None if node.shortcut is None else of_body(node.shortcut)

    is_there = None if node.condition is None else holds_true(node.condition)

    def run(frame: LocalFrame, total: Sum) -> Flow:
        flow = frame.flow
        if is_there is not None and not is_there(frame, total):
            return body(frame, total)
        outer, total.room = total.room, NOTHING
        made = body(frame, total)
        parts, total.room = [total.room], NOTHING
        beside = flow
        if shortcut is not None:
            frame.keys[-1] = flow
            beside = shortcut(frame, total)
        parts.append(total.room)
        total.room = NOTHING
        if len(made) != 1 or len(beside) != 1:
            raise LongWay
        joint = frame.world.merged("add", (*made, *beside), node.span, total)
        total.room = then(outer, joined(parts, total.room)) if frame.world.rooms else outer
        return joint

    return run


# --- branches -------------------------------------------------------------------------------------

Found: TypeAlias = "list[tuple[Flow, Room | None]]"
"""What branches give, each with what it needs in memory."""

Branch: TypeAlias = "Callable[[LocalFrame, Sum, Found], None]"
"""Adds what it does, and the values that it gives."""


@makes(Branches)
def _branches(node: Branches) -> Piece:
    each = branches(node)

    def run(frame: LocalFrame, total: Sum) -> Flow:
        flow, _ = each(frame, total)
        if frame.world.rooms:
            total.room = None
        return flow

    return run


def branches(
    node: Branches,
) -> Callable[[LocalFrame, Sum], tuple[Flow, list[Room | None]]]:
    """All branches, each from the incoming value; and what each needs in memory."""
    each = _all(node.body)

    def run(frame: LocalFrame, total: Sum) -> tuple[Flow, list[Room | None]]:
        found: Found = []
        outer = total.room
        each(frame, total, found)
        total.room = outer
        total.depth += 1
        flow = tuple([value for values, _ in found for value in values])
        if not flow:
            raise LongWay
        return flow, [room if len(values) == 1 else None for values, room in found]

    return run


def _all(body: Body) -> Branch:
    items = tuple(map(_branch, body.statements))
    count = len(items)

    def run(frame: LocalFrame, total: Sum, found: Found) -> None:
        flow = frame.flow
        total.sums += count
        for item in items:
            frame.keys[-1] = flow
            item(frame, total, found)
        frame.keys[-1] = flow

    return run


def _branch(node: Statement) -> Branch:
    if isinstance(node, RefusedStatement):
        return _refused
    if isinstance(node, If):
        return _choice(node)
    if isinstance(node, For | RepeatLoop):
        return _turns(node)
    piece = made(node)
    gives = isinstance(node, Pipeline)

    def run(frame: LocalFrame, total: Sum, found: Found) -> None:
        total.room = NOTHING
        flow = piece(frame, total)
        if gives:
            found.append((flow, total.room))
            total.sums += len(flow)

    return run


def _refused(_: LocalFrame, __: Sum, ___: Found) -> None:
    raise LongWay


def _choice(node: If) -> Branch:
    taken = arm(node)
    bodies = [_all(body) for _, body in node.arms]
    if node.otherwise is not None:
        bodies.append(_all(node.otherwise))

    def run(frame: LocalFrame, total: Sum, found: Found) -> None:
        place = taken(frame, total)
        if place < len(bodies):
            bodies[place](frame, total, found)

    return run


def _turns(node: For | RepeatLoop) -> Branch:
    runs = turns(node, fold=False)
    body = _all(node.body)
    fresh = node.turns.fresh
    blank: list[object] = [UNBOUND] * len(fresh)

    def run(frame: LocalFrame, total: Sum, found: Found) -> None:
        lists: list[list[object]] = [[] for _ in node.turns.collected]
        for count, bound in runs(frame, total):
            for _ in range(count):
                begin(frame, fresh, blank, bound)
                body(frame, total, found)
                collect(frame, node, lists)
        for (_, behind), values in zip(node.turns.collected, lists, strict=True):
            frame.put(behind, tuple(values), total)

    return run
