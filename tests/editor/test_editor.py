"""What an editor asks of a text: names, shapes, words that may stand there, fixes."""

from __future__ import annotations

from pathlib import Path

import pytest
from pages import marked

from archc.editor import colouring, completing, explaining, finding, hints
from archc.editor.page import Page
from archc.editor.positions import Position
from archc.editor.server import acting

TEXT = """import std.residual: Bottleneck

## A stage of some layers.
block Stage(width: int in 8..64 = 16, depth = 2) {
  repeat depth { conv(width, 3, padding = 1) -> relu }
}

let CLASSES = 10

model net(width = 16) {
  input image: [N, 3, H = 32, W = 32]
  conv(width, 3, stride = 2, padding = 1) as stem
  Stage(2 * width)
  a: Stage(depth = 1)
  Bottleneck(8)
  concat [_, stem -> identity]
  global_avg_pool -> linear(CLASSES)
}
"""


def place_of(text: str, word: str, number: int = 0) -> int:
    at = -1
    for _ in range(number + 1):
        at = text.index(word, at + 1)
    return at


def test_shapes_stand_behind_the_statements() -> None:
    page = Page(TEXT)
    assert not [each.problem.message() for each in page.found if each.is_error]
    by_line = {page.lines.place(one.span.end).line + 1: one.texts for one in hints.shapes(page)}
    assert by_line[12] == ("[N, 16, (H + 1) // 2, (W + 1) // 2]",)
    assert by_line[13] == ("[N, 32, (H + 1) // 2, (W + 1) // 2]",)
    assert by_line[17] == ("[N, 10]",)
    # The block runs for two widths.
    assert by_line[5] == (
        "[N, 32, (H + 1) // 2, (W + 1) // 2]",
        "[N, 16, (H + 1) // 2, (W + 1) // 2]",
    )


@pytest.mark.parametrize(
    ("word", "number", "target", "target_number"),
    [
        ("Stage", 1, "Stage", 0),
        ("width", 1, "width", 0),
        ("width", 3, "width", 2),
        ("stem", 1, "stem", 0),
        ("CLASSES", 1, "CLASSES", 0),
        ("depth", 1, "depth", 0),
    ],
)
def test_a_name_leads_to_where_it_is_declared(
    word: str, number: int, target: str, target_number: int
) -> None:
    page = Page(TEXT)
    found = finding.definition(page, place_of(TEXT, word, number))
    assert found is not None
    assert (found.path, found.span.start) == (None, place_of(TEXT, target, target_number))


def test_a_block_of_the_library_leads_into_its_file() -> None:
    page = Page(TEXT)
    found = finding.definition(page, place_of(TEXT, "Bottleneck", 1))
    assert found is not None
    assert found.path is not None
    text = found.path.read_text("utf-8")
    assert text[found.span.start : found.span.end] == "Bottleneck"
    assert "block Bottleneck" in text[found.span.start - 6 : found.span.end]


def test_references_are_those_of_the_same_meaning() -> None:
    page = Page(TEXT)
    places = [span.start for _, span in finding.references(page, place_of(TEXT, "width", 2))]
    # The model's own width: its parameter, and two uses; the block's width is another one.
    assert places == [place_of(TEXT, "width", number) for number in (2, 3, 4)]
    stage = [span.start for _, span in finding.references(page, place_of(TEXT, "Stage", 0))]
    assert stage == [place_of(TEXT, "Stage", number) for number in (0, 1, 2)]


def test_a_name_is_changed_everywhere_or_not_at_all() -> None:
    page = Page(TEXT)
    at = place_of(TEXT, "stem")
    spans = [span for _, span in finding.rename(page, at, "trunk")]
    text = TEXT
    for span in sorted(spans, key=lambda one: -one.start):
        text = text[: span.start] + "trunk" + text[span.end :]
    assert not [each for each in Page(text).found if each.is_error]
    assert "stem" not in text
    for wrong in ("image", "Stage", "model", "2x", "_"):
        with pytest.raises(finding.NotRenamed):
            finding.rename(page, at, wrong)
    with pytest.raises(finding.NotRenamed):
        finding.rename(page, place_of(TEXT, "Bottleneck", 1), "Other")
    with pytest.raises(finding.NotRenamed):
        finding.rename(page, place_of(TEXT, "relu"), "other")


def test_an_argument_is_no_use_of_the_name() -> None:
    page = Page(TEXT)
    places = [span.start for _, span in finding.references(page, place_of(TEXT, "depth", 0))]
    assert place_of(TEXT, "depth = 1") not in places


def test_a_pointer_over_a_name_says_what_it_is() -> None:
    page = Page(TEXT)
    conv = explaining.hover(page, place_of(TEXT, "conv"))
    assert conv is not None
    assert "conv(out_channels" in conv.markdown.replace("\n", "")
    stage = explaining.hover(page, place_of(TEXT, "Stage", 1))
    assert stage is not None
    assert "block Stage(width: int in 8..64 = 16, depth = 2)" in stage.markdown
    assert "A stage of some layers." in stage.markdown
    assert "`[N, 32, (H + 1) // 2, (W + 1) // 2]`" in stage.markdown
    net = explaining.hover(page, place_of(TEXT, "net"))
    assert net is not None
    assert "parameters" in net.markdown
    assert explaining.hover(page, place_of(TEXT, "->")) is None


