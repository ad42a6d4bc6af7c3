"""Stages: what stands between two arrows."""

from __future__ import annotations

from collections.abc import Iterator

from archdsl import ast, rules
from archdsl.elaborate import initial
from archdsl.elaborate.body import Context, run, taken
from archdsl.elaborate.builder import SlotName
from archdsl.elaborate.describe import describe
from archdsl.elaborate.environment import Flow, SharedModule, Unknown
from archdsl.elaborate.instances import is_labelled
from archdsl.elaborate.labels import slot_name
from archdsl.elaborate.limits import STAGE
from archdsl.elaborate.uses import splice, use_part, use_shared
from archir.arguments import make_op
from archir.graph import Group, Scope, Value
from archir.init import Initialiser
from archir.registry import ops
from archir.source import Span
from archir.values import Part

Overrides = tuple[tuple[str, Initialiser], ...]


def stage(node: ast.Stage, flow: Flow, context: Context) -> Flow:
    """Apply a stage to what flows in. One whose condition is false passes it on."""
    context.session.budget.step(node.span, STAGE)
    if node.condition is not None:
        truth = context.evaluator(flow).condition(node.condition)
        if isinstance(truth, Unknown):
            return unknown(node.span, context)
        if not truth:
            return flow
    label = slot_name(node.label, flow, context)
    overrides: Overrides = ()
    if node.overrides:
        overrides = initial.overrides(node.overrides, context.evaluator(flow, fans=True))
    if isinstance(node.unit, ast.PartUse):
        return _part_use(node, node.unit, label, overrides, flow, context)
    if label is None:
        return unit(node.unit, flow, context)
    return _group(node.unit, label, flow, context, node.span)


def unknown(span: Span, context: Context) -> Flow:
    """A value of which nothing is known, so that nothing more is said about it."""
    return (context.builder.value(span, None),)


def unit(node: ast.Unit, flow: Flow, context: Context) -> Flow:
    """Braces, brackets or a combinator, without a label."""
    if isinstance(node, ast.Sequence):
        return run(node.body, flow, context.inner())
    if isinstance(node, ast.Branches):
        return branches(node, flow, context)
    if isinstance(node, ast.Residual):
        return _residual(node, flow, context)
    if isinstance(node, ast.Dense):
        made = run(node.body, flow, context.inner())
        return merge("concat", (*flow, *made), context, node.span)
    stage_node = ast.Stage(node.span, None, node, (), None)
    return stage(stage_node, flow, context)


def merge(keyword: str, values: Flow, context: Context, span: Span) -> Flow:
    """Apply one of the merging ops that combinators stand for."""
    op = context.session.ops.get((keyword, ()))
    if op is None:
        made = make_op(ops()[keyword], (), {})
        assert not isinstance(made, tuple)
        op = context.session.ops[keyword, ()] = made
    return context.builder.apply(op, None, values, span, context.steps)


def _residual(node: ast.Residual, flow: Flow, context: Context) -> Flow:
    made = run(node.body, flow, context.inner())
    beside = flow if node.shortcut is None else run(node.shortcut, flow, context.inner())
    for values, side in ((made, "the body of residual"), (beside, "the shortcut of residual")):
        if len(values) != 1:
            context.session.report(rules.flow.SeveralValues(side, len(values)), node.span)
            return unknown(node.span, context)
    return merge("add", (*made, *beside), context, node.span)


def branches(node: ast.Branches, flow: Flow, context: Context) -> Flow:
    """All branches, each from the incoming value; gives their values in the order of the text."""
    context.session.budget.enter(node.span)
    made = tuple(_each_branch(node.items, flow, context.inner()))
    context.session.budget.leave()
    if not made:
        context.session.report(rules.flow.NoBranchLeft(), node.span)
        return unknown(node.span, context)
    return made


