"""Names in written shapes."""

from __future__ import annotations

from archdsl import ast
from archdsl.resolve.context import Context
from archdsl.resolve.expressions import visit
from archdsl.resolve.scope import Symbol


def shape(ctx: Context, node: ast.Shape, *, binds: bool, is_input: bool = False) -> None:
    """Resolve a shape. Where it ``binds``, a name that is new in it names the dim."""
    for dim in node.dims:
        name = dim.value
        if dim.default is not None:
            visit(ctx, dim.default)
            if isinstance(name, ast.Name):
                ctx.bind(Symbol(name.text, name.span, "dim", is_used=is_input))
        elif not isinstance(name, ast.Name):
            visit(ctx, name)
        elif binds and name.text == "_":
            continue
        elif binds and _is_new(ctx, name.text):
            ctx.bind(Symbol(name.text, name.span, "dim", is_used=is_input))
        else:
            visit(ctx, name)


def _is_new(ctx: Context, name: str) -> bool:
    """Whether neither the body, nor the parameters, nor the file have such a name.

    Names that every file has, of ops and functions, are none that a dim could mean.
    """
    return (
        ctx.scope.find(name) is None and name not in ctx.file.names and name not in ctx.file.missing
    )
