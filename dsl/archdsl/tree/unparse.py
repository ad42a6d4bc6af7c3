"""Expressions, shapes and stages' heads as source text again, in one canonical form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from archdsl.tree import ast

# How tightly a form binds: each operand must bind more tightly than its operator asks for.
_CHOICE, _OR, _AND, _NOT, _COMPARE, _RANGE, _SUM, _PRODUCT, _MINUS, _POWER, _ACCESS, _ATOM = range(
    12
)

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "{": "{{", "}": "}}"})


def expression(node: ast.Expr) -> str:
    """The text of an expression; parsing it gives the same expression."""
    return _write(node)[0]


def operand_of_or(node: ast.Expr) -> str:
    """The text of an expression where the grammar takes no conditional without parentheses."""
    return _operand(node, _OR)


def _operand(node: ast.Expr, least: int) -> str:
    """An expression's text, in parentheses where it binds less tightly than is asked for."""
    text, strength = _write(node)
    return text if strength >= least else f"({text})"


def _write(node: ast.Expr) -> tuple[str, int]:
    match node:
        case ast.Name():
            return node.text, _ATOM
        case ast.Number():
            return _number(node.value)
        case ast.Truth():
            return {True: "true", False: "false", None: "none"}[node.value], _ATOM
        case ast.Text():
            return string(node), _ATOM
        case ast.ListDisplay():
            return f"[{', '.join(expression(item) for item in node.items)}]", _ATOM
        case ast.Comprehension():
            return _comprehension(node), _ATOM
        case ast.Access():
            base = _operand(node.base, _ATOM)
            if isinstance(node.base, ast.Number):
                base = f"({base})"  # `0.e1` is a number
            return base + "".join(_trailer(trailer) for trailer in node.trailers), _ACCESS
        case _:
            return _operation(node)


def _operation(node: ast.Expr) -> tuple[str, int]:
    match node:
        case ast.Arithmetic():
            strength = _SUM if node.rest[0][0] in ("+", "-") else _PRODUCT
            rest = (f" {sign} {_operand(item, strength + 1)}" for sign, item in node.rest)
            return _operand(node.first, strength + 1) + "".join(rest), strength
        case ast.Power():
            return _power(node), _POWER
        case ast.Unary(operator="-"):
            return "-" * node.count + _operand(node.operand, _POWER), _MINUS
        case ast.Unary():
            return "not " * node.count + _operand(node.operand, _COMPARE), _NOT
        case ast.Compare():
            left, right = _operand(node.left, _RANGE), _operand(node.right, _RANGE)
            return f"{left} {node.operator} {right}", _COMPARE
        case ast.Logical():
            strength = _OR if node.operator == "or" else _AND
            operands = (_operand(item, strength + 1) for item in node.operands)
            return f" {node.operator} ".join(operands), strength
        case ast.Range():
            step = "" if node.step is None else f" step {_operand(node.step, _SUM)}"
            return f"{_operand(node.first, _SUM)}..{_operand(node.last, _SUM)}{step}", _RANGE
        case ast.Conditional():
            arms = (
                f"{_operand(value, _OR)} if {_operand(condition, _OR)} else "
                for value, condition in node.arms
            )
            return "".join(arms) + _operand(node.otherwise, _OR), _CHOICE
        case _:
            raise AssertionError(node)


def _number(value: int | float) -> tuple[str, int]:
    return str(value), _ATOM if str(value)[0] != "-" else _MINUS


def _power(node: ast.Power) -> str:
    """Only the last exponent may have a sign without parentheses."""
    *first, last = node.operands
    signed = isinstance(last, ast.Unary) and last.operator == "-"
    operands = [_operand(item, _ACCESS) for item in first]
    return " ** ".join([*operands, _operand(last, _MINUS if signed else _ACCESS)])


def _comprehension(node: ast.Comprehension) -> str:
    targets = ", ".join(target.text for target in node.targets)
    text = f"{expression(node.element)} for {targets} in {_operand(node.iterable, _OR)}"
    if node.condition is not None:
        text += f" if {_operand(node.condition, _OR)}"
    return f"[{text}]"


def _trailer(trailer: ast.Trailer) -> str:
    match trailer:
        case ast.Attribute():
            return f".{trailer.name}"
        case ast.Index():
            return f"[{expression(trailer.index)}]"
        case ast.Slice():
            first = expression(trailer.first) if trailer.first is not None else ""
            last = expression(trailer.last) if trailer.last is not None else ""
            return f"[{first}:{last}]"
        case ast.Arguments():
            return arguments(trailer)
        case _:
            assert_never(trailer)


def places(trailers: Iterable[ast.Index | ast.Slice]) -> str:
    """``[0][1:]``."""
    return "".join(map(_trailer, trailers))


def arguments(node: ast.Arguments) -> str:
    """``(a, b = c)``."""
    return f"({', '.join(argument(item) for item in node.items)})"


def argument(item: ast.Argument) -> str:
    value = expression(item.value)
    return value if item.name is None else f"{item.name.text} = {value}"


def string(node: ast.Text) -> str:
    """A string with its quotes, its escapes and its expressions in braces."""
    parts = (
        part.translate(_ESCAPES) if isinstance(part, str) else f"{{{expression(part)}}}"
        for part in node.parts
    )
    return f'"{"".join(parts)}"'


def quoted(text: str) -> str:
    """A text without expressions in it as a string, such as a path or a pattern."""
    return f'"{text.translate(_ESCAPES)}"'


def selector(node: ast.Selector) -> str:
    """What an init rule is for, as the language writes it."""
    return f"{quoted(node.target) if node.is_path else node.target}.{node.parameter}"


def rule(node: ast.Rule) -> str:
    return f"{selector(node.selector)}: {expression(node.value)}"


def input_item(node: ast.InputItem) -> str:
    dtype = "" if node.dtype is None else node.dtype.text
    return f"{node.name.text}: {dtype}{shape(node.shape)}"


def output_item(node: ast.OutputItem) -> str:
    value = "" if node.value is None else f" = {expression(node.value)}"
    return node.name.text + value


def raw_parameter(node: ast.ParamStatement) -> str:
    """``param weight: [C] = ones``, ``buffer steps: int[] = 0, persistent = false``."""
    dtype = "" if node.dtype is None else node.dtype.text
    options = "".join(f", {argument(option)}" for option in node.options)
    value = expression(node.value)
    return f"{node.kind} {node.name.text}: {dtype}{shape(node.shape)} = {value}{options}"


def shape(node: ast.Shape) -> str:
    """``[N, 3, H = 224]``."""
    return f"[{', '.join(_dim(dim) for dim in node.dims)}]"


def _dim(dim: ast.ShapeDim) -> str:
    value = expression(dim.value)
    return value if dim.default is None else f"{value} = {expression(dim.default)}"


def type_name(node: ast.TypeName) -> str:
    """``int``, ``list[block]``, ``list[int in 1..8] of 4``."""
    if node.element is None:
        return node.name
    items = type_name(node.element)
    if node.domain is not None:
        items += f" in {_operand(node.domain, _OR)}"
    text = f"{node.name}[{items}]"
    return text if node.count is None else f"{text} of {_operand(node.count, _SUM)}"


def parameter(node: ast.Param) -> str:
    """``width: int in 32..128 = 64``."""
    text = node.name.text
    if node.type is not None:
        text += f": {type_name(node.type)}"
    if node.domain is not None:
        text += f" in {_operand(node.domain, _OR)}"
    if node.default is not None:
        text += f" = {expression(node.default)}"
    return text
