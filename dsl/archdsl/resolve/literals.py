"""What can be said of an expression without evaluating it: whether it is a literal, and which."""

from __future__ import annotations

from archdsl import ast
from archir.values import show_constant


def literal(expr: ast.Expr) -> tuple[int | float | str | bool | None] | None:
    """The value of a literal in a tuple; None for anything else."""
    match expr:
        case ast.Number(value=value) | ast.Constant(value=value):
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
    if expr is None or (isinstance(expr, ast.Constant) and expr.value is None):
        return None
    return describe_literal(expr)
