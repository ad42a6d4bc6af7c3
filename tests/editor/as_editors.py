"""``archc lsp`` as editors of these names and versions take it, by pytest-lsp.

Its client says what the editor can do, and refuses an answer that goes beyond that. Its plugin for
pytest is for tests of its kind alone, so ``.ci/run`` installs it beside, and runs this there.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types as lsp
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

TEXT = """\
## A part.
block Unit(width = 8) { linear(width) -> relu }

model net() {
  input x: [N, 4]
  Unit(6) -> rellu
}
"""

COMMAND = [sys.executable, "-m", "archc", "lsp"]


async def _editor(
    request: pytest.FixtureRequest, lsp_client: LanguageClient
) -> AsyncIterator[LanguageClient]:
    known = client_capabilities(request.param)
    await lsp_client.initialize_session(lsp.InitializeParams(capabilities=known))
    yield lsp_client
    await lsp_client.shutdown_session()


editor = pytest_lsp.fixture(
    config=ClientServerConfig(server_command=COMMAND),
    params=["visual_studio_code", "neovim", "emacs"],
)(_editor)


@pytest.mark.asyncio
async def test_what_an_editor_asks_while_a_network_is_written(
    editor: LanguageClient, tmp_path: Path
) -> None:
    uri = (tmp_path / "net.arch").as_uri()
    this = lsp.TextDocumentIdentifier(uri)

    def at(line: int, column: int) -> lsp.Position:
        return lsp.Position(line, column)

    editor.text_document_did_open(
        lsp.DidOpenTextDocumentParams(lsp.TextDocumentItem(uri, "arch", 1, TEXT))
    )
    await editor.wait_for_notification(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    (wrong,) = editor.diagnostics[uri]
    assert "did you mean relu" in wrong.message and wrong.range.start == at(5, 13)
    asked = lsp.CodeActionParams(this, wrong.range, lsp.CodeActionContext([wrong]))
    actions = await editor.text_document_code_action_async(asked)
    assert actions is not None and len(actions) == 1
    action = actions[0]
    assert isinstance(action, lsp.CodeAction) and action.edit is not None
    assert action.edit.changes is not None
    (edit,) = action.edit.changes[uri]
    assert edit.new_text == "relu"
    editor.text_document_did_change(
        lsp.DidChangeTextDocumentParams(
            lsp.VersionedTextDocumentIdentifier(2, uri),
            [lsp.TextDocumentContentChangePartial(edit.range, edit.new_text)],
        )
    )
    words = await editor.text_document_completion_async(lsp.CompletionParams(this, at(5, 4)))
    assert isinstance(words, list) and "Unit" in {each.label for each in words}
    call = await editor.text_document_signature_help_async(lsp.SignatureHelpParams(this, at(5, 7)))
    assert call is not None and call.signatures[0].label == "Unit(width = 8)"
    hover = await editor.text_document_hover_async(lsp.HoverParams(this, at(5, 3)))
    assert hover is not None and isinstance(hover.contents, lsp.MarkupContent)
    assert "A part." in hover.contents.value
    whole = lsp.Range(at(0, 0), at(7, 0))
    hints = await editor.text_document_inlay_hint_async(lsp.InlayHintParams(this, whole))
    assert [each.label for each in hints or ()] == ["[N, 6]", "[N, 6]"]
    target = await editor.text_document_definition_async(lsp.DefinitionParams(this, at(5, 3)))
    assert isinstance(target, lsp.Location) and target.range.start == at(1, 6)
    symbols = await editor.text_document_document_symbol_async(lsp.DocumentSymbolParams(this))
    assert [each.name for each in symbols or ()] == ["Unit", "net"]
    lenses = await editor.text_document_code_lens_async(lsp.CodeLensParams(this))
    # 4 x 6 weights and 6 biases.
    titles = [each.command.title for each in lenses or () if each.command is not None]
    assert any(title.startswith("30 parameters") for title in titles)
    renamed = await editor.text_document_rename_async(lsp.RenameParams(this, at(1, 7), "Half"))
    assert renamed is not None and renamed.changes is not None
    assert len(renamed.changes[uri]) == 2
