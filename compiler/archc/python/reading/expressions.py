"""Expressions of the text as Python expressions: the language's are nearly Python's."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from archc.python.code.layout import constant, string
from archc.python.reading.scope import (
    AND,
    ATOM,
    COMPARE,
    CONDITION,
    NEGATIVE,
    NOT,
    OR,
    POWER,
    PRODUCT,
    SUM,
    Inside,
    Scope,
    UnsayableError,
    targets_shown,
)
from archir.program import expressions as e
from archir.program.builtins import BUILTINS
from archir.program.nodes import Expr

_DIGITS = 1_000
"""So many digits are rounded to in printed source."""


def show(expr: Expr, scope: Scope, around: int = CONDITION) -> str:
    """The expression's text, in parentheses where it stands beside what binds tighter."""
    text, binding = shown(expr, scope)
    return f"({text})" if binding < around else text


def shown(expr: Expr, scope: Scope) -> tuple[str, int]:
    """The expression's text, and how tightly it binds."""
    handler = _HANDLERS.get(type(expr))
    if handler is None:
        raise UnsayableError(type(expr).__name__)
    return handler(expr, scope)


def iterable(expr: Expr, scope: Scope) -> str:
    """What a ``for`` runs over: an iterator in Python is as good as a list."""
    if isinstance(expr, e.Range):
        return _range(expr, scope)
    if isinstance(expr, e.BuiltinCall) and BUILTINS[expr.function].gives == "list":
        return _call_text(expr, scope)
    return show(expr, scope)


def _number(expr: e.Number | e.Truth, _: Scope) -> tuple[str, int]:
    return constant(expr.value), ATOM


def _arithmetic(expr: e.Arithmetic, scope: Scope) -> tuple[str, int]:
    binding = SUM if expr.rest[0][0] in "+-" else PRODUCT
    text = _operand(expr.first, scope, binding)
    for sign, operand in expr.rest:
        text += f" {sign} {_operand(operand, scope, binding + 1)}"
    return text, binding


def _operand(expr: Expr, scope: Scope, around: int) -> str:
    # A list parameter may have been given as a tuple, to which no list can be added.
    text = show(expr, scope, around)
    if isinstance(expr, e.Local) and scope.is_list(expr):
        return f"[*{text}]"
    sliced = isinstance(expr, e.Access) and isinstance(expr.trailers[-1], e.Slice)
    return f"[*{text}]" if sliced else text


def _power(expr: e.Power, scope: Scope) -> tuple[str, int]:
    *bases, last = expr.operands
    text = show(last, scope, NEGATIVE)
    for each in reversed(bases):
        before = show(each, scope, POWER + 1)
        simple = all(re.fullmatch(r"-?[\w.]+", side) for side in (before, text))
        text = f"{before}**{text}" if simple else f"{before} ** {text}"
    return text, POWER


_CONTRARY = {"True": "False", "False": "True"}
"""Conditions that are decided: a parameter that is baked in makes such."""


def _unary(expr: e.Unary, scope: Scope) -> tuple[str, int]:
    if expr.operator == "not":
        text = show(expr.operand, scope, NOT)
        if text in _CONTRARY:
            return _CONTRARY[text] if expr.count % 2 else text, ATOM
        return "not " * expr.count + text, NOT
    return "-" * expr.count + show(expr.operand, scope, NEGATIVE), NEGATIVE


def _compare(expr: e.Compare, scope: Scope) -> tuple[str, int]:
    left, right = show(expr.left, scope, COMPARE + 1), show(expr.right, scope, COMPARE + 1)
    operator = expr.operator
    if not re.search(r"[A-Za-z]\w*", left + right):
        raise UnsayableError("a comparison of two constants")
    if operator.endswith("in") and isinstance(expr.left, e.Local) and scope.is_list(expr.left):
        raise UnsayableError("a list among lists, which may be given as a tuple")
    if "None" in (left, right) and operator in ("==", "!="):
        operator = "is" if operator == "==" else "is not"
    return f"{left} {operator} {right}", COMPARE


def _logical(expr: e.Logical, scope: Scope) -> tuple[str, int]:
    binding = AND if expr.operator == "and" else OR
    texts = [show(operand, scope, binding + 1) for operand in expr.operands]
    decides = str(expr.operator == "or")
    if decides in texts:
        return decides, ATOM
    texts = [text for text in texts if text not in _CONTRARY]
    if len(texts) < 2:
        return (texts[0], binding + 1) if texts else (_CONTRARY[decides], ATOM)
    return f" {expr.operator} ".join(texts), binding


def _conditional(expr: e.Conditional, scope: Scope) -> tuple[str, int]:
    arms: list[str] = []
    otherwise = expr.otherwise
    for value, condition in expr.arms:
        test = show(condition, scope, OR)
        if test == "True":
            otherwise = value
            break
        if test != "False":
            arms.append(f"{show(value, scope, OR)} if {test} else ")
    text, binding = shown(otherwise, scope)
    return "".join(arms) + text, CONDITION if arms else binding


def _list(expr: e.ListDisplay | e.Gathered, scope: Scope) -> tuple[str, int]:
    return f"[{', '.join(show(item, scope) for item in expr.items)}]", ATOM


def _comprehension(expr: e.Comprehension, scope: Scope) -> tuple[str, int]:
    return f"[{_comprehended(expr, scope)}]", ATOM