def _each_branch(items: tuple[ast.Statement, ...], flow: Flow, context: Context) -> Iterator[Value]:
    from archdsl.elaborate.loops import turns
    from archdsl.elaborate.statements import statement

    for item in items:
        context.session.budget.step(item.span)
        if isinstance(item, ast.Pipeline):
            values = statement(item, flow, context)
            # Several values flow on as they are: "[_, _, _]" makes three of each.
            context.session.budget.step(item.span, len(values))
            yield from values
        elif isinstance(item, ast.If):
            arm = taken(item, flow, context)
            if isinstance(arm, Unknown):
                yield from unknown(item.span, context)
            elif arm is not None:
                yield from _each_branch(arm.statements, flow, context.inner())
        elif isinstance(item, ast.For | ast.RepeatLoop):
            for turn in turns(item, flow, context):
                yield from _each_branch(item.body.statements, flow, turn)
        else:
            statement(item, flow, context)


def _group(node: ast.Unit, label: SlotName, flow: Flow, context: Context, span: Span) -> Flow:
    """A labelled group: a scope of its own, and the steps that run in it."""
    labelled = is_labelled(node, context)
    slot = context.builder.slot(context.scope, label, "group", span)
    scope = Scope(labelled)
    slot.member = scope
    group = Group(slot, flow, flow, [], span)
    context.steps.append(group)
    inside = context.within(context.frame, scope, group.steps)
    group.outputs = unit(node, flow, inside)
    if not (group.steps or scope.entries or scope.parameters):
        context.steps.remove(group)  # absence leaves no key and no number behind
        if slot in context.scope.entries:  # else its label is taken, and that has been said
            context.scope.entries.remove(slot)
    return group.outputs


def _part_use(
    stage_node: ast.Stage,
    node: ast.PartUse,
    label: SlotName | None,
    overrides: Overrides,
    flow: Flow,
    context: Context,
) -> Flow:
    """A named value, an op, a block, or a module that is applied again."""
    name = node.name.text
    ahead = context.builder.ahead
    found = (flow,) if name == "_" else context.evaluator(flow).lookup(name, ahead)
    if found is None:
        context.session.report(rules.named.ValueNotMade(name), node.name.span)
    target = Unknown() if found is None else found[0]
    inputs = flow if node.branches is None else branches(node.branches, flow, context)
    if isinstance(target, Value) or (isinstance(target, tuple) and _are_values(target)):
        return _head(stage_node, node, target, context)
    if isinstance(target, Unknown):
        return unknown(stage_node.span, context)
    if target is None:
        return inputs
    if not inputs:
        return unknown(stage_node.span, context)
    if isinstance(target, SharedModule):
        if not context.builder.holds(target):
            context.session.report(rules.flow.AppliesOutside(name), node.name.span)
            return unknown(stage_node.span, context)
        return use_shared(target, inputs, context, stage_node.span)
    if isinstance(target, Part):
        if node.splice:
            return splice(target, node, inputs, context, stage_node.span)
        return use_part(target, node, label, overrides, inputs, context, stage_node.span)
    hides = "op" if name in ops() else None
    context.session.report(rules.parts.NotAPart(name, describe(target), hides), node.name.span)
    return unknown(stage_node.span, context)


def _are_values(values: tuple[object, ...]) -> bool:
    return len(values) > 0 and all(isinstance(value, Value) for value in values)


def _head(
    stage_node: ast.Stage, node: ast.PartUse, target: Value | tuple[Value, ...], context: Context
) -> Flow:
    values = target if isinstance(target, tuple) else (target,)
    report = context.session.report
    if node.arguments is not None or node.branches is not None:
        report(rules.flow.ArgumentsOnValue(node.name.text), stage_node.span)
    elif stage_node.label is not None:
        report(rules.labels.LabelOnValue(node.name.text), stage_node.label.span)
    for value in values:
        if value in context.builder.training and not context.in_training:
            report(rules.named.TrainingOnly(node.name.text), node.name.span)
            return unknown(stage_node.span, context)
        if value not in context.builder.types:
            report(rules.flow.ReadsOutside(node.name.text), node.name.span)
            return unknown(stage_node.span, context)
    return values
