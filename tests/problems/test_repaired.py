"""A mistake of syntax that has one repair hides nothing else of its statement."""

from __future__ import annotations

from collections import Counter

import pytest
from mistakes import mistakes, themes

import archc
from archdsl.syntax.parser import read
from archir.base.diagnostics import Diagnostic
from archir.base.fixes import apply
from archir.base.source import Source

MODEL = "model m() {{\n  input x: [N, 3, H = 32, W = 32]\n  {}\n}}\n"


def said(text: str) -> list[tuple[str, str]]:
    """The problem of each error, and the text at its place."""
    found = archc.check(Source("m.arch", text)).errors
    return [(each.problem.name, each.span.text) for each in found]


def in_model(*statements: str) -> list[tuple[str, str]]:
    return said(MODEL.format("\n  ".join(statements)))


def test_all_mistakes_of_a_call() -> None:
    assert in_model("conv(w, (3, 3), padding = (1, 1), bias = False)") == [
        ("unknown-name", "w"),
        ("tuple-for-list", "(3, 3)"),
        ("tuple-for-list", "(1, 1)"),
        ("python-constant", "False"),
    ]


def test_a_name_that_is_no_op() -> None:
    found = in_model("conv2d(filters = q, kernel_size = (3, 3))")
    assert found[0] == ("unknown-name", "conv2d")
    assert ("unknown-argument", "filters") in found
    assert ("unknown-name", "q") in found
    assert ("tuple-for-list", "(3, 3)") in found


def test_shapes_are_looked_at() -> None:
    found = in_model("conv(8, (99, 3))", "conv(8 (3, 3), stride = None)", "concat [x, x -> relu")
    assert ("kernel-does-not-fit", "conv(8, (99, 3))") in found
    found = in_model("conv(8 3)", "max_pool(99)", "flatten", "conv(3, 1)")
    assert ("kernel-does-not-fit", "max_pool(99)") in found


def test_lists_of_tuples() -> None:
    found = in_model("for w, s in ((8, 1), (v, 2)) { conv(w, 3, stride = s) }")
    assert Counter(found) == Counter(
        [
            ("tuple-for-list", "((8, 1), (v, 2))"),
            ("tuple-for-list", "(8, 1)"),
            ("tuple-for-list", "(v, 2)"),
            ("unknown-name", "v"),
        ]
    )


def test_a_statement_of_very_many_is_refused_and_read_over() -> None:
    pairs = ", ".join(["(1, 2)"] * 5_000)
    found = in_model(f"let t = [{pairs}]", "rellu")
    assert found[-1] == ("unknown-name", "rellu")
    assert len(found) < 30


TEXTS = [one.text for theme in themes() for one in mistakes(theme)[1]]


@pytest.mark.parametrize("text", TEXTS)
def test_it_says_what_is_said_of_the_text_with_the_repairs(text: str) -> None:
    """What is said behind a repair is what will be said once its fix has been applied."""
    source = Source("m.arch", text)
    file, problems = read(source)
    places = set() if file is None else set(file.repaired)
    fixes = {each.span: each.fix for each in problems if each.span in places}
    if not fixes or len(fixes) < len(list(problems)):
        return
    now = apply(text, [fix for fix in fixes.values() if fix is not None])
    rest = [each for each in archc.check(source).errors if each.span not in places]
    assert told(rest) <= told(archc.check(Source("m.arch", now)).errors)


def told(found: list[Diagnostic] | tuple[Diagnostic, ...]) -> Counter[str]:
    return Counter(each.problem.message() for each in found)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("conv(8, 3) |> rellu", "foreign-arrow"),
        ("rellu; tanh", "semicolon-for-line-end"),
        ("`stem`: conv(8, 3) -> rellu", "single-quotes"),
        ("if x.channels == 3: { rellu } else: { tanh }", "colon-for-braces"),
        ("[8].map(w => conv(w, 3)) -> rellu", "foreign-form"),
        ("residul { rellu }", "misspelt-keyword"),
    ],
)
def test_the_line_of_another_language_s_form_is_read_too(line: str, problem: str) -> None:
    names = [name for name, _ in in_model(line)]
    assert sorted(names) == sorted([problem, "unknown-name"])


def test_semicolons_of_a_large_file_are_one_error() -> None:
    found = in_model(*["relu;"] * 300, "rellu;")
    assert [name for name, _ in found] == ["semicolon-for-line-end", "unknown-name"]
