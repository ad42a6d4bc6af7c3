"""The built-in functions, Python's on the values of the language; and attributes of tensors."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from archdsl import rules
from archdsl.elaborate.limits import Limits
from archdsl.elaborate.values.arithmetic import (
    Trouble,
    binary,
    formula,
    held,
    is_dim,
    is_integer,
    is_number,
)
from archdsl.elaborate.values.describe import brief_value, describe, show_value
from archdsl.elaborate.values.kinds import UNKNOWN
from archdsl.syntax.limits import MAX_NUMBER_CHARACTERS
from archir.base.diagnostics import nearest
from archir.graph.graph import Value
from archir.init.init_rules import Arithmetic, Fan
from archir.program.builtins import BUILTINS, VALUE_ATTRIBUTES, VALUE_DIMS
from archir.shapes import arithmetic
from archir.shapes.dims import SizeExpr
from archir.shapes.types import TensorType

_FORMULAS = ("sqrt", "log", "min", "max", "abs")
"""Functions that take a parameter's fans, as part of an initialiser's formula."""


def call(name: str, arguments: list[Any], keywords: dict[str, Any], limits: Limits) -> object:
    """A built-in function applied, within the limits. Raises Trouble."""
    fans = [a for a in arguments if isinstance(a, Fan | Arithmetic)]
    if fans:
        others = [a for a in arguments if not isinstance(a, Fan | Arithmetic) and not is_number(a)]
        if name in ("min", "max") and len(arguments) == 1:
            _list(fans[0], name)
        if name in _FORMULAS and not others:
            return formula(name, tuple(arguments))
        wrong = others if name in _FORMULAS else fans
        raise Trouble(rules.values.WrongOperand(name, describe(wrong[0])))
    if name in ("min", "max"):
        return _extremum(name, arguments)
    if name == "sum":
        start = arguments[1] if len(arguments) > 1 else keywords.get("start", 0)
        return _sum(_list(arguments[0], name), start, limits)
    if name in _LISTS:
        return _LISTS[name](arguments, keywords, limits.items)
    for argument in arguments:
        if isinstance(argument, SizeExpr) and name not in ("str", "int"):
            raise Trouble(rules.values.DependsOnSize(f"{name}(…)", brief_value(argument)))
    return held(_scalar(name, arguments, keywords), limits.bits)


def _scalar(name: str, arguments: list[Any], keywords: dict[str, Any]) -> object:
    value = arguments[0]
    if name == "str":
        return show_value(value)
    if name == "bool":
        return bool(value)
    if name == "int" and isinstance(value, SizeExpr):
        return value
    if isinstance(value, str) and name in ("int", "float"):
        return _parsed(name, value)
    if isinstance(value, bool) and name in ("int", "float") and len(arguments) == 1:
        return BUILTINS[name].function(value)  # asked for in so many words
    for other in (*arguments, *keywords.values()):
        if not is_number(other):
            raise Trouble(rules.values.WrongOperand(name, describe(other)))
    try:
        if name == "round" and isinstance(value, int):
            return _rounded(value, *arguments[1:], **keywords)
        return BUILTINS[name].function(value, *arguments[1:], **keywords)
    except (ValueError, OverflowError, ZeroDivisionError, TypeError):
        shown = ", ".join(brief_value(a) for a in arguments)
        raise Trouble(rules.values.BadValue(name, f"it is not defined for {shown}")) from None


def _rounded(value: int, ndigits: int | None = None) -> int:
    """Python's, which makes the power of ten of the digits to be cut, be it ever so large."""
    if ndigits is not None and -ndigits > value.bit_length():
        return 0  # a power of ten that is more than twice as large
    return round(value, ndigits)


def _parsed(name: str, text: str) -> object:
    number: int | float = math.nan
    if len(text) <= MAX_NUMBER_CHARACTERS:
        with suppress(ValueError):
            number = int(text) if name == "int" else float(text)
    if isinstance(number, float) and not math.isfinite(number):
        raise Trouble(rules.values.BadValue(name, f'"{text[:40]}" is not a number'))
    return number


def _extremum(name: str, arguments: list[Any]) -> object:
    values = list(_list(arguments[0], name)) if len(arguments) == 1 else arguments
    if not values:
        raise Trouble(rules.values.BadValue(name, "the list is empty"))
    if any(isinstance(value, SizeExpr) for value in values):
        if all(is_dim(value) for value in values):
            return arithmetic.minimum(*values) if name == "min" else arithmetic.maximum(*values)
        raise Trouble(
            rules.values.WrongOperand(name, ", ".join(describe(value) for value in values))
        )
    return _ordered(name, values)[0 if name == "min" else -1]


