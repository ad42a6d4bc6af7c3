"""Written shapes: ascriptions behind ``::`` and the patterns of ``input``."""

from __future__ import annotations

from archdsl import ast, rules
from archdsl.elaborate.body import Context
from archdsl.elaborate.describe import describe
from archdsl.elaborate.environment import Flow, Unknown
from archdsl.elaborate.evaluate import Evaluator
from archir.dims import Dim, SizeExpr, evaluate, variable
from archir.graph import Remark, Value
from archir.types import TensorType

MOST = 2**31 - 1
"""The largest extent of a model's input; an op's counts have the same bound."""


def ascribe(shape: ast.Shape, flow: Flow, context: Context) -> None:
    """Note ``:: [N, 64, _, _]`` for the checker; a new name binds the dim."""
    if len(flow) != 1:
        context.session.report(rules.flow.SeveralValues("a written shape", len(flow)), shape.span)
        return
    note(shape, flow[0], context, context.evaluator(flow))


def note(
    shape: ast.Shape,
    value: Value,
    context: Context,
    evaluator: Evaluator,
    takes: str | None = None,
) -> None:
    """Record a written shape as a remark on a value, and bind the names that are new in it.

    It is an ascription, or what a block ``takes`` as the input of that name.
    """
    given = context.builder.type_of(value)
    actual = None if given is None or given.rank != len(shape.dims) else given.shape
    written: list[Dim | None] = []
    for at, dim in enumerate(shape.dims):
        if _is_wildcard(dim):
            written.append(None)
        elif _is_new(dim, evaluator):
            assert isinstance(dim.value, ast.Name)
            bound: object = None if actual is None else actual[at]
            context.frame.names[dim.value.text] = Unknown() if bound is None else bound
            written.append(None)
        else:
            # One of which nothing is known says nothing; the others, and their number, still do.
            extent = size(dim.value, evaluator)
            written.append(None if isinstance(extent, Unknown) else extent)
    splice = None if takes is None else context.splice
    remark = Remark(value, tuple(written), shape.span.text, shape.span, takes, splice)
    context.builder.remarks.append(remark)


def size(node: ast.Expr, evaluator: Evaluator) -> Dim | Unknown:
    """A dim's expression: a whole number, or an expression of sizes."""
    value = evaluator.value(node)
    if isinstance(value, Unknown | SizeExpr):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    reason = f"it is {describe(value)}"
    evaluator.session.report(rules.models.BadSize(node.span.text, reason), node.span)
    return Unknown()


def _is_wildcard(dim: ast.ShapeDim) -> bool:
    return isinstance(dim.value, ast.Name) and dim.value.text == "_"


def _is_new(dim: ast.ShapeDim, evaluator: Evaluator) -> bool:
    return isinstance(dim.value, ast.Name) and (
        dim.default is not None
        or (
            evaluator.frame.find(dim.value.text) is None
            and dim.value.text not in evaluator.home.names
        )
    )


def model_type(item: ast.InputItem, dtype: str, context: Context) -> TensorType | None:
    """The type of a model's input; its names become size variables with their defaults."""
    evaluator = context.evaluator(None)
    dims: list[Dim] = []
    for at, dim in enumerate(item.shape.dims):
        extent = _model_dim(dim, context, evaluator, is_batch=at == 0)
        if extent is None:
            return None
        dims.append(extent)
    return TensorType(tuple(dims), dtype)


def _model_dim(
    dim: ast.ShapeDim, context: Context, evaluator: Evaluator, *, is_batch: bool
) -> Dim | None:
    report = context.session.report
    sizes = context.session.sizes
    if _is_wildcard(dim):
        report(rules.models.BadSize("_", "a model's input names or numbers each dim"), dim.span)
        return None
    if not _is_new(dim, evaluator):
        extent = size(dim.value, evaluator)
        if isinstance(extent, int) and not 1 <= extent <= MOST:
            report(rules.models.BadSize(dim.span.text, f"it is {describe(extent)}"), dim.span)
            return None
        if isinstance(extent, SizeExpr) and (number := evaluate(extent, sizes)) < 1:
            reason = f"it is {number} at the default sizes"
            report(rules.models.BadSize(dim.span.text, reason), dim.span)
            return None
        return None if isinstance(extent, Unknown) else extent
    assert isinstance(dim.value, ast.Name)
    name = dim.value.text
    default: object = 1 if is_batch else None
    if dim.default is not None:
        default = evaluator.value(dim.default)
        if isinstance(default, Unknown):
            return None
    if default is None:
        report(rules.models.SizeWithoutDefault(name), dim.span)
        return None
    if isinstance(default, bool) or not isinstance(default, int) or not 1 <= default <= MOST:
        report(rules.models.BadSize(dim.span.text, f"its default is {describe(default)}"), dim.span)
        return None
    sizes[name] = context.session.other_sizes.get(name, default)
    if dim.default is None:
        oracle = context.session.oracle
        oracle.batches |= {name}
    made = variable(name)
    context.frame.names[name] = made
    return made
