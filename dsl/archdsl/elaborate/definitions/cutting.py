"""Parts of blocks: a body that is left behind the last of some of its modules.

``resnet50 upto [layer3, layer4]`` gives what these two give. What stands behind the last of them is
not performed, so it has no keys, draws nothing and asks nothing of sizes; an ``init`` is.
"""

from __future__ import annotations

from archdsl import rules
from archdsl.elaborate.definitions.builder import Builder
from archdsl.elaborate.definitions.context import Context
from archdsl.elaborate.session import Session
from archdsl.elaborate.values.kinds import Flow, Unknown
from archir.base.source import Span
from archir.graph.graph import Definition, Leaf, Output, Scope, Slot, SlotRepeat
from archir.graph.naming import names
from archir.program.statements import Use

Taps = dict[str, Span]
"""The labels up to which a body goes, and where they are written."""


def taps_of(node: Use, flow: Flow, context: Context) -> Taps | None:
    """The labels of a use; None where one of them is not known."""
    found: Taps = {}
    for label in node.taps:
        name = label.name
        assert name is not None
        text = name if isinstance(name, str) else context.evaluator(flow).text(name)
        if isinstance(text, Unknown):
            return None
        found.setdefault(text, label.span)
    return found


def enter(slot: Slot, scope: Scope, inner: Scope, builder: Builder) -> None:
    """Note how the names of the modules of a labelled group begin."""
    before = builder.paths.get(scope)
    if before is not None:
        there = Scope(scope.labelled, [*scope.entries, slot], scope.parameters)
        name = _names(there).get(slot)
        if name is not None:
            builder.paths[inner] = f"{before}{name}."


def reached(slot: Slot, outputs: Flow, context: Context) -> None:
    """Note what a module gives, if that is wanted; behind the last the body is left."""
    builder = context.builder
    before = builder.paths.get(context.scope)
    if before is None or context.in_training or builder.done:
        return
    text = f"{before}{_names(context.scope).get(slot)}"
    if text not in builder.taps or text in builder.tapped:
        return
    builder.tapped[text] = outputs[0]
    if len(outputs) != 1:
        reason = f"it gives {len(outputs)} values"
        context.session.report(rules.cutting.CannotCutAt(text, reason), builder.taps[text])
    builder.done = builder.tapped.keys() >= builder.taps.keys()


def outputs_of(builder: Builder) -> tuple[Output, ...]:
    """The outputs of a body that was left: what the modules gave, in the order of the list."""
    return tuple(Output(builder.tapped[text]) for text in builder.taps)


def report_missing(definition: Definition, builder: Builder, session: Session) -> None:
    """Say of labels that were not met what they are instead."""
    for text, span in builder.taps.items():
        if text not in builder.tapped:
            session.report(_missing(definition, text, session), span)


def _missing(
    definition: Definition, text: str, session: Session
) -> rules.cutting.NoSuchLabel | rules.cutting.CannotCutAt:
    scope = definition.scope
    parts = text.split(".")
    for depth, part in enumerate(parts):
        named = {name: slot for slot, name in _names(scope).items()}
        slot = named.get(part)
        here = ".".join(parts[: depth + 1])
        if slot is None:
            near = session.suggest(part, named)
            near = near and ".".join((*parts[:depth], near))
            above = ".".join((definition.name, *parts[:depth]))
            return rules.cutting.NoSuchLabel(above, part, near, tuple(named))
        if depth == len(parts) - 1:
            break
        if not isinstance(slot.member, Scope):
            what = "an op" if isinstance(slot.member, Leaf) else "a block of its own"
            return rules.cutting.CannotCutAt(text, f"{here} is {what}, which stays whole", here)
        scope = slot.member
    return rules.cutting.CannotCutAt(text, "it does not run outside of training")


def _names(scope: Scope) -> dict[Slot, str]:
    """The modules of a scope that have one name each: none that a folded loop makes or numbers."""
    is_folded = any(isinstance(entry, SlotRepeat) for entry in scope.entries)
    found = names(scope)
    own = [entry for entry in scope.entries if isinstance(entry, Slot)]
    return {slot: found[slot] for slot in own if slot.label is not None or not is_folded}
