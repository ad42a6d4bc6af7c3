"""Blocks: what their bodies do for certain arguments and input types."""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter

from archc.spaces.engine.effects import Effect, Flow, LongWay, Sum
from archc.spaces.engine.frame import LocalFrame
from archc.spaces.engine.given import Listed, Put, Puts, puts
from archc.spaces.engine.memo import FLOW, Piece, of_body
from archc.spaces.engine.mentions import as_bits, holds
from archc.spaces.engine.rooms.heads import heads
from archc.spaces.engine.rooms.room import called
from archc.spaces.engine.world import World
from archdsl.elaborate.limits import NEW
from archdsl.elaborate.values.kinds import UNBOUND
from archir.base.record import Struct
from archir.program.declarations import Block
from archir.program.statements import InitStatement, OutputStatement

MOST_PATHS = 4
"""Sets of parameters by which what a block does is remembered; then by all."""


class Passed(Struct):
    """What a block has done for certain values of the parameters that it read, as bits."""

    read: int
    get: Callable[[list[object]], object]
    table: dict[object, Effect]


class BlockBody(Struct):
    """A block's body, what fills its parameters, and what it has done.

    What it does depends on the parameters alone that it has read, on this way through it: where
    a gate is left out, nobody asks for its width. ``known`` has for each set of parameters that
    was read what was done for certain values of these.
    """

    puts: Puts
    blank: list[object]
    """As many empty slots as it has."""

    slots: int
    run: Piece
    can_be_spliced: bool
    known: list[Passed]
    calls: dict[tuple[str, ...], Filling]


class Filling(Struct):
    """How arguments of certain names fill a block's parameters."""

    each: tuple[tuple[int, int, dict[object, int], Put], ...]
    """Of each parameter its slot, the place of its argument (-1 where there is none), the steps
    that it takes to see of what is known to be good that it is so, and what fills it."""

    good: dict[object, int]
    """The steps for the keys of all arguments, where each is known to be good."""


def of_block(
    world: World,
    block: Block,
    names: tuple[str, ...],
    given: Listed,
    inputs: Flow,
    total: Sum,
    *,
    is_spliced: bool = False,
) -> Effect:
    """What a use of a block does with arguments of these names, of which the last counts; one that
    is spliced registers in the scope around it.

    What it takes to give it its arguments is added.
    """
    body = body_of(world, block, "spliced" if is_spliced else "used")
    call = body.calls.get(names)
    if call is None:
        call = _call(body, block, names)
    values, given_keys = given
    steps = call.good.get(given_keys)
    frame = None
    if steps is None:
        frame = _filled(world, [*body.blank, inputs], call, given, total)
        keys = frame.keys
    else:
        total.sums += steps
        keys = [*body.blank, inputs]
        for slot, place, _, _ in call.each:
            keys[slot] = given_keys[place]
    for each in body.known:
        known = each.table.get(each.get(keys))
        if known is not None:
            return known
    if frame is None:
        frame = LocalFrame(world, keys, is_model=False)
        for slot, place, _, _ in call.each:
            frame.env[slot] = values[place]
    return _unrolled(block, body, frame, is_spliced=is_spliced)


def _filled(
    world: World, blank: list[object], call: Filling, given: Listed, total: Sum
) -> LocalFrame:
    """The parameters of a block, each held to what is said of it."""
    frame = LocalFrame(world, blank, is_model=False)
    values, keys = given
    sums, are_good = NEW, True
    for slot, place, good, put in call.each:
        steps = None if place < 0 else good.get(keys[place])
        if steps is None:
            put(frame, None if place < 0 else (values[place], keys[place]), total)
            are_good = False
        else:
            frame.env[slot], frame.keys[slot] = values[place], keys[place]
            sums += steps
    if are_good:
        call.good[keys] = sums
    total.sums += sums
    return frame


def _call(body: BlockBody, block: Block, names: tuple[str, ...]) -> Filling:
    """How arguments of these names fill a block's parameters."""
    if any(name not in block.signature.all for name in names):
        raise LongWay
    places = {name: place for place, name in enumerate(names)}
    each = tuple([(slot, places.get(name, -1), good, put) for name, slot, good, put in body.puts])
    made = body.calls[names] = Filling(each, {})
    return made


def _unrolled(block: Block, body: BlockBody, frame: LocalFrame, *, is_spliced: bool) -> Effect:
    """What a body does that has not been met."""
    world, inputs = frame.world, frame.flow
    world.depth += 1
    if world.depth > world.limits.depth:
        raise LongWay
    finish = _spliced if is_spliced else finished
    try:
        effect = finish(world, block, frame, Sum())
    finally:
        world.depth -= 1
    frame.keys[FLOW] = inputs
    read = frame.read & body.slots
    known = _known(body, read) or _known(body, body.slots)
    if known is None or (known.read != read and len(body.known) < MOST_PATHS):
        if len(body.known) >= MOST_PATHS:
            read = body.slots
        slots = [slot for _, slot, _, _ in body.puts if read >> slot & 1]
        known = Passed(read, itemgetter(*slots, FLOW), {})
        body.known.append(known)
    known.table[known.get(frame.keys)] = effect
    return effect


def _known(body: BlockBody, read: int) -> Passed | None:
    """What was done where these parameters were read."""
    for each in body.known:
        if each.read == read:
            return each
    return None


def _spliced(world: World, block: Block, frame: LocalFrame, total: Sum) -> Effect:
    """What the body of a block does that is spliced: its labels are those of the scope around."""
    body = body_of(world, block, "spliced")
    flow = body.run(frame, total)
    total.bound = ()
    if total.abandoned or not body.can_be_spliced:
        raise LongWay
    return total.effect(flow)


def _has_own(block: Block) -> bool:
    """Whether a block has outputs with names, or initial weights."""
    return holds((InitStatement, OutputStatement), block.body)


def finished(world: World, block: Block, frame: LocalFrame, total: Sum) -> Effect:
    """What a body does, once its parameters are in their slots."""
    if block.ahead:
        raise LongWay
    flow = body_of(world, block, "model" if frame.is_model else "used").run(frame, total)
    if total.with_rest:
        if total.outputs:
            flow = tuple([value for _, value in total.outputs])
        if total.abandoned:
            flow = (world.unknown,)
        if total.rules:
            world.kinds.require(total.rules, total.marks)
        if frame.is_model and len(flow) > 1 and not all(name for name, _ in total.outputs):
            raise LongWay
        wrong, total.with_rest, total.abandoned = total.wrong, False, False
        if wrong is not None:  # of all else that is inside of it nobody sees anything
            total.meet(wrong)
    elif frame.is_model and len(flow) > 1:
        raise LongWay
    total.bound = ()
    if world.rooms:
        alone = len(flow) == 1 and not (total.with_rest and total.outputs)
        total.room = called(total.room) if alone else None
    return total.effect(flow)


def body_of(world: World, block: Block, how: str) -> BlockBody:
    """The body of a block, made once for how it is used: as a model, as a block, or spliced."""
    key = (block, how)
    known = world.bodies.get(key)
    if not isinstance(known, BlockBody):
        fills, own = puts(block, called=how != "model"), _has_own(block)
        slots = as_bits(tuple([slot for _, slot, _, _ in fills]))
        if world.rooms:
            world.heads.update(heads(block))
        blank: list[object] = [UNBOUND] * len(block.slots)
        made = BlockBody(fills, blank, slots, of_body(block.body), not own, [], {})
        known = world.bodies[key] = made
    return known
