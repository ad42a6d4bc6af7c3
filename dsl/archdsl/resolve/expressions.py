"""Names and calls in expressions."""

from __future__ import annotations

from collections.abc import Iterator

from archdsl import rules
from archdsl.project.program import Declared
from archdsl.resolve.binding import (
    bound,
    check_builtin,
    check_values,
    plan_declared,
    plan_initialiser,
    plan_op,
    signature,
)
from archdsl.resolve.context import UNCLEAR, Context, Meaning, Unclear, nothing
from archdsl.resolve.literals import constant_is, hidden, is_of_type, what_symbol_is
from archdsl.resolve.resolved import declared_as
from archdsl.resolve.scope import Symbol
from archdsl.tree import ast
from archir.base.diagnostics import nearest
from archir.base.source import Span
from archir.init.initialisers import FANS, InitialiserSpec
from archir.op.binding import Plan
from archir.program.builtins import VALUE_ATTRIBUTES, Builtin
from archir.program.declarations import Block, Constant, Function, Variant
from archir.program.expressions import (
    Access,
    Arguments,
    Attribute,
    BlockValue,
    BuiltinCall,
    Comprehension,
    Fan,
    Flowing,
    FunctionCall,
    FunctionName,
    Global,
    Index,
    InitialiserValue,
    OpValue,
    Slice,
    Target,
)
from archir.program.nodes import Expr
from archir.program.walk import children, mapped

_LITERALS = (ast.Number, ast.Truth)


def visit(ctx: Context, expr: ast.Expr, *, fans: bool = False) -> Expr:
    """Resolve the names of an expression and check its calls.

    ``fans`` says that it is an argument of an initialiser, where ``fan_in`` has a meaning.
    """
    if isinstance(expr, _LITERALS):
        return expr
    if isinstance(expr, ast.Name):
        return name_used(ctx, expr, fans=fans)
    if isinstance(expr, ast.Access):
        return _access(ctx, expr, fans=fans)
    if isinstance(expr, ast.Comprehension):
        return _comprehension(ctx, expr, fans=fans)
    return mapped(expr, lambda part: visit(ctx, part, fans=fans))


def name_used(ctx: Context, name: ast.Name, *, fans: bool = False) -> Expr:
    """A name that is not called."""
    span, text = name.span, name.text
    before = ctx.refusals
    if text == "_":
        if not ctx.flows:
            ctx.report(rules.flow.NothingFlowsIn(), span)
        return nothing(span) if ctx.refusals > before else Flowing(span)
    found = ctx.meaning(text)
    if isinstance(found, Symbol):
        ctx.use(found, span)
    elif isinstance(found, Declared):
        ctx.refer(text, found, span)
        if found.kind == "function":
            taken = signature(found, ctx.session)
            names = ", ".join(taken.names) if taken else ""
            ctx.report(rules.names.FunctionAsValue(text, f"{text}({names})"), span)
    elif isinstance(found, Builtin):
        ctx.report(rules.names.FunctionAsValue(text, found.usage), span)
    elif isinstance(found, InitialiserSpec):
        plan_initialiser(ctx, found, None, span)
    elif found is None:
        return Fan(span, text) if fans and text in FANS else _unknown(ctx, name)
    return nothing(span) if ctx.refusals > before else meant(ctx, found, name)


def _unknown(ctx: Context, name: ast.Name) -> Expr:
    from archdsl.resolve.unknown_names import unknown_name  # a right file has none

    return unknown_name(ctx, name)


def meant(ctx: Context, found: Meaning, name: ast.Name) -> Expr:
    """What a name means, as a value; that of an op is the op."""
    span, text = name.span, name.text
    if isinstance(found, Symbol):
        return ctx.scope.local(found, span)
    if isinstance(found, Declared):
        if isinstance(found.node, ast.PartDeclaration) and found.node.refused is not None:
            return ctx.unclear(span)
        declaration = declared_as(found, ctx.session)
        if isinstance(declaration, Block):
            return BlockValue(span, declaration)
        if isinstance(declaration, Function):
            return FunctionName(span, text, declaration)
        assert isinstance(declaration, Constant | Variant)
        return Global(span, text, declaration)
    if isinstance(found, Builtin):
        return FunctionName(span, text, None)
    if isinstance(found, InitialiserSpec):
        return InitialiserValue(span, text)
    return OpValue(span, text) if isinstance(found, type) else ctx.unclear(span)


