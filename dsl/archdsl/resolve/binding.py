"""Arguments of calls: names and numbers of them, for whatever is called by a known name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from archdsl import rules
from archdsl.project.program import Declared
from archdsl.resolve.context import Context, Session
from archdsl.resolve.literals import describe_literal, literal
from archdsl.tree import ast
from archir import rules as ir_rules
from archir.base.diagnostics import nearest
from archir.base.record import replaced
from archir.base.source import Span
from archir.init.initialisers import InitialiserSpec
from archir.init.values import show_constant
from archir.op.binding import ArgumentProblem, Plan, Signature, of_initialiser, of_op
from archir.op.contract import Op
from archir.program.builtins import Builtin
from archir.program.expressions import Argument, Arguments, gathered
from archir.program.nodes import Expr

if TYPE_CHECKING:
    from archir.rules.arguments import UnknownArgument


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
    return session.signatures[chain[0] if chain else declared]


def _signature(declared: Declared, session: Session) -> Signature | None:
    node = declared.node
    if isinstance(node, ast.PartDeclaration) and node.refused is not None:
        return None
    if isinstance(node, ast.Function | ast.PartDeclaration):
        needed = (param.name.text for param in node.params if param.default is None)
        return Signature.of((param.name.text for param in node.params), needed)
    base = variant_base(declared)
    found = None if base is None else session.signatures[base]
    if not isinstance(node, ast.Variant) or found is None:
        return None
    for arguments in variant_calls(node):
        found = found.filled(_given(arguments))
    return found


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


def plan_declared(
    ctx: Context,
    declared: Declared,
    name: str,
    arguments: ast.Arguments | None,
    span: Span,
    *,
    partial: bool = False,
) -> Plan | None:
    """How a call of a block, model or function binds; None where it cannot be seen what it is."""
    taken = signature(declared, ctx.session)
    if taken is None:
        return None
    given = _given(arguments)
    plan = taken.plan(name, given, partial=partial, suggest=ctx.session.suggest)
    value = _value_among(ctx, arguments) if plan.problems else None
    if declared is ctx.owner:
        pass  # it needs itself, which is said
    elif value is not None and declared.kind in ("block", "model"):
        ctx.report(rules.flow.ValueAsArgument(name, value.span.text), value.span)
    else:
        _report(ctx, plan.problems, arguments, span)
    return plan


def plan_op(
    ctx: Context,
    op: type[Op],
    arguments: ast.Arguments | None,
    span: Span,
    *,
    partial: bool = False,
) -> Plan:
    """How a call of an op binds; the values are checked where they are known."""
    plan = of_op(op).plan(op.keyword, _given(arguments), partial=partial)
    value = _value_among(ctx, arguments) if plan.problems else None
    if value is not None:
        several = named_values(ctx, arguments) if op.arity != "one" else None
        shown = several or value.span.text
        problem = rules.flow.ValueAsArgument(op.keyword, shown)
        number = _number_among(arguments) if op.with_number else ""
        if number:
            problem = replaced(problem, number=number, by=op.with_number)
        ctx.report(problem, value.span)
    elif plan.problems:
        _report(ctx, tuple(_with_example(op, found) for found in plan.problems), arguments, span)
    return plan


def _with_example(op: type[Op], found: ArgumentProblem) -> ArgumentProblem:
    """What is wrong with a call of an op, with how it is called here and in torch."""
    from archir.catalogue.reference import usage  # a right file has no need of it

    problem = found.problem
    if isinstance(problem, ir_rules.arguments.MissingArgument):
        problem = replaced(problem, example=usage(op), instead=op.over_all, between=op.between)
    elif isinstance(problem, ir_rules.arguments.ArgumentGivenTwice) and problem.position:
        problem = replaced(problem, inferred=op.inferred)
    return ArgumentProblem(found.argument, problem)


def _value_among(ctx: Context, arguments: ast.Arguments | None) -> ast.Expr | None:
    """The first argument by position that is a value of the network, or a list of such."""
    for item in () if arguments is None else arguments.items:
        if item.name is not None:
            continue
        several = item.value.items if isinstance(item.value, ast.ListDisplay) else (item.value,)
        for each in several:
            if isinstance(each, ast.Name) and _is_value(ctx, each.text):
                return item.value
    if named_values(ctx, arguments) is not None and arguments is not None:
        return arguments.items[0].value
    return None


def _number_among(arguments: ast.Arguments | None) -> str:
    """The first argument that is a number, as it is written; empty without one."""
    items = () if arguments is None else arguments.items
    found = [item.value.span.text for item in items if _is_number(literal(item.value))]
    return found[0] if found else ""


def _is_number(found: tuple[object] | None) -> bool:
    return found is not None and isinstance(found[0], int | float)


def _is_value(ctx: Context, name: str) -> bool:
    symbol = ctx.scope.find(name)
    return name == "_" or (symbol is not None and symbol.kind == "value")


def named_values(ctx: Context, arguments: ast.Arguments | None) -> str | None:
    """Several arguments that are names of values, or of nothing, as branches."""
    items = () if arguments is None else arguments.items
    names = [item.value for item in items if item.name is None]
    if len(names) < 2 or names != [item.value for item in items[: len(names)]]:
        return None
    for each in names:
        if not isinstance(each, ast.Name):
            return None
        if not _is_value(ctx, each.text) and ctx.meaning(each.text) is not None:
            return None
    return f"[{', '.join(each.span.text for each in names)}]"


def plan_initialiser(
    ctx: Context, spec: InitialiserSpec, arguments: ast.Arguments | None, span: Span
) -> Plan:
    """How a call of an initialiser binds."""
    plan = of_initialiser(spec.function).plan(spec.function, _given(arguments))
    _report(ctx, plan.problems, arguments, span)
    return plan


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


def bound(
    arguments: ast.Arguments, values: Sequence[Expr], plan: Plan | None, *, builtin: bool = False
) -> Arguments:
    """Arguments with their values resolved, for the parameters that a plan says.

    Without one they wait for what is called to be known; those of a built-in function have
    Python's order.
    """
    spans = [item.span for item in arguments.items]
    if plan is None or plan.problems:
        return Arguments(
            arguments.span, tuple(map(Argument, spans, _given(arguments), values)), builtin
        )
    items = list(map(Argument, spans, plan.names, values))
    return Arguments(arguments.span, gathered(items, plan), True)


def _given(arguments: ast.Arguments | None) -> tuple[str | None, ...]:
    items = () if arguments is None else arguments.items
    return tuple([None if item.name is None else item.name.text for item in items])


def _report(
    ctx: Context,
    problems: tuple[ArgumentProblem, ...],
    arguments: ast.Arguments | None,
    span: Span,
) -> None:
    """Report each problem at its own argument."""
    if not problems:
        return
    items = () if arguments is None else arguments.items
    positional = [item.span for item in items if item.name is None]
    named = {item.name.text: item for item in items if item.name is not None}
    for found in problems:
        problem, place = found.problem, span
        if isinstance(found.argument, int):
            place = positional[found.argument]
        elif found.argument is not None:
            item = named[found.argument]
            place = span if item.name is None else item.name.span
            if isinstance(problem, ir_rules.arguments.UnknownArgument) and problem.near is None:
                problem = _with_value(problem, item.value)
                ctx.moot.append(item.value.span)
        ctx.report(problem, place)


def _with_value(problem: UnknownArgument, value: ast.Expr) -> UnknownArgument:
    """The problem, with what its value is called here where that is the name of something."""
    from archir.base.synonyms import initialiser_elsewhere, synonym  # for an error alone
    from archir.catalogue.registry import built_in, ops
    from archir.init.initialisers import INITIALISERS

    if problem.callee in built_in():
        callee = problem.callee
        ends, begins = f"_{callee}", f"{callee}_"
        kin = [name for name in built_in() if name.endswith(ends) or name.startswith(begins)]
        kin = [name for name in kin if not name.endswith("_by")]
        others = [name for name in kin if problem.argument in ops()[name].arguments()]
        if len(others) == 1:
            return replaced(problem, other=others[0])
    found = re.search(r"[^\W\d]\w*(?=\W*$)", value.span.text.split("(", 1)[0])
    if found is None:
        return problem
    word, plain = found[0], re.sub(r"(?<=[a-z])(?=[A-Z])", "_", found[0]).casefold()
    op = next((name for name in (word, word.casefold()) if name in ops()), None)
    rule = plain if plain in INITIALISERS else initialiser_elsewhere(word)
    rule = value.span.text if rule == value.span.text.split("(", 1)[0] else rule
    return replaced(problem, value=word, op=op or synonym(word) or "", rule=rule or "")


def check_values(ctx: Context, spec: InitialiserSpec, arguments: ast.Arguments, plan: Plan) -> None:
    """Hold the literals among an initialiser's arguments against its kinds and bounds."""
    known = {a.name: a for a in spec.arguments}
    numbers: dict[str, tuple[float, ast.Expr]] = {}
    for name, item in zip(plan.names, arguments.items, strict=True):
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
