"""Expressions of the text evaluated for one instance, as far as their names are known.

What the printer says by an expression of the text is held against the number that the graph has:
an expression is printed only where all instances agree with it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from archir.base.operators import ARITHMETIC, ORDER
from archir.init.init_rules import Initialiser
from archir.init.initialisers import GIVEN
from archir.init.values import Part
from archir.program import expressions as e
from archir.program.builtins import BUILTINS
from archir.program.declarations import Constant, Function
from archir.program.nodes import Expr

Look: TypeAlias = Callable[[Expr], object]
"""The value of a name, or of what is asked of a value that flows; raises ``UnknownError``."""


class UnknownError(Exception):
    """The value of an expression is not known."""


def evaluate(expr: Expr, look: Look) -> Any:
    """The value of an expression; raises ``UnknownError`` where it is not known."""
    handler = _HANDLERS.get(type(expr))
    if handler is None:
        return look(expr)
    try:
        return handler(expr, look)
    except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise UnknownError from error


def nothing(expr: Expr) -> object:
    """A look that knows no name."""
    raise UnknownError(type(expr).__name__)


def _arithmetic(expr: e.Arithmetic, look: Look) -> Any:
    value = evaluate(expr.first, look)
    for sign, operand in expr.rest:
        value = ARITHMETIC[sign](value, evaluate(operand, look))
    return value


def _power(expr: e.Power, look: Look) -> Any:
    *others, value = [evaluate(operand, look) for operand in expr.operands]
    for base in reversed(others):
        value = base**value
    return value


def _unary(expr: e.Unary, look: Look) -> Any:
    value = evaluate(expr.operand, look)
    for _ in range(expr.count):
        value = not _truth(value) if expr.operator == "not" else -value
    return value


def _logical(expr: e.Logical, look: Look) -> bool:
    for operand in expr.operands:
        if _truth(evaluate(operand, look)) == (expr.operator == "or"):
            return expr.operator == "or"
    return expr.operator == "and"


def _truth(value: Any) -> bool:
    """Conditions are true or false, or a part that may be none."""
    return value is not None if isinstance(value, Part) else bool(value)


def _compare(expr: e.Compare, look: Look) -> bool:
    left, right = evaluate(expr.left, look), evaluate(expr.right, look)
    if expr.operator in ("==", "!="):
        return _same(left, right) == (expr.operator == "==")
    if expr.operator in ("in", "not in"):
        is_text = isinstance(right, str)
        found = left in right if is_text else any(_same(left, item) for item in right)
        return found == (expr.operator == "in")
    return ORDER[expr.operator](left, right)


def _same(left: object, right: object) -> bool:
    return left == right and isinstance(left, bool) == isinstance(right, bool)


def _conditional(expr: e.Conditional, look: Look) -> Any:
    for value, condition in expr.arms:
        if _truth(evaluate(condition, look)):
            return evaluate(value, look)
    return evaluate(expr.otherwise, look)


def _access(expr: e.Access, look: Look) -> Any:
    if isinstance(expr.trailers[0], e.Attribute):
        return look(expr)
    value = evaluate(expr.base, look)
    for trailer in expr.trailers:
        if isinstance(trailer, e.Index):
            value = value[evaluate(trailer.index, look)]
        elif isinstance(trailer, e.Slice):
            bounds = [
                None if b is None else evaluate(b, look) for b in (trailer.first, trailer.last)
            ]
            value = value[slice(*bounds)]
        elif isinstance(trailer, e.Arguments) and isinstance(value, Part):
            given = tuple([(str(i.name), evaluate(i.value, look)) for i in trailer.items])
            value = Part(value.kind, value.name, value.arguments + given, value.origin)
        else:
            raise UnknownError
    return value


def _comprehension(expr: e.Comprehension, look: Look) -> Any:
    return tuple([evaluate(expr.element, inner) for inner in _turns(expr, look)])


def _turns(expr: e.Comprehension, look: Look) -> Iterator[Look]:
    for item in evaluate(expr.iterable, look):
        inner = with_targets(expr.targets, item, look)
        for row, names in expr.rows:
            inner = with_targets(names, inner(e.Local(row.span, row.name, row.slot)), inner)
        if expr.condition is None or _truth(evaluate(expr.condition, inner)):
            yield inner


def with_targets(targets: tuple[e.Target, ...], item: Any, look: Look) -> Look:
    """A look that knows the targets of a loop besides."""
    values = (item,) if len(targets) == 1 else tuple(item)
    known = {target.slot: value for target, value in zip(targets, values, strict=True)}

    def inner(expr: Expr) -> object:
        if isinstance(expr, e.Local) and expr.slot in known:
            return known[expr.slot]
        return look(expr)

    return inner


def _function(expr: e.FunctionCall, look: Look) -> Any:
    given = {i.name: evaluate(i.value, look) for i in expr.arguments.items}
    shown = repr(given)
    for function, arguments, value in tuple(_LATELY):
        if function is expr.function and arguments == shown:
            return value
    value = evaluate(expr.function.value, in_function(expr.function, given))
    if isinstance(value, tuple) and all(map(_is_said_by_repr, given.values())):
        _LATELY.append((expr.function, shown, value))
    return value


_LATELY: deque[tuple[Function, str, Any]] = deque(maxlen=8)
"""Lists that functions have given: the same is asked again for each instance, and of each place."""


def _is_said_by_repr(value: object) -> bool:
    """Whether no other value has the same ``repr``."""
    if isinstance(value, tuple):
        return all(map(_is_said_by_repr, value))
    return value is None or isinstance(value, bool | int | float | str)


def in_function(function: Function, given: dict[str | None, Any]) -> Look:
    """The look of a function's value: its parameters alone."""
    known: dict[int, object] = {}

    def look(expr: Expr) -> object:
        if isinstance(expr, e.Local) and expr.slot in known:
            return known[expr.slot]
        raise UnknownError

    for parameter in function.parameters:
        slot = parameter.target.slot
        if parameter.name in given:
            known[slot] = given[parameter.name]
        elif parameter.default is not None:
            known[slot] = evaluate(parameter.default, look)
    return look