def _comprehended(expr: e.Comprehension, scope: Scope) -> str:
    rows = {row.slot: targets for row, targets in expr.rows}
    everything = (*expr.targets, *(t for targets in rows.values() for t in targets))
    source = iterable(expr.iterable, scope)
    source = f"({source})" if " if " in source else source
    taken = {"math"}
    while True:
        inner = Inside(scope, everything, taken)
        targets = targets_shown(expr.targets, rows, inner.name_of)
        text = f"{show(expr.element, inner)} for {targets} in {source}"
        if expr.condition is not None:
            text += f" if {show(expr.condition, inner, OR)}"
        if not set(inner.names.values()) & inner.seen:
            return text
        taken |= inner.seen  # a target may not hide what the element means


def _text(expr: e.Text, scope: Scope) -> tuple[str, int]:
    text = ""
    for part in expr.parts:
        if isinstance(part, str):
            plain = string(part)
            if plain[0] != '"':
                raise UnsayableError("quotes in a string with expressions")
            text += plain[1:-1].replace("{", "{{").replace("}", "}}")
            continue
        inner = show(part, scope, SUM)
        if '"' in inner or "\\" in inner or "{" in inner:
            raise UnsayableError("a string inside a string")
        text += f"{{{inner}}}"
    if all(isinstance(part, str) for part in expr.parts):
        return string("".join(map(str, expr.parts))), ATOM
    return f'f"{text}"', ATOM


def _access(expr: e.Access, scope: Scope) -> tuple[str, int]:
    if isinstance(expr.trailers[0], e.Attribute):
        return scope.asked(expr)
    if any(isinstance(trailer, e.Arguments) for trailer in expr.trailers):
        return scope.part(expr), ATOM
    text = show(expr.base, scope, ATOM)
    for trailer in expr.trailers:
        if isinstance(trailer, e.Index):
            text += f"[{show(trailer.index, scope)}]"
        elif isinstance(trailer, e.Slice):
            bounds = (trailer.first, trailer.last)
            first, last = ("" if bound is None else show(bound, scope) for bound in bounds)
            simple = all(re.fullmatch(r"-?[\w.]*", bound) for bound in (first, last))
            colon = ":" if simple else f"{' ' if first else ''}:{' ' if last else ''}"
            text += f"[{first}{colon}{last}]"
        else:
            raise UnsayableError("an attribute of an item")
    return text, ATOM


def _range(expr: e.Range, scope: Scope) -> str:
    last = expr.last
    if isinstance(last, e.Number):
        end = constant(last.value + 1)
    else:
        end = f"{show(last, scope, SUM)} + 1"
    step = "" if expr.step is None else f", {show(expr.step, scope)}"
    return f"range({show(expr.first, scope)}, {end}{step})"


def _call(expr: e.BuiltinCall, scope: Scope) -> tuple[str, int]:
    text = _call_text(expr, scope)
    lazy = BUILTINS[expr.function].gives == "list" and expr.function != "sorted"
    return (f"list({text})" if lazy else text), ATOM


def _call_text(expr: e.BuiltinCall, scope: Scope) -> str:
    positional = [item.value for item in expr.arguments.items if item.name is None]
    if expr.function == "str":
        raise UnsayableError("text of a value")
    if expr.function == "round":
        _few_digits(expr)
    builtin = BUILTINS[expr.function]
    function, lists = builtin.python, builtin.folds
    only = positional[0] if len(expr.arguments.items) == 1 and positional else None
    if lists and isinstance(only, e.Comprehension):
        return f"{function}({_comprehended(only, scope)})"
    arguments = [iterable(a, scope) if lists else show(a, scope) for a in positional]
    if expr.function == "reversed" and isinstance(only, e.Range):
        arguments = [_range(only, scope)]
    named = [item for item in expr.arguments.items if item.name is not None]
    arguments += [f"{item.name}={show(item.value, scope)}" for item in named]
    return f"{function}({', '.join(arguments)})"


def _few_digits(expr: e.BuiltinCall) -> None:
    """Python works out ``10 ** digits``, which takes time and memory without end."""
    for digits in [item.value for item in expr.arguments.items][1:]:
        plain = digits.operand if isinstance(digits, e.Unary) else digits
        if not isinstance(plain, e.Number) or not (
            isinstance(plain.value, int) and plain.value <= _DIGITS
        ):
            raise UnsayableError("a number of digits that may be any")


def _function(expr: e.FunctionCall, scope: Scope) -> tuple[str, int]:
    order = [parameter.name for parameter in expr.function.parameters]
    items = expr.arguments.items
    positional = [item.name for item in items] == order[: len(items)]
    arguments = [
        show(item.value, scope) if positional else f"{item.name}={show(item.value, scope)}"
        for item in items
    ]
    name = scope.declared(expr.function, expr.function.name)
    return f"{name}({', '.join(arguments)})", ATOM


def _part(expr: Expr, scope: Scope) -> tuple[str, int]:
    return scope.part(expr), ATOM


_HANDLERS: dict[type[Any], Callable[[Any, Scope], tuple[str, int]]] = {
    e.Number: _number,
    e.Truth: _number,
    e.Text: _text,
    e.Local: lambda expr, scope: scope.local(expr),
    e.Global: lambda expr, scope: (scope.declared(expr.declaration, expr.name), ATOM),
    e.Arithmetic: _arithmetic,
    e.Power: _power,
    e.Unary: _unary,
    e.Compare: _compare,
    e.Logical: _logical,
    e.Range: lambda expr, scope: (f"list({_range(expr, scope)})", ATOM),
    e.Conditional: _conditional,
    e.ListDisplay: _list,
    e.Gathered: _list,
    e.Comprehension: _comprehension,
    e.Access: _access,
    e.BuiltinCall: _call,
    e.FunctionCall: _function,
    e.OpValue: _part,
    e.BlockValue: _part,
}
