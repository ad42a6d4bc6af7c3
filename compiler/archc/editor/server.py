"""``archc lsp``: the editors' protocol (LSP 3.17) over what the other files of this room say.

A text is checked in a thread of its own when nothing has been written for a moment, and the newest
version alone: so nothing waits for a large file. Questions are answered from the last check.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

import archc
from archc.editor import acting, colouring, completing, explaining, finding, hints
from archc.editor.page import Page
from archc.editor.positions import Lines, Position
from archir.base.diagnostics import Diagnostic
from archir.base.source import Span

PAUSE = 0.15
"""Seconds without a key before a text is checked."""

_KINDS = {
    "value": lsp.CompletionItemKind.Variable,
    "block": lsp.CompletionItemKind.Class,
    "model": lsp.CompletionItemKind.Class,
    "op": lsp.CompletionItemKind.Function,
    "function": lsp.CompletionItemKind.Function,
    "keyword": lsp.CompletionItemKind.Keyword,
    "argument": lsp.CompletionItemKind.Property,
    "type": lsp.CompletionItemKind.TypeParameter,
}
_SYMBOLS = {
    "model": lsp.SymbolKind.Class,
    "block": lsp.SymbolKind.Class,
    "function": lsp.SymbolKind.Function,
    "constant": lsp.SymbolKind.Constant,
}


class Server(LanguageServer):
    """The server, with the pages of the texts that are open."""

    def __init__(self) -> None:
        super().__init__("archc", archc.__version__)
        self._pages: dict[str, tuple[int, Page]] = {}
        self._waiting: dict[str, asyncio.Task[None]] = {}
        self._checker = ThreadPoolExecutor(1, "archc-check")

    async def page(self, uri: str) -> Page:
        """The page of a text as it is now; it is checked first where that has not been done."""
        version, text = self._now(uri)
        known = self._pages.get(uri)
        if known is None or known[0] != version:
            loop = asyncio.get_running_loop()
            made = await loop.run_in_executor(self._checker, self._made, uri, text)
            self._pages[uri] = (version, made)
            return made
        return known[1]

    def _now(self, uri: str) -> tuple[int, str]:
        document = self.workspace.get_text_document(uri)
        return document.version or 0, document.source

    def _made(self, uri: str, text: str) -> Page:
        return Page(text, path_of(uri), self.read)

    def read(self, path: Path, most: int) -> bytes:
        """An imported file: as it stands in the editor, if it is open there, else on the disk."""
        for uri, document in self.workspace.text_documents.items():
            open_at = path_of(uri)
            if open_at is not None and Path(open_at).resolve() == path.resolve():
                text: str = document.source
                return text.encode("utf-8")[:most]
        with path.open("rb") as stream:
            return stream.read(most)

    def changed(self, uri: str) -> None:
        """Check a text when nothing has been written for a moment, and those that may import it."""
        for each in self.workspace.text_documents:
            if each != uri:
                self._pages.pop(each, None)
        waiting = self._waiting.pop(uri, None)
        if waiting is not None:
            waiting.cancel()
        self._waiting[uri] = asyncio.get_running_loop().create_task(self._check_soon(uri))

    async def _check_soon(self, uri: str) -> None:
        await asyncio.sleep(PAUSE)
        page = await self.page(uri)
        self.text_document_publish_diagnostics(
            lsp.PublishDiagnosticsParams(
                uri, [_diagnostic(page, *each) for each in page.diagnostics()]
            )
        )

    def closed(self, uri: str) -> None:
        """Forget a text."""
        self._pages.pop(uri, None)
        waiting = self._waiting.pop(uri, None)
        if waiting is not None:
            waiting.cancel()
        self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, []))


def path_of(uri: str) -> str | None:
    """The path of a file's URI; None for a text that is in no file yet."""
    parsed = urlparse(uri)
    return unquote(parsed.path) if parsed.scheme == "file" else None