def _ordered(name: str, values: list[Any]) -> list[Any]:
    """The values in order, first of equals first for the minimum and the maximum alike."""
    if not (
        all(is_number(value) for value in values) or all(isinstance(value, str) for value in values)
    ):
        raise Trouble(
            rules.values.WrongOperand(name, ", ".join(describe(value) for value in values[:4]))
        )
    if name == "max":
        return [max(values)]
    return [min(values)] if name == "min" else sorted(values)


def _sum(values: tuple[Any, ...], start: Any, limits: Limits) -> object:
    if isinstance(start, tuple) and all(isinstance(value, tuple) for value in values):
        return _joined((start, *values), limits)
    total: object = start
    for value in values:
        total = binary("+", total, value, limits)
    return total


def _joined(lists: tuple[tuple[Any, ...], ...], limits: Limits) -> tuple[Any, ...]:
    """Lists behind each other, which taken two by two would be walked again and again."""
    if sum(map(len, lists)) > limits.items:
        raise Trouble(rules.limits.LimitExceeded("items", limits.items))
    return tuple(item for each in lists for item in each)


def _list(value: object, use: str) -> tuple[Any, ...]:
    if isinstance(value, tuple):
        return value
    raise Trouble(rules.kinds.NotAList(describe(value), use))


def _range(arguments: list[Any], _: dict[str, Any], items: int) -> object:
    for argument in arguments:
        if isinstance(argument, SizeExpr):
            raise Trouble(rules.values.DependsOnSize("range(…)", brief_value(argument)))
        if not is_integer(argument):
            raise Trouble(rules.values.WrongOperand("range", describe(argument)))
    if len(arguments) == 3 and arguments[2] == 0:
        raise Trouble(rules.values.BadValue("range", "a step of 0 never ends"))
    return counted(range(*arguments), items)


def counted(numbers: range, items: int) -> tuple[int, ...]:
    """The numbers of a range as a list, unless there are too many."""
    if numbers[items:]:  # len() takes no more than the machine's own integers
        raise Trouble(rules.limits.LimitExceeded("items", items))
    return tuple(numbers)


def _sorted(arguments: list[Any], keywords: dict[str, Any], _: int) -> object:
    reverse = arguments[1] if len(arguments) > 1 else keywords.get("reverse", False)
    if not isinstance(reverse, bool):
        raise Trouble(rules.values.WrongOperand("sorted", describe(reverse)))
    values = _ordered("sorted", list(_list(arguments[0], "sorted")))
    return tuple(sorted(values, reverse=reverse))


def _length(arguments: list[Any], _: dict[str, Any], __: int) -> object:
    value = arguments[0]
    return len(value) if isinstance(value, str) else len(_list(value, "len"))


def _enumerate(arguments: list[Any], keywords: dict[str, Any], _: int) -> object:
    start = arguments[1] if len(arguments) > 1 else keywords.get("start", 0)
    if not is_integer(start):
        raise Trouble(rules.values.WrongOperand("enumerate", describe(start)))
    return tuple(enumerate(_list(arguments[0], "enumerate"), start))


def _truths(arguments: list[Any], name: str) -> list[bool]:
    values = _list(arguments[0], name)
    for value in values:
        if not isinstance(value, bool):
            raise Trouble(rules.values.WrongOperand(name, describe(value)))
    return [bool(value) for value in values]


_LISTS: dict[str, Callable[[list[Any], dict[str, Any], int], object]] = {
    "range": _range,
    "len": _length,
    "enumerate": _enumerate,
    "zip": lambda a, _, __: tuple(zip(*(_list(each, "zip") for each in a), strict=False)),
    "reversed": lambda a, _, __: tuple(reversed(_list(a[0], "reversed"))),
    "sorted": _sorted,
    "any": lambda a, _, __: any(_truths(a, "any")),
    "all": lambda a, _, __: all(_truths(a, "all")),
}


# --- what is asked of a tensor --------------------------------------------------------------------


def attribute(
    owner: object, name: str, types: Callable[[Value], TensorType | None] | None
) -> object:
    """``owner.name`` for a value; raises Trouble for anything else."""
    if not isinstance(owner, Value) or name not in VALUE_ATTRIBUTES:
        raise Trouble(
            rules.values.NoSuchAttribute(name, describe(owner), nearest(name, VALUE_ATTRIBUTES))
        )
    given = None if types is None else types(owner)
    if given is None:
        return UNKNOWN
    if name == "rank":
        return given.rank
    if name == "shape":
        return given.shape
    index, least = VALUE_DIMS[name]
    if given.rank < least:
        raise Trouble(rules.values.RankTooLow(name, str(given)))
    return given.shape[index]
