"""Blocks: what their bodies do for certain arguments and input types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import itemgetter

from archc.spaces.engine.effects import Effect, Flow, LongWay, Sum
from archc.spaces.engine.frame import LocalFrame
from archc.spaces.engine.given import Given, Puts, puts
from archc.spaces.engine.memo import FLOW, Piece, of_body
from archc.spaces.engine.mentions import as_bits, holds
from archc.spaces.engine.world import World
from archdsl.elaborate.limits import NEW
from archir.base.record import Struct
from archir.program.declarations import Block
from archir.program.statements import InitStatement, OutputStatement

MOST_PATHS = 4
"""Sets of parameters by which what a block does is remembered; then by all."""


class BlockBody(Struct):
    """A block's body, what fills its parameters, and what it has done.

    What it does depends on the parameters alone that it has read, on this way through it: where
    a gate is left out, nobody asks for its width. ``known`` has for each set of parameters that
    was read what was done for certain values of these.
    """

    puts: Puts
    run: Piece
    can_be_spliced: bool
    known: list[tuple[int, Callable[[list[object]], object], dict[object, Effect]]]


def of_block(
    world: World,
    block: Block,
    given: Mapping[str, Given],
    inputs: Flow,
    total: Sum,
    *,
    is_spliced: bool = False,
) -> Effect:
    """What a use of a block does; one that is spliced registers in the scope around it.

    What it takes to give it its arguments is added.
    """
    body = body_of(world, block, "spliced" if is_spliced else "used")
    total.sums += NEW
    frame = LocalFrame(world, block, inputs, is_model=False)
    env, keys, find = frame.env, frame.keys, given.get
    for name, slot, good, put in body.puts:
        value = find(name)
        if value is not None and value[1] in good:
            env[slot], keys[slot] = value
            total.sums += good[value[1]]
        else:
            put(frame, value, total)
    for _, get, table in body.known:
        known = table.get(get(keys))
        if known is not None:
            return known
    return _unrolled(block, body, given, frame, is_spliced=is_spliced)


def _unrolled(
    block: Block,
    body: BlockBody,
    given: Mapping[str, Given],
    frame: LocalFrame,
    *,
    is_spliced: bool,
) -> Effect:
    """What a body does that has not been met."""
    world, keys = frame.world, frame.keys
    if any(name not in block.signature.all for name in given):
        raise LongWay
    every = tuple([slot for _, slot, _, _ in body.puts])
    key = (block, is_spliced, itemgetter(*every, FLOW)(keys))
    if key in world.unrolling:
        raise LongWay
    world.unrolling.add(key)
    before = list(keys)
    frame.read = 0
    try:
        finish = _spliced if is_spliced else finished
        effect = finish(world, block, frame, Sum())
    finally:
        world.unrolling.discard(key)
    read = frame.read & as_bits(every)
    if all(bits != read for bits, _, _ in body.known) and len(body.known) >= MOST_PATHS:
        read = as_bits(every)
    for bits, get, table in body.known:
        if bits == read:
            table[get(before)] = effect
            return effect
    get = itemgetter(*[slot for slot in every if read >> slot & 1], FLOW)
    body.known.append((read, get, {get(before): effect}))
    return effect


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
    return total.effect(flow)


def body_of(world: World, block: Block, how: str) -> BlockBody:
    """The body of a block, made once for how it is used: as a model, as a block, or spliced."""
    key = (block, how)
    known = world.bodies.get(key)
    if not isinstance(known, BlockBody):
        made = BlockBody(puts(block), of_body(block.body), not _has_own(block), [])
        known = world.bodies[key] = made
    return known
