"""Diagnostics as a terminal shows them."""

from __future__ import annotations

import io
import json
import re
import unicodedata
from itertools import pairwise
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archc
from archc.render import data
from archc.render.characters import cells, columns, printable
from archc.render.forms import rendered
from archc.render.most import SHOWN
from archc.render.style import Style, style_of
from archc.render.terminal import plain, render
from archir.base.diagnostics import Diagnostic, Label, Problem, Severity
from archir.base.source import Source, Span

TEXT = """\
model net() {
  input x: [N, 3]
  concat [left, right]
\tconv(64) -> "中文" -> relu
  residual {
    one
    two
    three
  }
}
"""


class HeightsDiffer(Problem):
    """Two heights are not the same."""

    name: ClassVar[str] = "heights-differ"
    said: str = "concat needs equal heights: 12 and 13"
    advice: str | None = None
    under: str | None = None

    def message(self) -> str:
        return self.said

    def hint(self) -> str | None:
        return self.advice

    def label(self) -> str | None:
        return self.under


class Unused(HeightsDiffer):
    """A warning."""

    name: ClassVar[str] = "unused"
    severity: ClassVar[Severity] = "warning"


SOURCE = Source("net.arch", TEXT)


def at(words: str, text: str = TEXT, source: Source = SOURCE) -> Span:
    begin = text.index(words)
    return Span(source, begin, begin + len(words))


def show(problem: Problem, span: Span, *related: Label, style: Style | None = None) -> str:
    return render([Diagnostic(problem, span, related)], style or Style())


def test_a_diagnostic_with_all_its_places() -> None:
    shown = show(
        HeightsDiffer(advice="pad one of them\nor crop the other", under="these"),
        at("concat [left, right]"),
        Label(at("right"), "height 13"),
        Label(at("left"), "height 12"),
        Label(at("x"), "from here"),
    )
    assert shown == (
        "error[heights-differ]: concat needs equal heights: 12 and 13\n"
        " --> net.arch:3:3\n"
        "  |\n"
        "2 |   input x: [N, 3]\n"
        "  |         - from here\n"
        "3 |   concat [left, right]\n"
        "  |   ^^^^^^^^^^^^^^^^^^^^ these\n"
        "  |           ---- height 12\n"
        "  |                 ----- height 13\n"
        "  |\n"
        "  = help: pad one of them\n"
        "          or crop the other\n"
        "\n"
        "1 error\n"
    )


def test_a_place_of_several_lines_has_a_rail() -> None:
    span = Span(SOURCE, TEXT.index("residual"), TEXT.index("  }\n") + 4)
    assert show(HeightsDiffer(under="here"), span).split("\n")[2:-3] == [
        "  |",
        "5 | /   residual {",
        "6 | |     one",
        "...",
        "9 | |   }",
        "  | |___^ here",
    ]


def test_a_place_in_another_file() -> None:
    other = Source("stem.arch", "block Stem() { relu }\n")
    label = Label(Span(other, 6, 10), "declared here")
    lines = show(HeightsDiffer(), at("relu"), label).split("\n")
    assert " ::: stem.arch:1:7" in lines
    assert lines[lines.index(" ::: stem.arch:1:7") + 2 :][:2] == [
        "1 | block Stem() { relu }",
        "  |       ---- declared here",
    ]


def test_distant_lines_are_joined_by_dots_and_one_line_is_shown() -> None:
    shown = show(HeightsDiffer(), at("input"), Label(at("one"), "a"), Label(at("three"), "b"))
    numbers = re.findall(r"^(\d+(?= \|)|\.\.\.)", shown, re.MULTILINE)
    assert numbers == ["2", "...", "6", "7", "8"]


def test_wide_characters_and_tabs_keep_underlines_in_place() -> None:
    lines = show(HeightsDiffer(), at("relu")).split("\n")
    text, mark = next(pair for pair in pairwise(lines) if "^" in pair[1])
    assert _columns_before(text, "relu") == _columns_before(mark, "^")


def _columns_before(line: str, words: str) -> int:
    head = line[: line.index(words)]
    return sum(2 if unicodedata.east_asian_width(char) == "W" else 1 for char in head)


@pytest.mark.parametrize("focus", [0, 700, 1_399])
def test_long_lines_are_trimmed_around_the_place(focus: int) -> None:
    text = "ab" * focus + "HERE" + "cd" * (1_400 - focus)
    shown = show(HeightsDiffer(), at("HERE", text, Source("a", text)), style=Style(width=80))
    lines = shown.split("\n")
    assert max(map(len, lines)) <= 80
    row = next(line for line in lines if "HERE" in line)
    mark = next(line for line in lines if "^" in line)
    assert row.index("HERE") == mark.index("^^^^")


def test_a_place_at_the_very_end_is_shown() -> None:
    assert "^" in show(HeightsDiffer(), Span(SOURCE, len(TEXT), len(TEXT)))
    empty = Source("empty", "")
    assert "^" in show(HeightsDiffer(), Span(empty, 0, 0))


