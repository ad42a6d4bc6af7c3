"""Uses of parts: an op applied, a block unrolled and applied, a shared module applied again."""

from __future__ import annotations

from archdsl import ast, rules
from archdsl.elaborate.binding import Bound, as_called, bind, fill, parameters_of, report
from archdsl.elaborate.body import Context, run
from archdsl.elaborate.builder import SlotName
from archdsl.elaborate.environment import Flow, Frame, SharedModule, Unknown
from archdsl.elaborate.extents import with_sizes
from archdsl.elaborate.inputs import takes
from archdsl.elaborate.instances import (
    Instance,
    anonymous,
    instantiate,
    is_labelled,
    typed_key,
)
from archdsl.elaborate.limits import NEW
from archdsl.program import Declared
from archdsl.walk import own_statements
from archir.arguments import make_op
from archir.graph import Leaf, Slot, Value
from archir.init import Initialiser
from archir.op import Op
from archir.record import replaced
from archir.registry import built_in, ops
from archir.source import Span
from archir.types import ParameterSpec, TensorType
from archir.values import Part

Overrides = tuple[tuple[str, Initialiser], ...]


def use_part(
    part: Part,
    node: ast.PartUse,
    label: SlotName | None,
    overrides: Overrides,
    inputs: Flow,
    context: Context,
    span: Span,
) -> Flow:
    """Apply an op or a block with the arguments of its stage."""
    if part.kind == "op":
        op = make(part, node, inputs, context)
        if op is None:
            return (context.builder.value(span, None),)
        alone = len(inputs) == 1 and context.builder.type_of(inputs[0]) is not None
        if op.takes() == "many" and alone and node.branches is None:
            context.session.report(rules.flow.NothingToMerge(op.keyword), span)
            return (context.builder.value(span, None),)
        return _apply(op, label, overrides, inputs, context, span)
    if overrides:
        problem = rules.parts.NoSuchParameter(part.name, overrides[0][0], "")
        context.session.report(problem, span)
    instance = _instance(part, node, inputs, context, span, context)
    if instance is None:
        return (context.builder.value(span, None),)
    builder, (definition, handed) = context.builder, instance
    slot = builder.slot(context.scope, label, part.name, span)
    slot.member = definition
    if context.session.has_weights[definition]:
        builder.weighted(context.scope, slot, span)
    return builder.use(definition, slot, (*inputs, *handed), span, context.steps)


def make(part: Part, node: ast.PartUse, inputs: Flow, context: Context) -> Op | None:
    """The op for a use's arguments; None once its problems have been reported."""
    session = context.session
    if node.arguments is None and not part.arguments:
        known = session.ops.get((part.name, ()))
        if known is not None:
            return known
    bound = _bind(part, node, inputs, context, node.span)
    if bound is None:
        return None
    values = bound.values
    key = (part.name, *values, typed_key(tuple(values.values())))
    known = session.ops.get(key)
    if known is not None:
        return known
    if any(_holds(Unknown, value) for value in values.values()):
        return None
    for name, value in values.items():
        if _holds(Value, value):
            session.report(rules.flow.ValueAsArgument(part.name), bound.place(name))
            return None
    session.budget.step(node.span, NEW)
    made = make_op(ops()[part.name], (), values)
    if isinstance(made, tuple):
        problems = as_called(session, made, part, node.arguments)
        report(session, problems, node.arguments, node.span)
        return None
    session.ops[key] = made
    return made


def _holds(kind: type, argument: object) -> bool:
    """Whether an argument is one of a kind, or one stands in its list, or in a list in that."""
    waiting = [argument]
    while waiting:
        item = waiting.pop()
        if isinstance(item, kind):
            return True
        if isinstance(item, tuple):
            waiting.extend(item)
    return False


def _apply(
    op: Op, label: SlotName | None, overrides: Overrides, inputs: Flow, context: Context, span: Span
) -> Flow:
    builder, session = context.builder, context.session
    if op.takes() == "one" and len(inputs) > 1:
        session.report(rules.flow.SeveralValues(op.keyword, len(inputs)), span)
        return (builder.value(span, None),)
    inputs = with_sizes(op, inputs, context)
    types = builder.known_types(inputs)
    answer = None if types is None else session.oracle.apply(op, types)
    slot: Slot | None = None
    if op.is_module or (label is not None and label.numbered):
        slot = builder.leaf(context.scope, label, op, overrides, span)
        if types is not None and answer is not None and not answer.problems:
            _check_parameters(op, slot, overrides, types, context, span)
    elif label is not None:
        session.report(rules.labels.LabelOnFunction(op.keyword), label.span)
    return builder.applied(op, slot, inputs, answer, span, context.steps)


