"""The operators of expressions: Python's on numbers, text and lists, exact on sizes."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import Any, TypeGuard

from archdsl import rules
from archdsl.elaborate.limits import Limits
from archdsl.elaborate.values.describe import brief_value, describe
from archdsl.elaborate.values.kinds import UNKNOWN, SizeConditions, Unknown
from archir.base.diagnostics import Problem
from archir.base.operators import ARITHMETIC, ORDER
from archir.init.init_rules import MAX_FORMULA, Arithmetic, Fan
from archir.shapes import arithmetic
from archir.shapes.conditions import Condition
from archir.shapes.dims import Dim, SizeExpr


class Trouble(Exception):  # noqa: N818  (caught where the place is known, and reported there)
    """An expression has no value; carries the problem to the node that knows its place."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.name)
        self.problem = problem


_SIZES: dict[str, Callable[[Dim, Dim], Dim]] = {
    "+": arithmetic.add,
    "-": arithmetic.subtract,
    "*": arithmetic.multiply,
    "//": arithmetic.floor_div,
    "%": arithmetic.modulo,
}


def binary(sign: str, left: object, right: object, limits: Limits) -> object:
    """``left sign right``, within the limits on numbers, lists and text; raises Trouble."""
    if isinstance(left, Fan | Arithmetic) or isinstance(right, Fan | Arithmetic):
        return _formula(sign, left, right)
    if isinstance(left, SizeExpr) or isinstance(right, SizeExpr):
        return _sizes(sign, left, right)
    if is_number(left) and is_number(right):
        return _numbers(sign, left, right, limits.bits)
    if sign == "+" and isinstance(left, str) and isinstance(right, str):
        return left + right
    if sign == "+" and isinstance(left, tuple) and isinstance(right, tuple):
        return left + right
    if sign == "*":
        many, count = (left, right) if isinstance(left, tuple | str) else (right, left)
        if isinstance(many, tuple | str) and is_integer(count):
            return repeated(many, count, limits)
    raise Trouble(rules.values.WrongOperand(sign, f"{describe(left)} and {describe(right)}"))


def repeated(
    many: tuple[object, ...] | str, count: int, limits: Limits
) -> tuple[object, ...] | str:
    """``[0] * 3``; a result beyond the limits is refused before it is made."""
    name = "characters" if isinstance(many, str) else "items"
    most: int = getattr(limits, name)
    if len(many) * max(count, 0) > most:
        raise Trouble(rules.limits.LimitExceeded(name, most))
    return many * count


def negate(value: object) -> object:
    if isinstance(value, SizeExpr):
        return arithmetic.multiply(value, -1)
    if isinstance(value, Fan | Arithmetic):
        return formula("-", (0, value))
    if is_number(value):
        return -value
    raise Trouble(rules.values.WrongOperand("-", describe(value)))


def compare(sign: str, left: object, right: object) -> object:
    """``left sign right``: a bool, or conditions where sizes decide it."""
    if sign in ("in", "not in"):
        found = _member(sign, left, right)
        return found if sign == "in" else _not(found)
    if isinstance(left, SizeExpr) or isinstance(right, SizeExpr):
        return _compare_sizes(sign, left, right)
    if sign in ("==", "!="):
        same: bool | SizeConditions | Unknown = equal(left, right)
        if not same and isinstance(left, tuple) and isinstance(right, tuple):
            same = _alike(left, right)
        return same if sign == "==" else _not(same)
    if (is_number(left) and is_number(right)) or (isinstance(left, str) and isinstance(right, str)):
        return ORDER[sign](left, right)
    raise Trouble(rules.values.WrongOperand(sign, f"{describe(left)} and {describe(right)}"))


def _not(value: bool | SizeConditions | Unknown) -> bool | SizeConditions | Unknown:
    if isinstance(value, Unknown):
        return value
    if not isinstance(value, SizeConditions):
        return not value
    from archdsl.elaborate.values.size_logic import negated  # few texts ask for sizes

    return negated(value)


def _alike(left: object, right: object) -> bool | SizeConditions | Unknown:
    """Whether all items of lists are equal, two by two, where there are sizes among them."""
    conditions: list[Condition] = []
    waiting = [(left, right)]
    while waiting:
        one, other = waiting.pop()
        if isinstance(one, tuple) and isinstance(other, tuple):
            if len(one) != len(other):
                return False
            waiting.extend(reversed(list(zip(one, other, strict=True))))
            continue
        if isinstance(one, Unknown) or isinstance(other, Unknown):
            return UNKNOWN
        same = compare("==", one, other)
        if isinstance(same, SizeConditions):
            conditions += same.conditions
        elif not same:
            return False
    return SizeConditions(tuple(conditions)) if conditions else True


