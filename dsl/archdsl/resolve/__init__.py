"""Every name of a program looked up, every call's arguments bound, every place checked.

Out comes the resolved program (``archir.program``), in which names are references: nobody behind
this looks one up. Nothing is evaluated here. Arms that are not taken and blocks that nobody uses
are resolved like all others; what depends on a value is left to the elaborator.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from archdsl import rules
from archdsl.project.cycles import cycles
from archdsl.project.program import Declared, FileScope, Program
from archdsl.resolve.binding import bound, plan_declared, variant_base
from archdsl.resolve.context import Context, Met, Session, Unclear, nothing
from archdsl.resolve.expressions import visit
from archdsl.resolve.labels import check_labels
from archdsl.resolve.parameters import parameters
from archdsl.resolve.resolved import Resolved, declared_as
from archdsl.resolve.scope import Symbol
from archdsl.resolve.statements import statement
from archdsl.tree import ast
from archdsl.tree.walk import modules_ahead
from archir.base.diagnostics import Diagnostic, Diagnostics, Label, Problem
from archir.base.record import replaced
from archir.base.source import Span
from archir.catalogue.registry import built_in
from archir.program.declarations import Block, Constant, Declaration, Function, Variant
from archir.program.expressions import Arguments, Refused, Target
from archir.program.nodes import Expr
from archir.program.statements import Body, InputStatement, RefusedStatement

if TYPE_CHECKING:  # an editor alone keeps anything
    from archdsl.resolve.kept.again import Again


def resolve(
    program: Program, met: Met | None = None, again: Again | None = None
) -> tuple[Resolved, Diagnostics]:
    """Look up every name of all files. What has none is refused, and nothing is known of it.

    In ``met`` it is noted what each name means. What ``again`` knows is not looked up.
    """
    files = tuple(program.files.values())
    session = Session(statement, program.is_whole, met, program.mistakes, files)
    found = session.diagnostics
    said: dict[Declared, tuple[Diagnostic, ...]] = {}
    owned = [each for scope in files for each in declarations(scope)]
    if again is not None:
        again.begin(session, owned)
    for declared in owned:
        before = len(found)
        is_known = again is not None and again.take(session, declared, met)
        if not is_known:
            session.met = met if again is None else Met()
            _resolved(session, declared, program.mistakes)
        if len(found) > before:
            if not is_known:
                found.items[before:] = _once_each_name(program.told(found.items[before:]))
            said[declared] = tuple(found.items[before:])
        if again is not None and not is_known:
            again.note(session, declared, said.get(declared, ()), met)
    _cut_cycles(session, said)
    if again is not None:
        again.end(session)
    if session.warns and not found.has_errors:
        _unused_in_files(program, session)
    return Resolved.of(program, session, said), found


def _resolved(session: Session, declared: Declared, mistakes: tuple[Span, ...]) -> None:
    """Look up every name of a declaration."""
    ctx = Context(session, declared.home, declared)
    _declaration(ctx)
    if session.met is not None:
        session.met.bound[declared] = [*ctx.scope.params.values(), *ctx.scope.bound]
    if ctx.errors or _is_mistaken(declared, mistakes):
        session.wrong.add(declared)


def settings(
    program: Resolved, model: Declared, items: tuple[ast.Argument, ...]
) -> tuple[Arguments, int]:
    """Arguments that are given to a model from outside, as the main file sees the names.

    They are not bound yet, and what is wrong with them is said when they are evaluated. With them
    comes how many slots they need.
    """
    session = Session(statement, declarations=program.declarations)
    ctx = Context(session, program.main, model, outside=True)
    values = [visit(ctx, item.value) for item in items]
    given = bound(ast.Arguments(items[0].span, items), values, None)
    return given, len(ctx.scope.slots)


def declarations(scope: FileScope) -> list[Declared]:
    """All declarations of a file, those included whose name was taken already."""
    known = {id(declared.node): declared for declared in scope.declarations()}
    return [
        known.get(id(node)) or Declared(node, scope)
        for node in scope.file.declarations
        if not isinstance(node, ast.Import | ast.Refused)
    ]


def _declaration(ctx: Context) -> None:
    node = ctx.owner.node
    made = declared_as(ctx.owner, ctx.session)
    is_refused = isinstance(node, ast.PartDeclaration) and node.refused is not None
    for name in ctx.owner.names:
        if name.text == "_" and not is_refused and not isinstance(node, ast.Let):
            ctx.report(rules.names.UnderscoreAsName("a declaration"), name.span)
    if isinstance(node, ast.PartDeclaration):
        assert isinstance(made, Block)
        _part(ctx, node, made)
    elif isinstance(node, ast.Function):
        assert isinstance(made, Function)
        made.parameters = parameters(ctx, node.params)
        made.value = visit(ctx, node.value)
    elif isinstance(node, ast.Variant):
        assert isinstance(made, Variant)
        before = ctx.refusals
        value = _variant(ctx, node)
        made.value = nothing(node.value.span) if ctx.refusals > before else value
    else:
        assert isinstance(made, Constant)
        made.value = visit(ctx, node.value)
        names = [(name, ctx.scope.take(name.text, "let", [])) for name in node.names]
        made.targets = tuple([Target(name.span, name.text, slot) for name, slot in names])
    made.slots = tuple(ctx.scope.slots)
    if ctx.session.warns and not ctx.errors and not ctx.file.is_library:
        _unused_in(ctx)


def _part(ctx: Context, node: ast.PartDeclaration, made: Block) -> None:
    made.parameters = parameters(ctx, node.params)
    ctx.flows = True
    scope = ctx.scope
    for name, each in modules_ahead(node.body).items():
        ctx.ahead[name] = Symbol(name, each.name.span, "module")
        if name != "_":
            scope.hold(name, "module")
    with ctx.labelling() as labels:
        statements = tuple([statement(ctx, each) for each in node.body.statements])
    made.body = Body(node.body.span, statements, tuple(scope.frames[0].slots))
    made.labelling = labels.at(node.body.span)
    made.ahead = tuple(ctx.modules)
    items = (each.items for each in statements if isinstance(each, InputStatement))
    made.inputs = tuple(chain.from_iterable(items))
    if node.refused is not None:
        ctx.errors += 1
    elif (
        node.kind == "model"
        and not ctx.has_input
        and not _is_mistaken(ctx.owner, ctx.session.mistakes)
    ):
        ctx.report(rules.models.NoInput(node.name.text), node.name.span)
    count = len(ctx.session.diagnostics)
    check_labels(made.body, ctx.session.diagnostics)
    ctx.errors += len(ctx.session.diagnostics) - count


def _is_mistaken(declared: Declared, mistakes: tuple[Span, ...]) -> bool:
    """Whether the text of a declaration is wrong, though it could be read."""
    span = declared.node.span
    return any(
        each.source is span.source and span.start <= each.start <= span.end for each in mistakes
    )


def _variant(ctx: Context, node: ast.Variant) -> Expr:
    base = variant_base(ctx.owner)
    value = node.value
    if isinstance(value, Refused):
        return value
    is_call = isinstance(value, ast.Access) and all(
        isinstance(trailer, ast.Arguments) for trailer in value.trailers
    )
    name = value.base if isinstance(value, ast.Access) else value
    if not isinstance(name, ast.Name) or not (is_call or name is value):
        ctx.report(rules.models.NotAModel(value.span.text), value.span)
    elif not (base.is_model if base is not None else _is_unknown(ctx, name.text)):
        what = f"a {base.kind}" if base is not None and base.kind == "block" else ""
        ctx.report(rules.models.NotAModel(name.text, what), name.span)
    elif base is not None and name is value:
        plan_declared(ctx, base, name.text, None, name.span, partial=True)
    return visit(ctx, value)


def _is_unknown(ctx: Context, name: str) -> bool:
    return isinstance(ctx.meaning(name), Unclear | None)


def _once_each_name(found: list[Diagnostic]) -> list[Diagnostic]:
    """A name that means nothing is one mistake in a declaration, wherever it stands there."""
    first: dict[Problem, int] = {}
    more: dict[int, list[Label]] = {}
    kept: list[Diagnostic] = []
    for item in found:
        at = len(kept)
        if isinstance(item.problem, rules.names.UnknownName):
            at = first.setdefault(item.problem, at)
        if at == len(kept):
            kept.append(item)
        else:
            more.setdefault(at, []).append(Label(item.span, "here too"))
    for at, labels in more.items():
        kept[at] = replaced(kept[at], related=(*kept[at].related, *labels))
    return kept


def _cut_cycles(session: Session, said: dict[Declared, tuple[Diagnostic, ...]]) -> None:
    """Report each cycle of declarations, and refuse all of it: nothing in it can be known."""
    for cycle in cycles(session.references):
        names = tuple(step.start.name for step in cycle)
        after = names[1:] + names[:1]
        labels = [
            Label(step.place, f"{name} needs {other}")
            for step, name, other in zip(cycle, names, after, strict=True)
        ]
        hides = len(names) == 1 and names[0] in built_in()
        problem = rules.names.Cycle(names, hides)
        session.diagnostics.report(problem, cycle[0].place, labels[1:])
        for step in cycle:
            said[step.start] = (*said.get(step.start, ()), session.diagnostics.items[-1])
            session.wrong.add(step.start)
            _refuse(session.declarations[step.start])


def _refuse(made: Declaration) -> None:
    if isinstance(made, Block):
        refused = RefusedStatement(made.body.span, range(0), flows=True)
        made.body = Body(made.body.span, (refused,), made.body.slots)
    elif isinstance(made, Function | Constant | Variant):
        made.value = nothing(made.value.span)


# --- what nothing uses --------------------------------------------------------------------------

_WORDS = {"value": "value", "let": "name", "dim": "dim"}


def _unused_in(ctx: Context) -> None:
    """Names that a declaration binds and does not use."""
    for param in ctx.scope.params.values():
        if not param.is_used and not _is_silent(param.name):
            ctx.report(rules.unused.UnusedParameter(param.name, ctx.owner.name), param.span)
    for symbol in ctx.scope.bound:
        # A loop variable may only count; a module that is not applied is told of elsewhere.
        if symbol.kind in _WORDS and not symbol.is_used and not _is_silent(symbol.name):
            ctx.report(rules.unused.UnusedName(symbol.name, _WORDS[symbol.kind]), symbol.span)


def _is_silent(name: str) -> bool:
    """Whether a name says that nothing need use it: it begins with ``_``, or no text can say it."""
    return name[0] in "_["


def _unused_in_files(program: Program, session: Session) -> None:
    """Imports of all files, and declarations of a main file that has models."""
    report = session.diagnostics.report
    for scope in program.files.values():
        if scope.is_library:
            continue
        for name, place in scope.imported.items():
            if (scope, name) not in session.used:
                report(rules.unused.UnusedImport(name), place.span)
    if not program.models():
        return
    for declared in program.main.declarations():
        if not declared.is_model and not _is_used(declared, program.main, session):
            report(rules.unused.UnusedBlock(declared.name, declared.kind), declared.span)


def _is_used(declared: Declared, scope: FileScope, session: Session) -> bool:
    return any((scope, name.text) in session.used for name in declared.names)
