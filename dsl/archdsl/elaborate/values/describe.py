"""Compile-time values in a reader's words, for messages."""

from __future__ import annotations

from archdsl.elaborate.values.kinds import FunctionValue, SharedModule, SizeConditions
from archir.graph.graph import Value
from archir.init.init_rules import Arithmetic, Fan, Initialiser
from archir.init.values import Part, show_constant
from archir.shapes.brief import brief
from archir.shapes.dims import SizeExpr, show


def describe(value: object) -> str:
    """``the number 3``, ``the list [1, 2]``, ``the op conv`` …"""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"the number {_shorten(show_constant(value))}"
    if isinstance(value, float):
        return f"the float {value!r}"
    if isinstance(value, str):
        return f"the string {_shorten(show_constant(value))}"
    if isinstance(value, tuple):
        return f"the list {_shorten(show_value(value))}"
    return _describe_object(value)


def _describe_object(value: object) -> str:
    if isinstance(value, Part):
        return f"the {value.kind} {value.name}"
    if isinstance(value, Initialiser):
        return f"the initialiser {value.function}"
    if isinstance(value, SizeExpr):
        return f"the size {brief(value)}"
    if isinstance(value, Value | FunctionValue | SharedModule | SizeConditions):
        return str(value)
    if isinstance(value, Fan | Arithmetic):
        return "a number that depends on a parameter's fans"
    return "unknown"


def kind_of(value: object) -> str:
    """The kind of a value in a word or two, for messages that show its text anyway."""
    words = {
        bool: "true or false",
        int: "a number",
        float: "a float",
        str: "a string",
        tuple: "a list",
    }
    return words.get(type(value)) or describe(value)


def show_value(value: object) -> str:
    """The value as text, as ``"{value}"`` writes it."""
    if isinstance(value, str):
        return value
    if isinstance(value, SizeExpr):
        return show(value)
    if isinstance(value, tuple):
        return "[" + ", ".join(_inner(item) for item in value[:1000]) + "]"
    if value is None or isinstance(value, bool | int | float | Part | Initialiser):
        return show_constant(value)
    return describe(value)


def shown_parts(value: object) -> list[str | SizeExpr]:
    """The same in parts, with its sizes as they are."""
    if isinstance(value, SizeExpr):
        return [value]
    if not isinstance(value, tuple):
        return [show_value(value)]
    parts: list[str | SizeExpr] = ["["]
    for number, item in enumerate(value[:1000]):
        parts += [", "] if number else []
        parts += [show_constant(item)] if isinstance(item, str) else shown_parts(item)
    return [*parts, "]"]


def brief_value(value: object) -> str:
    """The same for messages, cut where it is long."""
    return _shorten(show_value(value))


def _inner(value: object) -> str:
    return show_constant(value) if isinstance(value, str) else show_value(value)


def _shorten(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"


def show_conditions(conditions: SizeConditions) -> str:
    """Conditions on sizes as the language writes them."""
    signs = {"at-least": ">=", "equal": "=="}
    return " and ".join(
        f"{brief(c.left)} {signs.get(c.relation, c.relation)} {brief(c.right)}"
        for c in conditions.conditions
    )
