"""Recipes' numbers in words, and what words are worth where names mean other things."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from archc.python.classes.klass import Class
from archc.python.classes.said import Said, Var
from archc.python.code.layout import constant
from archc.python.merging.merge import Inst
from archc.python.reading.evaluate import Look, UnknownError, evaluate
from archc.python.reading.scope import ATOM, PRODUCT, SUM, UnsayableError
from archir.base.source import Span
from archir.op.contract import Op
from archir.op.recipe import Arg, Code, Inferred, Infix
from archir.program import expressions as e
from archir.program.nodes import Expr

_BINDING = {"+": SUM, "-": SUM, "*": PRODUCT, "//": PRODUCT}

AXES = (1, -1)


Inputs: TypeAlias = Callable[[str, int], Said | None]
"""The words for the channels or features of the input of that number."""


def fill(
    code: Code,
    op: Op,
    given: dict[str, Said],
    inputs: Inputs,
    extents: frozenset[Var],
) -> Said:
    """A recipe's number in words."""
    if isinstance(code, Arg):
        if code.name in given:
            if not given[code.name].text:
                raise UnsayableError(code.name)
            return given[code.name]
        return Said(constant(getattr(op, code.name)))
    if isinstance(code, Inferred):
        if code.what == "constant":
            return Said(constant(code.value), ATOM, frozenset(), extents)
        said = inputs(code.what, code.input)
        if said is None:
            raise UnsayableError("channels that are not known")
        return said
    if isinstance(code, Infix) and code.operator in _BINDING:
        left, right = (fill(side, op, given, inputs, extents) for side in (code.left, code.right))
        return _infix(code.operator, left, right)
    if isinstance(code, int):
        return Said(constant(code), ATOM, frozenset(), extents)
    raise UnsayableError(type(code).__name__)


def _infix(operator: str, left: Said, right: Said) -> Said:
    binding = _BINDING[operator]
    vars_, fixed = left.vars | right.vars, left.fixed | right.fixed
    if operator == "*" and right.text == "1":
        return Said(left.text, left.binding, vars_, fixed)
    if not vars_ and left.text.isdigit() and right.text.isdigit():
        first, second = int(left.text), int(right.text)
        value = {"+": first + second, "-": first - second, "*": first * second}.get(operator)
        return Said(constant(first // second if value is None else value), ATOM, vars_, fixed)
    text = f"{left.within(binding)} {operator} {right.within(binding + 1)}"
    if operator in "+*":
        text = f"{left.within(binding)} {operator} {right.within(binding)}"
    if operator == "*" and "//" in right.text and right.binding == PRODUCT:
        text = f"{left.within(binding)} {operator} ({right.text})"
    return Said(text, binding, vars_, fixed)


def arguments_in(code: Code) -> frozenset[Arg]:
    """The op's arguments of which a recipe's number is made."""
    if isinstance(code, Infix):
        return arguments_in(code.left) | arguments_in(code.right)
    return frozenset([code] if isinstance(code, Arg) else [])


def blank(code: Code) -> object:
    """The code without the numbers of channels, in which instances differ."""
    if isinstance(code, Inferred) and code.what != "constant":
        return Inferred(code.what, 0, code.input)
    if isinstance(code, Infix):
        return (code.operator, blank(code.left), blank(code.right))
    return code


def moved(
    owner: Class, inst: Inst, span: Span, kept: frozenset[Var], by: int
) -> tuple[Look, Callable[[Var], object]]:
    """What names mean in an instance like one, in which all numbers but some are others."""
    places = owner.family.places
    assert places is not None

    def number(var: Var) -> int:
        value = owner.extent(owner.lines.inputs[var[1]], 1 if var[0] == "in" else -1, inst)
        return value if var in kept else value + by

    def look(expr: Expr) -> object:
        if isinstance(expr, e.Local):
            if expr.slot in places.lets:
                statement = places.lets[expr.slot].statement
                if len(statement.targets) == 1:
                    return evaluate(statement.value, look)
            value = owner.known(expr.slot, inst)
            if not isinstance(value, int) or isinstance(value, bool):
                return value
            return value if ("slot", expr.slot) in kept else value + by
        if isinstance(expr, e.Access):
            said = owner.channels.get(owner.asked(expr, span))
            if said is not None and len(said.vars) == 1:
                return worth(said, look, number)
        raise UnknownError

    return look, number


def worth(said: Said, look: Look, number: Callable[[Var], object]) -> object:
    """The number that words are, where names mean other things."""
    if said.of is not None:
        return evaluate(said.of[0], look)
    for var in said.vars:
        if len(said.vars) == 1 and var[0] in ("in", "feat"):
            return number(var)
    raise UnknownError
