"""Names and places of statements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from archdsl import ast, rules
from archdsl.resolve.context import Context
from archdsl.resolve.expressions import visit
from archdsl.resolve.initial import initialiser, rule
from archdsl.resolve.literals import what_no_part
from archdsl.resolve.scope import Claims, Kind, Symbol
from archdsl.resolve.shapes import shape
from archdsl.resolve.stages import inner_body, stage, unit
from archir.diagnostics import Label, nearest
from archir.types import DTYPES


def statement(ctx: Context, node: ast.Statement) -> None:
    """Resolve one statement of a body."""
    _VISIT[type(node)](ctx, node)
    if not isinstance(node, _LEAVES_THE_VALUE):
        ctx.has_flowed = True


_LEAVES_THE_VALUE = (
    ast.Let,
    ast.Assert,
    ast.ParamStatement,
    ast.ModuleStatement,
    ast.InitStatement,
    ast.Input,
)


def bind_named(ctx: Context, name: ast.Identifier, kind: Kind, what: str) -> None:
    """Bind a name that must be one, and not ``_``."""
    if name.text == "_":
        ctx.report(rules.names.UnderscoreAsName(what), name.span)
    else:
        ctx.bind(Symbol(name.text, name.span, kind))


def _pipeline(ctx: Context, node: ast.Pipeline) -> None:
    for index, each in enumerate(node.stages):
        stage(ctx, each, is_head=index == 0)
    for name in node.names:
        ctx.bind(Symbol(name.text, name.span, "value"))
    if node.ascription is not None:
        shape(ctx, node.ascription, binds=True)


def _let(ctx: Context, node: ast.Let) -> None:
    visit(ctx, node.value)
    literal = what_no_part(node.value) if len(node.names) == 1 else None
    for name in node.names:
        ctx.bind(Symbol(name.text, name.span, "let", literal=literal))


def _for(ctx: Context, node: ast.For) -> None:
    visit(ctx, node.iterable)
    with ctx.scope.braces():
        for target in node.targets:
            ctx.bind(Symbol(target.text, target.span, "loop variable"))
        inner_body(ctx, node.body, "a loop")


def _repeat(ctx: Context, node: ast.RepeatLoop) -> None:
    visit(ctx, node.count)
    inner_body(ctx, node.body, "a loop")


def _if(ctx: Context, node: ast.If) -> None:
    number = ctx.scope.condition()
    for arm, (condition, body) in enumerate(node.arms):
        visit(ctx, condition)
        with ctx.scope.arm(number, arm):
            inner_body(ctx, body, "if")
    if node.otherwise is not None:
        with ctx.scope.arm(number, len(node.arms)):
            inner_body(ctx, node.otherwise, "if")


def _assert(ctx: Context, node: ast.Assert) -> None:
    visit(ctx, node.condition)
    visit(ctx, node.message)


def _input(ctx: Context, node: ast.Input) -> None:
    if ctx.enclosing:
        ctx.report(rules.placement.MisplacedInput(f"it stands in {_inside(ctx)}"), node.span)
    elif ctx.has_input:
        ctx.report(rules.placement.MisplacedInput("there is an input already"), node.span)
    elif ctx.has_flowed:
        ctx.report(rules.placement.MisplacedInput("stages stand before it"), node.span)
    ctx.has_input = True
    for item in node.items:
        dtype = item.dtype
        if dtype is not None and dtype.text not in DTYPES:
            ctx.report(
                rules.models.UnknownDtype(dtype.text, nearest(dtype.text, DTYPES)), dtype.span
            )
        shape(ctx, item.shape, binds=True, is_input=True)
        symbol = Symbol(item.name.text, item.name.span, "value", is_used=True)
        if item.name.text == "_":
            ctx.report(rules.names.UnderscoreAsName("an input"), item.name.span)
        ctx.bind(symbol)


def _output(ctx: Context, node: ast.OutputStatement) -> None:
    outside = next((what for what in ctx.enclosing if what != "if"), None)
    if outside is not None:
        ctx.report(rules.placement.MisplacedOutput(outside), node.span)
    if node.when is not None:
        _when(ctx, node.when)
    before, ctx.in_training = ctx.in_training, ctx.in_training or node.when is not None
    for item in node.items:
        visit(ctx, item.value or ast.Name(item.name.span, item.name.text))
        _name_output(ctx, item)
    ctx.in_training = before


def _when(ctx: Context, when: ast.Identifier) -> None:
    if when.text != "training":
        ctx.report(rules.placement.UnknownMode(when.text), when.span)
    elif not ctx.owner.is_model:
        ctx.report(rules.placement.TrainingOutputInBlock(ctx.owner.name), when.span)


def _name_output(ctx: Context, item: ast.OutputItem) -> None:
    name = item.name
    if name.text == "_" and item.value is not None:
        ctx.report(rules.names.UnderscoreAsName("an output"), name.span)
        return
    earlier = ctx.outputs.setdefault(name.text, Claims()).claim(ctx.scope.arms, name.span)
    if earlier is not None:
        label = Label(earlier, "it is declared here first")
        ctx.report(rules.names.NameDeclaredTwice(name.text, "output"), name.span, (label,))


def _param(ctx: Context, node: ast.ParamStatement) -> None:
    shape(ctx, node.shape, binds=False)
    initialiser(ctx, node.value)
    bind_named(ctx, node.name, "value", f"a {node.kind}")


def _module(ctx: Context, node: ast.ModuleStatement) -> None:
    if node.label is not None and isinstance(node.label.name, ast.Text):
        visit(ctx, node.label.name)
    with ctx.inside("a module"):
        unit(ctx, node.unit, node.label, is_head=True)
    name = node.name.text
    if name in ctx.ahead and name != "_":
        ctx.bind(ctx.ahead.pop(name))
    else:
        bind_named(ctx, node.name, "module", "a module")


def _train_only(ctx: Context, node: ast.TrainOnlyStatement) -> None:
    before, ctx.in_training = ctx.in_training, True
    inner_body(ctx, node.body, "train_only")
    ctx.in_training = before


def _init(ctx: Context, node: ast.InitStatement) -> None:
    if ctx.enclosing:
        ctx.report(rules.placement.MisplacedInit(_inside(ctx)), node.span)
    before, ctx.flows = ctx.flows, False
    for each in node.rules:
        rule(ctx, each)
    ctx.flows = before


def _inside(ctx: Context) -> str:
    what = ctx.enclosing[-1]
    return "an if" if what == "if" else what


_VISIT: dict[type[ast.Node], Callable[[Context, Any], None]] = {
    ast.Pipeline: _pipeline,
    ast.Let: _let,
    ast.For: _for,
    ast.RepeatLoop: _repeat,
    ast.If: _if,
    ast.Assert: _assert,
    ast.Input: _input,
    ast.OutputStatement: _output,
    ast.ParamStatement: _param,
    ast.ModuleStatement: _module,
    ast.TrainOnlyStatement: _train_only,
    ast.InitStatement: _init,
}
