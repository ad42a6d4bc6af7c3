"""Arguments of calls: names and numbers of them, for whatever is called by a known name."""

from __future__ import annotations

from functools import lru_cache

from archdsl import ast, rules
from archdsl.builtins import Builtin
from archdsl.program import Declared
from archdsl.resolve.context import Context, Session
from archdsl.resolve.literals import describe_literal, literal
from archir import rules as ir_rules
from archir.arguments import ArgumentProblem, bind, bind_names
from archir.diagnostics import nearest
from archir.initialisers import InitialiserSpec
from archir.op import Op
from archir.record import Record
from archir.source import Span
from archir.values import show_constant


class Signature(Record):
    """What a block, model or function takes: the parameters still open, in positional order.

    ``given`` are those that a variant has filled in; they can be given anew by name.
    """

    open: tuple[str, ...]
    required: frozenset[str]
    given: frozenset[str] = frozenset()


def signature(declared: Declared, session: Session) -> Signature | None:
    """What a declaration takes; None for a constant, and for a variant of what is no model."""
    chain: list[Declared] = []
    while declared not in session.signatures:
        session.signatures[declared] = None  # the answer of a cycle
        chain.append(declared)
        base = variant_base(declared)
        if base is None:
            break
        declared = base
    for step in reversed(chain):
        session.signatures[step] = _signature(step, session)
    found = session.signatures[chain[0] if chain else declared]
    return found if isinstance(found, Signature) else None


def _signature(declared: Declared, session: Session) -> Signature | None:
    node = declared.node
    if isinstance(node, ast.Function | ast.PartDeclaration):
        names = tuple(dict.fromkeys(param.name.text for param in node.params))
        required = frozenset(p.name.text for p in node.params if p.default is None)
        return Signature(names, required)
    base = variant_base(declared)
    inner = None if base is None else session.signatures[base]
    if not isinstance(node, ast.Variant) or not isinstance(inner, Signature):
        return None
    filled = set(inner.given)
    for arguments in variant_calls(node):
        still = tuple(name for name in inner.open if name not in filled)
        positional = sum(item.name is None for item in arguments.items)
        filled |= set(still[:positional])
        filled |= {i.name.text for i in arguments.items if i.name} & set(inner.open)
    names = tuple(name for name in inner.open if name not in filled)
    return Signature(names, inner.required - filled, frozenset(filled))


def variant_base(declared: Declared) -> Declared | None:
    """The model or block that a variant is made of, where that can be seen."""
    node = declared.node
    if not isinstance(node, ast.Variant):
        return None
    value = node.value.base if isinstance(node.value, ast.Access) else node.value
    return declared.home.names.get(value.text) if isinstance(value, ast.Name) else None


def variant_calls(node: ast.Variant) -> tuple[ast.Arguments, ...]:
    """The arguments that a variant fills in."""
    if not isinstance(node.value, ast.Access):
        return ()
    return tuple(t for t in node.value.trailers if isinstance(t, ast.Arguments))


def check_declared(
    ctx: Context,
    declared: Declared,
    name: str,
    arguments: ast.Arguments | None,
    span: Span,
    *,
    partial: bool = False,
) -> None:
    """Check a call of a block, model or function."""
    taken = signature(declared, ctx.session)
    if taken is None:
        return
    keywords = [k for k in _keywords(arguments) if k not in taken.given]
    positional = _positional(arguments)
    problems = bind_names(
        name,
        taken.open,
        taken.required,
        len(positional),
        keywords,
        partial=partial,
        suggest=ctx.session.suggest,
    )
    _report(ctx, problems, arguments, span)


def check_op(
    ctx: Context,
    op: type[Op],
    arguments: ast.Arguments | None,
    span: Span,
    *,
    partial: bool = False,
) -> None:
    """Check the names of an op's arguments; their values are checked where they are known."""
    problems = _of_op(op, len(_positional(arguments)), tuple(_keywords(arguments)), partial)
    _report(ctx, problems, arguments, span)


@lru_cache(maxsize=1 << 10)
def _of_op(
    op: type[Op], positional: int, keywords: tuple[str, ...], partial: bool
) -> tuple[ArgumentProblem, ...]:
    return bind(op, positional, keywords, partial=partial)


def check_initialiser(
    ctx: Context, spec: InitialiserSpec, arguments: ast.Arguments | None, span: Span
) -> None:
    """Check the names of an initialiser's arguments."""
    known = tuple(argument.name for argument in spec.arguments)
    required = frozenset(a.name for a in spec.arguments if a.is_required)
    problems = bind_names(
        spec.function, known, required, len(_positional(arguments)), _keywords(arguments)
    )
    _report(ctx, problems, arguments, span)


def check_builtin(ctx: Context, builtin: Builtin, arguments: ast.Arguments, span: Span) -> None:
    """Check how many arguments a built-in function is given."""
    known = True
    for item in arguments.items:
        if item.name is not None and item.name.text not in builtin.keywords:
            problem = ir_rules.arguments.UnknownArgument(
                builtin.name,
                item.name.text,
                builtin.keywords,
                nearest(item.name.text, builtin.keywords),
            )
            ctx.report(problem, item.name.span)
            known = False
    count = len(arguments.items)
    if known and (count < builtin.least or (builtin.most is not None and count > builtin.most)):
        ctx.report(rules.arguments.WrongArgumentCount(builtin.name, count, builtin.usage), span)


def _positional(arguments: ast.Arguments | None) -> list[ast.Argument]:
    return [] if arguments is None else [item for item in arguments.items if item.name is None]


def _keywords(arguments: ast.Arguments | None) -> list[str]:
    items = () if arguments is None else arguments.items
    return [item.name.text for item in items if item.name is not None]


def _report(
    ctx: Context,
    problems: tuple[ArgumentProblem, ...],
    arguments: ast.Arguments | None,
    span: Span,
) -> None:
    """Report each problem at its own argument."""
    if not problems:
        return
    positional = _positional(arguments)
    items = () if arguments is None else arguments.items
    named = {item.name.text: item.name.span for item in items if item.name}
    for found in problems:
        place = span
        if isinstance(found.argument, int):
            place = positional[found.argument].span
        elif found.argument is not None:
            place = named[found.argument]
        ctx.report(found.problem, place)


def check_values(ctx: Context, spec: InitialiserSpec, arguments: ast.Arguments) -> None:
    """Hold the literals among an initialiser's arguments against its kinds and bounds."""
    known = {a.name: a for a in spec.arguments}
    open_names = iter(known)
    numbers: dict[str, tuple[float, ast.Expr]] = {}
    for item in arguments.items:
        name = next(open_names, "") if item.name is None else item.name.text
        found = literal(item.value)
        if found is None or name not in known:
            continue
        if not known[name].accepts(found[0]):
            given = describe_literal(item.value) or ""
            wanted = known[name].wanted
            problem = rules.initial.BadInitialiserArgument(spec.function, name, wanted, given)
            ctx.report(problem, item.value.span)
        elif isinstance(found[0], int | float):
            numbers[name] = (found[0], item.value)
    if spec.ordered is not None and all(name in numbers for name in spec.ordered):
        (low, _), (high, place) = (numbers[name] for name in spec.ordered)
        if low > high:
            shown = show_constant(low), show_constant(high)
            ctx.report(rules.initial.BoundsInWrongOrder(spec.function, *shown), place.span)