def _member(sign: str, left: object, right: object) -> bool | SizeConditions | Unknown:
    """``left in right``: whether it is equal to an item, or a part of a text."""
    if isinstance(left, str) and isinstance(right, str):
        return left in right
    if not isinstance(right, tuple):
        raise Trouble(rules.values.NotMany(sign, describe(right)))
    open_ones: list[SizeConditions] = []
    unknown = False
    for item in right:
        same = UNKNOWN if isinstance(item, Unknown) else compare("==", left, item)
        if isinstance(same, Unknown):
            unknown = True
        elif isinstance(same, SizeConditions):
            open_ones.append(same)
        elif same:
            return True
    if unknown:
        return UNKNOWN
    if not open_ones:
        return False
    from archdsl.elaborate.values.size_logic import either

    return either(open_ones)


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether a value is an integer or a float; ``true``, which Python counts with, is neither."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_integer(value: object) -> TypeGuard[int]:
    """Whether a value is an integer."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_dim(value: object) -> TypeGuard[Dim]:
    """Whether a value is an integer or a size."""
    return is_integer(value) or isinstance(value, SizeExpr)


def equal(left: object, right: object) -> bool:
    """As in Python 1 == 1.0; but ``true`` is no number, in a list either."""
    if left != right:
        return False
    waiting = [(left, right)]
    while waiting:
        one, other = waiting.pop()
        if isinstance(one, bool) is not isinstance(other, bool):
            return False
        if isinstance(one, tuple) and isinstance(other, tuple):
            waiting.extend(zip(one, other, strict=True))
    return True


def _numbers(sign: str, left: Any, right: Any, bits: int) -> object:
    if sign in ("/", "//", "%") and right == 0:
        raise Trouble(rules.values.DivisionByZero(f"{left} {sign} 0"))
    if isinstance(left, int) and isinstance(right, int):
        _guard_bits(sign, left, right, bits)  # before Python computes what would be huge
    try:
        result = ARITHMETIC[sign](left, right)
    except (OverflowError, ZeroDivisionError):
        result = None
    infinite = isinstance(result, float) and not isfinite(result)
    if result is None or isinstance(result, complex) or infinite:
        raise Trouble(
            rules.values.BadValue(sign, f"{left} {sign} {right} is not a number that fits")
        )
    return held(result, bits)


def held(result: object, bits: int) -> object:
    """A result, unless it is an integer of more bits than there may be."""
    if isinstance(result, int) and result.bit_length() > bits:
        raise Trouble(rules.limits.LimitExceeded("bits", bits))
    return result


def _guard_bits(sign: str, left: int, right: int, bits: int) -> None:
    """Refuse what has too many bits at the least, before Python computes it."""
    least = 0
    if sign == "**" and right > 0:
        least = (left.bit_length() - 1) * right + 1
    elif sign == "*":
        least = left.bit_length() + right.bit_length() - 1
    if least > bits:
        raise Trouble(rules.limits.LimitExceeded("bits", bits))


def _formula(sign: str, left: object, right: object) -> Arithmetic:
    for value in (left, right):
        if not (is_number(value) or isinstance(value, Fan | Arithmetic)):
            raise Trouble(
                rules.values.WrongOperand(sign, f"{describe(left)} and {describe(right)}")
            )
    assert isinstance(left, int | float | Fan | Arithmetic)
    assert isinstance(right, int | float | Fan | Arithmetic)
    return formula(sign, (left, right))


def formula(operator: str, operands: tuple[int | float | Fan | Arithmetic, ...]) -> Arithmetic:
    """Arithmetic over fans. A long formula is refused: what reads it goes as deep as it is long."""
    made = Arithmetic(operator, operands)
    if made.size > MAX_FORMULA:
        reason = f"arithmetic over fan_in and fan_out has at most {MAX_FORMULA} operators"
        raise Trouble(rules.values.BadValue(operator, reason))
    return made


def _sizes(sign: str, left: object, right: object) -> Dim:
    if is_dim(left) and is_dim(right):
        if sign == "**" and isinstance(right, int) and 0 <= right <= 8:
            return arithmetic.product([left] * right)
        if sign in _SIZES:
            if right == 0 and sign in ("//", "%"):
                raise Trouble(rules.values.DivisionByZero(f"{brief_value(left)} {sign} 0"))
            return _SIZES[sign](left, right)
    if (is_number(left) or is_dim(left)) and (is_number(right) or is_dim(right)):
        shown = f"{brief_value(left)} {sign} {brief_value(right)}"
        raise Trouble(rules.values.DependsOnSize(f"a number made with {sign}", shown))
    raise Trouble(rules.values.WrongOperand(sign, f"{describe(left)} and {describe(right)}"))


def _compare_sizes(sign: str, left: object, right: object) -> object:
    if not (is_dim(left) and is_dim(right)):
        if sign in ("==", "!=") and not isinstance(left, float) and not isinstance(right, float):
            return sign == "!="  # a size is never a string, a list or none
        raise Trouble(rules.values.WrongOperand(sign, f"{describe(left)} and {describe(right)}"))
    difference = arithmetic.subtract(left, right)
    if isinstance(difference, int):
        return compare(sign, difference, 0)
    conditions = {
        "==": Condition("equal", left, right),
        ">=": Condition("at-least", left, right),
        "<=": Condition("at-least", right, left),
        ">": Condition("at-least", left, arithmetic.add(right, 1)),
        "<": Condition("at-least", right, arithmetic.add(left, 1)),
    }
    if sign in conditions:
        return SizeConditions((conditions[sign],))
    from archdsl.elaborate.values.size_logic import differ

    return differ(left, right)
