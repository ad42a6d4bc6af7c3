"""The built-in functions (section 6): Python's, on the values of the language."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from archc.testing.interpreter.values import is_integer, is_number, literal, show


class Unsuitable(Exception):  # noqa: N818 (whoever called the function says where)
    """A function was given what it does not take."""


def _list(value: Any) -> tuple[Any, ...]:
    if not isinstance(value, tuple):
        raise Unsuitable(f"{literal(value)} is no list")
    return value


def _number(value: Any) -> int | float:
    if not is_number(value):
        raise Unsuitable(f"{literal(value)} is no number")
    return value


def _integer(value: Any) -> int:
    if not is_integer(value):
        raise Unsuitable(f"{literal(value)} is no integer")
    return value


def _alike(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Values that have an order among each other: numbers alone, or strings alone."""
    if not all(map(is_number, values)) and not all(isinstance(value, str) for value in values):
        raise Unsuitable(f"{literal(values)} have no order")
    return values


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        raise Unsuitable("the result is not a number that fits")
    return value


def _int(x: Any, /) -> int:
    return int(x) if isinstance(x, str | bool) else int(_number(x))


def _float(x: Any, /) -> float:
    made: float = _finite(float(x) if isinstance(x, str | bool) else float(_number(x)))
    return made


def _len(x: Any, /) -> int:
    return len(x) if isinstance(x, str) else len(_list(x))


def _sum(values: Any, /, start: Any = 0) -> Any:
    total = start
    for value in _list(values):
        both = isinstance(total, str | tuple) and type(total) is type(value)
        total = _finite(total + value if both else _number(total) + _number(value))
    return total


def _least(pick: Callable[..., Any]) -> Callable[..., Any]:
    def extremum(*values: Any) -> Any:
        return pick(_alike(_list(values[0]) if len(values) == 1 else values))

    return extremum


def _round(x: Any, /, ndigits: Any = None) -> int | float:
    return round(_number(x), None if ndigits is None else _integer(ndigits))


def _log(x: Any, base: Any = None, /) -> float:
    return math.log(_number(x)) if base is None else math.log(_number(x), _number(base))


def _range(*ends: Any) -> tuple[int, ...]:
    return tuple(range(*map(_integer, ends)))


def _enumerate(values: Any, /, start: Any = 0) -> tuple[Any, ...]:
    return tuple(enumerate(_list(values), _integer(start)))


def _zip(first: Any, /, *others: Any) -> tuple[Any, ...]:
    return tuple(zip(*map(_list, (first, *others)), strict=False))


def _sorted(values: Any, /, reverse: Any = False) -> tuple[Any, ...]:
    return tuple(sorted(_alike(_list(values)), reverse=bool(reverse)))


def _truths(values: Any) -> tuple[bool, ...]:
    if not all(isinstance(value, bool) for value in _list(values)):
        raise Unsuitable(f"{literal(values)} are not all conditions")
    truths: tuple[bool, ...] = values
    return truths


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "int": _int,
    "float": _float,
    "bool": lambda x, /: bool(x),
    "str": lambda x, /: show(x),
    "len": _len,
    "sum": _sum,
    "min": _least(min),
    "max": _least(max),
    "abs": lambda x, /: abs(_number(x)),
    "round": _round,
    "ceil": lambda x, /: math.ceil(_number(x)),
    "floor": lambda x, /: math.floor(_number(x)),
    "sqrt": lambda x, /: math.sqrt(_number(x)),
    "log": _log,
    "range": _range,
    "enumerate": _enumerate,
    "zip": _zip,
    "reversed": lambda x, /: _list(x)[::-1],
    "sorted": _sorted,
    "any": lambda x, /: any(_truths(x)),
    "all": lambda x, /: all(_truths(x)),
}
"""All of them. ``ceil``, ``floor``, and ``round`` with one argument, give integers."""
