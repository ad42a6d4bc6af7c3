"""Static checks: every name, argument and place of every declaration, used or not.

Nothing is evaluated here. Arms that are not taken and blocks that nobody uses are checked like all
others; what depends on a value is left to the elaborator.
"""

from __future__ import annotations

from collections.abc import Mapping

from archdsl import ast, rules
from archdsl.cycles import cycles
from archdsl.program import Declared, FileScope, Program
from archdsl.resolve.calls import check_declared, variant_base
from archdsl.resolve.context import Context, Session
from archdsl.resolve.expressions import visit
from archdsl.resolve.labels import check_labels
from archdsl.resolve.parameters import parameters
from archdsl.resolve.scope import Symbol
from archdsl.resolve.statements import statement
from archdsl.resolve.unused import unused_in, unused_in_files
from archdsl.walk import modules_ahead
from archir.diagnostics import Diagnostics, Label
from archir.source import Span


def resolve(program: Program) -> Diagnostics:
    """Check all files of a program."""
    session = Session(warns=program.is_whole)
    for scope in program.files.values():
        for declared in declarations(scope):
            _declaration(Context(session, scope, declared))
    _report_cycles(session)
    if session.warns and not session.diagnostics.has_errors:
        unused_in_files(program, session)
    return session.diagnostics


def references(program: Program) -> Mapping[Declared, list[tuple[Declared, Span]]]:
    """What each declaration of a program refers to, and where."""
    session = Session(warns=False)
    for scope in program.files.values():
        for declared in declarations(scope):
            _declaration(Context(session, scope, declared))
    return session.references


def declarations(scope: FileScope) -> list[Declared]:
    """All declarations of a file, those included whose name was taken already."""
    known = {id(declared.node): declared for declared in scope.declarations()}
    return [
        known.get(id(node)) or Declared(node, scope)
        for node in scope.file.declarations
        if not isinstance(node, ast.Import)
    ]


def _declaration(ctx: Context) -> None:
    node = ctx.owner.node
    for name in ctx.owner.names:
        if name.text == "_" and not isinstance(node, ast.Let):
            ctx.report(rules.names.UnderscoreAsName("a declaration"), name.span)
    if isinstance(node, ast.PartDeclaration):
        _part(ctx, node)
    elif isinstance(node, ast.Function):
        parameters(ctx, node.params)
        visit(ctx, node.value)
    elif isinstance(node, ast.Variant):
        _variant(ctx, node)
    else:
        visit(ctx, node.value)
    if ctx.session.warns and not ctx.errors and not ctx.file.is_library:
        unused_in(ctx)


def _part(ctx: Context, node: ast.PartDeclaration) -> None:
    parameters(ctx, node.params)
    ctx.flows = True
    ctx.ahead = {
        name: Symbol(name, statement.name.span, "module")
        for name, statement in modules_ahead(node.body).items()
    }
    for each in node.body.statements:
        statement(ctx, each)
    if node.kind == "model" and not ctx.has_input:
        ctx.report(rules.models.NoInput(node.name.text), node.name.span)
    count = len(ctx.session.diagnostics)
    check_labels(node.body, ctx.session.diagnostics)
    ctx.errors += len(ctx.session.diagnostics) - count


def _variant(ctx: Context, node: ast.Variant) -> None:
    base = variant_base(ctx.owner)
    value = node.value
    is_call = isinstance(value, ast.Access) and all(
        isinstance(trailer, ast.Arguments) for trailer in value.trailers
    )
    name = value.base if isinstance(value, ast.Access) else value
    if not isinstance(name, ast.Name) or not (is_call or name is value):
        ctx.report(rules.models.NotAModel(value.span.text), value.span)
    elif not (base.is_model if base is not None else _is_unknown(ctx, name.text)):
        ctx.report(rules.models.NotAModel(name.text), name.span)
    elif base is not None and name is value:
        check_declared(ctx, base, name.text, None, name.span, partial=True)
    visit(ctx, value)


def _is_unknown(ctx: Context, name: str) -> bool:
    return ctx.meaning(name) is None or name in ctx.file.missing


def _report_cycles(session: Session) -> None:
    for cycle in cycles(session.references):
        names = tuple(step.start.name for step in cycle)
        after = names[1:] + names[:1]
        labels = [
            Label(step.place, f"{name} needs {other}")
            for step, name, other in zip(cycle, names, after, strict=True)
        ]
        session.diagnostics.report(rules.names.Cycle(names), cycle[0].place, labels[1:])
