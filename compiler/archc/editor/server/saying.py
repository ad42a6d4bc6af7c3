"""Places, diagnostics and kinds in the protocol's words."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types as lsp

from archc.editor.page import Page
from archc.editor.positions import Lines, Position
from archir.base.diagnostics import Diagnostic
from archir.base.source import Span

COMPLETIONS = {
    "value": lsp.CompletionItemKind.Variable,
    "block": lsp.CompletionItemKind.Class,
    "model": lsp.CompletionItemKind.Class,
    "op": lsp.CompletionItemKind.Function,
    "function": lsp.CompletionItemKind.Function,
    "keyword": lsp.CompletionItemKind.Keyword,
    "argument": lsp.CompletionItemKind.Property,
    "type": lsp.CompletionItemKind.TypeParameter,
}
SYMBOLS = {
    "model": lsp.SymbolKind.Class,
    "block": lsp.SymbolKind.Class,
    "function": lsp.SymbolKind.Function,
    "constant": lsp.SymbolKind.Constant,
}


def place(lines: Lines, offset: int) -> lsp.Position:
    """An offset as a line and a column."""
    found = lines.place(offset)
    return lsp.Position(found.line, found.column)


def lines_between(lines: Lines, span: Span) -> lsp.Range:
    """A range of a text that has these lines."""
    return lsp.Range(place(lines, span.start), place(lines, span.end))


def between(page: Page, span: Span) -> lsp.Range:
    """A range of a page's own text."""
    return lines_between(page.lines, span)


def offset_of(page: Page, position: lsp.Position) -> int:
    """A line and a column as an offset."""
    return page.at(Position(position.line, position.character))


def elsewhere(path: Path, span: Span) -> lsp.Location:
    """A place of a text that is no page here."""
    return lsp.Location(path.as_uri(), lines_between(Lines(span.source.text), span))


def diagnostic(uri: str, page: Page, each: Diagnostic, span: Span) -> lsp.Diagnostic:
    """What is wrong at a place, with the other places that have to do with it."""
    hint = f"\n{each.hint}" if each.hint else ""
    related = [
        lsp.DiagnosticRelatedInformation(lsp.Location(uri, between(page, label.span)), label.text)
        for label in each.related
        if page.own(label.span)
    ]
    is_error = each.is_error
    return lsp.Diagnostic(
        range=between(page, span),
        message=each.problem.message() + hint,
        severity=lsp.DiagnosticSeverity.Error if is_error else lsp.DiagnosticSeverity.Warning,
        code=each.problem.name,
        source="archc",
        related_information=related or None,
        tags=[lsp.DiagnosticTag.Unnecessary] if each.problem.name.startswith("unused-") else None,
    )
