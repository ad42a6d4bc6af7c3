"""The numbers that an initialiser's arguments come to for one parameter.

The checker asks for them before a model is made, and the live module to make it, so what has
been checked is what is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from sys import float_info
from types import MappingProxyType
from typing import Any

from archir.base.operators import ARITHMETIC
from archir.init.init_rules import Arithmetic, Fan, Formula, Initialiser
from archir.init.initialisers import INITIALISERS, fans

MAX_BITS = 1_024
"""Bits of an integer in a formula: what no double holds is of no use as an argument."""


class FormulaError(ValueError):
    """A formula has no value for a parameter. The text says why, in words for a user."""


def arguments_for(
    initialiser: Initialiser, shape: Sequence[int], weight: Sequence[int] | None = None
) -> dict[str, Any]:
    """The initialiser's arguments for a parameter of that shape, as Python values.

    ``weight`` is the shape of the weight beside a bias, whose fans the bias takes. Raises
    FormulaError where an argument has no value, or one that the initialiser does not take.
    """
    spec = INITIALISERS[initialiser.function]
    counted = fans(shape) or (None if weight is None else fans(weight))
    values: dict[str, Any] = {}
    for name, formula in initialiser.arguments:
        try:
            value = evaluate(formula, counted)
        except FormulaError as error:
            raise FormulaError(f"{name} has no value: {error}") from error
        argument = spec.argument(name)
        if argument is not None and not argument.accepts(value):
            raise FormulaError(f"{name} must be {argument.wanted}, and is {value!r}")
        values[name] = value
    if spec.ordered is not None:
        low, high = ((name, _value_of(spec.argument(name), values)) for name in spec.ordered)
        if low[1] > high[1]:
            raise FormulaError(f"{low[0]} is {low[1]!r}, which is above {high[0]}, {high[1]!r}")
    if spec.divides is not None:
        parts = _value_of(spec.argument(spec.divides), values)
        if shape[0] % parts:
            raise FormulaError(f"{spec.divides} is {parts}, which does not divide {shape[0]}")
    return values


def reads_shape(initialiser: Initialiser) -> bool:
    """Whether the arguments depend on more of a parameter's shape than the number of its dims."""
    waiting = [formula for _, formula in initialiser.arguments]
    while waiting:
        formula = waiting.pop()
        if isinstance(formula, Fan):
            return True
        if isinstance(formula, Arithmetic):
            waiting += formula.operands
    return INITIALISERS[initialiser.function].divides is not None


def evaluate(formula: Formula, counted: tuple[int, int] | None) -> Any:
    """The formula's value, given ``fan_in`` and ``fan_out`` (None: the parameter has none)."""
    # At most MAX_FORMULA deep.
    if isinstance(formula, Fan):
        if counted is None:
            raise FormulaError(f"a parameter with fewer than two dims has no {formula.name}")
        return counted[0] if formula.name == "fan_in" else counted[1]
    if not isinstance(formula, Arithmetic):
        return formula
    operands = [evaluate(operand, counted) for operand in formula.operands]
    shown = f"{formula.operator}({', '.join(map(repr, operands))})"
    if formula.operator in ARITHMETIC and len(operands) == 2:
        shown = f"{operands[0]!r} {formula.operator} {operands[1]!r}"
        _guard(formula.operator, *operands)
    try:
        result = _FUNCTIONS[formula.operator](*operands)
    except ZeroDivisionError as error:
        raise FormulaError(f"{shown} divides by zero") from error
    except (ArithmeticError, ValueError) as error:
        raise FormulaError(f"{shown} is not a number") from error
    if isinstance(result, complex) or not abs(result) <= float_info.max:
        raise FormulaError(f"{shown} is not a number that fits")
    return result


def _guard(sign: str, left: Any, right: Any) -> None:
    """Refuse what would be a huge integer, before Python computes it."""
    if isinstance(left, int) and isinstance(right, int):
        bits = left.bit_length() * max(right, 0) if sign == "**" else left.bit_length()
        if bits > MAX_BITS or right.bit_length() > MAX_BITS:
            raise FormulaError(f"{left} {sign} {right} is a number of too many digits")


def _value_of(argument: Any, values: Mapping[str, Any]) -> Any:
    return values.get(argument.name, argument.default)


_FUNCTIONS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        **ARITHMETIC,
        "abs": abs,
        "log": math.log,
        "max": max,
        "min": min,
        "sqrt": math.sqrt,
    }
)
