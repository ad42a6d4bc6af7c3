"""Shared modules: one child, registered where it stands, applied where its name is used."""

from __future__ import annotations

from itertools import accumulate, compress

from archdsl import rules
from archdsl.elaborate.definitions.context import Context
from archdsl.elaborate.definitions.labels import slot_name
from archdsl.elaborate.values.kinds import Env, Flow, SharedModule
from archir.base.reserved import why_not
from archir.graph.graph import Scope, Slot
from archir.program.statements import ModuleStatement

COST = 5
"""The steps that it takes to register a module, and to find that nothing applies it."""


def stand(node: ModuleStatement, flow: Flow, context: Context) -> None:
    """Register a module where its statement stands."""
    context.session.budget.step(node.span, COST)
    builder, target = context.builder, node.target
    label = slot_name(node.label, flow, context)
    name = target.name if label is None else label.text
    span = target.span if label is None else label.span
    if label is None and (reason := why_not(target.name)) is not None:
        context.session.report(rules.labels.BadLabel(target.name, reason), span)
    shared = builder.ahead.get(target.slot)
    if shared is None or shared.node is not node:
        # What it is made of is what its names mean here: in a loop they mean something else soon.
        shared = _shared(node, context, list(context.env))
    else:
        del builder.ahead[target.slot]
        shared.visible = context.visible
    builder.left_behind += 1
    slot = shared.slot
    slot.label, slot.numbered, slot.span = name, label is not None and label.numbered, span
    builder.register(context.scope, slot)
    builder.shared[shared] = context.scope
    context.env[target.slot] = shared


def _shared(node: ModuleStatement, context: Context, env: Env) -> SharedModule:
    target = node.target
    slot = Slot(target.name, False, target.name, target.span)
    return SharedModule(node, slot, env, context.visible)


def look_ahead(ahead: tuple[ModuleStatement, ...], context: Context) -> None:
    """Note the modules of a body that may be applied before they stand."""
    for node in ahead:
        context.builder.ahead[node.target.slot] = _shared(node, context, context.env)


def drop_unapplied(context: Context) -> None:
    """Leave out modules that were never applied: nothing says what shape their weights have.

    Those that were applied, and then never stood, are reported.
    """
    for module in context.builder.ahead.values():
        if module.applied is not None and not context.session.has_gaps:
            context.session.report(
                rules.value_names.ValueNotMade(module.node.target.name, is_unmet=True),
                module.applied,
            )
    empty: dict[Scope, set[Slot]] = {}
    for shared, scope in context.builder.shared.items():
        builder = context.builder
        all_said = context.session.is_wrong or builder.abandoned or builder.done
        if shared.applied is None and not all_said:
            target = shared.node.target
            context.session.report(rules.parts.ModuleWithoutUse(target.name), target.span)
        if shared.slot.member is None:
            empty.setdefault(scope, set()).add(shared.slot)
    for scope, slots in empty.items():
        left = [entry not in slots for entry in scope.entries]
        before = [0, *accumulate(left)]  # how many stay before each place
        for parameter in scope.parameters:
            parameter.position = before[parameter.position]
        scope.entries[:] = compress(scope.entries, left)