def test_control_characters_of_a_file_never_reach_the_terminal() -> None:
    text = "conv(\x1b[2J\x07\u202e\u0085) \u2028"
    source = Source("a\x1b[1m.arch", text)
    shown = show(HeightsDiffer("it is \x1b[31m\rred"), Span(source, 0, 4))
    assert not set(shown) & set("\x1b\x07\u202e\u0085\u2028\r")
    assert r"\x1b[2J\x07\u202e\x85" in shown


def test_colours_only_where_they_are_wanted() -> None:
    span = at("relu")
    assert "\x1b" not in show(HeightsDiffer(), span)
    coloured = show(HeightsDiffer(advice="so"), span, style=Style(colour=True))
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == show(HeightsDiffer(advice="so"), span)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environ", "on_terminal", "in_pipe"),
    [
        ({}, True, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"NO_COLOR": ""}, True, False),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
        ({"TERM": "dumb"}, False, False),
    ],
)
def test_colour_follows_the_terminal_and_the_environment(
    environ: dict[str, str], on_terminal: bool, in_pipe: bool
) -> None:
    assert style_of(Terminal(), environ).colour is on_terminal
    assert style_of(io.StringIO(), environ).colour is in_pipe


def test_an_ascii_output_gets_escapes_and_stand_ins() -> None:
    style = Style(encoding="ascii")
    shown = show(HeightsDiffer("3 \u00d7 3 … 中"), at("中文"), style=style)
    assert shown.isascii()
    assert "3 x 3 ... \\u4e2d" in shown


def test_the_summary_counts_all() -> None:
    found = [Diagnostic(HeightsDiffer(), at("relu"))] * (SHOWN + 5)
    found += [Diagnostic(Unused(), at("x"))]
    shown = render(found, Style())
    assert "... and 6 more" in shown
    assert shown.endswith(f"\n{SHOWN + 5} errors, 1 warning\n")
    assert render([], Style()) == ""
    document: Any = data.report(found)
    assert document["left_out"] == 6
    assert [each["severity"] for each in document["diagnostics"]] == ["error"] * SHOWN
    assert "left_out" not in data.report(found[-3:])
    last: Any = data.report([found[-1], *found[:-1]])
    assert {each["severity"] for each in last["diagnostics"]} == {"error"}, (
        "warnings are left out first"
    )
    assert rendered("concise", found, "0").endswith("\n... and 6 more\n")


def test_a_diagnostic_says_how_often_there_is_such_a_thing() -> None:
    one = Diagnostic(HeightsDiffer(), at("relu"), times=1900)
    assert "note: this is the first of 1,900 such errors at this place" in render([one], Style())
    told: Any = data.diagnostic(one)
    assert told["times"] == 1900


def test_messages_without_a_place() -> None:
    assert plain("error", "no such file", "look again", Style()) == (
        "error: no such file\nhelp: look again\n"
    )


@given(st.text(), st.sampled_from(["utf-8", "ascii", "latin-1", "cp1252"]))
def test_whatever_is_printed_can_be_encoded_and_is_harmless(text: str, encoding: str) -> None:
    shown = printable(text, encoding)
    shown.encode(encoding)
    assert all(unicodedata.category(char)[0] != "C" for char in shown)
    assert columns(text, encoding) == sum(cell.width for cell in cells(text, encoding))


@given(st.text(min_size=1), st.data(), st.integers(20, 200))
def test_any_place_of_any_text_is_rendered(text: str, data: st.DataObject, width: int) -> None:
    begin = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(begin, len(text)))
    source = Source("any", text)
    other = data.draw(st.integers(0, len(text)))
    shown = show(
        HeightsDiffer(), Span(source, begin, end), Label(Span(source, other, other), "x"),
        style=Style(width=width),
    )  # fmt: skip
    assert "^" in shown


@pytest.mark.parametrize(
    "line",
    [
        "NAME",
        "conv(NAME = 3)",
        "NAME: relu -> NAME: relu",
        "relu -> conv(4, 1) -> add [_, NAME]",
        'assert 1 == 2, "NAME"',
        '"NAME.x": relu',
        'init { "NAME".weight: zeros }',
        "relu as NAME",
        "let NAME = 3",
    ],
)
def test_a_name_of_any_length_is_cut_in_messages(line: str) -> None:
    text = "model m() {\n  input x: [N, 3, H = 8]\n  LINE\n  relu\n}\n"
    source = archc.Source("m.arch", text.replace("LINE", line).replace("NAME", "a" * 90_000))
    found = archc.check(source)
    items = [*found.errors, *found.warnings]
    assert items, "something is said of it"
    shown = render(items, Style())
    assert len(shown) < 4_000 * len(items)
    assert "more characters)" in shown
    assert len(json.dumps([data.diagnostic(item) for item in items])) < 4_000 * len(items)