def _global(expr: e.Global, _: Look) -> Any:
    declaration = expr.declaration
    value = evaluate(declaration.value, nothing)
    if isinstance(declaration, Constant) and len(declaration.targets) > 1:
        names = [target.name for target in declaration.targets]
        return value[names.index(expr.name)]
    return value


def _builtin(expr: e.BuiltinCall, look: Look) -> Any:
    args = [evaluate(i.value, look) for i in expr.arguments.items if i.name is None]
    kwargs = {i.name: evaluate(i.value, look) for i in expr.arguments.items if i.name is not None}
    builtin = BUILTINS[expr.function]
    value = builtin.function(*args, **kwargs)
    return tuple(value) if builtin.gives == "list" else value


def _text(expr: e.Text, look: Look) -> str:
    parts = [part if isinstance(part, str) else evaluate(part, look) for part in expr.parts]
    if not all(isinstance(part, str) or type(part) is int for part in parts):
        raise UnknownError  # the language writes other values in its own way
    return "".join(map(str, parts))


def _arguments(arguments: e.Arguments | None, look: Look) -> tuple[tuple[str, Any], ...]:
    items = () if arguments is None else arguments.items
    return tuple([(str(item.name), evaluate(item.value, look)) for item in items])


def _initialiser(expr: e.InitialiserValue, look: Look) -> Initialiser:
    assert expr.function in GIVEN
    return Initialiser(expr.function, _arguments(expr.arguments, look))


_HANDLERS: dict[type[Any], Callable[[Any, Look], Any]] = {
    e.Number: lambda expr, _: expr.value,
    e.Truth: lambda expr, _: expr.value,
    e.Text: _text,
    e.ListDisplay: lambda expr, look: tuple([evaluate(item, look) for item in expr.items]),
    e.Gathered: lambda expr, look: tuple([evaluate(item, look) for item in expr.items]),
    e.Arithmetic: _arithmetic,
    e.Power: _power,
    e.Unary: _unary,
    e.Compare: _compare,
    e.Logical: _logical,
    e.Range: lambda expr, look: tuple(
        range(
            evaluate(expr.first, look),
            evaluate(expr.last, look) + 1,
            1 if expr.step is None else evaluate(expr.step, look),
        )
    ),
    e.Conditional: _conditional,
    e.Access: _access,
    e.Comprehension: _comprehension,
    e.FunctionCall: _function,
    e.BuiltinCall: _builtin,
    e.Global: _global,
    e.OpValue: lambda expr, look: Part("op", expr.keyword, _arguments(expr.arguments, look)),
    e.BlockValue: lambda expr, look: Part(
        "block", expr.block.name, _arguments(expr.arguments, look), expr.block
    ),
    e.InitialiserValue: _initialiser,
}