def _range(page: Page, span: Span) -> lsp.Range:
    return lsp.Range(_position(page.lines, span.start), _position(page.lines, span.end))


def _position(lines: Lines, offset: int) -> lsp.Position:
    place = lines.place(offset)
    return lsp.Position(place.line, place.column)


def _offset(page: Page, position: lsp.Position) -> int:
    return page.at(Position(position.line, position.character))


def _diagnostic(page: Page, each: Diagnostic, span: Span) -> lsp.Diagnostic:
    hint = f"\n{each.hint}" if each.hint else ""
    related = [
        lsp.DiagnosticRelatedInformation(lsp.Location(uri, _range(page, label.span)), label.text)
        for label in each.related
        if page.own(label.span)
        for uri in [Path(page.source.name).absolute().as_uri()]
    ]
    is_error = each.is_error
    return lsp.Diagnostic(
        range=_range(page, span),
        message=each.problem.message() + hint,
        severity=lsp.DiagnosticSeverity.Error if is_error else lsp.DiagnosticSeverity.Warning,
        code=each.problem.name,
        source="archc",
        related_information=related or None,
        tags=[lsp.DiagnosticTag.Unnecessary] if each.problem.name.startswith("unused-") else None,
    )


def made() -> Server:
    """A server that answers; it is started by its ``start_io``."""
    server = Server()
    _texts(server)
    _words(server)
    _names(server)
    _outlines(server)
    _whole(server)
    return server


def _texts(server: Server) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    async def did_open(params: lsp.DidOpenTextDocumentParams) -> None:
        server.changed(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    async def did_change(params: lsp.DidChangeTextDocumentParams) -> None:
        server.changed(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: lsp.DidCloseTextDocumentParams) -> None:
        server.closed(params.text_document.uri)


def _words(server: Server) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    async def hover(params: lsp.HoverParams) -> lsp.Hover | None:
        page = await server.page(params.text_document.uri)
        said = explaining.hover(page, _offset(page, params.position))
        if said is None:
            return None
        content = lsp.MarkupContent(lsp.MarkupKind.Markdown, said.markdown)
        return lsp.Hover(content, _range(page, said.span))

    @server.feature(
        lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=["(", ",", ":", "."])
    )
    async def completion(params: lsp.CompletionParams) -> list[lsp.CompletionItem]:
        page = await server.page(params.text_document.uri)
        return [
            lsp.CompletionItem(each.word, kind=_KINDS[each.kind], detail=each.detail or None)
            for each in completing.proposals(page, _offset(page, params.position))
        ]

    @server.feature(
        lsp.TEXT_DOCUMENT_SIGNATURE_HELP, lsp.SignatureHelpOptions(trigger_characters=["(", ","])
    )
    async def signature(params: lsp.SignatureHelpParams) -> lsp.SignatureHelp | None:
        page = await server.page(params.text_document.uri)
        call = explaining.signature(page, _offset(page, params.position))
        if call is None:
            return None
        known = [lsp.ParameterInformation(each) for each in call.parameters]
        one = lsp.SignatureInformation(call.label, call.doc or None, known, call.active)
        return lsp.SignatureHelp([one], 0, call.active)


def _names(server: Server) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    async def definition(params: lsp.DefinitionParams) -> lsp.Location | None:
        uri = params.text_document.uri
        page = await server.page(uri)
        found = finding.definition(page, _offset(page, params.position))
        if found is None:
            return None
        if found.path is None:
            return lsp.Location(uri, _range(page, found.span))
        lines = Lines(found.span.source.text)
        start, end = _position(lines, found.span.start), _position(lines, found.span.end)
        return lsp.Location(found.path.absolute().as_uri(), lsp.Range(start, end))

    @server.feature(lsp.TEXT_DOCUMENT_REFERENCES)
    async def references(params: lsp.ReferenceParams) -> list[lsp.Location]:
        uri = params.text_document.uri
        page = await server.page(uri)
        spans = finding.references(page, _offset(page, params.position))
        return [lsp.Location(uri, _range(page, span)) for span in spans]

    @server.feature(lsp.TEXT_DOCUMENT_RENAME)
    async def rename(params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
        uri = params.text_document.uri
        page = await server.page(uri)
        try:
            spans = finding.rename(page, _offset(page, params.position), params.new_name)
        except finding.NotRenamed as refusal:
            server.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Error, str(refusal)))
            return None
        edits = [lsp.TextEdit(_range(page, span), params.new_name) for span in spans]
        return lsp.WorkspaceEdit(changes={uri: edits})


