"""What can be said of expressions and types without evaluating anything, in words."""

from __future__ import annotations

from archdsl.project.program import Declared
from archdsl.resolve.scope import Symbol
from archdsl.tree import ast
from archir.init.values import show_constant
from archir.program.builtins import BUILTINS
from archir.program.types import TYPES

PART_TYPES = ("op", "block")


def literal(expr: ast.Expr) -> tuple[int | float | str | bool | None] | None:
    """The value of a literal in a tuple; None for anything else."""
    match expr:
        case ast.Number(value=value) | ast.Truth(value=value):
            return (value,)
        case ast.Text(parts=parts) if all(isinstance(part, str) for part in parts):
            return ("".join(part for part in parts if isinstance(part, str)),)
        case ast.Unary(operator="-", count=count, operand=ast.Number(value=value)):
            return (-value if count % 2 else value,)
        case _:
            return None


def describe_literal(expr: ast.Expr) -> str | None:
    """``the number 3``, ``a list`` …; None for what is no literal."""
    if isinstance(expr, ast.ListDisplay | ast.Comprehension | ast.Range):
        return "a list"
    if isinstance(expr, ast.Text):
        found = literal(expr)
        return "a string" if found is None else f"the string {show_constant(found[0])}"
    found = literal(expr)
    if found is None:
        return None
    value = found[0]
    if value is None or isinstance(value, bool):
        return show_constant(value)
    return f"the {'float' if isinstance(value, float) else 'number'} {show_constant(value)}"


def what_no_part(expr: ast.Expr | None) -> str | None:
    """What an expression is, in words, if it surely is no op or block; None if it may be one."""
    if expr is None or (isinstance(expr, ast.Truth) and expr.value is None):
        return None
    return describe_literal(expr)


def what_symbol_is(symbol: Symbol) -> str | None:
    """What a name of a body surely is, in words, if it can be no op or block."""
    if symbol.kind == "dim":
        return "a size"
    if symbol.param is None:
        return symbol.literal
    declared = symbol.param.type
    if declared is not None:
        may_be_one = declared.name in PART_TYPES or declared.name not in TYPES
        return None if may_be_one else f"a parameter of type {declared.span.text}"
    what = what_no_part(symbol.param.default)
    return None if what is None else f"a parameter that is {what} unless said otherwise"


def is_of_type(symbol: Symbol, name: str) -> bool:
    """Whether it is a parameter that is declared with that type."""
    return (
        symbol.param is not None
        and symbol.param.type is not None
        and (symbol.param.type.name == name)
    )


def constant_is(declared: Declared, name: str) -> str | None:
    """What a constant of a file surely is, if it can be no op or block."""
    node = declared.node
    if not isinstance(node, ast.Let) or len(node.names) != 1 or node.names[0].text != name:
        return None
    return what_no_part(node.value)


def hidden(name: str) -> str | None:
    """What a name would mean without those of the file and its bodies."""
    from archir.catalogue.registry import ops

    if name in BUILTINS:
        return "function"
    return "op" if name in ops() else None