def _access(ctx: Context, expr: ast.Access, *, fans: bool) -> Expr:
    base, trailers = expr.base, expr.trailers
    first = trailers[0]
    made: list[Attribute | Index | Slice | Arguments] = []
    if isinstance(base, ast.Name) and isinstance(first, ast.Arguments):
        head = _call(ctx, base, first, fans=fans)
        if len(trailers) == 1:
            return head
        trailers = trailers[1:]
        if isinstance(head, OpValue | BlockValue) and _is_value(ctx, trailers[0]):
            stage, given = base.span.to(first.span), trailers[0].span.text[1:-1].strip()
            shown = " ".join(stage.text.split())
            problem = rules.habits.StageCalledOnValue(shown, given, is_first=False)
            ctx.report(problem, expr.span)
            return nothing(expr.span)
        if isinstance(head, Access):  # what a name holds is called
            made = list(head.trailers)
            head = head.base
    else:
        head = visit(ctx, base, fans=fans)
    before = ctx.refusals
    made += [_trailer(ctx, expr, trailer, fans=fans) for trailer in trailers]
    return nothing(expr.span) if ctx.refusals > before else Access(expr.span, head, tuple(made))


def _is_value(ctx: Context, trailer: ast.Trailer) -> bool:
    """Whether it is ``(x)`` or ``([x, y])``, with names of values of the body, or ``(_)``."""
    if not isinstance(trailer, ast.Arguments) or not trailer.items:
        return False
    values = [item.value for item in trailer.items]
    if len(values) == 1 and isinstance(values[0], ast.ListDisplay):
        values = list(values[0].items)
    named: list[tuple[Symbol, Span]] = []
    for each in values:
        found = ctx.meaning(each.text) if isinstance(each, ast.Name) else None
        if isinstance(found, Symbol) and found.is_value:
            named.append((found, each.span))
        elif not isinstance(each, ast.Name) or each.text != "_" or not ctx.flows:
            return False
    for symbol, span in named:
        ctx.use(symbol, span)
    return bool(values)


def _trailer(
    ctx: Context, expr: ast.Access, trailer: ast.Trailer, *, fans: bool
) -> Attribute | Index | Slice | Arguments:
    if isinstance(trailer, ast.Attribute):
        _attribute(ctx, expr, trailer)
        return trailer
    if isinstance(trailer, ast.Arguments):
        return bound(trailer, [visit(ctx, item.value, fans=fans) for item in trailer.items], None)
    return place(ctx, trailer, fans=fans)


def place(ctx: Context, trailer: ast.Index | ast.Slice, *, fans: bool = False) -> Index | Slice:
    """``[index]`` or ``[first:last]``, its names resolved."""
    parts = [visit(ctx, part, fans=fans) for part in children(trailer)]
    if isinstance(trailer, ast.Index):
        return Index(trailer.span, parts[0])
    last = None if trailer.last is None else parts[-1]
    return Slice(trailer.span, None if trailer.first is None else parts[0], last)


def _attribute(ctx: Context, expr: ast.Access, trailer: ast.Attribute) -> None:
    if trailer.name not in VALUE_ATTRIBUTES:
        owner = "a value"
        if isinstance(expr.base, ast.Name) and expr.base.text != "_":
            owner = expr.base.text
            if isinstance(ctx.meaning(owner), Unclear | None):
                return  # that is said already
        near = nearest(trailer.name, VALUE_ATTRIBUTES)
        ctx.report(rules.values.NoSuchAttribute(trailer.name, owner, near), trailer.span)


def _comprehension(ctx: Context, expr: ast.Comprehension, *, fans: bool) -> Expr:
    iterable = visit(ctx, expr.iterable, fans=fans)
    with ctx.scope.braces():
        targets = _targets(ctx, expr.targets)
        rows = tuple(_rows(ctx, expr.rows))
        element = visit(ctx, expr.element, fans=fans)
        condition = None if expr.condition is None else visit(ctx, expr.condition, fans=fans)
    return Comprehension(expr.span, element, targets, iterable, condition, rows)


