"""Blocks: what their bodies do for certain arguments and input types."""

from __future__ import annotations

from collections.abc import Mapping

from archc.spaces.engine.effects import Effect, Flow, LongWay, Sum
from archc.spaces.engine.frame import LocalFrame
from archc.spaces.engine.given import LISTS, Given, Puts, puts, weight
from archc.spaces.engine.memo import Piece, of_body
from archc.spaces.engine.world import World
from archdsl.elaborate.limits import NEW
from archir.base.record import Record
from archir.program.declarations import Block


class BlockBody(Record):
    """A block's body, and what fills its parameters."""

    puts: Puts
    run: Piece


def of_block(world: World, block: Block, given: Mapping[str, Given], inputs: Flow) -> Effect:
    """What a use of a block does."""
    key = (block, *given, *[key for _, key in given.values()], inputs)
    known = world.definitions.get(key)
    if known is not None:
        return known
    if key in world.unrolling:
        raise LongWay
    world.unrolling.add(key)
    try:
        body = body_of(world, block)
        if any(name not in block.signature.all for name in given):
            raise LongWay
        total = Sum(
            NEW + sum([weight(value) for value, _ in given.values() if type(value) in LISTS])
        )
        frame = LocalFrame(world, block, inputs, is_model=False)
        env, keys, find = frame.env, frame.keys, given.get
        for name, slot, good, put in body.puts:
            value = find(name)
            if value is not None and value[1] in good:
                env[slot], keys[slot] = value
            else:
                put(frame, value, total)
        effect = world.definitions[key] = finished(world, block, frame, total)
    finally:
        world.unrolling.discard(key)
    return effect


def finished(world: World, block: Block, frame: LocalFrame, total: Sum) -> Effect:
    """What a body does, once its parameters are in their slots."""
    if block.ahead:
        raise LongWay
    flow = body_of(world, block, is_model=frame.is_model).run(frame, total)
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


def body_of(world: World, block: Block, *, is_model: bool = False) -> BlockBody:
    """The body of a block, made once: of a model, whose inputs are given, it is another."""
    key = (block, is_model)
    known = world.bodies.get(key)
    if not isinstance(known, BlockBody):
        known = world.bodies[key] = BlockBody(puts(block), of_body(block.body))
    return known
