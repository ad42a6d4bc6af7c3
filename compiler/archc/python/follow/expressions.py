"""Compile-time expressions as Python expressions: the language's are nearly Python's."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from archc.python import text
from archc.python.identifiers import Names
from archc.python.text import constant, string
from archir import template
from archir.template import Expr, Unfollowable

CONDITION, OR, AND, NOT, COMPARE, SUM, PRODUCT, NEGATIVE, POWER, ATOM = range(10)
"""How tightly an expression binds, from the loosest."""

_IN_MATH = {"ceil": "math.ceil", "floor": "math.floor", "sqrt": "math.sqrt", "log": "math.log"}
_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_AS_LISTS = frozenset({"range", "zip", "enumerate", "reversed"})
"""Functions that give lists in the language and iterators in Python."""

_FOLDS = frozenset({"sum", "min", "max", "sorted", "any", "all"})
"""Functions that run over their argument just once."""


_DIGITS = 1_000
"""So many digits are rounded to in printed source."""


class Scope:
    """What an expression's names mean at one place. This one knows no name at all."""

    def local(self, name: str) -> str:
        """The Python variable of a parameter, ``let`` or loop variable."""
        raise Unfollowable(f"{name} is not known here")

    def is_sequence(self, name: str) -> bool:
        """Whether that variable may hold a tuple as well as a list."""
        raise Unfollowable(f"{name} is not known here")

    def constant(self, value: template.Global | template.Function) -> str:
        """The name of a constant or function of the file."""
        raise Unfollowable(f"{value.name} is not known here")

    def channels(self, of: str | None) -> str:
        """The channels of the current value, or of a named one."""
        raise Unfollowable(f"channels of {of} are not known here")

    def part(self, value: template.OpValue | template.BlockValue) -> str:
        """A callable that makes the module."""
        raise Unfollowable(f"no {type(value).__name__} is known here")


def show(expr: Expr, scope: Scope, around: int = CONDITION) -> str:
    """The expression's text, in parentheses where it stands beside what binds tighter."""
    handler = _HANDLERS.get(type(expr))
    if handler is None:
        raise Unfollowable(f"{type(expr).__name__} as a value")
    text, binding = handler(expr, scope)
    return f"({text})" if binding < around else text


class Inside(Scope):
    """A scope with names of its own in front: the targets of a comprehension."""

    def __init__(self, around: Scope, names: dict[str, str]) -> None:
        self.around = around
        self.names = names
        self.seen: list[str] = []
        """What the names of the scope around were shown as."""

    def local(self, name: str) -> str:
        return self.names[name] if name in self.names else self._saw(self.around.local(name))

    def is_sequence(self, name: str) -> bool:
        return name not in self.names and self.around.is_sequence(name)

    def constant(self, value: template.Global | template.Function) -> str:
        return self._saw(self.around.constant(value))

    def channels(self, of: str | None) -> str:
        return self._saw(self.around.channels(of))

    def part(self, value: template.OpValue | template.BlockValue) -> str:
        return self._saw(self.around.part(value))

    def _saw(self, text: str) -> str:
        self.seen += re.findall(r"\w+", text)
        return text


def condition(expr: Expr, scope: Scope) -> str:
    """The text of a condition; parts and ``none`` are held against None."""
    return show(expr, scope)


def negated(expr: Expr) -> Expr:
    """The opposite of a condition."""
    if isinstance(expr, template.Compare):
        return template.Compare(_OPPOSITE[expr.operator], expr.left, expr.right)
    if isinstance(expr, template.Unary) and expr.operator == "not":
        return expr.operand
    return template.Unary("not", expr)


def iterable(expr: Expr, scope: Scope) -> str:
    """What a ``for`` runs over."""
    return _called(expr, scope) or show(expr, scope)


def _called(expr: Expr, scope: Scope) -> str | None:
    """A call of a function that gives an iterator in Python, where that is as good as a list."""
    if isinstance(expr, template.Call) and expr.function in _AS_LISTS:
        return _call_text(expr, scope)
    return None


def listed(expr: Expr, scope: Scope) -> text.Expr:
    """The same, to be laid out over several lines where it is a long list."""
    if isinstance(expr, template.ListOf):
        return displayed(expr, scope)
    return text.Raw(iterable(expr, scope))


