"""Statements that declare: inputs, outputs, raw parameters, shared modules, init rules."""

from __future__ import annotations

from itertools import accumulate, compress

from archdsl import ast, rules
from archdsl.elaborate import initial
from archdsl.elaborate.body import Context
from archdsl.elaborate.describe import describe
from archdsl.elaborate.environment import Flow, SharedModule, Unknown
from archdsl.elaborate.labels import slot_name, why_not
from archdsl.elaborate.shapes import note, size
from archir import rules as ir_rules
from archir.check import Condition
from archir.diagnostics import Label, nearest
from archir.dims import evaluate, variables
from archir.graph import Assertion, Output, Parameter, Read, Scope, Slot, Value
from archir.initialisers import INITIALISERS
from archir.types import DTYPES, TensorType


def input_statement(node: ast.Input, flow: Flow, context: Context) -> Flow:
    """Bind the names of a block's inputs and of their dims (a model's are bound already)."""
    for item, value in zip(node.items, flow, strict=False):
        dtype(item, context)
        if value.name is None:
            value.name = item.name.text
        context.frame.names[item.name.text] = value
        if not context.is_model:
            note(item.shape, value, context, context.evaluator(None), item.name.text)
    return flow


def dtype(item: ast.InputItem, context: Context) -> str:
    """The torch dtype that an input asks for."""
    if item.dtype is None:
        return "float32"
    known = DTYPES.get(item.dtype.text)
    if known is None:
        problem = rules.models.UnknownDtype(item.dtype.text, nearest(item.dtype.text, DTYPES))
        context.session.report(problem, item.dtype.span)
    return known or "float32"


def output_statement(node: ast.OutputStatement, flow: Flow, context: Context) -> Flow:
    """``output logits = y``; with ``when training`` it is there in training alone."""
    when_training = node.when is not None
    for item in node.items:
        expression = item.value or ast.Name(item.name.span, item.name.text)
        value = context.evaluator(flow).value(expression)
        if isinstance(value, Unknown):
            value = context.builder.value(item.span, None)
        if not isinstance(value, Value):
            problem = rules.models.NotAValue(expression.span.text, describe(value))
            context.session.report(problem, expression.span)
            continue
        if value in context.builder.training and not when_training:
            context.session.report(rules.named.TrainingOnly(expression.span.text), expression.span)
        context.builder.outputs.append(Output(value, item.name.text, when_training))
    return flow


def param_statement(node: ast.ParamStatement, flow: Flow, context: Context) -> Flow:
    """A raw parameter or buffer, and the value that reads it."""
    evaluator = context.evaluator(flow, fans=True)
    shape = tuple(_parameter_dim(dim, context, flow) for dim in node.shape.dims)
    value = initial.initialiser(node.value, evaluator, needed=True)
    known = tuple(extent for extent in shape if extent is not None)
    if value is None or len(known) < len(shape):
        context.frame.bind_value(node.name.text, context.builder.value(node.span, None))
        return flow
    if not INITIALISERS[value.function].can_fill(len(known)):
        ranks = INITIALISERS[value.function].ranks
        problem = ir_rules.graph.InitialiserDoesNotFit(
            value.function, node.name.text, str(list(known)), ranks
        )
        context.session.report(problem, node.value.span)
    context.builder.left_behind += 1
    name = node.name.text
    reason = why_not(name)
    if reason is not None:
        context.session.report(rules.labels.BadLabel(name, reason), node.name.span)
    is_buffer, position = node.kind == "buffer", len(context.scope.entries)
    parameter = Parameter(name, known, value, is_buffer, node.span, position)
    _register_parameter(parameter, context)
    made = context.builder.value(node.span, TensorType(known), name)
    context.steps.append(Read(parameter, (made,), node.span))
    context.builder.spend(1, node.span)
    context.builder.has_weights = True
    context.frame.bind_value(name, made)
    return flow


