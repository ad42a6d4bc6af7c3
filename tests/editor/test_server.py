"""``archc lsp``, spoken to as editors do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import pytest
from client import Client

TEXT = """# \U0001f600
block Stage(width = 16) { conv(width, 3, padding = 1) -> relu }

model net() {
  input image: [N, 3, H = 32, W = 32]
  Stage(8) -> Stage
  global_avg_pol
}
"""


@pytest.fixture
def client() -> Iterator[Client]:
    made = Client()
    yield made
    made.process.kill()
    made.process.wait()
    for stream in (made.process.stdin, made.process.stdout):
        if stream is not None:
            stream.close()


def opened(client: Client, uri: str, text: str) -> dict[str, Any]:
    document = {"uri": uri, "languageId": "arch", "version": 1, "text": text}
    client.tell("textDocument/didOpen", {"textDocument": document})
    return client.note("textDocument/publishDiagnostics")


def changed(client: Client, uri: str, version: int, text: str) -> None:
    document = {"uri": uri, "version": version}
    client.tell(
        "textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]}
    )


def at(uri: str, line: int, character: int) -> dict[str, Any]:
    return {
        "textDocument": {"uri": uri},
        "position": {"line": line, "character": character},
    }


def test_a_session_from_mistake_to_fix(client: Client, tmp_path: Path) -> None:
    uri = (tmp_path / "net.arch").as_uri()
    (wrong,) = opened(client, uri, TEXT)["diagnostics"]
    assert "global_avg_pool" in wrong["message"]
    assert wrong["range"]["start"] == {"line": 6, "character": 2}
    asked = {"textDocument": {"uri": uri}, "range": wrong["range"], "context": {"diagnostics": []}}
    (action,) = client.ask("textDocument/codeAction", asked)
    (edit,) = action["edit"]["changes"][uri]
    assert edit["newText"] == "global_avg_pool"
    changed(client, uri, 2, TEXT.replace("global_avg_pol", "global_avg_pool"))
    assert client.note("textDocument/publishDiagnostics")["diagnostics"] == []
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}}
    hints = client.ask("textDocument/inlayHint", {"textDocument": {"uri": uri}, "range": whole})
    assert [each["label"] for each in hints] == [
        "[N, 8, H, W] and 1 more",
        "[N, 16, H, W]",
        "[N, 16]",
    ]
    definition = client.ask("textDocument/definition", at(uri, 5, 16))
    assert definition["range"]["start"] == {"line": 1, "character": 6}
    hover = client.ask("textDocument/hover", at(uri, 5, 3))
    assert "block Stage(width = 16)" in hover["contents"]["value"]
    words = {each["label"] for each in client.ask("textDocument/completion", at(uri, 6, 2))}
    assert {"conv", "Stage"} <= words
    context = {"context": {"includeDeclaration": True}}
    assert len(client.ask("textDocument/references", {**at(uri, 1, 7), **context})) == 3
    renamed = client.ask("textDocument/rename", {**at(uri, 1, 7), "newName": "Block"})
    assert len(renamed["changes"][uri]) == 3
    symbols = client.ask("textDocument/documentSymbol", {"textDocument": {"uri": uri}})
    assert [each["name"] for each in symbols] == ["Stage", "net"]
    tokens = client.ask("textDocument/semanticTokens/full", {"textDocument": {"uri": uri}})["data"]
    # The comment has two letters and a sign of two units of UTF-16.
    assert tokens[:5] == [0, 0, 4, 8, 0]
    assert client.end() == 0


def test_the_newest_text_is_the_one_that_is_answered_for(client: Client, tmp_path: Path) -> None:
    uri = (tmp_path / "net.arch").as_uri()
    opened(client, uri, TEXT)
    for version in range(2, 30):
        changed(client, uri, version, TEXT[:-version])
    changed(client, uri, 30, "model net() {\n  input x: [N, 3]\n  linear(7)\n}\n")
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}}
    hints = client.ask("textDocument/inlayHint", {"textDocument": {"uri": uri}, "range": whole})
    assert [each["label"] for each in hints] == ["[N, 7]"]


def test_a_text_is_laid_out_unless_it_cannot_be_read(client: Client, tmp_path: Path) -> None:
    uri = (tmp_path / "net.arch").as_uri()
    opened(client, uri, "model net( ) {\n input x:[N,3]\n\n\n    linear( 7 )\n}\n")
    asked = {"textDocument": {"uri": uri}, "options": {"tabSize": 2, "insertSpaces": True}}
    (edit,) = client.ask("textDocument/formatting", asked)
    assert edit["newText"] == "model net() {\n  input x: [N, 3]\n\n  linear(7)\n}\n"
    changed(client, uri, 2, "model net( ) {\n input x:[N,3\n")
    assert client.ask("textDocument/formatting", asked) == []


def test_a_text_that_is_imported_may_be_open_too(client: Client, tmp_path: Path) -> None:
    main, parts = (tmp_path / "net.arch").as_uri(), (tmp_path / "parts.arch").as_uri()
    opened(client, parts, "block Unit() { linear(5) }\n")
    text = 'import "./parts.arch": Unit\n\nmodel net() {\n  input x: [N, 3]\n  Unit\n}\n'
    assert opened(client, main, text)["diagnostics"] == []
    definition = client.ask("textDocument/definition", at(main, 4, 3))
    assert definition["uri"] == parts


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b'{"jsonrpc": "2.0", "id": 9, "method": "no/such", "params": {}}', b"\xff\xfe"],
)
def test_a_broken_frame_ends_nothing(client: Client, tmp_path: Path, body: bytes) -> None:
    client.send(body)
    uri = (tmp_path / "net.arch").as_uri()
    assert len(opened(client, uri, TEXT)["diagnostics"]) == 1


@pytest.mark.parametrize("length", [b"abc", b"-4"])
def test_a_length_that_is_none_ends_the_server_in_order(client: Client, length: bytes) -> None:
    """Nobody can say where the next frame begins. Editors start a server anew that has ended."""
    assert client.process.stdin is not None
    client.process.stdin.write(b"Content-Length: " + length + b"\r\n\r\n{}")
    client.process.stdin.close()
    assert client.process.wait(timeout=60) == 0


def test_a_text_that_is_closed_while_it_is_asked_about(client: Client) -> None:
    uri = "untitled:Untitled-1"
    document = {"uri": uri, "languageId": "arch", "version": 1, "text": TEXT}
    client.tell("textDocument/didOpen", {"textDocument": document})
    number = client.begin("textDocument/hover", at(uri, 5, 3))
    client.tell("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert "result" in client.answer(number)
    asked = {"textDocument": {"uri": uri}}
    assert client.ask("textDocument/documentSymbol", asked) == []
    # And its mistakes are taken back, last of all.
    client.ask("textDocument/documentSymbol", asked)
    said = [each["params"] for each in client.notes if "diagnostics" in each["params"]]
    assert said[-1]["diagnostics"] == []


def test_places_of_edits_are_units_of_utf_16(client: Client, tmp_path: Path) -> None:
    uri = (tmp_path / "net.arch").as_uri()
    text = "model net() {\n  input x: [N, 3]\n  linear(7)  # \U0001f600 é linear(8\n}\n"
    opened(client, uri, text)
    # Behind the comment's first letter, which is two units: the rest of it goes away.
    column = len("  linear(7)  # \U0001f600".encode("utf-16-le")) // 2
    gone = {
        "start": {"line": 2, "character": column},
        "end": {"line": 2, "character": column + len(" é linear(8")},
    }
    edits = [
        {"range": gone, "text": ""},
        {
            "range": {"start": {"line": 2, "character": 9}, "end": {"line": 2, "character": 10}},
            "text": "5",
        },
    ]
    document = {"uri": uri, "version": 2}
    client.tell("textDocument/didChange", {"textDocument": document, "contentChanges": edits})
    asked = {"textDocument": {"uri": uri}}
    symbols = client.ask("textDocument/documentSymbol", asked)
    assert symbols[0]["range"]["end"] == {"line": 3, "character": 1}
    tokens = client.ask("textDocument/semanticTokens/full", asked)["data"]
    # The comment behind `linear`, `5`: a sign, a blank, and two units.
    assert tokens[-3:] == [4, 8, 0]
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 4, "character": 0}}
    (hint,) = client.ask("textDocument/inlayHint", {**asked, "range": whole})
    assert (hint["label"], hint["position"]) == ("[N, 5]", {"line": 2, "character": 11})


def test_a_question_that_is_taken_back_ends_nothing(client: Client, tmp_path: Path) -> None:
    uri = (tmp_path / "net.arch").as_uri()
    opened(client, uri, TEXT)
    number = client.begin("textDocument/hover", at(uri, 5, 3))
    client.tell("$/cancelRequest", {"id": number})
    assert "id" in client.answer(number)
    assert client.ask("textDocument/hover", at(uri, 5, 3)) is not None


def test_a_text_that_is_in_no_file_yet_and_one_that_follows_its_import(
    client: Client, tmp_path: Path
) -> None:
    untitled = "untitled:Untitled-1"
    (wrong,) = opened(client, untitled, TEXT)["diagnostics"]
    assert wrong["code"] == "unknown-name"
    main, parts = (tmp_path / "net.arch").as_uri(), (tmp_path / "parts.arch").as_uri()
    opened(client, parts, "block Unit() { linear(5) }\n")
    text = 'import "./parts.arch": Unit\n\nmodel net() {\n  input x: [N, 3]\n  Unit\n}\n'
    assert opened(client, main, text)["diagnostics"] == []
    # What is wrong with what is imported is said of the text that imports it, without a key there.
    changed(client, parts, 2, "block Other() { linear(5) }\n")
    said = [client.note("textDocument/publishDiagnostics") for _ in range(2)]
    assert {each["uri"]: len(each["diagnostics"]) for each in said} == {main: 1, parts: 0}


def test_lenses_their_commands_and_who_calls_whom(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "net.arch"
    uri, text = path.as_uri(), TEXT.replace("global_avg_pol", "global_avg_pool")
    opened(client, uri, text)
    document = {"textDocument": {"uri": uri}}
    found = client.ask("textDocument/codeLens", document)
    # 3 x 8 x 9 and 8 x 16 x 9 weights with their biases, at 32 x 32 places.
    assert [each["command"]["title"] for each in found] == [
        "runs 2 times, 224 to 1,168 parameters, 221,184 to 1,179,648 MACs",
        "1,392 parameters, 1,400,832 MACs at N = 1, H = 32, W = 32",
        "picture",
    ]
    for each in found[1:]:
        command = each["command"]
        asked = {"command": command["command"], "arguments": command["arguments"]}
        assert "net" in client.ask("workspace/executeCommand", asked)
    assert "1,392" in client.note("window/showMessage")["message"]
    (shown,) = client.asked
    assert shown["method"] == "window/showDocument"
    file = Path(unquote(urlparse(shown["params"]["uri"]).path))
    assert file.read_text("utf-8").startswith("<!DOCTYPE html>")
    (item,) = client.ask("textDocument/prepareCallHierarchy", at(uri, 5, 3))
    assert (item["name"], item["selectionRange"]["start"]["line"]) == ("Stage", 1)
    (call,) = client.ask("callHierarchy/incomingCalls", {"item": item})
    assert call["from"]["name"] == "net" and len(call["fromRanges"]) == 2
    (call,) = client.ask("callHierarchy/outgoingCalls", {"item": call["from"]})
    assert call["to"]["name"] == "Stage"
    # Files that nobody has opened use the name, too.
    (tmp_path / "other.arch").write_text('import "./net.arch": Stage\n\nblock A() { Stage }\n')
    context = {"context": {"includeDeclaration": True}}
    places = client.ask("textDocument/references", {**at(uri, 1, 7), **context})
    assert sum(each["uri"].endswith("other.arch") for each in places) == 2
    assert client.end() == 0
    assert not file.exists()


def test_a_word_is_answered_for_before_the_text_is_checked(client: Client, tmp_path: Path) -> None:
    uri = (tmp_path / "net.arch").as_uri()
    opened(client, uri, TEXT)
    changed(client, uri, 2, TEXT.replace("  global_avg_pol", "  Stage -> Stage(wi"))
    words = client.ask("textDocument/completion", at(uri, 6, 20))
    assert {"width = ", "Stage"} <= {each["label"] for each in words}
    call = client.ask("textDocument/signatureHelp", at(uri, 6, 17))
    assert call["signatures"][0]["label"] == "Stage(width = 16)"