def _check_parameters(
    op: Op,
    slot: Slot,
    overrides: Overrides,
    types: tuple[TensorType, ...],
    context: Context,
    span: Span,
) -> None:
    """Warn of weights without a label, and check that overridden parameters are there."""
    builder = context.builder
    nameless = builder.is_nameless(context.scope, slot)
    if builder.has_weights and not (overrides or nameless) and op.keyword in built_in():
        return  # nothing depends on them; a package's op is asked all the same, and so tried out
    specs: tuple[ParameterSpec, ...] = ()
    if type(op).parameters is not Op.parameters:
        specs = context.session.oracle.parameters(op, types)
    if specs:
        builder.has_weights = True
        builder.weighted(context.scope, slot, span)
    names = [spec.name for spec in specs]
    for name, _ in overrides:
        if name not in names:
            problem = rules.parts.NoSuchParameter(op.keyword, name, ", ".join(names))
            context.session.report(problem, span)


# --- blocks ---------------------------------------------------------------------------------------


def _instance(
    part: Part, node: ast.PartUse, inputs: Flow, context: Context, span: Span, caller: Context
) -> Instance | None:
    bound = _bind(part, node, inputs, context, span)
    if bound is None or not takes(part, inputs, context, span):
        return None
    declared = part.origin
    assert isinstance(declared, Declared)
    types = tuple(context.builder.type_of(value) for value in inputs)
    instance = instantiate(declared, bound, types, span, caller)
    if instance is None:
        return None
    if any(output.when_training for output in instance[0].outputs):
        context.session.report(rules.models.TrainingOutputsInside(part.name), span)
        return None
    return instance


def _bind(
    part: Part, node: ast.PartUse, inputs: Flow, context: Context, span: Span
) -> Bound | None:
    parameters = parameters_of(context.session, part)
    evaluator = context.evaluator(inputs)
    return bind(evaluator, part.name, parameters, node.arguments, span, before=part.arguments)


def splice(part: Part, node: ast.PartUse, inputs: Flow, context: Context, span: Span) -> Flow:
    """``*Name(args)``: the block's children go into the scope around it."""
    report = context.session.report
    declared = part.origin
    if not isinstance(declared, Declared) or not isinstance(declared.node, ast.PartDeclaration):
        report(rules.parts.CannotSplice(part.name, "it is not a block"), span)
        return (context.builder.value(span, None),)
    body = declared.node.body
    if any(isinstance(item, ast.InitStatement) for item in body.statements):
        report(rules.parts.SpliceWithInit(part.name), span)
    if any(isinstance(item, ast.OutputStatement) for item in own_statements(body)):
        report(rules.parts.CannotSplice(part.name, "it has outputs with names"), span)
        return (context.builder.value(span, None),)
    bound = _bind(part, node, inputs, context, span)
    frame = Frame(None, holds_values=True)
    inside = replaced(
        context, frame=frame, home=declared.home, is_model=False, splice=(part.name, span)
    )
    if bound is None or not takes(part, inputs, context, span):
        return (context.builder.value(span, None),)
    if not fill(inside.evaluator(None), part.name, declared.node.params, bound):
        return (context.builder.value(span, None),)
    if is_labelled(body, inside):  # labels of a block that was given as an argument count too
        context.scope.labelled = True
    session = context.session
    session.uses.append((part.name, span))
    flow = run(body, inputs, inside)
    session.uses.pop()
    return flow


# --- shared modules -------------------------------------------------------------------------------


def use_shared(module: SharedModule, inputs: Flow, context: Context, span: Span) -> Flow:
    """Apply a ``module``: the same slot each time, so the same weights."""
    builder = context.builder
    module.applied = module.applied or span
    unit = module.node.unit
    home = replaced(context, frame=module.frame, home=module.home)
    if isinstance(unit, ast.PartUse) and unit.branches is None:
        found = home.evaluator(None).lookup(unit.name.text)
        part = found[0] if found else None
        if isinstance(part, Part) and part.kind == "op":
            op = make(part, unit, inputs, home)
            if op is None:
                return (builder.value(span, None),)
            if module.slot.member is None:
                module.slot.member = Leaf(op)
            builder.has_weights = True
            inputs = with_sizes(op, inputs, context)
            return builder.apply(op, module.slot, inputs, span, context.steps)
        if isinstance(part, Part):
            instance = _instance(part, unit, inputs, home, span, context)
            return _use_slot(instance, module, inputs, context, span)
    types = tuple(builder.type_of(value) for value in inputs)
    instance = anonymous(home, module.node, types, span, context)
    return _use_slot(instance, module, inputs, context, span)


def _use_slot(
    instance: Instance | None,
    module: SharedModule,
    inputs: Flow,
    context: Context,
    span: Span,
) -> Flow:
    if instance is None:
        return (context.builder.value(span, None),)
    definition, handed = instance
    if module.slot.member is None:
        module.slot.member = definition
    inputs = (*inputs, *handed)
    return context.builder.use(definition, module.slot, inputs, span, context.steps)
