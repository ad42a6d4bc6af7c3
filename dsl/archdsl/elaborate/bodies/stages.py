"""Stages: what stands between two arrows."""

from __future__ import annotations

from collections.abc import Iterator

from archdsl import rules
from archdsl.elaborate.bodies.loops import turns
from archdsl.elaborate.definitions import initialisers
from archdsl.elaborate.definitions.builder import SlotName
from archdsl.elaborate.definitions.context import Context, perform, performs, run, taken
from archdsl.elaborate.definitions.cutting import enter, reached
from archdsl.elaborate.definitions.labels import is_labelled, slot_name
from archdsl.elaborate.definitions.uses import held, is_whole, splice, use_part, use_shared
from archdsl.elaborate.expressions.operators import named_inside
from archdsl.elaborate.limits import STAGE
from archdsl.elaborate.values.describe import describe
from archdsl.elaborate.values.kinds import UNBOUND, UNKNOWN, Flow, SharedModule, Unknown
from archir.base.record import replaced
from archir.base.source import Span
from archir.catalogue.registry import ops
from archir.graph.graph import Group, Scope, Step, Value
from archir.init.init_rules import Given
from archir.init.values import Part
from archir.op.contract import Op
from archir.op.validate import validate
from archir.program.expressions import Flowing, Local
from archir.program.statements import (
    Body,
    Branches,
    Dense,
    For,
    If,
    Pipeline,
    RefusedStatement,
    RepeatLoop,
    Residual,
    Sequence,
    Stage,
    Use,
)

Overrides = tuple[tuple[str, Given], ...]


def stage(node: Stage, flow: Flow, context: Context) -> Flow:
    """Apply a stage to what flows in. One whose condition is false passes it on."""
    context.session.budget.step(node.span, STAGE)
    if node.condition is not None:
        truth = context.evaluator(flow).condition(node.condition)
        if isinstance(truth, Unknown):
            context.session.has_gaps = True
            return unknown(node.span, context)
        if not truth:
            return flow
    label = slot_name(node.label, flow, context)
    overrides: Overrides = ()
    if node.overrides:
        overrides = initialisers.overrides(node.overrides, context.evaluator(flow))
    if isinstance(node.unit, Use):
        return _use(node, node.unit, label, overrides, flow, context)
    if label is None:
        return perform(node.unit, flow, context)
    return _group(node, label, flow, context)


def unknown(span: Span, context: Context) -> Flow:
    """A value of which nothing is known, so that nothing more is said about it."""
    return (context.builder.value(span, None),)


@performs(Sequence)
def _sequence(node: Sequence, flow: Flow, context: Context) -> Flow:
    return run(node.body, flow, context.inner(node.body.slots))


@performs(Dense)
def _dense(node: Dense, flow: Flow, context: Context) -> Flow:
    made = run(node.body, flow, context.inner(node.body.slots))
    return made if context.builder.done else merge("concat", (*flow, *made), context, node.span)


@performs(Use)
def _alone(node: Use, flow: Flow, context: Context) -> Flow:
    return stage(Stage(node.span, None, node, (), None, None), flow, context)


def merge(keyword: str, values: Flow, context: Context, span: Span) -> Flow:
    """Apply one of the merging ops that combinators stand for."""
    op = context.session.ops.get((keyword, ()))
    if op is None:
        made = validate(ops()[keyword], {})
        assert isinstance(made, Op)
        op = context.session.ops[keyword, ()] = made
    return context.builder.apply(op, None, values, span, context.steps)


@performs(Residual)
def _residual(node: Residual, flow: Flow, context: Context) -> Flow:
    if node.condition is not None:
        truth = context.evaluator(flow).condition(node.condition)
        if isinstance(truth, Unknown):
            context.session.has_gaps = True
            return unknown(node.span, context)
        if not truth:
            return run(node.body, flow, context.inner(node.body.slots))
    made = run(node.body, flow, context.inner(node.body.slots))
    beside = flow
    if node.shortcut is not None:
        beside = run(node.shortcut, flow, context.inner(node.shortcut.slots))
    if context.builder.done:
        return made
    for values, side in ((made, "the body of residual"), (beside, "the shortcut of residual")):
        if len(values) != 1:
            context.session.report(rules.flow.SeveralValues(side, len(values)), node.span)
            return unknown(node.span, context)
    return merge("add", (*made, *beside), context, node.span)


@performs(Branches)
def branches(node: Branches, flow: Flow, context: Context) -> Flow:
    """All branches, each from the incoming value; gives their values in the order of the text."""
    context.session.budget.enter(node.span)
    made = tuple(_each_branch(node.body, flow, context.inner(node.body.slots)))
    context.session.budget.leave()
    if context.builder.done:
        return made or flow
    if any(isinstance(each, RefusedStatement) for each in node.body.statements):
        return unknown(node.span, context)  # who knows how many values it is to give
    if not made:
        context.session.report(rules.flow.NoBranchLeft(), node.span)
        return unknown(node.span, context)
    return made


def _each_branch(body: Body, flow: Flow, context: Context) -> Iterator[Value]:
    for item in body.statements:
        context.session.budget.step(item.span)
        if context.builder.done:
            return
        if isinstance(item, Pipeline):
            values = perform(item, flow, context)
            # Several values flow on as they are: "[_, _, _]" makes three of each.
            context.session.budget.step(item.span, len(values))
            yield from values
        elif isinstance(item, If):
            arm = taken(item, flow, context)
            if isinstance(arm, Unknown):
                yield from unknown(item.span, context)
            elif arm is not None:
                yield from _each_branch(arm, flow, context.inner(arm.slots))
        elif isinstance(item, For | RepeatLoop):
            for turn in turns(item, flow, context):
                yield from _each_branch(item.body, flow, turn)
        elif isinstance(item, RefusedStatement):
            yield from perform(item, flow, context)
        else:
            perform(item, flow, context)


