"""Functions of the text as Python functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from archc.python.follow import expressions
from archc.python.follow.parameters import HINTS, Nothing
from archc.python.follow.scope import Variables
from archc.python.printing import definition
from archc.python.text import INDENT, docstring
from archir import template
from archir.template import Expr, Unfollowable

if TYPE_CHECKING:
    from archc.python.follow.blocks import File


class _Parameters(Nothing):
    """The scope of a function's value: its parameters."""

    def __init__(self, file: File, variables: Variables) -> None:
        super().__init__(file)
        self.variables = variables

    def local(self, name: str) -> str:
        return self.variables.find(name)

    def is_sequence(self, name: str) -> bool:
        self.variables.find(name)
        return False  # no parameter here is a list


def function_lines(file: File, function: template.Function, name: str) -> list[str]:
    """The Python function for one of the text."""
    variables = Variables(file.names.taken)
    parameters: list[str] = []
    for parameter in function.parameters:
        if parameter.type and parameter.type not in HINTS:
            raise Unfollowable("a function of lists or parts")
        text = variables.bind(parameter.name, ())
        if parameter.type:
            text += f": {HINTS[parameter.type]}"
        if parameter.default is not None:
            shown = expressions.show(parameter.default, Nothing(file))
            text += f" = {shown}" if parameter.type else f"={shown}"
        parameters.append(text)
    value = expressions.show(function.value, _Parameters(file, variables))
    head = definition(name, parameters, result_of(function), 0)
    return [*head, *docstring(function.doc, 1), f"{INDENT}return {value}"]


def result_of(function: template.Function) -> str:
    """The type of a function's value, empty where its text does not say it."""
    types = {p.name: HINTS.get(p.type, "") for p in function.parameters}
    return _type(function.value, types)


_RESULTS = {
    **dict.fromkeys(("int", "len", "floor", "ceil"), "int"),
    **dict.fromkeys(("float", "sqrt", "log"), "float"),
    **dict.fromkeys(("bool", "any", "all"), "bool"),
}


def _type(expr: Expr, types: Mapping[str, str]) -> str:
    if isinstance(expr, template.Literal):
        return type(expr.value).__name__ if expr.value is not None else ""
    if isinstance(expr, template.Local):
        return types.get(expr.name, "")
    if isinstance(expr, template.Text):
        return "str"
    if isinstance(expr, template.Compare):
        return "bool"
    if isinstance(expr, template.Unary):
        return "bool" if expr.operator == "not" else _number([_type(expr.operand, types)])
    if isinstance(expr, template.Arithmetic):
        if any(sign == "/" for sign, _ in expr.rest):
            return "float"
        return _number([_type(e, types) for e in (expr.first, *(e for _, e in expr.rest))])
    if isinstance(expr, template.Conditional):
        values = [expr.otherwise, *(value for value, _ in expr.arms)]
        found = {_type(value, types) for value in values}
        return found.pop() if len(found) == 1 else _number(list(found))
    if isinstance(expr, template.FunctionCall):
        return result_of(expr.function)
    if isinstance(expr, template.Call):
        if expr.function in ("min", "max") and len(expr.args) > 1:
            return _number([_type(value, types) for value in expr.args])
        if expr.function == "round":
            return "int" if len(expr.args) == 1 else "float"
        return _RESULTS.get(expr.function, "")
    return ""


def _number(types: list[str]) -> str:
    if not set(types) <= {"int", "float"}:
        return ""
    return "float" if "float" in types else "int"
