"""Stages that are a name: ops, blocks, values that have names."""

from __future__ import annotations

from collections.abc import Callable

from archc.spaces.engine.blocks import of_block
from archc.spaces.engine.bodies import holds_true
from archc.spaces.engine.effects import ACTS, Flow, LongWay, Sum
from archc.spaces.engine.frame import LocalFrame
from archc.spaces.engine.given import Args, Given, arguments
from archc.spaces.engine.memo import Piece, makes, remembered
from archc.spaces.engine.units import braces, branches, label
from archdsl.elaborate.definitions import initialisers
from archdsl.elaborate.definitions.context import Context
from archdsl.elaborate.definitions.inputs import takes
from archdsl.elaborate.definitions.labels import slot_name
from archdsl.elaborate.definitions.uses import bound_for, held, use_part
from archdsl.elaborate.expressions.calls import op_part
from archdsl.elaborate.limits import STAGE
from archdsl.elaborate.values.kinds import UNBOUND, holds
from archir.graph.graph import Value
from archir.init.values import Part
from archir.program.declarations import Block
from archir.program.expressions import BlockValue, Flowing, Local, OpValue
from archir.program.statements import Stage, Use


@makes(Stage)
def _stage(node: Stage) -> Piece:
    return remembered(use(node, node.unit), node) if isinstance(node.unit, Use) else braces(node)


def use(stage: Stage, node: Use) -> Piece:
    """A named value, an op or a block."""
    inside = None if node.branches is None else branches(node.branches)
    asks, item = _target(node), node.item
    is_there = None if stage.condition is None else holds_true(stage.condition)
    is_bound = node.arguments is None or node.arguments.bound
    args = arguments(node.arguments if is_bound else None)

    def run(frame: LocalFrame, total: Sum) -> Flow:
        total.sums += STAGE
        flow = frame.flow
        if node.splice or node.taps:
            raise LongWay
        if is_there is not None and not is_there(frame, total):
            return flow
        target = asks(frame, total)
        inputs = flow
        if item is not None and (inside is None or isinstance(target, tuple)):
            target = frame.ask(total, lambda evaluator: evaluator.value(item))
        elif inside is not None:
            inputs, frame.keys[-1] = inside(frame, total), flow
        if isinstance(target, Value):
            target = (target,)
        if isinstance(target, tuple):
            return _head(stage, node, target)
        if target is None:
            return inputs
        if not inputs or not isinstance(target, Part):
            raise LongWay
        if target.kind == "op":
            return _op(target, stage, node, flow, inputs, frame, total)
        frame.keys[-1] = inputs
        late = args if is_bound else _late(target, stage, node, inputs, frame, total)
        given = late(frame, total)
        frame.keys[-1] = flow
        return _block(target, stage, given, inputs, frame, total)

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


def _head(stage: Stage, node: Use, values: tuple[object, ...]) -> Flow:
    if node.arguments is not None or node.branches is not None or stage.label is not None:
        raise LongWay
    found = tuple([value for value in values if isinstance(value, Value)])
    if not found or len(found) < len(values):
        raise LongWay
    return found


def _op(
    part: Part,
    stage: Stage,
    node: Use,
    flow: Flow,
    inputs: Flow,
    frame: LocalFrame,
    total: Sum,
) -> Flow:
    """An op, applied by the elaborator."""

    def act(context: Context) -> Flow:
        named = slot_name(stage.label, flow, context)
        own = initialisers.overrides(stage.overrides, context.evaluator(flow))
        return use_part(part, node, named, own, inputs, context, stage.span)

    return frame.perform(total, act)


def _block(
    part: Part,
    stage: Stage,
    given: tuple[tuple[str, Given], ...],
    inputs: Flow,
    frame: LocalFrame,
    total: Sum,
) -> Flow:
    block = part.origin
    if stage.overrides or not isinstance(block, Block):
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
    keys = world.keys
    bound: dict[str, Given] = {name: (value, keys.of(value)) for name, value in part.arguments}
    bound.update(given)
    for value, _ in bound.values():
        if isinstance(value, Value) or (isinstance(value, tuple) and holds(Value, value)):
            raise LongWay
    effect = of_block(world, block, bound, inputs)
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
    keys = frame.world.keys
    return lambda _, __: tuple([(name, (value, keys.of(value))) for name, value in found])