def _whole(server: Server) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_INLAY_HINT)
    async def inlays(params: lsp.InlayHintParams) -> list[lsp.InlayHint]:
        page = await server.page(params.text_document.uri)
        first, last = params.range.start.line, params.range.end.line
        found: list[lsp.InlayHint] = []
        for one in hints.shapes(page):
            position = _position(page.lines, one.span.end)
            if first <= position.line <= last:
                more = "" if len(one.texts) == 1 else f" and {len(one.texts) - 1} more"
                tip = "\n".join(one.texts) if more else None
                found.append(
                    lsp.InlayHint(position, f"{one.texts[0]}{more}", padding_left=True, tooltip=tip)
                )
        return found

    @server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION)
    async def actions(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        uri = params.text_document.uri
        page = await server.page(uri)
        start, end = _offset(page, params.range.start), _offset(page, params.range.end)
        return [_action(uri, page, each) for each in acting.actions(page, start, end)]


def _outlines(server: Server) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_FORMATTING)
    def formatting(params: lsp.DocumentFormattingParams) -> list[lsp.TextEdit]:
        text: str = server.workspace.get_text_document(params.text_document.uri).source
        try:
            laid_out = archc.format(text)
        except archc.ArchError:
            return []  # a text that cannot be read stays as it is, and its mistakes are shown
        if laid_out == text:
            return []
        end = _position(Lines(text), len(text))
        return [lsp.TextEdit(lsp.Range(lsp.Position(0, 0), end), laid_out)]

    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    async def symbols(params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
        page = await server.page(params.text_document.uri)
        return [
            lsp.DocumentSymbol(
                each.name,
                _SYMBOLS[each.kind],
                _range(page, each.span),
                _range(page, each.name_span),
            )
            for each in finding.symbols(page)
        ]

    @server.feature(lsp.TEXT_DOCUMENT_FOLDING_RANGE)
    async def folding(params: lsp.FoldingRangeParams) -> list[lsp.FoldingRange]:
        page = await server.page(params.text_document.uri)
        return [lsp.FoldingRange(first, last) for first, last in finding.folds(page)]

    @server.feature(
        lsp.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL,
        lsp.SemanticTokensLegend(token_types=list(colouring.KINDS), token_modifiers=[]),
    )
    async def tokens(params: lsp.SemanticTokensParams) -> lsp.SemanticTokens:
        page = await server.page(params.text_document.uri)
        data: list[int] = []
        line = column = 0
        for each in colouring.words(page):
            start, end = page.lines.place(each.start), page.lines.place(each.end)
            before = column if start.line == line else 0
            data += [
                start.line - line,
                start.column - before,
                end.column - start.column,
                each.kind,
                0,
            ]
            line, column = start.line, start.column
        return lsp.SemanticTokens(data)


def _action(uri: str, page: Page, each: acting.Action) -> lsp.CodeAction:
    edits: list[Any] = [lsp.TextEdit(_range(page, one.span), one.text) for one in each.edits]
    return lsp.CodeAction(
        each.title,
        kind=lsp.CodeActionKind.QuickFix,
        is_preferred=each.is_safe,
        edit=lsp.WorkspaceEdit(changes={uri: edits}),
    )
