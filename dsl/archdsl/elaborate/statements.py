"""Statements, one function each."""

from __future__ import annotations

from collections.abc import Callable
from itertools import takewhile
from typing import Any

from archdsl import ast, rules
from archdsl.elaborate import declare, loops
from archdsl.elaborate.body import Context, run, taken
from archdsl.elaborate.environment import UNKNOWN, Flow, SizeConditions, Unknown
from archdsl.elaborate.shapes import ascribe
from archdsl.elaborate.stages import stage
from archir.check import Condition
from archir.graph import Assertion, TrainOnly, Value
from archir.record import replaced


def statement(node: ast.Statement, flow: Flow, context: Context) -> Flow:
    """Run one statement; gives the current value behind it."""
    return _RUN[type(node)](node, flow, context)


def pipeline(node: ast.Pipeline, flow: Flow, context: Context) -> Flow:
    """``stage -> stage as name :: [shape]``."""
    for each in node.stages:
        flow = stage(each, flow, context)
    if node.names:
        _name_values(node, flow, context)
    if node.ascription is not None:
        ascribe(node.ascription, flow, context)
    return flow


def _name_values(node: ast.Pipeline, flow: Flow, context: Context) -> None:
    values: tuple[object, ...] = flow
    if len(flow) != len(node.names):
        if all(context.builder.type_of(value) is not None for value in flow):
            problem = rules.named.WrongNameCount(len(node.names), len(flow))
            context.session.report(problem, node.names[0].span.to(node.names[-1].span))
        values = (UNKNOWN,) * len(node.names)
    for name, value in zip(node.names, values, strict=True):
        if name.text != "_":
            bind(name, value, context)


def bind(name: ast.Identifier, value: object, context: Context) -> None:
    """Give a value a name, to the end of the body or of the loop's turn."""
    holder = next(frame for frame in context.frame if frame.holds_values)
    if name.text in holder.names:
        context.session.report(rules.named.AlreadyNamed(name.text), name.span)
        return
    if isinstance(value, Value) and value.name is None:
        value.name = name.text
    holder.names[name.text] = value


def _let(node: ast.Let, flow: Flow, context: Context) -> Flow:
    evaluator = context.evaluator(flow)
    evaluator.destructure(node.names, evaluator.value(node.value), context.frame)
    return flow


def _if(node: ast.If, flow: Flow, context: Context) -> Flow:
    arm = taken(node, flow, context)
    if isinstance(arm, Unknown):
        return (context.builder.value(node.span, None),)
    return flow if arm is None else run(arm, flow, context.inner())


def _assert(node: ast.Assert, flow: Flow, context: Context) -> Flow:
    evaluator = context.evaluator(flow)
    value = evaluator.value(node.condition)
    if isinstance(value, Unknown) or value is True:
        return flow
    if not isinstance(value, bool | SizeConditions):
        evaluator.condition(node.condition)  # reports what it is instead
        return flow
    context.session.in_message = True
    message = evaluator.text(node.message)
    context.session.in_message = False
    if isinstance(message, Unknown):
        return flow
    context.builder.abandoned = value is False
    conditions = value.conditions if isinstance(value, SizeConditions) else (_NEVER,)
    for condition in conditions:
        context.builder.assertions.append(Assertion(condition, message, node.span))
    return flow


_NEVER = Condition("equal", 0, 1)


def _train_only(node: ast.TrainOnlyStatement, flow: Flow, context: Context) -> Flow:
    inner = TrainOnly([], node.span)
    context.steps.append(inner)
    first = context.builder.count
    run(node.body, flow, replaced(context.inner(), steps=inner.steps, in_training=True))
    made = takewhile(lambda value: value.index >= first, reversed(context.builder.types))
    context.builder.training.update(made)
    return flow


_RUN: dict[type[ast.Node], Callable[[Any, Flow, Context], Flow]] = {
    ast.Pipeline: pipeline,
    ast.Let: _let,
    ast.For: loops.loop,
    ast.RepeatLoop: loops.loop,
    ast.If: _if,
    ast.Assert: _assert,
    ast.Input: declare.input_statement,
    ast.OutputStatement: declare.output_statement,
    ast.ParamStatement: declare.param_statement,
    ast.ModuleStatement: declare.module_statement,
    ast.TrainOnlyStatement: _train_only,
    ast.InitStatement: declare.init_statement,
}
