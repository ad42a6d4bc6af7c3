"""Names in written shapes."""

from __future__ import annotations

from archdsl.resolve.context import Context
from archdsl.resolve.expressions import visit
from archdsl.resolve.scope import Symbol
from archdsl.tree import ast
from archir.program.expressions import Target
from archir.program.statements import Dim, Shape


def shape(ctx: Context, node: ast.Shape, *, binds: bool, is_input: bool = False) -> Shape:
    """Resolve a shape. Where it ``binds``, a name that is new in it names the dim."""
    dims = [_dim(ctx, dim, binds=binds, is_input=is_input) for dim in node.dims]
    return Shape(node.span, tuple(dims))


def _dim(ctx: Context, dim: ast.ShapeDim, *, binds: bool, is_input: bool) -> Dim:
    name = dim.value
    if not isinstance(name, ast.Name):
        default = None if dim.default is None else visit(ctx, dim.default)
        return Dim(dim.span, visit(ctx, name), None, default)
    if dim.default is not None and not binds:
        from archdsl.rules.foreign import ForeignForm  # a right file has no need of it

        said = "the extents of a parameter are its own, and name no size"
        number = dim.default.span.text
        ctx.report(ForeignForm(said, f"write `{number}`", number), dim.span)
        return Dim(dim.span, visit(ctx, dim.default), None)
    if dim.default is not None:
        default = visit(ctx, dim.default)
        return Dim(dim.span, None, _bind(ctx, name, is_input=is_input), default)
    if binds and name.text == "_":
        return Dim(dim.span, None, None)
    if binds and _is_new(ctx, name.text):
        return Dim(dim.span, None, _bind(ctx, name, is_input=is_input))
    return Dim(dim.span, visit(ctx, name), None)


def _bind(ctx: Context, name: ast.Name, *, is_input: bool) -> Target:
    return ctx.bind(Symbol(name.text, name.span, "dim", is_used=is_input))


def _is_new(ctx: Context, name: str) -> bool:
    """Whether neither the body, nor the parameters, nor the file have such a name.

    Names that every file has, of ops and functions, are none that a dim could mean.
    """
    return (
        ctx.scope.find(name) is None and name not in ctx.file.names and name not in ctx.file.missing
    )
