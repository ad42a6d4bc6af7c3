"""Instances: a block's body unrolled for certain arguments and input types, once for each."""

from __future__ import annotations

from archdsl import ast, rules
from archdsl.docs import prose
from archdsl.elaborate.binding import Bound, fill
from archdsl.elaborate.body import Context, run
from archdsl.elaborate.builder import Builder
from archdsl.elaborate.declare import drop_unapplied, look_ahead
from archdsl.elaborate.environment import Flow, Frame, Unknown
from archdsl.elaborate.evaluate import Evaluator
from archdsl.elaborate.extents import handed_again
from archdsl.elaborate.limits import NEW
from archdsl.elaborate.session import Session
from archdsl.elaborate.text import Resolve, Spliced
from archdsl.program import Declared
from archir.graph import Definition, Output, Scope, Slot, SlotRepeat
from archir.source import Span
from archir.types import TensorType
from archir.values import Part

InputTypes = tuple[TensorType | None, ...]


Instance = tuple[Definition, Flow]
"""A definition for one of its uses, and the values that are handed in behind its own inputs."""


def instantiate(
    declared: Declared, bound: Bound, types: InputTypes, span: Span, caller: Context
) -> Instance | None:
    """The definition of a block for its arguments and input types; equal ones are the same."""
    session, node = caller.session, declared.node
    assert isinstance(node, ast.PartDeclaration)
    values = bound.values
    for value in values.values():
        session.budget.weigh(value, span)
    key = (declared, *values, typed_key(tuple(values.values())), types)
    for known in session.definitions.get(key, ()):
        handed = handed_again(session.handed.get(known, ()), caller)
        if handed is not None:
            return known, handed
    if key in session.unrolling:
        session.report(rules.names.Cycle((declared.name,)), span)
        return None
    session.budget.step(span, NEW)
    session.budget.enter(span)
    session.unrolling.add(key)
    session.uses.append((declared.name, span))
    frame = Frame(None, holds_values=True)
    builder = Builder(session, caller=caller)
    context = Context(session, builder, declared.home, frame, Scope(False), [])
    made = None
    if fill(context.evaluator(None), declared.name, node.params, bound):
        definition = build(context, node, declared, types)
        made = definition, tuple(builder.handed.values())
        if not any(given is None for given in types):
            session.definitions.setdefault(key, []).append(definition)
    session.uses.pop()
    session.unrolling.discard(key)
    session.budget.leave()
    return made


def build(
    context: Context, node: ast.PartDeclaration, declared: Declared, types: InputTypes
) -> Definition:
    """Run a declaration's body, with its parameters bound in the context's frame."""
    arguments = tuple(
        (param.name.text, context.frame.names[param.name.text]) for param in node.params
    )
    context.scope.labelled = is_labelled(node.body, context)
    outline = context.session.outline(node.body)
    flow = _input_values(context.builder, outline.inputs, node.name.span, types)
    look_ahead(outline.ahead, context)
    last = run(node.body, flow, context)
    definition = finish(context, node.name.text, node.span, types, flow, last)
    definition.kind = node.kind
    definition.doc = prose(node.doc)
    definition.arguments = arguments
    definition.origin = declared
    definition.template = _Template(declared)
    return definition


class _Template:
    """Translates a declaration to ``archir.template`` when a back end asks for it."""

    def __init__(self, declared: Declared) -> None:
        self.declared = declared

    def __call__(self) -> object | None:
        from archdsl.template import template_of

        template: object | None = template_of(self.declared, self.declared.home)
        return template


def is_labelled(node: ast.Body | ast.Unit, context: Context) -> bool:
    """Whether the scope of braces, or of a combinator, names its children by label."""

    return context.session.is_labelled(node, _resolver(context.evaluator(None), ()))


def _resolver(evaluator: Evaluator, params: tuple[ast.Param, ...]) -> Resolve:
    """Finds blocks by the names of a file; what a parameter stands for is not known."""
    unknown = {param.name.text for param in params}

    def block(name: ast.Name) -> Spliced | None:
        found = None if name.text in unknown else evaluator.lookup(name.text)
        part = found[0] if found else None
        declared = part.origin if isinstance(part, Part) else None
        if isinstance(declared, Declared) and isinstance(declared.node, ast.PartDeclaration):
            home = Evaluator(evaluator.session, declared.home, Frame(None))
            return Spliced(declared.node.body, _resolver(home, declared.node.params))
        return None

    return block


def anonymous(
    home: Context, node: ast.ModuleStatement, types: InputTypes, span: Span, caller: Context
) -> Instance:
    """The definition of a ``module head = { … }`` for one of its uses."""
    session, builder = home.session, Builder(home.session, caller=caller)
    session.budget.step(span, NEW)
    session.budget.enter(span)
    session.uses.append((node.name.text, span))
    labelled = is_labelled(node.unit, home)
    context = Context(
        session,
        builder,
        home.home,
        Frame(home.frame, holds_values=True),
        Scope(labelled),
        [],
    )
    flow = _input_values(builder, (), node.span, types)
    from archdsl.elaborate.stages import unit

    last = unit(node.unit, flow, context)
    definition = finish(context, node.name.text, node.span, types, flow, last)
    definition.origin = node
    session.uses.pop()
    session.budget.leave()
    return definition, tuple(builder.handed.values())


def _input_values(
    builder: Builder, items: tuple[ast.InputItem, ...], span: Span, types: InputTypes
) -> Flow:
    places: list[tuple[Span, str | None]] = [(item.name.span, item.name.text) for item in items]
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
    builder.warn_unlabelled()
    if builder.abandoned:
        last = (builder.value(span, None),)
        builder.outputs.clear()
    outputs = tuple(builder.outputs) or tuple(Output(value) for value in last)
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
        remarks=tuple(builder.remarks),
        assertions=tuple(builder.assertions),
    )
    if told:
        session.handed[definition] = told
    session.nodes[definition] = builder.nodes
    session.output_types[definition] = tuple(
        builder.type_of(output.value) for output in outputs if not output.when_training
    )
    session.has_weights[definition] = builder.has_weights or _inner_weights(session, context.scope)
    return definition


def _inner_weights(session: Session, scope: Scope) -> bool:
    """Whether a block inside has weights, or a raw parameter stands in a scope."""
    stack: list[Slot | SlotRepeat | Scope] = [scope]
    while stack:
        item = stack.pop()
        if isinstance(item, Scope):
            if item.parameters:
                return True
            stack.extend(item.entries)
        elif isinstance(item, SlotRepeat):
            stack.extend(item.entries)
        elif isinstance(item.member, Scope):
            stack.append(item.member)
        elif isinstance(item.member, Definition) and session.has_weights[item.member]:
            return True
    return False


def typed_key(value: object) -> object:
    """A key that tells 1, 1.0 and true apart."""
    if isinstance(value, tuple):
        return tuple([typed_key(item) for item in value])
    if isinstance(value, Part):
        return ("part", value.kind, value.name, typed_key(value.arguments), value.origin)
    if isinstance(value, Unknown):
        return ("unknown", id(value))
    return (type(value), value)