def _group(node: Stage, label: SlotName, flow: Flow, context: Context) -> Flow:
    """A labelled group: a scope of its own, and the steps that run in it.

    It is registered behind its body, which registers in that scope alone: absence leaves no key and
    no number behind, and takes no label.
    """
    assert node.labelling is not None
    scope = Scope(is_labelled(node.labelling, context))
    slot = context.builder.unregistered(label, "group", node.span)
    slot.member = scope
    steps: list[Step] = []
    enter(slot, context.scope, scope, context.builder)
    outputs = perform(node.unit, flow, context.within(context.visible, scope, steps))
    if steps or scope.entries or scope.parameters:
        context.builder.register(context.scope, slot)
    if steps:  # else it holds what is applied around it
        context.steps.append(Group(slot, flow, outputs, steps, node.span))
        reached(slot, outputs, context)
    return outputs


def _use(
    stage_node: Stage,
    node: Use,
    label: SlotName | None,
    overrides: Overrides,
    flow: Flow,
    context: Context,
) -> Flow:
    """A named value, an op, a block, or a module that is applied again."""
    target = _meant(node, flow, context)
    item = node.item
    if item is not None and (node.branches is None or isinstance(target, tuple)):
        node = replaced(node, branches=None)
        target = UNKNOWN if isinstance(target, Unknown) else context.evaluator(flow).value(item)
    inputs = flow if node.branches is None else branches(node.branches, flow, context)
    if context.builder.done:
        return inputs
    if isinstance(target, Unknown) or not _can_be_cut(node, target, context):
        return unknown(stage_node.span, context)
    if isinstance(target, Value) or (isinstance(target, tuple) and _are_values(target)):
        return _head(stage_node, node, target, context)
    if target is None:
        return inputs
    if not inputs:
        return unknown(stage_node.span, context)
    if isinstance(target, SharedModule):
        return _module_again(stage_node, node, target, inputs, context)
    if isinstance(target, Part):
        if node.splice:
            return splice(target, node, inputs, context, stage_node.span)
        return use_part(target, node, label, overrides, inputs, context, stage_node.span)
    _report_no_part(node, target, context)
    return unknown(stage_node.span, context)


def _can_be_cut(node: Use, target: object, context: Context) -> bool:
    """Whether it is a block, if a part of it is asked for."""
    if isinstance(target, Part) and target.kind != "op":
        return True
    what = "an op" if isinstance(target, Part) else "a value or a module that is made already"
    return is_whole(node, what, context)


def _report_no_part(node: Use, target: object, context: Context) -> None:
    if isinstance(target, tuple) and any(isinstance(item, SharedModule) for item in target):
        context.session.report(rules.value_names.ModulesAsStage(node.name), node.target.span)
        return
    hides = "op" if node.name in ops() else None
    problem = rules.parts.NotAPart(node.name, describe(target), hides)
    context.session.report(problem, node.target.span)


def _module_again(
    stage_node: Stage, node: Use, module: SharedModule, inputs: Flow, context: Context
) -> Flow:
    report = context.session.report
    if not context.builder.holds(module):
        report(rules.flow.AppliesOutside(node.name), node.target.span)
        return unknown(stage_node.span, context)
    given = (
        node.arguments is not None,
        stage_node.label is not None,
        len(stage_node.overrides) > 0,
    )
    if any(given):  # of a module by its own name that has been said
        what = ("arguments", "label", "weights")[given.index(True)]
        report(rules.placement.ModuleSetAgain(node.name, what), stage_node.span)
    return use_shared(module, inputs, context, stage_node.span)


def _meant(node: Use, flow: Flow, context: Context) -> object:
    """What the name at the head stands for: perhaps a module that stands further on."""
    if isinstance(node.target, Flowing):
        return flow
    found = held(node.target, context)
    if found is UNBOUND and isinstance(node.target, Local):
        found = context.builder.ahead.get(node.target.slot, UNBOUND)
    if found is UNBOUND and not context.session.has_gaps:
        inside = None
        if isinstance(node.target, Local):
            inside = named_inside(context.env, node.target)
        problem = rules.value_names.ValueNotMade(node.name, inside=inside)
        context.session.report(problem, node.target.span)
    return UNKNOWN if found is UNBOUND else found


def _are_values(values: tuple[object, ...]) -> bool:
    return len(values) > 0 and all(isinstance(value, Value) for value in values)


def _head(
    stage_node: Stage, node: Use, target: Value | tuple[Value, ...], context: Context
) -> Flow:
    values = target if isinstance(target, tuple) else (target,)
    report = context.session.report
    if node.arguments is not None or node.branches is not None:
        report(rules.flow.ArgumentsOnValue(node.name), stage_node.span)
    elif stage_node.label is not None:
        report(rules.labels.LabelOnValue(node.name), stage_node.label.span)
    for value in values:
        if value in context.builder.training and not context.in_training:
            report(rules.value_names.TrainingOnly(node.name), node.target.span)
            return unknown(stage_node.span, context)
        if value not in context.builder.types:
            report(rules.flow.ReadsOutside(node.name), node.target.span)
            return unknown(stage_node.span, context)
    return values
