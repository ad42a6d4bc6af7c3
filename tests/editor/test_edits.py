"""Whatever is written in whatever order, an editor says what it would of a text new to it."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archc.editor import colouring, finding, hints, lenses
from archc.editor.explaining import hover
from archc.editor.keeping.lexing import Lexed, lexed
from archc.editor.page import Page
from archc.editor.server.acting import actions
from archir.base.diagnostics import Diagnostic
from archir.base.source import Span

PARTS = "block Part(width) { conv(width, 1) -> batch_norm }\n\nlet wide = 12\n"

TEXT = """\
arch 1

## What there is to edit.

import std.residual: BasicBlock
import "./parts.arch": Part, wide

let width, depth = 8, 2
let names = ["a", "b{width}"]

fn twice(n) = 2 * n

## What two models use.
block Unit(factor, act: op = relu) {
  conv(factor * width, 3, padding = 1) -> batch_norm -> act  # biased
  _ as before
  residual { conv(_.channels, 1) }
}

model one(classes = 10) {
  input image: [N, 3, H = 32, W = 32]
  stem: Unit(1) -> BasicBlock(8)
  for i in range(depth) {
    let inner = twice(width) + i
    Unit(inner, act = silu if i > 0 else relu)
    max_pool(2) if i == 0
  }
  global_avg_pool -> linear(classes)
  init { *.bias: zeros }
}

model two() {
  input image: [N, 3, H = 32, W = 32]
  Unit(2) as x
  x -> Part(wide) -> [conv(4, 1), Unit(1)] -> concat -> flatten -> linear(3)
}

model three = one(classes = 5)

model broken() {
  input x: [N, 6]
  linear(4) -> conv(3, 3) -> lineer(2)
}
"""

WORDS = (
    "width", "depth", "Unit", "Part", "one", "two", "x", "twice", "relu", "conv", "linear", "let",
    "model", "block", "if", "else", "for", "in", "->", "=", ":", ",", "(", ")", "[", "]", "{", "}",
    "3", "1.5", "7.", "0", '"', "'", "#", "##", "\n", "\n\n", "  ", " ", ";", "\u00e9", "\u200b",
    "\U0001f600", "*", "..", "arch 2", "import std.blocks: ConvNormAct\n", "let width = 9\n",
    "block relu() { linear(3) }\n", "model more = two()\n", "input y: [N, 3]", "-> relu", "as y",
    'import "./parts.arch": wide\n', "wide, ", "import", "init { conv.bias: ones }", "```arch",
)  # fmt: skip
"""What is written, or put in the place of a word that is there."""

EDITS = st.one_of(
    st.tuples(st.sampled_from(("insert", "replace", "behind")), st.sampled_from(WORDS)),
    st.tuples(
        st.sampled_from(("delete", "letter", "lines", "move", "double", "nothing")), st.just("")
    ),
    st.tuples(st.just("rename"), st.sampled_from(("width", "inner", "Unit", "x", "relu", "new"))),
)


def after(text: str, place: float, kind: str, word: str) -> str:
    """A text behind an edit at a place of it."""
    words = [each.span() for each in re.finditer(r"\w+|[^\w\s]+|\n+", text)] or [(0, 0)]
    start, end = words[min(int(place * len(words)), len(words) - 1)]
    lines = text.split("\n\n")
    number = min(int(place * len(lines)), len(lines) - 1)
    match kind:
        case "insert":
            return text[:start] + word + text[start:]
        case "behind":
            return text[:end] + word + text[end:]
        case "replace":
            return text[:start] + word + text[end:]
        case "delete":
            return text[:start] + text[end:]
        case "letter":
            return text[:start] + text[start + 1 :]
        case "lines":
            return text[:start] + text[text.find("\n", end) + 1 :]
        case "move":
            return "\n\n".join([*lines[:number], *lines[number + 1 :], lines[number]])
        case "nothing":
            return text
        case "double":
            return "\n\n".join([*lines[: number + 1], *lines[number:]])
    return re.sub(rf"\b{re.escape(text[start:end])}\b", lambda _: word, text)


def said(page: Page) -> object:
    """All that an editor shows of a page, with the words and places of each."""
    places = range(0, len(page.text) + 1, 31)
    return (
        [wrong(page, each, span) for each, span in page.diagnostics()],
        [
            (each.title, each.is_safe, [(place(edit.span), edit.text) for edit in each.edits])
            for each in actions(page, 0, len(page.text))
        ],
        [(place(each.span), each.texts) for each in hints.shapes(page)],
        [(each.title, each.name, place(each.span)) for each in lenses.lenses(page)],
        [(each.start, each.end, each.kind) for each in colouring.words(page)],
        [(each.name, place(each.span), place(each.name_span)) for each in finding.symbols(page)],
        finding.folds(page),
        [found and found.markdown for found in (hover(page, at) for at in places)],
        [
            found and (found.path, place(found.span))
            for found in (finding.definition(page, at) for at in places)
        ],
        [[place(span) for _, span in finding.references(page, at)] for at in places],
    )


def place(span: Span) -> tuple[str, int, int]:
    return span.source.name, span.start, span.end


def wrong(page: Page, each: Diagnostic, here: Span) -> object:
    related = [(one.text, place(one.span), page.own(one.span)) for one in each.related]
    words = None if each.fix is None else each.fix.words
    return repr(each.problem), each.hint, each.times, place(each.span), place(here), related, words


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.lists(st.tuples(st.floats(0, 1), EDITS, st.booleans()), min_size=1, max_size=8))
def test_after_any_edits_all_is_said_as_of_a_text_that_is_read_for_the_first_time(
    tmp_path: Path, edits: list[tuple[float, tuple[str, str], bool]]
) -> None:
    (tmp_path / "parts.arch").write_text(PARTS)
    path, text = tmp_path / "net.arch", TEXT
    page = Page(text, path)
    for place, edit, is_undone in edits:
        new = after(text, place, *edit)
        page = Page(new, path, last=page)
        assert said(page) == said(Page(new, path))
        if is_undone:
            page = Page(text, path, last=page)
            assert said(page) == said(Page(text, path))
        else:
            text = new


def tokens_of(found: Lexed) -> list[tuple[str, str, int, int]]:
    return [(each.type, each.text, each.start, each.end) for each in found.tokens]


@given(st.lists(st.tuples(st.floats(0, 1), EDITS), min_size=1, max_size=12))
def test_the_tokens_behind_edits_are_those_of_the_text(
    edits: list[tuple[float, tuple[str, str]]],
) -> None:
    text, found = TEXT, lexed(TEXT)
    for place, edit in edits:
        text = after(text, place, *edit)
        found = lexed(text, found)
        assert tokens_of(found) == tokens_of(lexed(text))
        assert found.is_right == lexed(text).is_right
