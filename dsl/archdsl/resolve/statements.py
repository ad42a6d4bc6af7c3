"""Names and places of statements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from archdsl import rules
from archdsl.resolve.context import Context
from archdsl.resolve.expressions import visit
from archdsl.resolve.initialisers import initialiser, override, rule
from archdsl.resolve.literals import what_no_part
from archdsl.resolve.scope import Claims, Symbol
from archdsl.resolve.shapes import shape
from archdsl.resolve.stages import inner_body, label, stage, unit
from archdsl.tree import ast
from archir.base.diagnostics import Label, nearest
from archir.program.declarations import SlotKind
from archir.program.expressions import Local, Target
from archir.program.nodes import Expr
from archir.program.statements import (
    Assert,
    Body,
    For,
    If,
    InitStatement,
    InputItem,
    InputStatement,
    Let,
    ModuleStatement,
    OutputItem,
    OutputStatement,
    ParamStatement,
    Pipeline,
    RefusedStatement,
    RepeatLoop,
    Statement,
    TrainOnlyStatement,
    Turns,
)
from archir.shapes.types import DTYPES


def statement(ctx: Context, node: ast.Statement) -> Statement:
    """Resolve one statement of a body."""
    made: Statement = _RESOLVE[type(node)](ctx, node)
    ctx.has_flowed |= not isinstance(node, _LEAVES_THE_VALUE)
    ctx.left_behind += isinstance(node, _LEAVES_SOMETHING)
    return made


_LEAVES_THE_VALUE = (
    ast.Let,
    ast.Assert,
    ast.ParamStatement,
    ast.ModuleStatement,
    ast.InitStatement,
    ast.Input,
    ast.Refused,
)

_LEAVES_SOMETHING = (
    ast.OutputStatement,
    ast.ParamStatement,
    ast.ModuleStatement,
    ast.TrainOnlyStatement,
    ast.InitStatement,
    ast.Input,
    ast.Assert,
)


def bind_named(ctx: Context, name: ast.Identifier, kind: SlotKind, what: str) -> Target:
    """Bind a name that must be one, and not ``_``."""
    if name.text == "_":
        ctx.report(rules.names.UnderscoreAsName(what), name.span)
    return ctx.bind(Symbol(name.text, name.span, kind))


def _pipeline(ctx: Context, node: ast.Pipeline) -> Pipeline:
    stages = tuple([stage(ctx, each, is_head=not at) for at, each in enumerate(node.stages)])
    names = tuple([ctx.bind(Symbol(name.text, name.span, "value")) for name in node.names])
    ctx.left_behind += len(names)
    ctx.scope.holders[-1].named.update(each.name for each in names if each.name != "_")
    ascription = None if node.ascription is None else shape(ctx, node.ascription, binds=True)
    return Pipeline(node.span, stages, names, ascription)


def _let(ctx: Context, node: ast.Let) -> Let:
    value = visit(ctx, node.value)
    literal = what_no_part(node.value) if len(node.names) == 1 else None
    used = node.is_hidden and isinstance(value, Local) and _is_turned(ctx, value)
    symbols = [Symbol(n.text, n.span, "let", literal=literal, is_used=used) for n in node.names]
    return Let(node.span, tuple([ctx.bind(symbol) for symbol in symbols]), value)


def _is_turned(ctx: Context, name: Local) -> bool:
    """Whether it is a loop variable, of which not all items need be used."""
    return ctx.scope.slots[name.slot].kind == "loop variable"


def _for(ctx: Context, node: ast.For) -> For:
    iterable = visit(ctx, node.iterable)
    symbols = [Symbol(name.text, name.span, "loop variable") for name in node.targets]
    targets, body, turns = _turns(ctx, symbols, node.body)
    mentioned = tuple([at for at, symbol in enumerate(symbols) if symbol.is_used])
    return For(node.span, targets, iterable, body, turns, mentioned)


def _repeat(ctx: Context, node: ast.RepeatLoop) -> RepeatLoop:
    count = visit(ctx, node.count)
    _, body, turns = _turns(ctx, [], node.body)
    return RepeatLoop(node.span, count, body, turns)


def _turns(
    ctx: Context, symbols: list[Symbol], body: ast.Body
) -> tuple[tuple[Target, ...], Body, Turns]:
    """A loop's body, in which its targets and the values that it names are anew in each turn."""
    scope = ctx.scope
    first, left = len(scope.slots), ctx.left_behind
    holder = scope.open()
    with scope.braces(holder.slots):
        targets = tuple([ctx.bind(symbol) for symbol in symbols])
        made = inner_body(ctx, body, "a loop", holder.slots)
    fresh = range(first, len(scope.slots))
    return targets, made, Turns(body.span, fresh, scope.close(), ctx.left_behind == left)


