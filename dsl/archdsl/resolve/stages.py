"""Names, arguments and labels of stages."""

from __future__ import annotations

from archdsl import ast, rules
from archdsl.program import Declared
from archdsl.resolve.calls import check_declared, check_op
from archdsl.resolve.context import Context, Meaning
from archdsl.resolve.expressions import constant_is, hidden, is_of_type, visit, what_symbol_is
from archdsl.resolve.initial import override
from archdsl.resolve.scope import Symbol
from archir.diagnostics import Label
from archir.op import Op

_WORDS = {
    ast.Sequence: "braces",
    ast.Branches: "brackets",
    ast.Residual: "combinators",
    ast.Dense: "combinators",
}


def stage(ctx: Context, node: ast.Stage, *, is_head: bool) -> None:
    """One stage of a chain; only the first can be a named value."""
    if node.label is not None and isinstance(node.label.name, ast.Text):
        visit(ctx, node.label.name)
    if node.condition is None:
        target = unit(ctx, node.unit, node.label, is_head=is_head)
    else:
        visit(ctx, node.condition)
        with ctx.scope.arm(ctx.scope.condition(), 0):
            target = unit(ctx, node.unit, node.label, is_head=is_head)
    for each in node.overrides:
        override(ctx, each, target)


def unit(ctx: Context, node: ast.Unit, label: ast.Label | None, *, is_head: bool) -> object:
    """What stands between two arrows.

    Gives the op or declaration that it names, words for braces and their like, or None.
    """
    if isinstance(node, ast.PartUse):
        return _use(ctx, node, label, is_head=is_head)
    if isinstance(node, ast.Sequence | ast.Dense):
        inner_body(ctx, node.body, "braces")
    elif isinstance(node, ast.Branches):
        branches(ctx, node)
    else:
        inner_body(ctx, node.body, "braces")
        if node.shortcut is not None:
            inner_body(ctx, node.shortcut, "braces")
    return _WORDS[type(node)]


def inner_body(ctx: Context, body: ast.Body, what: str) -> None:
    """A body inside of another."""
    from archdsl.resolve.statements import statement

    with ctx.inside(what):
        for each in body.statements:
            statement(ctx, each)


def branches(ctx: Context, node: ast.Branches) -> None:
    """Brackets: each branch takes the incoming value."""
    from archdsl.resolve.statements import statement

    with ctx.inside("brackets"):
        for item in node.items:
            statement(ctx, item)


def _use(ctx: Context, node: ast.PartUse, label: ast.Label | None, *, is_head: bool) -> object:
    name = node.name
    found: Meaning | None = None
    if name.text == "_":
        _flowing(ctx, node, label)
    else:
        found = ctx.meaning(name.text)
        _target(ctx, node, found, label, is_head=is_head)
    if node.arguments is not None:
        for item in node.arguments.items:
            visit(ctx, item.value)
    if node.branches is not None:
        branches(ctx, node.branches)
    is_known = isinstance(found, Declared | type)
    return found if is_known or isinstance(found, Symbol) else None


def _flowing(ctx: Context, node: ast.PartUse, label: ast.Label | None) -> None:
    """``_`` as a stage: what flows in, passed on."""
    if node.arguments is not None or node.branches is not None:
        ctx.report(rules.flow.ArgumentsOnValue("_"), node.span)
    elif node.splice:
        ctx.report(rules.parts.CannotSplice("_", "it is a value"), node.span)
    elif label is not None:
        ctx.report(rules.labels.LabelOnValue("_"), label.span)


def _target(
    ctx: Context,
    node: ast.PartUse,
    found: Meaning | None,
    label: ast.Label | None,
    *,
    is_head: bool,
) -> None:
    name = node.name
    if found is None:
        ctx.unknown(name)
    elif isinstance(found, Symbol):
        ctx.use(found, name.span)
        if found.kind == "module":
            _module(ctx, node, found, label)
        elif found.is_value:
            _value(ctx, node, found, label, is_head=is_head)
        else:
            what = what_symbol_is(found)
            if is_of_type(found, "init"):
                what = "a parameter of type init"
            if what is not None:
                _no_part(ctx, node, what, found)
    elif isinstance(found, Declared):
        ctx.refer(name.text, found, name.span)
        _declared(ctx, node, found, label)
    elif isinstance(found, type):
        _op(ctx, node, found, label)
    elif name.text not in ctx.file.missing:
        ctx.report(rules.parts.NotAPart(name.text, "a function"), name.span)


def _value(
    ctx: Context, node: ast.PartUse, symbol: Symbol, label: ast.Label | None, *, is_head: bool
) -> None:
    where = (Label(symbol.span, "it is named here"),)
    if node.splice:
        ctx.report(rules.parts.CannotSplice(symbol.name, "it is a value"), node.span, where)
    elif node.arguments is not None or node.branches is not None:
        ctx.report(rules.flow.ArgumentsOnValue(symbol.name), node.span, where)
    elif not is_head:
        ctx.report(rules.names.ValueNotAtHead(symbol.name), node.span, where)
    elif label is not None:
        ctx.report(rules.labels.LabelOnValue(symbol.name), label.span, where)


def _module(ctx: Context, node: ast.PartUse, symbol: Symbol, label: ast.Label | None) -> None:
    where = (Label(symbol.span, "it is declared here"),)
    if node.splice:
        ctx.report(rules.parts.CannotSplice(symbol.name, "it is one module"), node.span, where)
    if node.arguments is not None:
        ctx.report(
            rules.placement.ModuleSetAgain(symbol.name, "arguments"), node.arguments.span, where
        )
    if label is not None:
        ctx.report(rules.placement.ModuleSetAgain(symbol.name, "label"), label.span, where)


def _declared(ctx: Context, node: ast.PartUse, declared: Declared, label: ast.Label | None) -> None:
    name = node.name.text
    if isinstance(declared.node, ast.Let):
        what = constant_is(declared, name)
        if what is not None:
            _no_part(ctx, node, what, declared)
        return
    if isinstance(declared.node, ast.Function):
        _no_part(ctx, node, "a function", declared)
        return
    if node.splice and label is not None and label.name is not None:
        ctx.report(rules.placement.LabelOnSplice(label.span.text.rstrip(": "), name), label.span)
    check_declared(ctx, declared, name, node.arguments, node.span)


def _op(ctx: Context, node: ast.PartUse, op: type[Op], label: ast.Label | None) -> None:
    if node.splice:
        ctx.report(
            rules.parts.CannotSplice(op.keyword, "it is an op, and has no children"), node.span
        )
    if label is not None and label.name is not None and not op.is_module:
        ctx.report(rules.labels.LabelOnFunction(op.keyword), label.span)
    check_op(ctx, op, node.arguments, node.span)


def _no_part(ctx: Context, node: ast.PartUse, what: str, where: Symbol | Declared) -> None:
    hides = None if isinstance(where, Declared) and where.kind == "function" else "op"
    hides = hides if hidden(node.name.text) == "op" else None
    label = Label(where.span, "it is declared here")
    ctx.report(rules.parts.NotAPart(node.name.text, what, hides), node.name.span, (label,))
