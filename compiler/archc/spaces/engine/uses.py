"""Stages that are a name: ops, blocks, values that have names."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from archc.spaces.engine.blocks import of_block
from archc.spaces.engine.bodies import holds_true
from archc.spaces.engine.effects import ACTS, Flow, LongWay, Sum
from archc.spaces.engine.frame import LocalFrame
from archc.spaces.engine.given import Args, Listed, arguments
from archc.spaces.engine.memo import Piece, asked, makes, remembered
from archc.spaces.engine.mentions import as_bits, mentioned
from archc.spaces.engine.rooms.room import NOTHING, Room, joined, then
from archc.spaces.engine.units import braces, branches, label
from archdsl.elaborate.definitions import initialisers
from archdsl.elaborate.definitions.context import Context
from archdsl.elaborate.definitions.inputs import takes
from archdsl.elaborate.definitions.labels import slot_name
from archdsl.elaborate.definitions.uses import bound_for, held, make, use_part
from archdsl.elaborate.expressions.calls import op_part
from archdsl.elaborate.limits import STAGE
from archdsl.elaborate.values.kinds import UNBOUND
from archir.graph.graph import Leaf, Value
from archir.init.values import Part
from archir.program.declarations import Block
from archir.program.expressions import BlockValue, Flowing, Local, OpValue
from archir.program.statements import Stage, Use


@makes(Stage)
def _stage(node: Stage) -> Piece:
    if not isinstance(node.unit, Use):
        return braces(node)
    mentions = (node.label, node.unit, node.overrides)
    piece = use(node, node.unit)
    # What a block does is remembered by what it reads, and so more often.
    named = isinstance(node.unit.target, BlockValue) and node.unit.branches is None
    piece = _noted(piece, *mentions) if named else remembered(piece, *mentions)
    if node.condition is None:
        return piece
    is_there = holds_true(node.condition)

    def run(frame: LocalFrame, total: Sum) -> Flow:
        """What a stage mentions that is not there is of no interest."""
        if is_there(frame, total):
            return piece(frame, total)
        total.sums += STAGE
        return frame.flow

    return run


def _noted(run: Piece, *nodes: object) -> Piece:
    """A piece that runs each time, of which it is noted what it mentions."""
    bits = as_bits(mentioned(*nodes))

    def piece(frame: LocalFrame, total: Sum) -> Flow:
        frame.read |= bits
        return run(frame, total)

    return piece


def use(stage: Stage, node: Use) -> Piece:
    """A named value, an op or a block."""
    inside = None if node.branches is None else branches(node.branches)
    asks, item = _target(node), node.item
    is_bound = node.arguments is None or node.arguments.bound
    apply = _joining(_op(stage, node, asks))
    args = arguments(node.arguments if is_bound else None)

    def run(frame: LocalFrame, total: Sum) -> Flow:
        total.sums += STAGE
        flow = frame.flow
        if node.taps:
            raise LongWay
        target = asks(frame, total)
        inputs, parts = flow, None
        if item is not None and (inside is None or isinstance(target, tuple)):
            target = frame.ask(total, lambda evaluator: evaluator.value(item))
        elif inside is not None:
            inputs, parts = inside(frame, total)
            frame.keys[-1] = flow
        if isinstance(target, Value):
            target = (target,)
        if isinstance(target, tuple):
            return _head(stage, node, target, frame, total)
        if target is None:
            return inputs
        if not inputs or not isinstance(target, Part):
            raise LongWay
        frame.keys[-1] = inputs
        if target.kind == "op":
            if node.splice:
                raise LongWay
            return apply(target, flow, inputs, frame, total, parts)
        if parts is not None and frame.world.rooms:
            total.room = None
        names, values = args if is_bound else _late(target, stage, node, inputs, frame, total)
        given = values(frame, total)
        frame.keys[-1] = flow
        return _block(target, stage, node, names, given, inputs, frame, total)

    return run


def _target(node: Use) -> Callable[[LocalFrame, Sum], object]:
    """What the name stands for."""
    target = node.target
    if isinstance(target, Flowing):
        return lambda frame, _: frame.flow
    if isinstance(target, OpValue) and target.arguments is None:
        part = op_part(target.keyword)
        return lambda _, __: part
    if isinstance(target, BlockValue) and target.arguments is None:
        block = Part(target.block.kind, target.block.name, (), target.block)
        return lambda _, __: block

    def asks(frame: LocalFrame, total: Sum) -> object:
        found: list[object] = []

        def note(context: Context) -> Flow:
            found.append(held(target, context))
            return ()

        if isinstance(target, Local) and frame.env[target.slot] is not UNBOUND:
            return frame.env[target.slot]
        frame.perform(total, note)
        if found[0] is UNBOUND:
            raise LongWay
        return found[0]

    return asks


def _head(
    stage: Stage, node: Use, values: tuple[object, ...], frame: LocalFrame, total: Sum
) -> Flow:
    if frame.world.rooms and not isinstance(node.target, Flowing):
        is_first = total.room is NOTHING
        total.room = frame.world.heads.get(node) if is_first and len(values) == 1 else None
    if node.arguments is not None or node.branches is not None or stage.label is not None:
        raise LongWay
    found = tuple([value for value in values if isinstance(value, Value)])
    if not found or len(found) < len(values):
        raise LongWay
    return found


Applied: TypeAlias = "Callable[[Part, Flow, Flow, LocalFrame, Sum], Flow]"
"""Applies an op to what flows into it; what flows into its stage stands before it."""


def _op(stage: Stage, node: Use, asks: Callable[[LocalFrame, Sum], object]) -> Applied:
    """An op, made once for its arguments."""
    if stage.label is not None or stage.overrides or node.item is not None:
        return _named_op(stage, node)

    def question(frame: LocalFrame, total: Sum) -> Leaf:
        part, found = asks(frame, total), list[Leaf]()
        assert isinstance(part, Part)

        def note(context: Context) -> Flow:
            op = make(part, node, frame.flow, context)
            if op is None:
                raise LongWay
            found.append(Leaf(op))
            return ()

        frame.perform(total, note)
        return found[0]

    made = asked(question, node.target, node.arguments)

    def apply(_: Part, __: Flow, inputs: Flow, frame: LocalFrame, total: Sum) -> Flow:
        leaf = made(frame, total)
        op = leaf.op
        takes = op.takes()
        if len(inputs) > 1 and takes == "one":
            raise LongWay
        if len(inputs) == 1 and takes == "many" and node.branches is None:
            raise LongWay
        return frame.world.apply(op, leaf if op.is_module else None, inputs, stage.span, total)

    return apply


def _joining(
    op: Applied,
) -> Callable[[Part, Flow, Flow, LocalFrame, Sum, list[Room | None] | None], Flow]:
    """An op that may join branches, each of which needs room while it is made."""

    def apply(
        part: Part,
        flow: Flow,
        inputs: Flow,
        frame: LocalFrame,
        total: Sum,
        branches: list[Room | None] | None,
    ) -> Flow:
        if branches is None or not frame.world.rooms:
            return op(part, flow, inputs, frame, total)
        outer, total.room = total.room, NOTHING
        made = op(part, flow, inputs, frame, total)
        total.room = then(outer, joined(branches, total.room))
        return made

    return apply


def _named_op(stage: Stage, node: Use) -> Applied:
    """An op with a label or weights of its own, applied by the elaborator."""

    def apply(part: Part, flow: Flow, inputs: Flow, frame: LocalFrame, total: Sum) -> Flow:
        def act(context: Context) -> Flow:
            named = slot_name(stage.label, flow, context)
            own = initialisers.overrides(stage.overrides, context.evaluator(flow))
            return use_part(part, node, named, own, inputs, context, stage.span)

        return frame.perform(total, act, is_op=True)

    return apply


def _block(
    part: Part,
    stage: Stage,
    node: Use,
    names: tuple[str, ...],
    given: Listed,
    inputs: Flow,
    frame: LocalFrame,
    total: Sum,
) -> Flow:
    block = part.origin
    if stage.overrides or not isinstance(block, Block) or (node.splice and stage.label):
        raise LongWay
    world = frame.world
    text = None if stage.label is None else label(stage.label, frame, total)
    if (block, inputs) not in world.taken:

        def note(context: Context) -> Flow:
            if not takes(part, inputs, context, stage.span):
                raise LongWay
            return ()

        frame.perform(Sum(), note)
        world.taken.add((block, inputs))
    if part.arguments:
        before = [value for _, value in part.arguments]
        values, keys = given
        given = (*before, *values), (*map(world.keys.of, before), *keys)
        names = (*[name for name, _ in part.arguments], *names)
    if node.splice:
        effect = of_block(world, block, names, given, inputs, total, is_spliced=True)
        total.add(effect)
        return effect.flow
    effect = of_block(world, block, names, given, inputs, total)
    total.add(effect)
    total.marks |= ACTS
    total.depth = max(total.depth, effect.depth + 1)
    if text is not None:
        total.label(text)
    return effect.flow


def _late(part: Part, stage: Stage, node: Use, inputs: Flow, frame: LocalFrame, total: Sum) -> Args:
    """Arguments that are bound once it is known what is called."""
    found: list[tuple[str, object]] = []

    def note(context: Context) -> Flow:
        bound = bound_for(part, node, inputs, context, stage.span)
        if bound is None:
            raise LongWay
        found.extend(bound.values.items())
        return ()

    frame.perform(total, note)
    values = tuple([value for _, value in found])
    given: Listed = values, tuple(map(frame.world.keys.of, values))
    return tuple([name for name, _ in found]), lambda _, __: given