def _if(ctx: Context, node: ast.If) -> If:
    number = ctx.scope.condition()
    arms: list[tuple[Expr, Body]] = []
    for arm, (condition, body) in enumerate(node.arms):
        test = visit(ctx, condition)
        with ctx.scope.arm(number, arm):
            arms.append((test, inner_body(ctx, body, "if")))
    otherwise: Body | None = None
    if node.otherwise is not None:
        with ctx.scope.arm(number, len(node.arms)):
            otherwise = inner_body(ctx, node.otherwise, "if")
    return If(node.span, tuple(arms), otherwise)


def _assert(ctx: Context, node: ast.Assert) -> Assert:
    condition, message = visit(ctx, node.condition), visit(ctx, node.message)
    assert isinstance(message, ast.Text)
    return Assert(node.span, condition, message)


def _input(ctx: Context, node: ast.Input) -> InputStatement | RefusedStatement:
    first, before = len(ctx.scope.slots), ctx.refusals
    if ctx.enclosing:
        ctx.report(rules.placement.MisplacedInput(f"it stands in {_inside(ctx)}"), node.span)
    elif ctx.has_input:
        ctx.report(rules.placement.MisplacedInput("there is an input already", True), node.span)
    elif ctx.has_flowed:
        ctx.report(rules.placement.MisplacedInput("stages stand before it"), node.span)
    ctx.has_input = True
    is_refused = ctx.refusals > before
    items = tuple([_input_item(ctx, item) for item in node.items])
    if is_refused:
        return RefusedStatement(node.span, range(first, len(ctx.scope.slots)), flows=True)
    return InputStatement(node.span, items)


def _input_item(ctx: Context, item: ast.InputItem) -> InputItem:
    dtype = _dtype(ctx, item.dtype, "an input")
    written = shape(ctx, item.shape, binds=True, is_input=True)
    if item.name.text == "_":
        ctx.report(rules.names.UnderscoreAsName("an input"), item.name.span)
    target = ctx.bind(Symbol(item.name.text, item.name.span, "value", is_used=True))
    word = None if item.dtype is None else item.dtype.text
    return InputItem(item.span, target, word, dtype, written)


def _dtype(ctx: Context, word: ast.Identifier | None, of: str) -> str:
    """torch's name of a dtype; floats are what nothing is said of."""
    if word is None:
        return DTYPES["float"]
    if word.text not in DTYPES:
        from archir.base.synonyms import type_elsewhere  # a right file has no need of it

        other = type_elsewhere(word.text)
        near = other if other in DTYPES else nearest(word.text, DTYPES)
        ctx.report(rules.models.UnknownDtype(word.text, near, of), word.span)
    return DTYPES.get(word.text, "")


def _output(ctx: Context, node: ast.OutputStatement) -> OutputStatement:
    outside = next((what for what in ctx.enclosing if what != "if"), None)
    if outside is not None:
        ctx.report(rules.placement.MisplacedOutput(outside), node.span)
    in_training = node.when is not None and _when(ctx, node.when)
    before, ctx.in_training = ctx.in_training, ctx.in_training or node.when is not None
    items: list[OutputItem] = []
    for item in node.items:
        name = item.name
        value = visit(ctx, item.value or ast.Name(name.span, name.text))
        _name_output(ctx, item)
        items.append(OutputItem(item.span, name.text, name.span, value))
    ctx.in_training = before
    return OutputStatement(node.span, tuple(items), in_training)


def _when(ctx: Context, when: ast.Identifier) -> bool:
    """Whether an output is one of training."""
    if when.text != "training":
        ctx.report(rules.placement.UnknownMode(when.text), when.span)
    elif not ctx.owner.is_model:
        ctx.report(rules.placement.TrainingOutputInBlock(ctx.owner.name), when.span)
        return False
    return True


def _name_output(ctx: Context, item: ast.OutputItem) -> None:
    name = item.name
    if name.text == "_" and item.value is not None:
        ctx.report(rules.names.UnderscoreAsName("an output"), name.span)
        return
    earlier = ctx.outputs.setdefault(name.text, Claims()).claim(ctx.scope.arms, name.span)
    if earlier is not None:
        label = Label(earlier, "it is declared here first")
        ctx.report(rules.names.NameDeclaredTwice(name.text, "output"), name.span, (label,))


