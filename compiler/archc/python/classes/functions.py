"""The text's own functions and constants, as far as a file uses them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from archc.python.code.identifiers import Names
from archc.python.code.layout import INDENT, Display, Expr, Raw, definition, docstring, layout
from archc.python.reading.expressions import show
from archc.python.reading.scope import ATOM, Scope, UnsayableError
from archir.program import expressions as e
from archir.program.builtins import BUILTINS
from archir.program.declarations import Constant, Function, Variant
from archir.program.nodes import Expr as Node

HINTS = {"int": "int", "float": "float", "bool": "bool", "string": "str"}
"""Types of the language that are printed."""

_DEEPEST = 20
"""Functions and constants that use each other are printed as deep as this."""


class _Parameters(Scope):
    """The scope of a function's value: its parameters."""

    def __init__(self, functions: Functions, names: dict[int, str]) -> None:
        self.functions = functions
        self.names = names

    def local(self, expr: e.Local) -> tuple[str, int]:
        if expr.slot not in self.names:
            raise UnsayableError(expr.name)
        return self.names[expr.slot], ATOM

    def declared(self, declaration: Constant | Function | Variant, name: str) -> str:
        return self.functions.name(declaration, name)


class Functions:
    """The functions and constants that have been asked for, each behind those that it uses."""

    def __init__(self, names: Names, spoken: Callable[[], set[str]]) -> None:
        self.names = names
        self.spoken = spoken
        self.named: dict[tuple[object, str], str] = {}
        self.lines: dict[str, list[str]] = {}
        self.depth = 0

    def name(self, declaration: Constant | Function | Variant, name: str) -> str:
        """The name of one in the file; raises ``UnsayableError`` for what is no Python."""
        key = (declaration, name)
        if key in self.named:
            return self.named[key]
        if isinstance(declaration, Variant) or self.depth > _DEEPEST:
            raise UnsayableError(name)
        self.depth += 1
        try:
            if isinstance(declaration, Function):
                lines = self._function(declaration, name)
            else:
                lines = self._constant(declaration, name)
        finally:
            self.depth -= 1
        # No parameter of a class may hide it.
        spoken = self.spoken()
        found = self.names.claim(name)
        while found in spoken:
            found = self.names.claim(f"{name}_")
        self.named[key] = found
        head = lines[0].replace(name, found, 1)
        self.lines[found] = [head, *lines[1:]]
        return found

    def _constant(self, constant: Constant, name: str) -> list[str]:
        if len(constant.targets) > 1:
            raise UnsayableError(name)
        return layout(f"{name} = ", displayed(constant.value, _Parameters(self, {})), "", 0)

    def _function(self, function: Function, name: str) -> list[str]:
        names = Names(self.names.taken)
        known: dict[int, str] = {}
        parameters: list[str] = []
        for parameter in function.parameters:
            kind = "" if parameter.type is None else parameter.type.text
            if kind and kind not in HINTS:
                raise UnsayableError("a function of lists or parts")
            text = known[parameter.target.slot] = names.claim(parameter.name)
            text += f": {HINTS[kind]}" if kind else ""
            if parameter.default is not None:
                shown = show(parameter.default, _Parameters(self, {}))
                text += f" = {shown}" if kind else f"={shown}"
            parameters.append(text)
        value = show(function.value, _Parameters(self, known))
        head = definition(name, parameters, result_of(function), 0)
        return [*head, *docstring(function.doc, 1), f"{INDENT}return {value}"]

    def above(self, text: str) -> list[str]:
        """Those that a file's text uses."""
        import re

        used: list[list[str]] = []
        for name, lines in reversed(self.lines.items()):
            if re.search(rf"\b{re.escape(name)}\b", text):
                used.insert(0, lines)
                text += "\n" + "\n".join(lines)
        result: list[str] = []
        after_function = False
        for lines in used:
            # A function has two empty lines around it, of which the imports bring one.
            is_function = lines[0].startswith("def ")
            gap = 2 if after_function or is_function else 0
            result += [""] * (gap if result else gap // 2) + lines
            after_function = is_function
        return result


def displayed(expr: Node, scope: Scope) -> Expr:
    """An expression, to be laid out over several lines where it is a long list."""
    if isinstance(expr, e.ListDisplay):
        return Display("[]", tuple((None, displayed(item, scope)) for item in expr.items))
    return Raw(show(expr, scope))


def result_of(function: Function) -> str:
    """The type of a function's value, empty where its text does not say it."""
    types = {
        p.target.slot: "" if p.type is None else HINTS.get(p.type.text, "")
        for p in function.parameters
    }
    return _type(function.value, types)


def _type(expr: Node, types: Mapping[int, str]) -> str:
    match expr:
        case e.Number(value=value):
            return type(value).__name__
        case e.Local(slot=slot):
            return types.get(slot, "")
        case e.Text() | e.Compare():
            return "str" if isinstance(expr, e.Text) else "bool"
        case e.Unary(operator=operator, operand=operand):
            return "bool" if operator == "not" else _number([_type(operand, types)])
        case e.Arithmetic(first=first, rest=rest):
            if any(sign == "/" for sign, _ in rest):
                return "float"
            return _number([_type(each, types) for each in (first, *(x for _, x in rest))])
        case e.Conditional(arms=arms, otherwise=otherwise):
            found = {_type(value, types) for value in (otherwise, *(v for v, _ in arms))}
            return found.pop() if len(found) == 1 else _number(list(found))
        case e.FunctionCall(function=function):
            return result_of(function)
        case e.BuiltinCall():
            return _of_builtin(expr, types)
        case _:
            return ""


def _of_builtin(expr: e.BuiltinCall, types: Mapping[int, str]) -> str:
    values = [item.value for item in expr.arguments.items]
    if expr.function in ("min", "max") and len(values) > 1:
        return _number([_type(value, types) for value in values])
    if expr.function == "round":
        return "int" if len(values) == 1 else "float"
    gives = BUILTINS[expr.function].gives
    return "" if gives == "list" else gives


def _number(types: list[str]) -> str:
    if not set(types) <= {"int", "float"}:
        return ""
    return "float" if "float" in types else "int"