def displayed(expr: Expr, scope: Scope) -> text.Expr:
    """An expression, to be laid out over several lines where it is a long list."""
    if isinstance(expr, template.ListOf):
        return text.Display("[]", tuple((None, displayed(item, scope)) for item in expr.items))
    return text.Raw(show(expr, scope))


def _literal(expr: template.Literal, _: Scope) -> tuple[str, int]:
    text = constant(expr.value)
    return text, NEGATIVE if text.startswith("-") else ATOM


def _arithmetic(expr: template.Arithmetic, scope: Scope) -> tuple[str, int]:
    binding = SUM if expr.rest[0][0] in "+-" else PRODUCT
    text = _operand(expr.first, scope, binding)
    for sign, operand in expr.rest:
        text += f" {sign} {_operand(operand, scope, binding + 1)}"
    return text, binding


def _operand(expr: Expr, scope: Scope, around: int) -> str:
    # A list parameter may have been given as a tuple, to which no list can be added.
    if isinstance(expr, template.Local) and scope.is_sequence(expr.name):
        return f"[*{scope.local(expr.name)}]"
    if isinstance(expr, template.Slice):
        return f"[*{show(expr, scope)}]"
    if isinstance(expr, template.Call) and expr.function in _AS_LISTS:
        return f"list({_call_text(expr, scope)})"
    return show(expr, scope, around)


def _power(expr: template.Power, scope: Scope) -> tuple[str, int]:
    base = show(expr.base, scope, POWER + 1)
    exponent = show(expr.exponent, scope, NEGATIVE)
    simple = all(re.fullmatch(r"-?[\w.]+", side) for side in (base, exponent))
    return (f"{base}**{exponent}" if simple else f"{base} ** {exponent}"), POWER


def _unary(expr: template.Unary, scope: Scope) -> tuple[str, int]:
    if expr.operator == "not":
        return f"not {show(expr.operand, scope, NOT)}", NOT
    return f"-{show(expr.operand, scope, NEGATIVE)}", NEGATIVE


def _compare(expr: template.Compare, scope: Scope) -> tuple[str, int]:
    left, right = show(expr.left, scope, COMPARE + 1), show(expr.right, scope, COMPARE + 1)
    operator = expr.operator
    if isinstance(expr.left, template.Literal) and isinstance(expr.right, template.Literal):
        raise Unfollowable("a comparison of two constants")
    if "None" in (left, right) and operator in ("==", "!="):
        operator = "is" if operator == "==" else "is not"
    return f"{left} {operator} {right}", COMPARE


def _logical(expr: template.Logical, scope: Scope) -> tuple[str, int]:
    binding = AND if expr.operator == "and" else OR
    texts = [show(operand, scope, binding + 1) for operand in expr.operands]
    return f" {expr.operator} ".join(texts), binding


def _conditional(expr: template.Conditional, scope: Scope) -> tuple[str, int]:
    text = show(expr.otherwise, scope)
    for value, test in reversed(expr.arms):
        text = f"{show(value, scope, OR)} if {show(test, scope, OR)} else {text}"
    return text, CONDITION


def _list(expr: template.ListOf, scope: Scope) -> tuple[str, int]:
    return f"[{', '.join(show(item, scope) for item in expr.items)}]", ATOM


def _comprehension(expr: template.Comprehension, scope: Scope) -> tuple[str, int]:
    return f"[{_comprehended(expr, scope)}]", ATOM


def _comprehended(expr: template.Comprehension, scope: Scope) -> str:
    source = _called(expr.iterable, scope) or show(expr.iterable, scope, OR)
    taken = ["math"]
    while True:
        names = Names(taken)
        targets = {name: name if name == "_" else names.claim(name) for name in expr.targets}
        inner = Inside(scope, targets)
        text = f"{show(expr.element, inner)} for {', '.join(targets.values())} in {source}"
        if expr.condition is not None:
            text += f" if {show(expr.condition, inner, OR)}"
        if not set(targets.values()).intersection(inner.seen):
            return text
        taken += inner.seen  # a target may not hide what the element means


def _text(expr: template.Text, scope: Scope) -> tuple[str, int]:
    text = ""
    for part in expr.parts:
        if isinstance(part, str):
            text += string(part)[1:-1].replace("{", "{{").replace("}", "}}")
            if string(part)[0] != '"':
                raise Unfollowable("quotes in a string with expressions")
            continue
        inner = show(part, scope, SUM)
        if '"' in inner or "\\" in inner or "{" in inner:
            raise Unfollowable("a string inside a string")
        text += f"{{{inner}}}"
    return f'f"{text}"', ATOM


