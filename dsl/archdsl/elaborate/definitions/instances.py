"""Instances: a block's body unrolled for certain arguments and input types, once for each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from archdsl import rules
from archdsl.elaborate.definitions.builder import Builder
from archdsl.elaborate.definitions.context import Context, perform, run
from archdsl.elaborate.definitions.cutting import outputs_of, report_missing
from archdsl.elaborate.definitions.extents import handed_again
from archdsl.elaborate.definitions.labels import is_labelled
from archdsl.elaborate.definitions.modules import drop_unapplied, look_ahead
from archdsl.elaborate.expressions.binding import BoundArguments, fill
from archdsl.elaborate.limits import NEW
from archdsl.elaborate.values.kinds import Flow, Visible, clear, empty, typed_key
from archir.base.source import Span
from archir.graph.graph import Definition, Output, Scope
from archir.program.declarations import Block
from archir.program.statements import InputItem, ModuleStatement
from archir.shapes.types import TensorType

InputTypes = tuple[TensorType | None, ...]


Instance = tuple[Definition, Flow]
"""A definition for one of its uses, and the values that are handed in behind its own inputs."""


def instantiate(
    block: Block,
    bound: BoundArguments,
    types: InputTypes,
    span: Span,
    caller: Context,
    taps: Mapping[str, Span] = MappingProxyType({}),
) -> Instance | None:
    """The definition of a block for its arguments and input types; equal ones are the same.

    With ``taps`` it is the part of the block up to these labels.
    """
    session = caller.session
    values = bound.values
    for value in values.values():
        session.budget.weigh(value, span)
    key = (block, *values, typed_key(tuple(values.values())), types, tuple(taps))
    for known in session.definitions.get(key, ()):
        handed = handed_again(session.handed.get(known, ()), caller)
        if handed is not None:
            return known, handed
    if key in session.unrolling:
        session.report(rules.names.Cycle((block.name,)), span)
        return None
    session.budget.step(span, NEW)
    session.budget.enter(span)
    session.unrolling.add(key)
    session.enter(block.name, span)
    session.occasion += 1
    builder = Builder(session, caller=caller)
    context = beginning(block, builder)
    if taps:
        builder.taps.update(taps)
        builder.paths[context.scope] = ""
    fill(context.evaluator(None), block.name, block.parameters, bound)
    definition = build(context, block, types)
    if session.has_errors or not any(given is None for given in types):
        session.definitions.setdefault(key, []).append(definition)
    session.uses.pop()
    session.occasion += 1
    session.unrolling.discard(key)
    session.budget.leave()
    return definition, tuple(builder.handed.values())


def beginning(block: Block, builder: Builder, *, is_model: bool = False) -> Context:
    """Where the body of a block begins."""
    visible = Visible(block.body.slots)
    scope = Scope(False)
    return Context(builder.session, builder, empty(block), visible, scope, [], is_model=is_model)


def build(context: Context, block: Block, types: InputTypes) -> Definition:
    """Run a block's body, with its parameters in their slots."""
    arguments = tuple([(each.name, context.env[each.target.slot]) for each in block.parameters])
    context.scope.labelled = is_labelled(block.labelling, context)
    flow = _input_values(context.builder, block.inputs, block.name_span, types)
    look_ahead(block.ahead, context)
    last = run(block.body, flow, context)
    definition = finish(context, block.name, block.span, types, flow, last)
    definition.kind = block.kind
    definition.doc = block.doc
    definition.arguments = arguments
    definition.origin = block
    return definition


def anonymous(
    home: Context, node: ModuleStatement, types: InputTypes, span: Span, caller: Context
) -> Instance:
    """The definition of a ``module head = { … }`` for one of its uses."""
    session, builder = home.session, Builder(home.session, caller=caller)
    session.budget.step(span, NEW)
    session.budget.enter(span)
    session.enter(node.target.name, span)
    session.occasion += 1
    scope = Scope(is_labelled(node.labelling, home))
    clear(home.env, node.fresh)
    context = Context(session, builder, home.env, Visible(node.slots, home.visible), scope, [])
    flow = _input_values(builder, (), node.span, types)
    last = perform(node.unit, flow, context)
    definition = finish(context, node.target.name, node.span, types, flow, last)
    definition.origin = node
    session.uses.pop()
    session.occasion += 1
    session.budget.leave()
    return definition, tuple(builder.handed.values())


def _input_values(
    builder: Builder, items: tuple[InputItem, ...], span: Span, types: InputTypes
) -> Flow:
    places: list[tuple[Span, str | None]] = [(item.target.span, item.target.name) for item in items]
    places += [(span, None)] * (len(types) - len(places))
    builder.inputs = tuple(
        builder.value(place, given, name)
        for (place, name), given in zip(places, types, strict=False)
    )
    return builder.inputs


def finish(
    context: Context, name: str, span: Span, types: InputTypes, flow: Flow, last: Flow
) -> Definition:
    """The definition that a builder has collected."""
    builder, session = context.builder, context.session
    drop_unapplied(context)
    if builder.abandoned:
        last = (builder.value(span, None),)
        builder.outputs.clear()
    outputs = tuple(builder.outputs) or tuple(Output(value) for value in last)
    if builder.done:
        outputs = outputs_of(builder)
    handed = tuple(builder.handed)
    told = builder.known_types(handed) or ()
    definition = Definition(
        name=name,
        kind="block",
        doc="",
        arguments=(),
        span=span,
        inputs=(*flow, *handed),
        input_types=(*types, *told),
        scope=context.scope,
        steps=context.steps,
        outputs=outputs,
        init=tuple(builder.rules),
        has_init=builder.has_init,
        value_count=builder.count,
        annotations=tuple(builder.annotations),
        assertions=tuple(builder.assertions),
        upto=tuple(builder.taps),
    )
    if builder.taps and not builder.done and not builder.abandoned and not session.has_gaps:
        report_missing(definition, builder, session)
    if told:
        session.handed[definition] = told
    session.nodes[definition] = builder.nodes
    session.output_types[definition] = tuple(
        builder.type_of(output.value) for output in outputs if not output.when_training
    )
    return definition