@pytest.mark.parametrize(
    ("line", "active"),
    [
        ("conv(^)", 0),
        ("conv(8, ^3)", 1),
        ("conv(8, 3, padding = ^1)", "padding"),
        ("conv(max(8, 3)^, 3)", 0),
        ("Stage(8, ^)", 1),
    ],
)
def test_a_call_that_is_written_shows_its_parameters(line: str, active: int | str) -> None:
    text = TEXT.replace("  Stage(2 * width)", f"  {line}")
    page, at = marked(text)
    call = explaining.signature(page, at)
    assert call is not None
    if isinstance(active, str):
        assert call.active is not None
        assert call.parameters[call.active].startswith(active)
    else:
        assert call.active == active


@pytest.mark.parametrize(
    ("line", "words", "others"),
    [
        ("  ^", {"conv", "Stage", "stem", "CLASSES", "residual"}, {"net2"}),
        ("  conv(8, 3, pa^", {"padding = ", "width"}, set()),
        ("  relu # ^", set(), {"conv"}),
        ("import std.residual: ^", {"BasicBlock", "Bottleneck"}, {"conv"}),
        ("import std.^", {"std.residual", "std.mobile"}, {"conv"}),
    ],
)
def test_words_that_may_stand_there(line: str, words: set[str], others: set[str]) -> None:
    page, at = marked(TEXT.replace("  Bottleneck(8)", line))
    found = {each.word for each in completing.proposals(page, at)}
    assert words <= found
    assert not others & found


@pytest.mark.parametrize(
    ("line", "words", "others"),
    [
        ("  Stage(2 * width)\n  st^", {"stem", "Stage"}, {"depth"}),
        ("  Stage(2 * width, ^", {"depth = ", "stem"}, set()),
    ],
)
def test_words_are_there_before_the_text_is_checked_again(
    line: str, words: set[str], others: set[str]
) -> None:
    now, at = marked(TEXT.replace("  Stage(2 * width)", line))
    sketch = Page(now.text, before=Page(TEXT))
    found = {each.word for each in completing.proposals(sketch, at)}
    assert words <= found
    assert not others & found
    # And names mean what they did, where they are now.
    stems = [span.start for _, span in finding.references(sketch, place_of(now.text, "stem"))]
    assert stems == [place_of(now.text, "stem", number) for number in (0, 1)]
    call = explaining.signature(sketch, place_of(now.text, "linear(") + 7)
    assert call is not None and call.label.startswith("linear(")


def test_places_in_lines_that_end_as_windows_ends_them() -> None:
    page = Page(TEXT.replace("\n", "\r\n"))
    (net,) = [each for each in finding.symbols(page) if each.name == "net"]
    assert page.lines.place(net.name_span.start) == Position(9, 6)
    assert page.text[page.at(Position(9, 6)) :].startswith("net(")


def test_a_mistake_has_its_fix() -> None:
    text = TEXT.replace("global_avg_pool", "global_avg_pol")
    page = Page(text)
    at = text.index("global_avg_pol")
    (action,) = acting.actions(page, at, at)
    (edit,) = action.edits
    fixed = text[: edit.span.start] + edit.text + text[edit.span.end :]
    assert fixed == TEXT
    assert not acting.actions(page, 0, 3)


def test_a_mistake_in_an_imported_text_is_shown_at_the_import(tmp_path: Path) -> None:
    (tmp_path / "parts.arch").write_text("block Unit() { conv(8, 3 }\n")
    main = tmp_path / "net.arch"
    text = 'import "./parts.arch": Unit\n\nmodel net() {\n  input x: [N, 3]\n  Unit\n}\n'
    page = Page(text, str(main))
    assert all(span.source is page.source for _, span in page.diagnostics())
    assert [each for each, _ in page.diagnostics() if each.is_error]


def test_an_imported_text_is_read_as_it_stands_in_the_editor(tmp_path: Path) -> None:
    main = tmp_path / "net.arch"
    text = 'import "./parts.arch": Unit\n\nmodel net() {\n  input x: [N, 3]\n  Unit\n}\n'
    page = Page(text, str(main), lambda _, most: b"block Unit() { linear(7) }\n"[:most])
    assert [one.texts for one in hints.shapes(page)] == [("[N, 7]",)]


def test_the_outline_and_what_can_be_folded() -> None:
    page = Page(TEXT)
    assert [(each.name, each.kind) for each in finding.symbols(page)] == [
        ("Stage", "block"),
        ("CLASSES", "constant"),
        ("net", "model"),
    ]
    assert (9, 16) in finding.folds(page)


def test_names_are_coloured_by_what_they_mean() -> None:
    page = Page(TEXT)
    found = {
        (TEXT[one.start : one.end], page.lines.place(one.start).line + 1): colouring.KINDS[one.kind]
        for one in colouring.words(page)
    }
    assert found["conv", 12] == "function"
    assert found["Stage", 13] == "class"
    assert found["width", 13] == "parameter"
    assert found["stem", 16] == "variable"
    assert found["model", 10] == "keyword"
    assert found["## A stage of some layers.", 3] == "comment"
    assert found["padding", 12] == "property"


@pytest.mark.parametrize("end", range(0, len(TEXT), 7))
def test_a_text_that_is_being_written_never_fails(end: int) -> None:
    text = TEXT[:end]
    page = Page(text)
    list(page.diagnostics())
    hints.shapes(page)
    colouring.words(page)
    finding.folds(page)
    finding.symbols(page)
    completing.proposals(page, end)
    explaining.signature(page, end)
    explaining.hover(page, end)
    finding.definition(page, max(0, end - 1))
    assert page.at(page.lines.place(end)) == end
    assert page.lines.place(0) == Position(0, 0)
