"""Initial weights: the rules of ``init``, and what is written where an initialiser is wanted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Literal, TypeAlias

from archdsl import rules
from archdsl.project.program import Declared, FileScope
from archdsl.resolve.context import Context, Unclear, nothing
from archdsl.resolve.expressions import visit
from archdsl.resolve.literals import describe_literal
from archdsl.resolve.scope import Symbol
from archdsl.tree import ast
from archdsl.tree.walk import nodes
from archir.base.diagnostics import Label, Problem
from archir.catalogue.registry import built_in, ops
from archir.init.init_rules import RAW
from archir.init.initialisers import FANS, INITIALISERS, InitialiserSpec
from archir.op.contract import Op
from archir.program.builtins import Builtin
from archir.program.expressions import ParameterKey
from archir.program.nodes import Expr
from archir.program.statements import Override, Rule


def initialiser(ctx: Context, expr: ast.Expr, *, elements: Elements | None = None) -> Expr:
    """Resolve an expression where an initialiser is wanted.

    A tensor's ``elements`` may stand there as well where that is said.
    """
    if isinstance(expr, ast.Conditional):
        arms = tuple(
            [
                (initialiser(ctx, value, elements=elements), visit(ctx, test))
                for value, test in expr.arms
            ]
        )
        return ast.Conditional(expr.span, arms, initialiser(ctx, expr.otherwise, elements=elements))
    name = expr.base if isinstance(expr, ast.Access) else expr
    before = ctx.refusals
    if isinstance(name, ast.Name) and name.text != "_":
        found = ctx.meaning(name.text, is_call=elements is not None and expr is not name)
        if isinstance(found, Symbol | Declared):
            what = _what(found)
            if what is not None and not (elements is not None and _may_list(found)):
                ctx.report(_not_one(ctx, name.text, what), name.span)
        elif elements is not None and isinstance(found, Builtin) and expr is not name:
            pass  # a list that a function makes
        elif not isinstance(found, InitialiserSpec | Unclear):
            _no_initialiser(ctx, name, found)
            return nothing(expr.span)
    elif (described := describe_literal(expr)) not in (None, "none", *_taken(elements, expr)):
        # none keeps what torch does by itself
        ctx.report(rules.kinds.NotAnInitialiser(described or ""), expr.span)
    made = visit(ctx, expr, fans=True)
    if ctx.refusals > before:
        return nothing(expr.span)
    _mean_for_std(ctx, expr)
    return made


def _mean_for_std(ctx: Context, expr: ast.Expr) -> None:
    """Warn of ``normal(0.02)``, whose one number is the mean."""
    if not isinstance(expr, ast.Access) or not isinstance(expr.base, ast.Name):
        return
    spec = ctx.meaning(expr.base.text, is_call=True)
    call = expr.trailers[0]
    if not isinstance(spec, InitialiserSpec) or not isinstance(call, ast.Arguments):
        return
    if [each.name for each in spec.arguments[:2]] != ["mean", "std"] or len(call.items) != 1:
        return
    (given,) = call.items
    if given.name is None and _is_spread(given.value):
        problem = rules.initial.MeanForStd(expr.base.text, given.span.text)
        ctx.note(problem, given.span)


def _is_spread(value: ast.Expr) -> bool:
    """Whether a number is likely a standard deviation: a small one, or one of fans or so called."""
    if isinstance(value, ast.Number):
        return 0 < value.value < 1
    names = [node.text.casefold() for node in nodes(value) if isinstance(node, ast.Name)]
    return any(name in FANS or name.endswith(("std", "stddev")) for name in names)


def _not_one(ctx: Context, name: str, what: str) -> Problem:
    """What a name stands for is no initialiser; of a raw parameter it was meant as a tie."""
    owner = ctx.owner.node
    is_raw = isinstance(owner, ast.PartDeclaration) and name in raw_parameters(owner.body)
    if not is_raw:
        return rules.kinds.NotAnInitialiser(what)
    return rules.kinds.NotAnInitialiser(f"the raw parameter {name}", name)


Elements: TypeAlias = Literal["number", "list"]
"""What may stand for the elements of a tensor: of one without dims a number, else a list."""


def _taken(elements: Elements | None, expr: ast.Expr) -> tuple[str | None, ...]:
    """What a literal is in words, where it may be a tensor's elements."""
    if elements is None or isinstance(expr, ast.Text):
        return ()
    is_list = isinstance(expr, ast.ListDisplay | ast.Comprehension | ast.Range)
    return (describe_literal(expr),) if is_list == (elements == "list") else ()


def _may_list(found: Symbol | Declared) -> bool:
    """Whether a name may stand for numbers or a list of them: no value, part or the like."""
    if isinstance(found, Declared):
        return isinstance(found.node, ast.Let | ast.Function)
    return found.kind not in ("value", "module", "dim")


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


