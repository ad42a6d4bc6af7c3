"""What editors show of a whole text: shapes, lenses, outline, colours, cards and pictures."""

from __future__ import annotations

from lsprotocol import types as lsp

from archc.editor import colouring, finding, hints, lenses
from archc.editor.server.saying import SYMBOLS, between, place
from archc.editor.server.session import Server
from archc.errors import ArchError

CARD = "archc.card"
PICTURE = "archc.picture"
"""What lenses run: both take a URI and a name, and give a text (``picture`` also takes a theme).

An editor that shows these texts itself says so by ``{"shows": true}`` as it starts the server; for
others the card is a message, and the picture a file in the browser.
"""


def add(server: Server) -> None:
    """Make the server answer these."""
    _beside(server)
    _outlines(server)
    _colours(server)
    _shown(server)


def _beside(server: Server) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_INLAY_HINT)
    async def inlays(params: lsp.InlayHintParams) -> list[lsp.InlayHint]:
        page = await server.page(params.text_document.uri)
        first, last = params.range.start.line, params.range.end.line
        found: list[lsp.InlayHint] = []
        for one in hints.shapes(page):
            position = place(page.lines, one.span.end)
            if first <= position.line <= last:
                more = "" if len(one.texts) == 1 else f" and {len(one.texts) - 1} more"
                tip = "\n".join(one.texts) if more else None
                found.append(
                    lsp.InlayHint(position, f"{one.texts[0]}{more}", padding_left=True, tooltip=tip)
                )
        return found

    @server.feature(lsp.TEXT_DOCUMENT_CODE_LENS)
    async def code_lenses(params: lsp.CodeLensParams) -> list[lsp.CodeLens]:
        uri = params.text_document.uri
        page = await server.page(uri)
        found: list[lsp.CodeLens] = []
        for each in await server.aside(lambda: lenses.lenses(page)):
            where, named = between(page, each.span), [uri, each.name]
            found.append(lsp.CodeLens(where, lsp.Command(each.title, CARD, arguments=named)))
            if each.is_model:
                found.append(lsp.CodeLens(where, lsp.Command("picture", PICTURE, arguments=named)))
        return found


def _outlines(server: Server) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    async def symbols(params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
        page = await server.page(params.text_document.uri)
        return [
            lsp.DocumentSymbol(
                each.name,
                SYMBOLS[each.kind],
                between(page, each.span),
                between(page, each.name_span),
            )
            for each in finding.symbols(page)
        ]

    @server.feature(lsp.TEXT_DOCUMENT_FOLDING_RANGE)
    async def folding(params: lsp.FoldingRangeParams) -> list[lsp.FoldingRange]:
        page = await server.page(params.text_document.uri)
        return [lsp.FoldingRange(first, last) for first, last in finding.folds(page)]


def _colours(server: Server) -> None:
    @server.feature(
        lsp.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL,
        lsp.SemanticTokensLegend(token_types=list(colouring.KINDS), token_modifiers=[]),
    )
    async def tokens(params: lsp.SemanticTokensParams) -> lsp.SemanticTokens:
        page = await server.page(params.text_document.uri)
        data: list[int] = []
        line = column = 0
        found = colouring.words(page)
        places = page.lines.in_order((each.start, each.end) for each in found)
        for each, (at, start, length) in zip(found, places, strict=True):
            data += [at - line, start - column if at == line else start, length, each.kind, 0]
            line, column = at, start
        return lsp.SemanticTokens(data)


def _shown(server: Server) -> None:
    @server.feature(lsp.INITIALIZE)
    def initialize(params: lsp.InitializeParams) -> None:
        given = params.initialization_options
        server.shows = isinstance(given, dict) and given.get("shows") is True

    @server.command(CARD)
    async def card(uri: str, name: str) -> str | None:
        page = await server.page(uri)
        text = await server.aside(lambda: lenses.shown(page, name))
        if text is not None and not server.shows:
            server.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Info, text))
        return text

    @server.command(PICTURE)
    async def picture(uri: str, name: str, *theme: str) -> str | None:
        page = await server.page(uri)
        try:
            text = await server.aside(lambda: lenses.picture(page, name, *theme[:1]))
        except ArchError as error:
            server.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Error, str(error)))
            return None
        if text is not None and not server.shows:
            shown = lsp.ShowDocumentParams(server.keep(name, text), external=True)
            server.window_show_document(shown)  # whether it could is the editor's to say
        return text