def _register_parameter(parameter: Parameter, context: Context) -> None:
    # A child of the same name would have the same key.
    stand_in = Slot(parameter.name, False, parameter.name, parameter.span)
    table = context.session.labels.setdefault(context.scope, {})
    earlier = table.setdefault(parameter.name, stand_in)
    if earlier is stand_in:
        context.scope.parameters.append(parameter)
    else:
        related = Label(earlier.span, "the name is used here first")
        context.session.report(rules.labels.AlreadyInUse(parameter.name), parameter.span, related)


def _parameter_dim(dim: ast.ShapeDim, context: Context, flow: Flow) -> int | None:
    """A parameter's extent. One that depends on the sizes holds them to their defaults."""
    extent = size(dim.value, context.evaluator(flow))
    if isinstance(extent, Unknown):
        return None
    sizes = context.session.sizes
    number = evaluate(extent, sizes)
    if number != extent:
        held = context.session.oracle.batches & variables(extent)
        if held:
            written = dim.value.span.text
            problem = ir_rules.graph.BatchHeld("the parameter", written, min(held))
            context.session.report(problem, dim.span)
        condition = Condition("equal", extent, number)
        message = f"the parameter's shape was taken at {dim.value.span.text} = {number}"
        context.builder.assertions.append(Assertion(condition, message, dim.span))
    if number < 0 or number > 2**31:
        context.session.report(rules.models.BadSize(dim.span.text, f"it is {number}"), dim.span)
        return None
    return number


def module_statement(node: ast.ModuleStatement, flow: Flow, context: Context) -> Flow:
    """``module head = …``: a child that stands here, and is applied where its name is used."""
    label = slot_name(node.label, flow, context)
    name = node.name.text if label is None else label.text
    span = node.name.span if label is None else label.span
    if label is None and (reason := why_not(node.name.text)) is not None:
        context.session.report(rules.labels.BadLabel(node.name.text, reason), span)
    shared = context.builder.ahead.get(node.name.text)
    if shared is None or shared.node is not node:
        shared = _shared(node, context)
    else:
        del context.builder.ahead[node.name.text]
        shared.frame = context.frame
    context.builder.left_behind += 1
    slot = shared.slot
    slot.label, slot.numbered, slot.span = name, label is not None and label.numbered, span
    context.builder.register(context.scope, slot)
    context.builder.shared.append((shared, context.scope))
    context.frame.bind_value(node.name.text, shared)
    return flow


def _shared(node: ast.ModuleStatement, context: Context) -> SharedModule:
    name = node.name
    slot = Slot(name.text, False, name.text, name.span)
    return SharedModule(node, slot, context.frame, context.home)


def look_ahead(ahead: dict[str, ast.ModuleStatement], context: Context) -> None:
    """Note the modules of a body that may be applied before they stand."""
    for name, node in ahead.items():
        context.builder.ahead[name] = _shared(node, context)


def drop_unapplied(context: Context) -> None:
    """Leave out modules that were never applied: nothing says what shape their weights have.

    Those that were applied, and then never stood, are reported.
    """
    for missing, module in context.builder.ahead.items():
        if module.applied is not None:
            context.session.report(rules.named.ValueNotMade(missing), module.applied)
    empty: dict[Scope, set[Slot]] = {}
    for shared, scope in context.builder.shared:
        if shared.applied is None and not context.builder.abandoned:
            name = shared.node.name
            context.session.report(rules.parts.ModuleWithoutUse(name.text), name.span)
        if shared.slot.member is None:
            empty.setdefault(scope, set()).add(shared.slot)
    for scope, slots in empty.items():
        left = [entry not in slots for entry in scope.entries]
        before = [0, *accumulate(left)]  # how many stay before each place
        for parameter in scope.parameters:
            parameter.position = before[parameter.position]
        scope.entries[:] = compress(scope.entries, left)


def init_statement(node: ast.InitStatement, flow: Flow, context: Context) -> Flow:
    """The rules of an ``init`` block, for the pass behind the construction."""
    context.builder.has_init = True
    context.builder.rules.extend(initial.init_rules(node, context.evaluator(flow, fans=True)))
    return flow
