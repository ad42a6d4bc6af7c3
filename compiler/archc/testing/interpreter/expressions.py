"""Expressions (section 6), evaluated as the language says: they are Python's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor

from archc.testing.interpreter.arguments import bind, fill
from archc.testing.interpreter.functions import FUNCTIONS, Unsuitable
from archc.testing.interpreter.names import Names, Reading, lookup
from archc.testing.interpreter.operators import compare, compute
from archc.testing.interpreter.refused import wrong
from archc.testing.interpreter.torch_calls import initial_weights as weights
from archc.testing.interpreter.torch_calls.ops import check_arguments
from archc.testing.interpreter.values import (
    Function,
    Initialiser,
    Part,
    is_integer,
    is_number,
    literal,
    show,
)
from archdsl.tree import ast


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
    return compare(node, node.operator, left, right)


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
    step = 1 if node.step is None else evaluate(node.step, reading)
    if not (is_integer(first) and is_integer(last) and is_integer(step)):
        taken = " and ".join(map(literal, (first, last, step)))
        raise wrong(node, f".. does not take {taken}")
    if step < 1:
        raise wrong(node, f"a range goes up, and not by {step}")
    return tuple(range(first, last + 1, step))


def _comprehension(node: ast.Comprehension, reading: Reading) -> tuple[Any, ...]:
    result: list[Any] = []
    for item in items(node.iterable, reading):
        inner = reading.inside(Names(reading.names))
        bind_names(node.targets, item, inner.names)
        _bind_rows(node.rows, inner.names)
        if node.condition is None or condition(node.condition, inner):
            result.append(evaluate(node.element, inner))
    return tuple(result)


def _bind_rows(rows: tuple[ast.Row, ...], names: Names) -> None:
    """``for a, [b, c] in …``: the items of rows in the row."""
    for row in rows:
        bind_names(row.names, names.bound[row.hidden.text], names)
        _bind_rows(row.rows, names)


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
    ast.Truth: lambda node, _: node.value,
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
