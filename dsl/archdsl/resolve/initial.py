"""Initial weights: the rules of ``init``, and what is written where an initialiser is wanted."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from archdsl import ast, rules
from archdsl.builtins import Builtin
from archdsl.program import Declared
from archdsl.resolve.context import Context
from archdsl.resolve.expressions import visit
from archdsl.resolve.literals import describe_literal
from archdsl.resolve.scope import Symbol
from archir.diagnostics import Label
from archir.initialisers import INITIALISERS
from archir.op import Op
from archir.registry import built_in, ops


def initialiser(ctx: Context, expr: ast.Expr) -> None:
    """Resolve an expression where an initialiser is wanted."""
    if isinstance(expr, ast.Conditional):
        for value, condition in expr.arms:
            initialiser(ctx, value)
            visit(ctx, condition)
        initialiser(ctx, expr.otherwise)
        return
    name = expr.base if isinstance(expr, ast.Access) else expr
    if isinstance(name, ast.Name) and name.text != "_":
        found = ctx.scope.find(name.text) or ctx.file.names.get(name.text)
        if found is None and name.text not in (*INITIALISERS, *ctx.file.missing):
            _no_initialiser(ctx, name)
            return
        what = None if found is None else _what(found)
        if what is not None:
            ctx.report(rules.kinds.NotAnInitialiser(what), name.span)
    elif (described := describe_literal(expr)) not in (None, "none"):
        # none keeps what torch does by itself
        ctx.report(rules.kinds.NotAnInitialiser(described or ""), expr.span)
    visit(ctx, expr, fans=True)


def _what(found: Symbol | Declared) -> str | None:
    """What a name is that surely is no initialiser."""
    if isinstance(found, Declared):
        node = found.node
        if isinstance(node, ast.Let):
            return describe_literal(node.value)
        return None if isinstance(node, ast.Function) else f"the {found.kind} {found.name}"
    if found.kind in ("value", "module", "dim"):
        return f"the {found.kind} {found.name}"
    declared = None if found.param is None else found.param.type
    if declared is not None and declared.name not in ("init", "list"):
        return f"a parameter of type {declared.span.text}"
    return found.literal


def _no_initialiser(ctx: Context, name: ast.Name) -> None:
    meaning = ctx.meaning(name.text)
    if meaning is None:
        visible = [*INITIALISERS, *ctx.scope.names(), *ctx.file.names]
        near = ctx.session.suggest(name.text, visible)
        known = tuple(INITIALISERS)
        ctx.report(rules.initial.UnknownInitialiser(name.text, near, known), name.span)
        return
    kind = "function" if isinstance(meaning, Builtin) else "op"
    ctx.report(rules.kinds.NotAnInitialiser(f"the {kind} {name.text}"), name.span)


# --- rules and overrides ----------------------------------------------------------------------


def rule(ctx: Context, node: ast.Rule) -> None:
    """``selector.parameter: initialiser``."""
    selector = node.selector
    if selector.is_path or selector.target == "*":
        _of_any(ctx, selector)
    elif selector.target in ops():
        known = weights(ops()[selector.target])
        if known is not None and selector.parameter not in known:
            shown = ", ".join(known)
            problem = rules.parts.NoSuchParameter(selector.target, selector.parameter, shown)
            ctx.report(problem, selector.span)
    else:
        near = ctx.session.suggest(selector.target, list(ops()))
        known_otherwise = ctx.meaning(selector.target) is not None
        ctx.report(
            rules.initial.UnknownOpInRule(selector.target, near, known_otherwise), selector.span
        )
    initialiser(ctx, node.value)


def _of_any(ctx: Context, selector: ast.Selector) -> None:
    """A rule for all ops, or for those at a path: some op must have such a parameter."""
    known = ctx.session.parameters.get(ctx.file)
    if known is None:
        known = dict.fromkeys((*_all_weights(), *_raw_parameters(ctx)))
        ctx.session.parameters[ctx.file] = known
    if selector.parameter not in known:
        near = ctx.session.suggest(selector.parameter, known)
        ctx.report(rules.initial.UnknownParameterInRule(selector.parameter, near), selector.span)


def override(ctx: Context, node: ast.Override, target: object) -> None:
    """``with parameter = initialiser`` behind a stage.

    ``target`` is the op or declaration that it names, words for braces and their like, or None.
    """
    name = node.parameter.text
    if isinstance(target, type) and issubclass(target, Op):
        known = weights(target)
        if known is not None and name not in known:
            shown = ", ".join(known)
            ctx.report(
                rules.parts.NoSuchParameter(target.keyword, name, shown), node.parameter.span
            )
    elif isinstance(target, Declared) and isinstance(target.node, ast.PartDeclaration):
        ctx.report(rules.parts.NoSuchParameter(target.name, name, ""), node.parameter.span)
    elif isinstance(target, Symbol) and target.kind == "module":
        label = Label(target.span, "it is declared here")
        ctx.report(rules.placement.ModuleSetAgain(target.name, "weights"), node.span, (label,))
    elif isinstance(target, str):
        ctx.report(rules.placement.WeightsOnNoOp(target, name), node.parameter.span)
    initialiser(ctx, node.value)


def weights(op: type[Op]) -> tuple[str, ...] | None:
    """Names that the op's parameters and buffers can have; None where it does not say."""
    if not op.weights and op.parameters is not Op.parameters:
        return None
    return op.weights


@cache
def _all_weights() -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for entry in built_in().values() for name in entry.weights))


def _raw_parameters(ctx: Context) -> Iterator[str]:
    """Names of ``param`` and ``buffer`` in the whole program that the file can see."""
    for declared in ctx.file.names.values():
        if isinstance(declared.node, ast.PartDeclaration):
            yield from raw_parameters(declared.node.body)


def raw_parameters(body: ast.Body) -> Iterator[str]:
    """Names of ``param`` and ``buffer`` that stand directly in a body."""
    return (s.name.text for s in body.statements if isinstance(s, ast.ParamStatement))
