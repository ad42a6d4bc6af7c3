"""Warnings about what nothing uses."""

from __future__ import annotations

from archdsl import rules
from archdsl.project.program import Declared, FileScope, Program
from archdsl.resolve.context import Context, Session

_WORDS = {"value": "value", "let": "name", "dim": "dim"}


def unused_in(ctx: Context) -> None:
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


def unused_in_files(program: Program, session: Session) -> None:
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
