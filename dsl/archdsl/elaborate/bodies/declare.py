"""Statements that declare: inputs, outputs, shared modules, init rules."""

from __future__ import annotations

from collections.abc import Iterator

from archdsl import rules
from archdsl.elaborate.bodies.shapes import note
from archdsl.elaborate.definitions import initialisers
from archdsl.elaborate.definitions.context import Context, performs
from archdsl.elaborate.definitions.modules import stand
from archdsl.elaborate.values.describe import describe
from archdsl.elaborate.values.kinds import Flow, Unknown
from archir.graph.graph import Output, Value
from archir.program.statements import (
    InitStatement,
    InputStatement,
    ModuleStatement,
    OutputStatement,
    ParamStatement,
)


@performs(InputStatement)
def _input(node: InputStatement, flow: Flow, context: Context) -> Flow:
    """Bind the names of a block's inputs and of their dims (a model's are bound already)."""
    for item, value in zip(node.items, flow, strict=False):
        target = item.target
        if value.name is None:
            value.name = target.name
        context.env[target.slot] = value
        if not context.is_model:
            note(item.shape, value, context, context.evaluator(None), target.name)
    return flow


@performs(OutputStatement)
def _output(node: OutputStatement, flow: Flow, context: Context) -> Flow:
    """``output logits = y``; with ``when training`` it is there in training alone."""
    report = context.session.report
    for item in node.items:
        expression = item.value
        value = context.evaluator(flow).value(expression)
        if isinstance(value, Unknown):
            value = context.builder.value(item.span, None)
        for name, each in _named(item.name, value):
            if not isinstance(each, Value):
                refused = rules.outputs.NotAValue(expression.span.text, describe(each))
                report(refused, expression.span)
                break
            if each in context.builder.training and not node.when_training:
                report(rules.value_names.TrainingOnly(expression.span.text), expression.span)
            outputs, listed = context.builder.outputs, context.builder.listed
            if name != item.name:
                listed.add(name)
            if name in listed and any(output.name == name for output in outputs):
                report(rules.names.NameDeclaredTwice(name, "output"), item.name_span)
            outputs.append(Output(each, name, node.when_training))
    return flow


def _named(name: str, value: object) -> Iterator[tuple[str, object]]:
    """An output, or those of a list, which have its name and their places in it."""
    if not isinstance(value, tuple) or not value:
        yield name, value
        return
    for at, item in enumerate(value):
        yield from _named(f"{name}_{at}", item)


@performs(ModuleStatement)
def _module(node: ModuleStatement, flow: Flow, context: Context) -> Flow:
    stand(node, flow, context)
    return flow


@performs(ParamStatement)
def _param(node: ParamStatement, flow: Flow, context: Context) -> Flow:
    from archdsl.elaborate.bodies.raw import parameter  # most networks have none

    return parameter(node, flow, context)


@performs(InitStatement)
def _init(node: InitStatement, flow: Flow, context: Context) -> Flow:
    """The rules of an ``init`` block, for the pass behind the construction."""
    context.builder.has_init = True
    context.builder.rules.extend(initialisers.init_rules(node, context.evaluator(flow)))
    return flow
