"""Labels: the text before a colon, evaluated and held against what torch can carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archdsl import ast, rules
from archdsl.elaborate.builder import SlotName
from archdsl.elaborate.environment import Flow, Unknown
from archir.reserved import RESERVED, is_pythons

if TYPE_CHECKING:
    from archdsl.elaborate.body import Context


def slot_name(label: ast.Label | None, flow: Flow, context: Context) -> SlotName | None:
    """The label of a stage; None where it has none, or one whose problem has been reported."""
    if label is None:
        return None
    if label.name is None:
        return SlotName(None, True, label.span)
    name = label.name
    text = name if isinstance(name, str) else context.evaluator(flow).text(name)
    if isinstance(text, Unknown):
        return None
    reason = why_not(text)
    if reason is not None:
        context.session.report(rules.labels.BadLabel(text, reason), label.span)
        return None
    return SlotName(text, False, label.span)


def why_not(label: str) -> str | None:
    """Why a torch module cannot carry a child of this name; None if it can."""
    if not label:
        return "it is empty"
    if "." in label:
        return "a dot separates the names in a state-dict key"
    if is_pythons(label):
        return "Python keeps names that begin and end with __ for itself"
    reserved = RESERVED.get(label)
    if reserved is not None:
        return f"{reserved.owner} has {_a(reserved.kind)} of that name"
    return None


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"
