"""What draws a parameter, and what tells modules by their names, as Python."""

from __future__ import annotations

import re
from typing import TypeAlias

from archc.python.code.layout import INDENT, Call, Expr, Raw, constant, layout, string
from archir.base.record import Record
from archir.init.init_rules import Arithmetic, Fan, Formula, Initialiser
from archir.init.initialisers import INITIALISERS
from archir.op.contract import Op
from archir.program.builtins import BUILTINS

_BINDING = {"+": 1, "-": 1, "*": 2, "/": 2, "//": 2, "%": 2, "neg": 3, "**": 4}

Test: TypeAlias = "tuple[str, str]"
"""A condition on the module's name, and its contrary."""


def names_test(names: list[str], everyone: list[str]) -> Test | None:
    """A test for these modules among all of their class; None where it is all of them."""
    if len(names) == len(everyone):
        return None
    if len(names) == 1:
        return f"name == {string(names[0])}", f"name != {string(names[0])}"
    pattern = _pattern(names)
    if pattern is not None and [n for n in everyone if re.fullmatch(pattern, n)] == names:
        test = f're.fullmatch(r"{pattern}", name)'
        return test, f"not {test}"
    listed = f"({', '.join(map(string, names))})"
    return f"name in {listed}", f"name not in {listed}"


def _pattern(names: list[str]) -> str | None:
    """A regular expression for names that differ in numbers alone."""
    split = [re.split(r"(\d+)", name) for name in names]
    if len({len(parts) for parts in split}) > 1 or any('"' in name for name in names):
        return None
    result = ""
    for place, parts in enumerate(zip(*split, strict=True)):
        if len(set(parts)) == 1:
            result += re.escape(parts[0])
        elif place % 2:
            result += r"\d+"
        else:
            return None
    return result


class Words(str):
    """An argument of an initialiser in the words of a constructor."""

    __slots__ = ()


class Spot(Record):
    """A parameter as Python. ``made`` is what is worked out of it and others, where it is one."""

    text: str
    weight: str
    """The weight beside it."""

    made: str = ""


def place(module: str, op: Op, name: str) -> Spot:
    """Where the tensor stands that is drawn by a name."""
    at = op.initialised_at(name)
    weight = f"{module}.{op.initialised_at('weight')}"
    return Spot(f"{module}.{at}", weight, "" if at == name else f"{module}.{name}")


def draw(target: str | Spot, initialiser: Initialiser, indent: int, base: int) -> list[str]:
    """The call that fills a parameter; its lines will be moved ``base`` steps to the right."""
    made = target.made if isinstance(target, Spot) else ""
    head = f"{made} = " if made else ""
    lines = layout(head, draw_call(target, initialiser), "", indent + base)
    return [line[len(INDENT) * base :] for line in lines]


def draw_call(target: str | Spot, initialiser: Initialiser) -> Expr:
    spec = INITIALISERS[initialiser.function]
    if isinstance(target, str):
        target = Spot(target, re.sub(r"\.bias$", ".weight", target))
    at = f"{target.text}.data" if target.made else target.text
    arguments: list[tuple[str | None, Expr]] = [(None, Raw(at))]
    for name, formula in initialiser.arguments:
        known = spec.argument(name)
        if known is None or known.is_required or formula != known.default:
            arguments.append((name, Raw(formula_text(formula, target, 0))))
    return Call(f"nn.init.{initialiser.function}_", tuple(arguments))


def formula_text(formula: Formula, target: Spot, around: int) -> str:
    """An initialiser's argument as Python; ``fan_in`` is counted on the parameter itself.

    A bias has no fans of its own: it takes those of the weight beside it.
    """
    if isinstance(formula, Fan):
        source = target.weight if target.text.endswith(".bias") else target.text
        if formula.name == "fan_in":
            return f"{source}[0].numel()"
        text = f"{source}.numel() // {source}.shape[1]"
        return f"({text})" if around > _BINDING["//"] - 1 else text
    if isinstance(formula, Words):
        return str(formula)
    if not isinstance(formula, Arithmetic):
        text = constant(formula)
        return f"({text})" if text.startswith("-") and around else text
    operator, operands = formula.operator, formula.operands
    if operator == "-" and len(operands) == 1:
        text = f"-{formula_text(operands[0], target, _BINDING['neg'])}"
        return f"({text})" if around else text
    if operator not in _BINDING:
        function = BUILTINS[operator].python
        return f"{function}({', '.join(formula_text(o, target, 0) for o in operands)})"
    binding = _BINDING[operator]
    first, rest = operands[0], operands[1:]
    shifts = (1, 0) if operator == "**" else (0, 1)
    text = formula_text(first, target, binding + shifts[0])
    for operand in rest:
        text += f" {operator} {formula_text(operand, target, binding + shifts[1])}"
    return f"({text})" if binding < around else text