def _subscript(expr: template.Subscript, scope: Scope) -> tuple[str, int]:
    return f"{_base(expr.base, scope)}[{show(expr.index, scope)}]", ATOM


def _slice(expr: template.Slice, scope: Scope) -> tuple[str, int]:
    first, last = ("" if bound is None else show(bound, scope) for bound in (expr.first, expr.last))
    simple = all(re.fullmatch(r"-?[\w.]*", bound) for bound in (first, last))
    colon = ":" if simple else f"{' ' if first else ''}:{' ' if last else ''}"
    return f"{_base(expr.base, scope)}[{first}{colon}{last}]", ATOM


def _base(expr: Expr, scope: Scope) -> str:
    if isinstance(expr, template.Call) and expr.function in _AS_LISTS:
        return f"list({_call_text(expr, scope)})"
    return show(expr, scope, ATOM)


def _call(expr: template.Call, scope: Scope) -> tuple[str, int]:
    if expr.function in _AS_LISTS:
        return f"list({_call_text(expr, scope)})", ATOM
    return _call_text(expr, scope), ATOM


def _call_text(expr: template.Call, scope: Scope) -> str:
    if expr.function == "str":
        raise Unfollowable("text of a value")
    if expr.function == "round":
        _few_digits(expr)
    function = _IN_MATH.get(expr.function, expr.function)
    lists = expr.function in _FOLDS | {"zip", "enumerate"}
    if expr.function in _FOLDS and len(expr.args) == 1:
        (only,) = expr.args
        if isinstance(only, template.Comprehension) and not expr.kwargs:
            return f"{function}({_comprehended(only, scope)})"
    arguments = [iterable(a, scope) if lists else show(a, scope) for a in expr.args]
    arguments += [f"{name}={show(value, scope)}" for name, value in expr.kwargs]
    if expr.function == "reversed":
        return f"reversed({_base(expr.args[0], scope)})"
    return f"{function}({', '.join(arguments)})"


def _few_digits(expr: template.Call) -> None:
    """Python works out ``10 ** digits``, which takes time and memory without end."""
    for digits in [*expr.args[1:], *(value for _, value in expr.kwargs)]:
        plain = digits.operand if isinstance(digits, template.Unary) else digits
        if not isinstance(plain, template.Literal) or not (
            isinstance(plain.value, int) and plain.value <= _DIGITS
        ):
            raise Unfollowable("a number of digits that may be any")


def _function(expr: template.FunctionCall, scope: Scope) -> tuple[str, int]:
    order = [parameter.name for parameter in expr.function.parameters]
    positional = [name for name, _ in expr.arguments] == order[: len(expr.arguments)]
    arguments = [
        show(value, scope) if positional else f"{name}={show(value, scope)}"
        for name, value in expr.arguments
    ]
    return f"{scope.constant(expr.function)}({', '.join(arguments)})", ATOM


_HANDLERS: dict[type[Any], Callable[[Any, Scope], tuple[str, int]]] = {
    template.Literal: _literal,
    template.Local: lambda expr, scope: (scope.local(expr.name), ATOM),
    template.Global: lambda expr, scope: (scope.constant(expr), ATOM),
    template.Channels: lambda expr, scope: (scope.channels(expr.of), _binding_of(scope, expr)),
    template.Arithmetic: _arithmetic,
    template.Power: _power,
    template.Unary: _unary,
    template.Compare: _compare,
    template.Logical: _logical,
    template.Conditional: _conditional,
    template.ListOf: _list,
    template.Comprehension: _comprehension,
    template.Text: _text,
    template.Subscript: _subscript,
    template.Slice: _slice,
    template.Call: _call,
    template.FunctionCall: _function,
    template.OpValue: lambda expr, scope: (scope.part(expr), ATOM),
    template.BlockValue: lambda expr, scope: (scope.part(expr), ATOM),
}


def _binding_of(scope: Scope, expr: template.Channels) -> int:
    return ATOM if re.fullmatch(r"[\w.]+", scope.channels(expr.of)) else CONDITION
