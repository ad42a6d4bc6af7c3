"""Parameters and the arguments given to them (section 2): by position, then by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from archc.testing.interpreter import expressions
from archc.testing.interpreter.names import Reading
from archc.testing.interpreter.refused import wrong
from archc.testing.interpreter.torch_calls.ops import OPS
from archc.testing.interpreter.values import (
    Function,
    Initialiser,
    Part,
    is_integer,
    is_number,
    literal,
)
from archdsl.tree import ast


def parameters_of(part: Part | Function) -> tuple[tuple[str, ...], frozenset[str]]:
    """The names of a part's parameters in their order, and which of them must be given."""
    if part.node is None:
        op = OPS[part.name]
        return op.names, op.required
    params = part.node.params
    required = frozenset(param.name.text for param in params if param.default is None)
    return tuple(param.name.text for param in params), required


def bind(
    part: Part | Function,
    call: ast.Arguments | None,
    reading: Reading,
    *,
    partial: bool = False,
    place: ast.Node | None = None,
) -> dict[str, Any]:
    """The values that a call gives to parameters, and those that were filled in before.

    Named arguments replace what was filled in, and positions count from the first parameter that
    is still open. With ``partial`` the rest may come later.
    """
    names, required = parameters_of(part)
    filled = dict(part.given) if isinstance(part, Part) else {}
    still_open = [name for name in names if name not in filled]
    items = () if call is None else call.items
    given: dict[str, Any] = {}
    by_position = [expressions.evaluate(item.value, reading) for item in items if item.name is None]
    if by_position and takes_items(part) and names[0] in still_open:
        given[names[0]] = _gathered(by_position)
    elif len(by_position) > len(still_open):
        assert call is not None
        raise wrong(call, f"{part.name} takes {len(still_open)} arguments here")
    else:
        given.update(zip(still_open, by_position, strict=False))
    _by_name(part.name, items, names, given, reading)
    values = {**filled, **given}
    missing = [name for name in names if name in required and name not in values]
    if missing and not partial:
        at = call or place
        assert at is not None
        raise wrong(at, f"{part.name} needs {missing[0]}")
    return values


def _by_name(
    owner: str,
    items: tuple[ast.Argument, ...],
    names: tuple[str, ...],
    given: dict[str, Any],
    reading: Reading,
) -> None:
    """Add the named arguments to what is given."""
    for item in items:
        if item.name is None:
            continue
        name = item.name.text
        if name not in names:
            raise wrong(item, f"{owner} has no parameter {name}")
        if name in given:
            raise wrong(item, f"{name} is given twice")
        given[name] = expressions.evaluate(item.value, reading)


def takes_items(part: Part | Function) -> bool:
    """Whether the items of the first argument may be given one by one: ``permute(0, 2, 1)``."""
    return isinstance(part, Part) and part.kind == "op" and OPS[part.name].variadic


def _gathered(values: list[Any]) -> tuple[Any, ...]:
    """The one argument that all of these are: a list, or the items of one."""
    if len(values) == 1 and isinstance(values[0], tuple):
        return values[0]
    return tuple(values)


def fill(
    owner: str,
    params: tuple[ast.Param, ...],
    values: Mapping[str, Any],
    inner: Reading,
    place: ast.Node,
) -> None:
    """Bind all parameters of a part, defaults included, as names of its body."""
    for param in params:
        name = param.name.text
        if name in values:
            value = values[name]
        elif param.default is not None:
            value = expressions.evaluate(param.default, inner)
        else:
            raise wrong(place, f"{owner} needs {name}")
        _check(param, value, inner, place)
        inner.names.bound[name] = value


def _check(param: ast.Param, value: Any, inner: Reading, place: ast.Node) -> None:
    """Whether a value is of its parameter's type and in its domain."""
    if value is None and _may_be_none(param):
        return
    name = param.name.text
    if param.type is not None and not _fits(param.type, value):
        raise wrong(place, f"{name} takes {param.type.span.text}, and {literal(value)} is none")
    if param.domain is not None:
        _check_domain(name, param.domain, value, inner, place)
    if param.type is not None:
        _check_items(name, param.type, value, inner, place)


def _check_domain(name: str, domain: ast.Expr, value: Any, inner: Reading, place: ast.Node) -> None:
    """A range of numbers may have any bounds; its members are those that digits say."""
    if isinstance(domain, ast.Range):
        parts = (domain.first, domain.last, *([] if domain.step is None else [domain.step]))
        numbers = [expressions.evaluate(part, inner) for part in parts]
        if not all(map(is_number, numbers)):
            raise wrong(domain, "the ends of a range are numbers, and so is its step")
        first, last, *step = (Fraction(str(number)) for number in numbers)
        if step and step[0] <= 0:
            raise wrong(domain, "a range goes up")
        if not is_number(value) or not first <= Fraction(str(value)) <= last:
            raise wrong(place, f"{name} is {literal(value)}, and not in {domain.span.text}")
        if step and (Fraction(str(value)) - first) % step[0]:
            raise wrong(place, f"{name} is {literal(value)}, and not in {domain.span.text}")
        return
    items = expressions.evaluate(domain, inner)
    if not isinstance(items, tuple):
        raise wrong(domain, "a domain is a list or a range")
    if value not in items:
        raise wrong(place, f"{name} is {literal(value)}, and not in {literal(items)}")


def _check_items(
    name: str, kind: ast.TypeName, value: Any, inner: Reading, place: ast.Node
) -> None:
    """How many items a list has, and what each of them may be."""
    if kind.element is None:
        return
    if kind.count is not None:
        many = expressions.evaluate(kind.count, inner)
        if not is_integer(many):
            raise wrong(kind.count, "a number of items is an integer")
        if len(value) != many:
            raise wrong(place, f"{name} has {len(value)} items, and not {many}")
    for number, item in enumerate(value):
        if kind.domain is not None:
            _check_domain(f"{name}[{number}]", kind.domain, item, inner, place)
        _check_items(f"{name}[{number}]", kind.element, item, inner, place)


def _may_be_none(param: ast.Param) -> bool:
    """``none`` may stand for an op that is absent, and may be a default."""
    optional = isinstance(param.default, ast.Truth) and param.default.value is None
    return optional or (param.type is not None and param.type.name in ("op", "block", "init"))


def _fits(kind: ast.TypeName, value: Any) -> bool:
    """Whether a value is of a type. An integer is a float too; ``true`` is no integer."""
    if kind.name == "list":
        every = kind.element
        return isinstance(value, tuple) and (every is None or all(_fits(every, v) for v in value))
    if kind.name in ("op", "block"):
        return isinstance(value, Part) and (value.kind == "op") == (kind.name == "op")
    judges: dict[str, Callable[[Any], bool]] = {
        "int": is_integer,
        "float": is_number,
        "bool": lambda value: isinstance(value, bool),
        "string": lambda value: isinstance(value, str),
        "init": lambda value: isinstance(value, Initialiser),
    }
    if kind.name not in judges:
        raise wrong(kind, f"{kind.name} is no type")
    return judges[kind.name](value)
