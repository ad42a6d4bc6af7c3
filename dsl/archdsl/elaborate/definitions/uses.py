"""Uses of parts: an op applied, a block unrolled and applied, a shared module applied again."""

from __future__ import annotations

from itertools import filterfalse
from typing import Any

from archdsl import rules
from archdsl.elaborate.definitions.builder import SlotName, made_by
from archdsl.elaborate.definitions.context import Context, run
from archdsl.elaborate.definitions.cutting import reached, taps_of
from archdsl.elaborate.definitions.extents import with_sizes
from archdsl.elaborate.definitions.initialisers import overrides
from archdsl.elaborate.definitions.inputs import takes
from archdsl.elaborate.definitions.instances import Instance, anonymous, instantiate
from archdsl.elaborate.definitions.labels import is_labelled
from archdsl.elaborate.expressions.binding import BoundArguments, bind, fill, report, signature_of
from archdsl.elaborate.limits import NEW
from archdsl.elaborate.session import Session
from archdsl.elaborate.values.kinds import (
    Flow,
    SharedModule,
    Unknown,
    Visible,
    empty,
    holds,
    typed_key,
)
from archir import rules as ir_rules
from archir.base.record import replaced
from archir.base.source import Span
from archir.catalogue.registry import built_in, ops
from archir.graph.graph import Leaf, Slot, Value
from archir.init.init_rules import Given, Initialiser
from archir.init.initialisers import NORMALISATIONS
from archir.init.values import Part
from archir.op.contract import OPEN, Op
from archir.op.validate import validate
from archir.program.declarations import Block
from archir.program.expressions import (
    Access,
    Attribute,
    Flowing,
    Gathered,
    ListDisplay,
    Local,
)
from archir.program.nodes import Expr
from archir.program.statements import InitStatement, OutputStatement, Use
from archir.program.walk import nested, own_statements
from archir.shapes.types import TensorType

Overrides = tuple[tuple[str, Given], ...]


def held(target: Expr, context: Context) -> Any:
    """What the name at a stage's head stands for; UNBOUND where it has not been made."""
    evaluator = context.evaluator(None)
    return evaluator.bound(target) if isinstance(target, Local) else evaluator.meaning(target)