def _param(ctx: Context, node: ast.ParamStatement) -> ParamStatement:
    dtype = _dtype(ctx, node.dtype, f"a {node.kind}")
    if node.kind == "param" and node.dtype is not None and dtype in ("int64", "bool"):
        learned = rules.constants.LearnedIntegers(node.name.text, node.dtype.text)
        ctx.report(learned, node.dtype.span)
    written = shape(ctx, node.shape, binds=False)
    value = initialiser(ctx, node.value, elements="number" if not node.shape.dims else "list")
    persistent = None
    for option in node.options:
        made = visit(ctx, option.value)
        assert option.name is not None  # the grammar has no others
        if node.kind == "param" or option.name.text != "persistent" or persistent is not None:
            problem = rules.constants.UnknownOption(node.kind, option.name.text)
            ctx.report(problem, option.name.span)
        else:
            persistent = made
    target = bind_named(ctx, node.name, "value", f"a {node.kind}")
    return ParamStatement(node.span, node.kind, target, dtype, written, value, persistent)


def _module(ctx: Context, node: ast.ModuleStatement) -> ModuleStatement:
    named = label(ctx, node.label)
    scope = ctx.scope
    if node.name.text != "_":
        scope.holders[-1].named.add(node.name.text)
    first = len(scope.slots)
    holder = scope.open()
    ctx.labels[-1].own = True
    with ctx.labelling() as labels, ctx.inside("a module", holder.slots):
        # The label is the module's: there is one, whatever it is made of, a function too.
        made, meant = unit(ctx, node.unit, None, is_head=True)
        given = [override(ctx, each, meant) for each in node.overrides]
    fresh = range(first, len(scope.slots))
    hidden = tuple([outer for _, outer in scope.close()])
    name = node.name.text
    is_ahead = name in ctx.ahead and name != "_"
    if is_ahead:
        target = ctx.bind(ctx.ahead.pop(name))
    else:
        target = bind_named(ctx, node.name, "module", "a module")
    slots = tuple(holder.slots)
    overrides = tuple([each for each in given if each is not None])
    labelling = labels.at(node.unit.span)
    places = fresh, slots, overrides, hidden
    statement = ModuleStatement(node.span, target, named, made, labelling, *places)
    if is_ahead:
        ctx.modules.append(statement)
    return statement


def _train_only(ctx: Context, node: ast.TrainOnlyStatement) -> TrainOnlyStatement:
    before, ctx.in_training = ctx.in_training, True
    body = inner_body(ctx, node.body, "train_only")
    ctx.in_training = before
    return TrainOnlyStatement(node.span, body)


def _init(ctx: Context, node: ast.InitStatement) -> InitStatement:
    if ctx.enclosing:
        ctx.report(rules.placement.MisplacedInit(_inside(ctx)), node.span)
    before, ctx.flows = ctx.flows, False
    made = tuple([rule(ctx, each) for each in node.rules])
    ctx.flows = before
    return InitStatement(node.span, made)


_KEEPS_THE_VALUE = frozenset(
    {"LET", "ASSERT", "PARAM", "BUFFER", "MODULE", "INIT", "OUTPUT", "TRAIN_ONLY"}
)


def _refused(ctx: Context, node: ast.Refused) -> RefusedStatement:
    """What has no sense; what could be read inside of its braces still has."""
    ctx.session.wrong.add(ctx.owner)
    ctx.errors += 1
    ctx.has_input = ctx.has_input or node.keyword == "INPUT"
    first = len(ctx.scope.slots)
    enclosing, ctx.enclosing = ctx.enclosing, ["braces"]
    is_lenient, ctx.is_lenient = ctx.is_lenient, ctx.is_lenient or node.keyword == "FOR"
    for each in node.statements:
        if not isinstance(each, ast.Input | ast.InitStatement | ast.OutputStatement):
            statement(ctx, each)  # where it stands, nobody knows
    ctx.enclosing, ctx.is_lenient = enclosing, is_lenient
    slots = range(first, len(ctx.scope.slots))
    return RefusedStatement(node.span, slots, node.keyword not in _KEEPS_THE_VALUE)


def _inside(ctx: Context) -> str:
    what = ctx.enclosing[-1]
    return "an if" if what == "if" else what


_RESOLVE: dict[type[ast.Node], Callable[[Context, Any], Statement]] = {
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
    ast.Refused: _refused,
}