def _no_initialiser(ctx: Context, name: ast.Name, meaning: type[Op] | Builtin | None) -> None:
    if meaning is None:
        visible = [*INITIALISERS, *ctx.scope.names(), *ctx.file.names]
        from archir.base.synonyms import initialiser_elsewhere  # a right file has no need of it

        near = initialiser_elsewhere(name.text) or ctx.session.suggest(name.text, visible)
        known = tuple(INITIALISERS)
        ctx.report(rules.initial.UnknownInitialiser(name.text, near, known), name.span)
        return
    kind = "function" if isinstance(meaning, Builtin) else "op"
    ctx.report(rules.kinds.NotAnInitialiser(f"the {kind} {name.text}"), name.span)


# --- rules and overrides ----------------------------------------------------------------------


def rule(ctx: Context, node: ast.Rule) -> Rule:
    """``selector.parameter: initialiser``."""
    selector = node.selector
    if selector.is_path or selector.target in ("*", RAW):
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
    value = initialiser(ctx, node.value)
    return Rule(node.span, selector.target, selector.parameter, selector.is_path, value)


def _of_any(ctx: Context, selector: ast.Selector) -> None:
    """A rule for all ops, for raw parameters, or for a path: it must be able to match."""
    is_raw = selector.target == RAW and not selector.is_path
    if not is_raw and selector.parameter in _all_weights():
        return
    raw = ctx.session.raw_parameters
    if raw is None:
        raw = dict.fromkeys(_raw_parameters(ctx.session.files))
        ctx.session.raw_parameters = raw
    is_path = selector.is_path
    known = raw if is_raw else dict.fromkeys((*_all_weights(), *(raw if is_path else ())))
    if selector.parameter not in known:
        near = ctx.session.suggest(selector.parameter, known)
        is_of_all = not is_path and selector.parameter in raw and not is_raw
        problem = rules.initial.UnknownParameterInRule(selector.parameter, near, is_raw, is_of_all)
        ctx.report(problem, selector.span)


def override(ctx: Context, node: ast.Override, target: object) -> Override | None:
    """``with parameter = initialiser`` behind a stage; None where it is refused.

    ``target`` is the op or declaration that it names, words for braces and their like, or None.
    """
    name = node.parameter.text
    before = ctx.errors
    if isinstance(target, type) and issubclass(target, Op):
        known = weights(target)
        if known is not None and name not in known:
            shown = ", ".join(known)
            ctx.note(rules.parts.NoSuchParameter(target.keyword, name, shown), node.parameter.span)
    elif isinstance(target, Declared) and isinstance(target.node, ast.PartDeclaration):
        ctx.note(rules.parts.NoSuchParameter(target.name, name, ""), node.parameter.span)
    elif isinstance(target, Symbol) and target.kind == "module":
        label = Label(target.span, "it is declared here")
        ctx.note(rules.placement.ModuleSetAgain(target.name, "weights"), node.span, (label,))
    elif isinstance(target, str):
        ctx.note(rules.placement.WeightsOnNoOp(target, name), node.parameter.span)
    is_refused = ctx.errors > before
    value = _given(ctx, node.value)
    return None if is_refused else Override(node.span, name, value)


def _given(ctx: Context, expr: ast.Expr) -> Expr:
    """An initialiser, or the parameter that this one is to be: ``wte.weight``."""
    if isinstance(expr, ast.Conditional):
        arms = tuple([(_given(ctx, value), visit(ctx, test)) for value, test in expr.arms])
        return ast.Conditional(expr.span, arms, _given(ctx, expr.otherwise))
    if not isinstance(expr, ast.Access) or not isinstance(expr.base, ast.Name | ast.Text):
        return initialiser(ctx, expr)
    names = [each.name for each in expr.trailers if isinstance(each, ast.Attribute)]
    base = expr.base
    if len(names) < len(expr.trailers) or (isinstance(base, ast.Name) and base.text == "_"):
        return initialiser(ctx, expr)
    first = base.parts if isinstance(base, ast.Text) else (base.text,)
    key = visit(ctx, ast.Text(expr.span, (*first, *[f".{name}" for name in names])))
    assert isinstance(key, ast.Text)
    return ParameterKey(expr.span, key)


def weights(op: type[Op]) -> tuple[str, ...] | None:
    """Names that the op's parameters and buffers can have; None where it does not say."""
    if not op.weights and op.parameters is not Op.parameters:
        return None
    return op.weights


@cache
def _all_weights() -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for _, weights in built_in().values() for name in weights))


def _raw_parameters(files: Iterable[FileScope]) -> Iterator[str]:
    """Names of each ``param`` in files."""
    for file in files:
        for node in nodes(file.file):
            if isinstance(node, ast.ParamStatement) and node.kind == "param":
                yield node.name.text


def raw_parameters(body: ast.Body) -> Iterator[str]:
    """Names of ``param`` and ``buffer`` that stand directly in a body."""
    return (s.name.text for s in body.statements if isinstance(s, ast.ParamStatement))
