"""Written shapes: ascriptions behind ``::`` and the patterns of ``input``."""

from __future__ import annotations

from archdsl import rules
from archdsl.elaborate.definitions.context import Context
from archdsl.elaborate.expressions.evaluate import Evaluator
from archdsl.elaborate.values.describe import describe
from archdsl.elaborate.values.kinds import UNKNOWN, Flow, Unknown
from archir.graph.graph import Annotation, Value
from archir.program.nodes import Expr
from archir.program.statements import Dim as Written
from archir.program.statements import InputItem, Shape
from archir.shapes.dims import Dim, SizeExpr, evaluate, variable
from archir.shapes.types import TensorType

MOST = 2**31 - 1
"""The largest extent of a model's input; an op's counts have the same bound."""


def ascribe(shape: Shape, flow: Flow, context: Context) -> None:
    """Note ``:: [N, 64, _, _]`` for the checker; a new name binds the dim."""
    if len(flow) != 1:
        for dim in shape.dims:
            if dim.binds is not None:
                context.env[dim.binds.slot] = Unknown()
        context.session.report(rules.flow.SeveralValues("a written shape", len(flow)), shape.span)
        return
    note(shape, flow[0], context, context.evaluator(flow))


def note(
    shape: Shape,
    value: Value,
    context: Context,
    evaluator: Evaluator,
    takes: str | None = None,
) -> None:
    """Record a written shape as an annotation of a value, and bind the names that are new in it.

    It is an ascription, or what a block ``takes`` as the input of that name.
    """
    given = context.builder.type_of(value)
    actual = None if given is None or given.rank != len(shape.dims) else given.shape
    written: list[Dim | None] = []
    for at, dim in enumerate(shape.dims):
        if dim.binds is not None:
            bound: object = None if actual is None else actual[at]
            context.env[dim.binds.slot] = Unknown() if bound is None else bound
        # One of which nothing is known says nothing; the others, and their number, still do.
        extent = Unknown() if dim.value is None else size(dim.value, evaluator)
        written.append(None if isinstance(extent, Unknown) else extent)
    splice = None if takes is None else context.splice
    annotation = Annotation(value, tuple(written), shape.span.text, shape.span, takes, splice)
    context.builder.annotations.append(annotation)


def size(node: Expr, evaluator: Evaluator) -> Dim | Unknown:
    """A dim's expression: a whole number, or an expression of sizes."""
    value = evaluator.value(node)
    if isinstance(value, Unknown | SizeExpr):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    reason = f"it is {describe(value)}"
    evaluator.session.report(rules.models.BadSize(node.span.text, reason), node.span)
    return Unknown()


def model_type(item: InputItem, context: Context) -> TensorType | None:
    """The type of a model's input; its names become size variables with their defaults.

    None where a dim or the dtype is wrong: all others are looked at all the same.
    """
    evaluator = context.evaluator(None)
    dims: list[Dim] = []
    for at, dim in enumerate(item.shape.dims):
        of = "batch" if at == 0 else "channels" if at == 1 and len(item.shape.dims) > 3 else ""
        extent = _model_dim(dim, context, evaluator, of=of)
        if extent is not None:
            dims.append(extent)
        elif dim.binds is not None:
            context.env[dim.binds.slot] = UNKNOWN
    is_whole = item.dtype and len(dims) == len(item.shape.dims)
    return TensorType(tuple(dims), item.dtype) if is_whole else None


def _model_dim(dim: Written, context: Context, evaluator: Evaluator, *, of: str) -> Dim | None:
    """The extent of a dim, which may be that ``of`` the batch, or of the channels of an image."""
    report = context.session.report
    sizes = context.session.sizes
    if dim.value is None and dim.binds is None:
        report(rules.models.BadSize("_", "a model's input names or numbers each dim"), dim.span)
        return None
    if dim.value is not None:
        extent = size(dim.value, evaluator)
        if isinstance(extent, int) and not 1 <= extent <= MOST:
            report(rules.models.BadSize(dim.span.text, f"it is {describe(extent)}"), dim.span)
            return None
        if isinstance(extent, SizeExpr) and (number := evaluate(extent, sizes)) < 1:
            reason = f"it is {number} at the default sizes"
            report(rules.models.BadSize(dim.span.text, reason), dim.span)
            return None
        return None if isinstance(extent, Unknown) else extent
    assert dim.binds is not None
    name = dim.binds.name
    default: object = 1 if of == "batch" else None
    if dim.default is not None:
        default = evaluator.value(dim.default)
        if isinstance(default, Unknown):
            return None
    if default is None:
        report(rules.models.SizeWithoutDefault(name, of == "channels"), dim.span)
        return None
    if isinstance(default, bool) or not isinstance(default, int) or not 1 <= default <= MOST:
        report(rules.models.BadSize(dim.span.text, f"its default is {describe(default)}"), dim.span)
        return None
    sizes[name] = context.session.other_sizes.get(name, default)
    if dim.default is None:
        rule_cache = context.session.rule_cache
        rule_cache.batches |= {name}
    made = variable(name)
    context.env[dim.binds.slot] = made
    return made