def _targets(ctx: Context, names: tuple[ast.Identifier, ...]) -> tuple[Target, ...]:
    """A comprehension's names: they end with it, so they may hide others without a doubt."""
    targets: list[Target] = []
    for name in names:
        if name.text == "_":
            slot = ctx.scope.take("_", "loop variable", [])
        else:
            slot = ctx.scope.bind(Symbol(name.text, name.span, "loop variable"))
        targets.append(Target(name.span, name.text, slot))
    return tuple(targets)


def _rows(ctx: Context, rows: tuple[ast.Row, ...]) -> Iterator[tuple[Target, tuple[Target, ...]]]:
    for row in rows:
        hidden = ctx.scope.find(row.hidden.text)
        assert hidden is not None
        whole = Target(row.span, row.hidden.text, hidden.slot)
        yield whole, _targets(ctx, row.names)
        yield from _rows(ctx, row.rows)


def _call(ctx: Context, name: ast.Name, arguments: ast.Arguments, *, fans: bool) -> Expr:
    """``name(arguments)``: a function called, or a part or initialiser with arguments."""
    found = None if name.text == "_" else ctx.meaning(name.text, is_call=True)
    head: Expr | None = None
    plan: Plan | None = None
    before = ctx.refusals
    if name.text == "_":
        ctx.report(rules.flow.ArgumentsOnValue("_"), name.span)
        head = Flowing(name.span)
    elif isinstance(found, Symbol):
        ctx.use(found, name.span)
        _call_symbol(ctx, found, name)
    elif isinstance(found, Declared):
        ctx.refer(name.text, found, name.span)
        plan = _call_declared(ctx, found, name, arguments)
    elif isinstance(found, Builtin):
        check_builtin(ctx, found, arguments, name.span)
    elif isinstance(found, InitialiserSpec):
        fans = True
        plan = plan_initialiser(ctx, found, arguments, name.span)
        check_values(ctx, found, arguments, plan)
    elif isinstance(found, type):
        plan = plan_op(ctx, found, arguments, name.span, partial=True)
    elif found is None:
        head = _unknown(ctx, name)
    is_refused = ctx.refusals > before
    head = head or meant(ctx, found or UNCLEAR, name)
    values = [visit(ctx, item.value, fans=fans) for item in arguments.items]
    if is_refused:
        return nothing(name.span.to(arguments.span))
    given = bound(arguments, values, plan, builtin=isinstance(found, Builtin))
    return _called(head, given, name.span.to(arguments.span))


def _called(head: Expr, given: Arguments, span: Span) -> Expr:
    """A call of what a name means, or of what it holds."""
    if isinstance(head, FunctionName) and head.function is None:
        return BuiltinCall(span, head.name, given)
    if given.bound:
        if isinstance(head, FunctionName) and head.function is not None:
            return FunctionCall(span, head.function, given)
        if isinstance(head, OpValue):
            return OpValue(span, head.keyword, given)
        if isinstance(head, BlockValue):
            return BlockValue(span, head.block, given)
        if isinstance(head, InitialiserValue):
            return InitialiserValue(span, head.function, given)
    return Access(span, head, (given,))


def _call_symbol(ctx: Context, symbol: Symbol, name: ast.Name) -> None:
    if symbol.is_value:
        ctx.report(rules.flow.ArgumentsOnValue(symbol.name), name.span)
        return
    what = what_symbol_is(symbol)
    if what is None or is_of_type(symbol, "init"):
        return
    op_hidden = hidden(symbol.name)
    said = (
        f"{symbol.name} is {what}, which"
        if op_hidden is None
        else (f"{symbol.name} is {what}, which hides the {op_hidden} of that name and")
    )
    ctx.report(rules.kinds.NotCallable(said), name.span)


def _call_declared(
    ctx: Context, declared: Declared, name: ast.Name, arguments: ast.Arguments
) -> Plan | None:
    partial = declared.kind != "function"
    plan = plan_declared(ctx, declared, name.text, arguments, name.span, partial=partial)
    if isinstance(declared.node, ast.Let):
        what = constant_is(declared, name.text)
        if what is not None:
            ctx.report(rules.kinds.NotCallable(f"{name.text} is {what}, which"), name.span)
    return plan
