"""What editors tell of texts, and what they ask while one is written."""

from __future__ import annotations

from typing import Any

from lsprotocol import types as lsp

import archc
from archc.editor import completing, explaining
from archc.editor.page import Page
from archc.editor.positions import Lines
from archc.editor.server import acting
from archc.editor.server.saying import COMPLETIONS, between, offset_of, place
from archc.editor.server.session import Server


def add(server: Server) -> None:
    """Make the server answer these."""
    _texts(server)
    _words(server)
    _edits(server)


def _texts(server: Server) -> None:
    @server.feature(lsp.INITIALIZED)
    async def initialized(_: lsp.InitializedParams) -> None:
        # The first list of words loads all ops, for which nobody should wait at a key.
        await server.aside(lambda: completing.proposals(Page(""), 0))
        await server.aside(server.settled)

    @server.feature(lsp.SHUTDOWN)
    def shutdown(_: None) -> None:
        server.leave()

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    async def did_open(params: lsp.DidOpenTextDocumentParams) -> None:
        server.changed(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    async def did_change(params: lsp.DidChangeTextDocumentParams) -> None:
        server.changed(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    async def did_close(params: lsp.DidCloseTextDocumentParams) -> None:
        server.closed(params.text_document.uri)

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    async def did_change_files(_: lsp.DidChangeWatchedFilesParams) -> None:
        server.changed_on_disk()


def _words(server: Server) -> None:
    @server.feature(
        lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=["(", ",", ":", "."])
    )
    async def completion(params: lsp.CompletionParams) -> list[lsp.CompletionItem]:
        uri = params.text_document.uri
        page = server.sketch(uri) or await server.page(uri)
        return [
            lsp.CompletionItem(each.word, kind=COMPLETIONS[each.kind], detail=each.detail or None)
            for each in completing.proposals(page, offset_of(page, params.position))
        ]

    @server.feature(
        lsp.TEXT_DOCUMENT_SIGNATURE_HELP, lsp.SignatureHelpOptions(trigger_characters=["(", ","])
    )
    async def signature(params: lsp.SignatureHelpParams) -> lsp.SignatureHelp | None:
        uri = params.text_document.uri
        page = server.sketch(uri) or await server.page(uri)
        call = explaining.signature(page, offset_of(page, params.position))
        if call is None:
            return None
        known = [lsp.ParameterInformation(each) for each in call.parameters]
        one = lsp.SignatureInformation(call.label, call.doc or None, known, call.active)
        return lsp.SignatureHelp([one], 0, call.active)


def _edits(server: Server) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_FORMATTING)
    def formatting(params: lsp.DocumentFormattingParams) -> list[lsp.TextEdit]:
        text: str = server.workspace.get_text_document(params.text_document.uri).source
        try:
            laid_out = archc.format(text)
        except archc.ArchError:
            return []  # a text that cannot be read stays as it is, and its mistakes are shown
        if laid_out == text:
            return []
        end = place(Lines(text), len(text))
        return [lsp.TextEdit(lsp.Range(lsp.Position(0, 0), end), laid_out)]

    @server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION)
    async def actions(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        uri = params.text_document.uri
        page = await server.page(uri)
        start, end = offset_of(page, params.range.start), offset_of(page, params.range.end)
        return [_action(uri, page, each) for each in acting.actions(page, start, end)]


def _action(uri: str, page: Page, each: acting.Action) -> lsp.CodeAction:
    edits: list[Any] = [lsp.TextEdit(between(page, one.span), one.text) for one in each.edits]
    return lsp.CodeAction(
        each.title,
        kind=lsp.CodeActionKind.QuickFix,
        is_preferred=each.is_safe,
        edit=lsp.WorkspaceEdit(changes={uri: edits}),
    )
