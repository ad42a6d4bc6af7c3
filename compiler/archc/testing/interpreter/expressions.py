"""Expressions (section 6), evaluated as the language says: they are Python's."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

from torch import Tensor

from archc.testing.interpreter import weights
from archc.testing.interpreter.arguments import bind, fill
from archc.testing.interpreter.functions import FUNCTIONS, Unsuitable
from archc.testing.interpreter.names import Names, Reading, lookup
from archc.testing.interpreter.ops import check_arguments
from archc.testing.interpreter.refused import wrong
from archc.testing.interpreter.values import (
    Function,
    Initialiser,
    Part,
    is_integer,
    is_number,
    literal,
    show,
)
from archdsl import ast


def evaluate(node: ast.Expr, reading: Reading) -> Any:
    """The value of an expression."""
    return _EVALUATE[type(node)](node, reading)


def condition(node: ast.Expr, reading: Reading) -> bool:
    """A condition is true or false, or a part that may be none. Numbers and lists are neither."""
    value = evaluate(node, reading)
    if isinstance(value, bool):
        return value
    if value is None or isinstance(value, Part):
        return value is not None
    raise wrong(node, f"{literal(value)} is no condition")


def items(node: ast.Expr, reading: Reading) -> tuple[Any, ...]:
    """The items of a list."""
    value = evaluate(node, reading)
    if not isinstance(value, tuple):
        raise wrong(node, f"{literal(value)} is no list")
    return value


def bind_names(names: tuple[ast.Identifier, ...], value: object, into: Names) -> None:
    """``let a, b = …``: one name for a value, or several for the items of a list."""
    if len(names) > 1 and not (isinstance(value, tuple) and len(value) == len(names)):
        raise wrong(names[0], f"{len(names)} names cannot be given to {literal(value)}")
    parts = value if len(names) > 1 and isinstance(value, tuple) else (value,)
    for name, part in zip(names, parts, strict=True):
        if name.text in into.bound and name.text != "_":
            raise wrong(name, f"{name.text} has a meaning already")
        into.bound[name.text] = part


# --- arithmetic -----------------------------------------------------------------------------------

_SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
}
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compute(node: ast.Node, sign: str, left: Any, right: Any) -> Any:
    """``left sign right``. Integers are exact; nothing gives infinity or not-a-number."""
    listed = (str, tuple)
    if sign == "+" and isinstance(left, listed) and type(left) is type(right):
        return left + right  # type: ignore[operator]
    if sign == "*" and isinstance(left, listed) and is_integer(right):
        return left * right
    if sign == "*" and is_integer(left) and isinstance(right, listed):
        return right * left
    if not (is_number(left) and is_number(right)):
        raise wrong(node, f"{sign} does not take {literal(left)} and {literal(right)}")
    try:
        result = _SIGNS[sign](left, right)
    except (ArithmeticError, ValueError) as error:
        raise wrong(node, f"{left} {sign} {right}: {error}") from error
    if isinstance(result, complex) or (isinstance(result, float) and not isfinite(result)):
        raise wrong(node, f"{left} {sign} {right} is not a number that fits")
    return result


def _arithmetic(node: ast.Arithmetic, reading: Reading) -> Any:
    result = evaluate(node.first, reading)
    for sign, operand in node.rest:
        result = compute(node, sign, result, evaluate(operand, reading))
    return result


def _power(node: ast.Power, reading: Reading) -> Any:
    *operands, result = [evaluate(operand, reading) for operand in node.operands]
    for base in reversed(operands):
        result = compute(node, "**", base, result)
    return result


def _unary(node: ast.Unary, reading: Reading) -> Any:
    if node.operator == "not":
        return condition(node.operand, reading) ^ (node.count % 2 == 1)
    value = evaluate(node.operand, reading)
    if not is_number(value):
        raise wrong(node, f"- does not take {literal(value)}")
    return -value if node.count % 2 else value


# --- conditions -----------------------------------------------------------------------------------


def _compare(node: ast.Compare, reading: Reading) -> bool:
    left, right = evaluate(node.left, reading), evaluate(node.right, reading)
    if isinstance(left, Tensor) or isinstance(right, Tensor):
        raise wrong(node, "a value has no number that an expression could compute with")
    if node.operator in ("==", "!="):
        return _equal(left, right) == (node.operator == "==")
    texts = isinstance(left, str) and isinstance(right, str)
    if not texts and not (is_number(left) and is_number(right)):
        raise wrong(node, f"{literal(left)} and {literal(right)} have no order")
    return _ORDER[node.operator](left, right)


def _equal(left: Any, right: Any) -> bool:
    """Conditions are no numbers, also as items of lists: ``true`` is not 1."""
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(_equal, left, right))
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def _logical(node: ast.Logical, reading: Reading) -> bool:
    decisive = node.operator == "or"
    for operand in node.operands:
        if condition(operand, reading) is decisive:
            return decisive
    return not decisive


def _conditional(node: ast.Conditional, reading: Reading) -> Any:
    for value, wanted in node.arms:
        if condition(wanted, reading):
            return evaluate(value, reading)
    return evaluate(node.otherwise, reading)


# --- names, text and lists ------------------------------------------------------------------------


def _name(node: ast.Name, reading: Reading) -> Any:
    if node.text != "_":
        return lookup(node, reading)
    if not reading.flow:
        raise wrong(node, "nothing flows here")
    return reading.flow if len(reading.flow) > 1 else reading.flow[0]


def _text(node: ast.Text, reading: Reading) -> str:
    parts = (p if isinstance(p, str) else show(evaluate(p, reading)) for p in node.parts)
    return "".join(parts)


def _list(node: ast.ListDisplay, reading: Reading) -> tuple[Any, ...]:
    return tuple([evaluate(item, reading) for item in node.items])


def _range(node: ast.Range, reading: Reading) -> tuple[int, ...]:
    first, last = evaluate(node.first, reading), evaluate(node.last, reading)
    if not (is_integer(first) and is_integer(last)):
        raise wrong(node, f".. does not take {literal(first)} and {literal(last)}")
    return tuple(range(first, last + 1))


def _comprehension(node: ast.Comprehension, reading: Reading) -> tuple[Any, ...]:
    result: list[Any] = []
    for item in items(node.iterable, reading):
        inner = reading.inside(Names(reading.names))
        bind_names(node.targets, item, inner.names)
        if node.condition is None or condition(node.condition, inner):
            result.append(evaluate(node.element, inner))
    return tuple(result)


# --- what stands behind an expression: x.name, x[i], x[a:b], f(…) ---------------------------------


def _access(node: ast.Access, reading: Reading) -> Any:
    if isinstance(node.base, ast.Name) and isinstance(node.trailers[0], ast.Arguments):
        value = lookup(node.base, reading, called=True)
    else:
        value = evaluate(node.base, reading)
    for trailer in node.trailers:
        value = _trailer(value, trailer, reading)
    return value


def _trailer(value: Any, trailer: ast.Trailer, reading: Reading) -> Any:
    if isinstance(trailer, ast.Attribute):
        return _attribute(value, trailer)
    if isinstance(trailer, ast.Arguments):
        return _call(value, trailer, reading)
    if not isinstance(value, str | tuple):
        raise wrong(trailer, f"{literal(value)} is no list")
    if isinstance(trailer, ast.Index):
        index = evaluate(trailer.index, reading)
        if not is_integer(index) or not -len(value) <= index < len(value):
            raise wrong(trailer, f"{literal(index)} is no index of {len(value)} items")
        return value[index]
    ends = (trailer.first, trailer.last)
    first, last = [None if end is None else evaluate(end, reading) for end in ends]
    if not all(end is None or is_integer(end) for end in (first, last)):
        raise wrong(trailer, "the ends of a slice are integers")
    return value[first:last]


def _attribute(value: Any, trailer: ast.Attribute) -> Any:
    """``.channels`` is dim 1, ``.features`` the last, ``.height`` and ``.width`` the last two."""
    dims = {"channels": (1, 2), "features": (-1, 2), "height": (-2, 4), "width": (-1, 4)}
    if isinstance(value, Tensor):
        if trailer.name == "rank":
            return value.dim()
        if trailer.name == "shape":
            return tuple(value.shape)
        if trailer.name in dims:
            dim, least = dims[trailer.name]
            if value.dim() >= least:
                return value.shape[dim]
            raise wrong(trailer, f"a value of {value.dim()} dims has no {trailer.name}")
    raise wrong(trailer, f"{literal(value)} has no {trailer.name}")


def _call(callee: Any, call: ast.Arguments, reading: Reading) -> Any:
    if isinstance(callee, Part):
        values = bind(callee, call, reading, partial=True)
        if callee.kind == "op":
            check_arguments(call, callee.name, values)
        return callee.filled(values)
    if isinstance(callee, Initialiser):
        return weights.called(callee, call, reading)
    if not isinstance(callee, Function):
        raise wrong(call, f"{literal(callee)} cannot be called")
    if callee.node is not None:
        assert callee.home is not None
        values = bind(callee, call, reading)
        inner = Reading(callee.home, Names())
        fill(callee.name, callee.node.params, values, inner, call)
        return evaluate(callee.node.value, inner)
    return _built_in(callee.name, call, reading)


def _built_in(name: str, call: ast.Arguments, reading: Reading) -> Any:
    given: list[Any] = []
    named: dict[str, Any] = {}
    for item in call.items:
        value = evaluate(item.value, reading)
        if isinstance(value, Tensor):
            raise wrong(item, "a value has no number that an expression could compute with")
        if item.name is None:
            given.append(value)
        else:
            named[item.name.text] = value
    try:
        return FUNCTIONS[name](*given, **named)
    except Unsuitable as error:
        raise wrong(call, f"{name}: {error}") from error
    except (TypeError, ValueError, ArithmeticError) as error:
        raise wrong(call, f"{name}: {error}") from error


_EVALUATE: Mapping[type[ast.Node], Callable[[Any, Reading], Any]] = {
    ast.Number: lambda node, _: node.value,
    ast.Constant: lambda node, _: node.value,
    ast.Name: _name,
    ast.Text: _text,
    ast.ListDisplay: _list,
    ast.Comprehension: _comprehension,
    ast.Arithmetic: _arithmetic,
    ast.Power: _power,
    ast.Unary: _unary,
    ast.Compare: _compare,
    ast.Logical: _logical,
    ast.Range: _range,
    ast.Conditional: _conditional,
    ast.Access: _access,
}