def use_part(
    part: Part,
    node: Use,
    label: SlotName | None,
    own: Overrides,
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
        return _apply(op, label, own, inputs, context, span)
    if own:
        _no_parameters(part, own[0][0], context, span)
    instance = _instance(part, node, inputs, context, span, context)
    if instance is None:
        return (context.builder.value(span, None),)
    builder, (definition, handed) = context.builder, instance
    slot = builder.slot(context.scope, label, part.name, span)
    slot.member = definition
    made = builder.use(definition, slot, (*inputs, *handed), span, context.steps)
    reached(slot, made, context)
    return made


def is_whole(node: Use, what: str, context: Context) -> bool:
    """Whether no part is asked for of what is no block, which is reported."""
    if node.taps:
        problem = rules.cutting.NothingToCut(node.name, what)
        context.session.report(problem, node.taps[0].span.to(node.taps[-1].span))
    return not node.taps


def _no_parameters(part: Part, name: str, context: Context, span: Span) -> None:
    context.session.report(rules.parts.NoSuchParameter(part.name, name, ""), span)


def make(part: Part, node: Use, inputs: Flow, context: Context) -> Op | None:
    """The op for a use's arguments; None once its problems have been reported."""
    session = context.session
    if node.arguments is None and not part.arguments:
        known = session.ops.get((part.name, ()))
        if known is not None:
            return known
    bound = bound_for(part, node, inputs, context, node.span)
    if bound is None:
        return None
    values = bound.values
    if not _is_open_where_written(part.name, bound, session):
        return None
    key = (part.name, *values, typed_key(tuple(values.values())))
    known = session.ops.get(key)
    if known is not None:
        return known
    if any(holds(Unknown, value) for value in values.values()):
        return None
    for name, value in values.items():
        if holds(Value, value):
            place = bound.place(name)
            session.report(rules.flow.ValueAsArgument(part.name, place.text), place)
            return None
    session.budget.step(node.span, NEW)
    made = validate(ops()[part.name], values)
    if not isinstance(made, Op):
        report(session, made, bound.arguments, node.span)
        return None
    session.ops[key] = made
    return made


def _is_open_where_written(name: str, bound: BoundArguments, session: Session) -> bool:
    """Whether no extent that is worked out of sizes is -1, which would mean another thing."""
    argument = ops()[name].open_extents
    values = bound.values.get(argument, ()) if argument else ()
    if not isinstance(values, tuple) or OPEN not in values:
        return True
    expr = bound.written(argument)
    items = expr.items if isinstance(expr, Gathered | ListDisplay) else ()
    if len(items) == 1 and isinstance(items[0], ListDisplay):
        items = items[0].items
    for value, item in zip(values, items, strict=False):
        if value == OPEN and any(map(_is_size, nested(item))):
            shown = f"{item.span.text}, which is {OPEN},"
            problem = ir_rules.tensors.ExtentBelowOne(name, argument, shown, False)
            session.report(problem, item.span)
            return False
    return True


def _is_size(expr: Expr) -> bool:
    """Whether an expression is the extent of a dim, by its name or read off a value."""
    if isinstance(expr, Local):
        return expr.is_dim
    return isinstance(expr, Access) and any(isinstance(t, Attribute) for t in expr.trailers)


def _apply(
    op: Op, label: SlotName | None, own: Overrides, inputs: Flow, context: Context, span: Span
) -> Flow:
    builder, session = context.builder, context.session
    if not _takes(op, inputs, context, span):
        return (builder.value(span, None),)
    inputs = with_sizes(op, inputs, context)
    types = builder.known_types(inputs)
    answer = None if types is None else session.rule_cache.apply(op, types)
    is_right = types is not None and answer is not None and not answer.problems
    if own:
        op, own = _settled(op, own, types if is_right else None, context, span)
        answer = None if types is None else session.rule_cache.apply(op, types)
    slot: Slot | None = None
    if op.is_module or (label is not None and label.numbered):
        slot = builder.leaf(context.scope, label, op, own, span)
        if types is not None and is_right:
            _check_overrides(op, own, types, context, span)
    elif label is not None:
        session.report(rules.labels.LabelOnFunction(op.keyword), label.span)
    made = builder.applied(op, slot, inputs, answer, span, context.steps)
    if slot is not None:
        reached(slot, made, context)
    return made


def _takes(op: Op, inputs: Flow, context: Context, span: Span) -> bool:
    """Whether an op takes as many values as flow in, as far as its class says it."""
    if op.takes() != "one" or len(inputs) < 2:
        return True
    maker = made_by(inputs, context.steps)
    kept = "" if maker is None else maker.op.keyword
    context.session.report(rules.flow.SeveralValues(op.keyword, len(inputs), kept), span)
    return False


def _settled(
    op: Op, own: Overrides, types: tuple[TensorType, ...] | None, context: Context, span: Span
) -> tuple[Op, Overrides]:
    """The layer as its own ``with`` makes it, and what that says of initial weights."""
    if not any(map(_normalises, own)):
        return op, own
    from archdsl.elaborate.definitions.normalising import normalise  # few networks have any

    return normalise(op, own, types, context, span), tuple(filterfalse(_normalises, own))


def _normalises(own: tuple[str, Given]) -> bool:
    given = own[1]
    return isinstance(given, Initialiser) and given.function in NORMALISATIONS


def _check_overrides(
    op: Op, own: Overrides, types: tuple[TensorType, ...], context: Context, span: Span
) -> None:
    """Check that overridden parameters are there."""
    if not own and op.keyword in built_in():
        return  # a package's op is asked all the same, and so tried out
    names = [spec.name for spec in context.session.rule_cache.initialised(op, types)]
    for name, _ in own:
        if name not in names:
            problem = rules.parts.NoSuchParameter(op.keyword, name, ", ".join(names))
            context.session.report(problem, span)


# --- blocks ---------------------------------------------------------------------------------------


def _instance(
    part: Part, node: Use, inputs: Flow, context: Context, span: Span, caller: Context
) -> Instance | None:
    bound = bound_for(part, node, inputs, context, span)
    if bound is None or not takes(part, inputs, context, span):
        return None
    assert isinstance(part.origin, Block)
    types = tuple(context.builder.type_of(value) for value in inputs)
    taps = taps_of(node, inputs, context)
    if taps is None:
        return None
    instance = instantiate(part.origin, bound, types, span, caller, taps)
    if instance is None:
        return None
    if any(output.when_training for output in instance[0].outputs):
        context.session.report(rules.outputs.TrainingOutputsInside(part.name), span)
        return None
    return instance


def bound_for(
    part: Part, node: Use, inputs: Flow, context: Context, span: Span
) -> BoundArguments | None:
    evaluator = context.evaluator(inputs)
    signature, before = signature_of(part), part.arguments
    return bind(evaluator, part.name, signature, node.arguments, span, before=before)


def splice(part: Part, node: Use, inputs: Flow, context: Context, span: Span) -> Flow:
    """``*Name(args)``: the block's children go into the scope around it."""
    report = context.session.report
    block = part.origin
    if not isinstance(block, Block):
        report(rules.parts.CannotSplice(part.name, "it is not a block"), span)
        return (context.builder.value(span, None),)
    body = block.body
    if any(isinstance(item, InitStatement) for item in body.statements):
        report(rules.parts.SpliceWithInit(part.name), span)
    if any(isinstance(item, OutputStatement) for item in own_statements(body)):
        report(rules.parts.CannotSplice(part.name, "it has outputs with names"), span)
        return (context.builder.value(span, None),)
    bound = bound_for(part, node, inputs, context, span)
    inside = replaced(
        context,
        env=empty(block),
        visible=Visible(body.slots),
        is_model=False,
        splice=(part.name, span),
    )
    if bound is None or not takes(part, inputs, context, span):
        return (context.builder.value(span, None),)
    if not fill(inside.evaluator(None), part.name, block.parameters, bound):
        return (context.builder.value(span, None),)
    if is_labelled(block.labelling, inside):  # labels of a block that was given count too
        context.scope.labelled = True
    session = context.session
    session.enter(part.name, span)
    flow = run(body, inputs, inside)
    session.uses.pop()
    return flow


# --- shared modules -------------------------------------------------------------------------------


def use_shared(module: SharedModule, inputs: Flow, context: Context, span: Span) -> Flow:
    """Apply a ``module``: the same slot each time, so the same weights."""
    module.applied = module.applied or span
    early, context.session.early = context.session.early, _early(module, context)
    given = _apply_shared(module, inputs, context, span)
    context.session.early = early
    reached(module.slot, given, context)
    return given


def _early(module: SharedModule, context: Context) -> SharedModule | None:
    """A module that does not stand yet, or the one in whose text it is applied."""
    is_early = any(module is each for each in context.builder.ahead.values())
    return module if is_early else context.session.early


def _apply_shared(module: SharedModule, inputs: Flow, context: Context, span: Span) -> Flow:
    builder = context.builder
    unit = module.node.unit
    home = replaced(context, env=module.env, visible=module.visible)
    if isinstance(unit, Use) and unit.branches is None:
        part = None if isinstance(unit.target, Flowing) else held(unit.target, home)
        if isinstance(part, Part) and part.kind == "op":
            context.session.enter(module.node.target.name, span)
            op = make(part, unit, inputs, home)
            context.session.uses.pop()
            if op is None or not is_whole(unit, "an op", context):
                return (builder.value(span, None),)
            return _apply_leaf(op, module, inputs, context, home, span)
        if isinstance(part, Part):
            if module.node.overrides:
                _no_parameters(part, module.node.overrides[0].parameter, context, span)
            instance = _instance(part, unit, inputs, home, span, context)
            return _use_slot(instance, module, inputs, context, span)
    types = tuple(builder.type_of(value) for value in inputs)
    instance = anonymous(home, module.node, types, span, context)
    return _use_slot(instance, module, inputs, context, span)


def _apply_leaf(
    op: Op, module: SharedModule, inputs: Flow, context: Context, home: Context, span: Span
) -> Flow:
    is_taken = _takes(op, inputs, context, span)
    if not is_taken:
        return (context.builder.value(span, None),)
    inputs = with_sizes(op, inputs, context)
    types = context.builder.known_types(inputs)
    if types is not None and context.session.rule_cache.apply(op, types).problems:
        types = None  # those of what is refused say nothing of weights
    if module.node.overrides:
        given = overrides(module.node.overrides, home.evaluator(inputs))
        op, own = _settled(op, given, types, context, span)
    else:
        own = ()
    if module.slot.member is None:
        module.slot.member = Leaf(op, own)
        if types is not None:
            _check_overrides(op, own, types, context, span)
    return context.builder.apply(op, module.slot, inputs, span, context.steps)


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
