"""Operators between values (section 6): arithmetic, order and equality."""

from __future__ import annotations

import operator
from collections.abc import Callable
from math import isfinite
from typing import Any

from torch import Tensor

from archc.testing.interpreter.refused import wrong
from archc.testing.interpreter.values import is_integer, is_number, literal
from archdsl.tree import ast

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


def compare(node: ast.Node, sign: str, left: Any, right: Any) -> bool:
    """``left sign right``. Numbers and texts have an order; anything may be equal."""
    if isinstance(left, Tensor) or isinstance(right, Tensor):
        raise wrong(node, "a value has no number that an expression could compute with")
    if sign in ("==", "!="):
        return _equal(left, right) == (sign == "==")
    if sign in ("in", "not in"):
        return _is_in(node, left, right) == (sign == "in")
    texts = isinstance(left, str) and isinstance(right, str)
    if not texts and not (is_number(left) and is_number(right)):
        raise wrong(node, f"{literal(left)} and {literal(right)} have no order")
    return _ORDER[sign](left, right)


def _is_in(node: ast.Node, left: Any, right: Any) -> bool:
    """Whether a list has an equal item, or a text another in it."""
    if isinstance(left, str) and isinstance(right, str):
        return left in right
    if not isinstance(right, tuple):
        raise wrong(node, f"{literal(right)} has no items")
    return any(not isinstance(item, Tensor) and _equal(left, item) for item in right)


def _equal(left: Any, right: Any) -> bool:
    """Conditions are no numbers, also as items of lists: ``true`` is not 1."""
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(_equal, left, right))
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)
