"""Statements that open no scope and repeat nothing, one function each."""

from __future__ import annotations

from itertools import takewhile

from archdsl import rules
from archdsl.elaborate.bodies.shapes import ascribe
from archdsl.elaborate.bodies.stages import stage
from archdsl.elaborate.definitions.builder import made_by
from archdsl.elaborate.definitions.context import Context, performs, run, taken
from archdsl.elaborate.values.kinds import UNBOUND, UNKNOWN, Flow, SizeConditions, Unknown
from archir.base.record import replaced
from archir.graph.graph import Assertion, Message, TrainOnly, Value
from archir.program.expressions import Target
from archir.program.statements import (
    Assert,
    If,
    Let,
    Pipeline,
    RefusedStatement,
    TrainOnlyStatement,
)
from archir.shapes.conditions import Condition


@performs(Pipeline)
def pipeline(node: Pipeline, flow: Flow, context: Context) -> Flow:
    """``stage -> stage as name :: [shape]``."""
    for each in node.stages:
        flow = stage(each, flow, context)
        if context.builder.done:
            return flow
    if node.names:
        _name_values(node, flow, context)
    if node.ascription is not None:
        ascribe(node.ascription, flow, context)
    return flow


def _name_values(node: Pipeline, flow: Flow, context: Context) -> None:
    values: tuple[object, ...] = flow
    if len(node.names) == 1 and len(flow) > 1:
        values = (flow,)  # one name for several is that of their list
    elif len(flow) != len(node.names):
        if all(context.builder.type_of(value) is not None for value in flow):
            problem = _wrong_count(len(node.names), flow, context)
            context.session.report(problem, node.names[0].span.to(node.names[-1].span))
        values = (UNKNOWN,) * len(node.names)
    for target, value in zip(node.names, values, strict=True):
        if target.name != "_":
            bind(target, value, context)
        else:
            for each in value if isinstance(value, tuple) else (value,):
                each.is_dropped = True


def _wrong_count(names: int, flow: Flow, context: Context) -> rules.value_names.WrongNameCount:
    """What is wrong with the number of names; that of parts may be given as the size of each."""
    maker = made_by(flow, context.steps)
    op = None if maker is None else maker.op
    if op is None or not op.by_number or getattr(op, op.arguments()[0]) != names:
        return rules.value_names.WrongNameCount(names, len(flow))
    return rules.value_names.WrongNameCount(names, len(flow), op.keyword, op.by_number)


def bind(target: Target, value: object, context: Context) -> None:
    """Give a value a name, to the end of the body or of the loop's turn."""
    if context.env[target.slot] is not UNBOUND:
        context.session.report(rules.value_names.AlreadyNamed(target.name), target.span)
        return
    if isinstance(value, Value) and value.name is None:
        value.name = target.name
    context.env[target.slot] = value


@performs(RefusedStatement)
def _refused(node: RefusedStatement, flow: Flow, context: Context) -> Flow:
    context.session.has_gaps = True
    for slot in node.slots:
        context.env[slot] = UNKNOWN
    return (context.builder.value(node.span, None),) if node.flows else flow


@performs(Let)
def _let(node: Let, flow: Flow, context: Context) -> Flow:
    evaluator = context.evaluator(flow)
    evaluator.destructure(node.targets, evaluator.value(node.value))
    return flow


@performs(If)
def _if(node: If, flow: Flow, context: Context) -> Flow:
    arm = taken(node, flow, context)
    if isinstance(arm, Unknown):
        return (context.builder.value(node.span, None),)
    return flow if arm is None else run(arm, flow, context.inner(arm.slots))


@performs(Assert)
def _assert(node: Assert, flow: Flow, context: Context) -> Flow:
    evaluator = context.evaluator(flow)
    value = evaluator.value(node.condition)
    if isinstance(value, Unknown) or value is True:
        return flow
    if not isinstance(value, bool | SizeConditions):
        evaluator.condition(node.condition)  # reports what it is instead
        return flow
    context.session.in_message = True
    said = evaluator.said(node.message)
    context.session.in_message = False
    if isinstance(said, Unknown):
        return flow
    message = Message(said, by_author=True)
    context.builder.abandoned = value is False
    conditions = value.conditions if isinstance(value, SizeConditions) else (_NEVER,)
    for condition in conditions:
        context.builder.assertions.append(Assertion(condition, message, node.span))
    return flow


_NEVER = Condition("equal", 0, 1)


@performs(TrainOnlyStatement)
def _train_only(node: TrainOnlyStatement, flow: Flow, context: Context) -> Flow:
    inner = TrainOnly([], node.span)
    context.steps.append(inner)
    first = context.builder.count
    run(
        node.body,
        flow,
        replaced(context.inner(node.body.slots, None, inner.steps), in_training=True),
    )
    made = takewhile(lambda value: value.index >= first, reversed(context.builder.types))
    context.builder.training.update(made)
    return flow
