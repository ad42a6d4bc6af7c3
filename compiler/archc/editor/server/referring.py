"""What editors ask of names: where they are declared, used, changed, and who uses whom."""

from __future__ import annotations

from lsprotocol import types as lsp

from archc.editor import calling, explaining, finding
from archc.editor.page import Page
from archc.editor.positions import Lines
from archc.editor.server.saying import SYMBOLS, between, elsewhere, lines_between, offset_of
from archc.editor.server.session import Server
from archc.editor.words import meaning
from archir.base.source import Span


def add(server: Server) -> None:
    """Make the server answer these."""
    _one(server)
    _all(server)
    _calls(server)


def _one(server: Server) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    async def hover(params: lsp.HoverParams) -> lsp.Hover | None:
        page = await server.page(params.text_document.uri)
        at = offset_of(page, params.position)
        said = await server.aside(lambda: explaining.hover(page, at))
        if said is None:
            return None
        content = lsp.MarkupContent(lsp.MarkupKind.Markdown, said.markdown)
        return lsp.Hover(content, between(page, said.span))

    @server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    async def definition(params: lsp.DefinitionParams) -> lsp.Location | None:
        uri = params.text_document.uri
        page = await server.page(uri)
        found = finding.definition(page, offset_of(page, params.position))
        if found is None:
            return None
        if found.path is None:
            return lsp.Location(uri, between(page, found.span))
        return elsewhere(found.path, found.span)


def _all(server: Server) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_REFERENCES)
    async def references(params: lsp.ReferenceParams) -> list[lsp.Location]:
        uri = params.text_document.uri
        page = await server.page(uri)
        at = offset_of(page, params.position)
        others = await _others(server, uri, page, at)
        of = {id(page): uri, **{id(other): name for name, other in others}}
        found = finding.references(page, at, [other for _, other in others])
        return [lsp.Location(of[id(where)], between(where, span)) for where, span in found]

    @server.feature(lsp.TEXT_DOCUMENT_RENAME)
    async def rename(params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
        uri = params.text_document.uri
        page = await server.page(uri)
        at = offset_of(page, params.position)
        others = await _others(server, uri, page, at)
        of = {id(page): uri, **{id(other): name for name, other in others}}
        try:
            found = finding.rename(page, at, params.new_name, [other for _, other in others])
        except finding.NotRenamed as refusal:
            server.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Error, str(refusal)))
            return None
        edits: dict[str, list[lsp.TextEdit]] = {}
        for where, span in found:
            edit = lsp.TextEdit(between(where, span), params.new_name)
            edits.setdefault(of[id(where)], []).append(edit)
        return lsp.WorkspaceEdit(changes=edits)


async def _others(server: Server, uri: str, page: Page, at: int) -> list[tuple[str, Page]]:
    """The pages in which what is declared under the name at a place may be used."""
    found = meaning(page, at)
    if found is None or found.declared is None:
        return []
    return await server.others(uri, found.word)


def _calls(server: Server) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_PREPARE_CALL_HIERARCHY)
    async def prepare(params: lsp.CallHierarchyPrepareParams) -> list[lsp.CallHierarchyItem] | None:
        uri = params.text_document.uri
        page = await server.page(uri)
        part = calling.at(page, offset_of(page, params.position))
        return None if part is None else [_item(uri, part)]

    @server.feature(lsp.CALL_HIERARCHY_INCOMING_CALLS)
    async def incoming(
        params: lsp.CallHierarchyIncomingCallsParams,
    ) -> list[lsp.CallHierarchyIncomingCall]:
        uri, page, at = await _asked(server, params.item)
        others = await _others(server, uri, page, at)
        calls: list[lsp.CallHierarchyIncomingCall] = []
        for where, each in [(uri, page), *others]:
            pages = () if each is page else (each,)
            found = calling.incoming(page, at, pages)
            calls += [
                lsp.CallHierarchyIncomingCall(
                    _item(where, call.part), [between(each, span) for span in call.spans]
                )
                for call in found
                if each.own(call.part.span)
            ]
        return calls

    @server.feature(lsp.CALL_HIERARCHY_OUTGOING_CALLS)
    async def outgoing(
        params: lsp.CallHierarchyOutgoingCallsParams,
    ) -> list[lsp.CallHierarchyOutgoingCall]:
        uri, page, at = await _asked(server, params.item)
        return [
            lsp.CallHierarchyOutgoingCall(
                _item(uri, call.part), [between(page, span) for span in call.spans]
            )
            for call in calling.outgoing(page, at)
        ]


async def _asked(server: Server, item: lsp.CallHierarchyItem) -> tuple[str, Page, int]:
    page = await server.page(item.uri)
    return item.uri, page, offset_of(page, item.selection_range.start)


def _item(uri: str, part: calling.Caller) -> lsp.CallHierarchyItem:
    """A declaration; one without a file is in the text that was asked about."""
    lines = Lines(part.span.source.text)

    def within(span: Span) -> lsp.Range:
        return lines_between(lines, span)

    return lsp.CallHierarchyItem(
        part.name,
        SYMBOLS[part.kind],
        uri if part.path is None else part.path.as_uri(),
        within(part.span),
        within(part.name_span),
        detail=part.kind,
    )
