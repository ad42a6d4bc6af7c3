"""Models that no edit has touched are not compiled again, and nobody sees that they are not."""

from __future__ import annotations

import asyncio
import gc
from pathlib import Path

import pytest
from lsprotocol import types as lsp
from pygls.workspace import Workspace

from archc.editor import hints, lenses
from archc.editor.explaining import hover
from archc.editor.page import Page
from archc.editor.server import made
from archc.editor.server.session import MOST_PAGES
from archdsl.resolve.resolved import Resolved

PARTS = "block Part(width) { linear(width) }\n"

TEXT = """\
import std.residual: BasicBlock
import "./parts.arch": Part

let width = 8

## What two models use.
block Unit(factor) { conv(factor * width, 3, padding = 1) -> relu }

model one() {
  input image: [N, 3, H = 32, W = 32]
  Unit(1) -> BasicBlock(width)
}

model two() {
  input image: [N, 3, H = 32, W = 32]
  Unit(2) -> Unit(3)
  global_avg_pool -> linear(10)
}

model three() {
  input x: [N, 6]
  Part(4) -> relu
}

model other = three()
"""


def said(page: Page) -> object:
    """All that an editor shows of a page."""
    text = page.text
    return (
        [(each.problem.name, span.start, span.end) for each, span in page.diagnostics()],
        [(one.span.start, one.span.end, one.texts) for one in hints.shapes(page)],
        [(one.title, one.name, one.span.start) for one in lenses.lenses(page)],
        [
            found.markdown
            for at in range(0, len(text), 7)
            if (found := hover(page, at)) is not None and "```" in found.markdown
        ],
        [lenses.picture(page, name) for name in ("one", "two", "three", "other")],
    )


EDITS = [
    ("linear(10)", "linear(11)"),  # in a model
    ("## What two", "# A line more.\n\n## What two"),  # above all models
    ("linear(11)", "linear(11) -> rel"),  # a mistake
    ("Part(4)", "Part(5)"),  # in another, beside it
    ("-> rel\n", "-> relu\n"),  # which is put right
    ("let width = 8", "let width = 9"),  # what two of them need
    ("model three() {", "model three() {\n  # \U0001f600"),
    ("Unit(2) -> Unit(3)", "Unit(2) -> Unit(3"),  # a bracket is open
    ("Unit(3", "Unit(3)"),
    ("block Unit(factor) {", "block relu6() { linear(3) }\n\nblock Unit(factor) {"),
    ("-> relu }", "-> relu6 }"),  # no op any more
    ("model two", "model deux"),
    ("global_avg_pool -> ", ""),
    ("import std.residual: BasicBlock", ""),  # what a model needs is gone
    ("model other = three()", "model other = one()"),
]


def test_after_every_edit_all_is_said_as_of_a_text_that_is_read_for_the_first_time(
    tmp_path: Path,
) -> None:
    (tmp_path / "parts.arch").write_text(PARTS)
    path, text = tmp_path / "net.arch", TEXT
    page = Page(text, path)
    assert not page.found and said(page)
    for old, new in EDITS:
        assert old in text
        text = text.replace(old, new, 1)
        page = Page(text, path, last=page)
        assert said(page) == said(Page(text, path)), new


def kept(before: Page, after: Page) -> set[str]:
    olds = {id(each) for each in before.models}
    return {each.graph.root.name for each in after.models if id(each) in olds}


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("linear(10)", "linear(11)", {"one", "three", "other"}),
        ("## What two models use.", "## What they use.", {"three", "other"}),
        ("let width = 8", "let width = 9", {"three", "other"}),
        ("let width = 8", "# A remark.\nlet width = 8", {"one", "two", "three", "other"}),
        ("input x: [N, 6]", "input x: [N, 7", {"one", "two"}),
    ],
)
def test_what_is_kept_is_what_needs_nothing_that_was_edited(
    tmp_path: Path, old: str, new: str, names: set[str]
) -> None:
    (tmp_path / "parts.arch").write_text(PARTS)
    path = tmp_path / "net.arch"
    before = Page(TEXT, path)
    assert kept(before, Page(TEXT.replace(old, new, 1), path, last=before)) == names


def test_what_is_imported_is_read_anew(tmp_path: Path) -> None:
    parts, path = tmp_path / "parts.arch", tmp_path / "net.arch"
    parts.write_text(PARTS)
    before = Page(TEXT, path)
    parts.write_text(PARTS.replace("linear(width)", "linear(2 * width)"))
    after = Page(TEXT, path, last=before)
    assert kept(before, after) == {"one", "two"}
    assert said(after) == said(Page(TEXT, path))


def test_pages_that_are_gone_leave_no_garbage() -> None:
    """A command runs without the collector, and a server stays for days."""
    server, uri = made(), "untitled:Untitled-1"
    server.protocol._workspace = Workspace(None)

    async def written() -> None:
        for version in range(2 * MOST_PAGES):
            text = f"model net() {{\n  input x: [N, 4]\n  linear({version + 1})\n}}\n"
            server.workspace.put_text_document(lsp.TextDocumentItem(uri, "arch", version, text))
            await server.page(uri)
        await server.aside(lambda: None)  # behind what is still to be done there

    def programs() -> int:
        return sum(type(each) is Resolved for each in gc.get_objects())

    gc.collect()
    before = programs()
    gc.disable()
    try:
        asyncio.run(written())
        assert programs() - before <= MOST_PAGES + 2
    finally:
        gc.enable()
        server._checker.shutdown()
