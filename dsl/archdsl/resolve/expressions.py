"""Names and calls in expressions."""

from __future__ import annotations

from archdsl import ast, rules
from archdsl.builtins import BUILTINS, VALUE_ATTRIBUTES, Builtin
from archdsl.program import Declared
from archdsl.resolve.calls import (
    check_builtin,
    check_declared,
    check_initialiser,
    check_op,
    check_values,
    signature,
)
from archdsl.resolve.context import Context
from archdsl.resolve.literals import what_no_part
from archdsl.resolve.scope import Symbol
from archdsl.walk import parts_of, parts_of_trailer
from archir.diagnostics import nearest
from archir.initialisers import FANS, InitialiserSpec

PART_TYPES = ("op", "block")
_LITERALS = (ast.Number, ast.Constant)


def visit(ctx: Context, expr: ast.Expr, *, fans: bool = False) -> None:
    """Resolve the names of an expression and check its calls.

    ``fans`` says that it is an argument of an initialiser, where ``fan_in`` has a meaning.
    """
    if isinstance(expr, _LITERALS):
        return
    if isinstance(expr, ast.Name):
        _name(ctx, expr, fans=fans)
    elif isinstance(expr, ast.Access):
        _access(ctx, expr, fans=fans)
    elif isinstance(expr, ast.Comprehension):
        _comprehension(ctx, expr, fans=fans)
    else:
        for part in parts_of(expr):
            visit(ctx, part, fans=fans)


def _name(ctx: Context, name: ast.Name, *, fans: bool) -> None:
    """A name that is not called."""
    if name.text == "_":
        if not ctx.flows:
            ctx.report(rules.flow.NothingFlowsIn(), name.span)
        return
    found = ctx.meaning(name.text)
    if isinstance(found, Symbol):
        ctx.use(found, name.span)
    elif isinstance(found, Declared):
        ctx.refer(name.text, found, name.span)
        if found.kind == "function":
            taken = signature(found, ctx.session)
            names = ", ".join(taken.open) if taken else ""
            ctx.report(rules.names.FunctionAsValue(name.text, f"{name.text}({names})"), name.span)
    elif isinstance(found, Builtin):
        ctx.report(rules.names.FunctionAsValue(name.text, found.usage), name.span)
    elif isinstance(found, InitialiserSpec):
        check_initialiser(ctx, found, None, name.span)
    elif found is None and not (fans and name.text in FANS):
        ctx.unknown(name)


def _access(ctx: Context, expr: ast.Access, *, fans: bool) -> None:
    base, trailers = expr.base, expr.trailers
    first = trailers[0]
    if isinstance(base, ast.Name) and isinstance(first, ast.Arguments):
        _call(ctx, base, first, fans=fans)
        trailers = trailers[1:]
    else:
        visit(ctx, base, fans=fans)
    for trailer in trailers:
        if isinstance(trailer, ast.Attribute):
            _attribute(ctx, expr, trailer)
        for part in parts_of_trailer(trailer):
            visit(ctx, part, fans=fans)


def _attribute(ctx: Context, expr: ast.Access, trailer: ast.Attribute) -> None:
    if trailer.name not in VALUE_ATTRIBUTES:
        owner = "a value"
        if isinstance(expr.base, ast.Name) and expr.base.text != "_":
            owner = expr.base.text
        near = nearest(trailer.name, VALUE_ATTRIBUTES)
        ctx.report(rules.values.NoSuchAttribute(trailer.name, owner, near), trailer.span)


def _comprehension(ctx: Context, expr: ast.Comprehension, *, fans: bool) -> None:
    visit(ctx, expr.iterable, fans=fans)
    with ctx.scope.braces():
        for target in expr.targets:
            # Its names end with it, so they may hide others without a doubt.
            if target.text != "_":
                ctx.scope.bind(Symbol(target.text, target.span, "loop variable"))
        visit(ctx, expr.element, fans=fans)
        if expr.condition is not None:
            visit(ctx, expr.condition, fans=fans)


def _call(ctx: Context, name: ast.Name, arguments: ast.Arguments, *, fans: bool) -> None:
    """``name(arguments)``: a function called, or a part or initialiser with arguments."""
    found = None if name.text == "_" else ctx.meaning(name.text, is_call=True)
    if name.text == "_":
        ctx.report(rules.flow.ArgumentsOnValue("_"), name.span)
    elif isinstance(found, Symbol):
        ctx.use(found, name.span)
        _call_symbol(ctx, found, name)
    elif isinstance(found, Declared):
        ctx.refer(name.text, found, name.span)
        _call_declared(ctx, found, name, arguments)
    elif isinstance(found, Builtin):
        check_builtin(ctx, found, arguments, name.span)
    elif isinstance(found, InitialiserSpec):
        fans = True
        check_initialiser(ctx, found, arguments, name.span)
        check_values(ctx, found, arguments)
    elif isinstance(found, type):
        check_op(ctx, found, arguments, name.span, partial=True)
    elif found is None:
        ctx.unknown(name)
    for part in parts_of_trailer(arguments):
        visit(ctx, part, fans=fans)


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
) -> None:
    partial = declared.kind != "function"
    check_declared(ctx, declared, name.text, arguments, name.span, partial=partial)
    if isinstance(declared.node, ast.Let):
        what = constant_is(declared, name.text)
        if what is not None:
            ctx.report(rules.kinds.NotCallable(f"{name.text} is {what}, which"), name.span)


def what_symbol_is(symbol: Symbol) -> str | None:
    """What a name of a body surely is, in words, if it can be no op or block."""
    if symbol.kind == "dim":
        return "a size"
    if symbol.param is None:
        return symbol.literal
    declared = symbol.param.type
    if declared is not None:
        return None if declared.name in PART_TYPES else f"a parameter of type {declared.span.text}"
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
    from archir.registry import ops

    if name in BUILTINS:
        return "function"
    return "op" if name in ops() else None
