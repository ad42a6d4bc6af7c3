"""After an error the parser goes on, and says nothing that only follows from it."""

from __future__ import annotations

import pytest
from syntaxkit import errors, names

from archdsl.syntax.limits import MAX_SYNTAX_ERRORS


def test_each_statement_has_its_own_error() -> None:
    text = """model m() {
  a b
  for x in y {
    c d
    e -> f
    g(1 2) -> { h i }
  }
  concat [j k, l, m n]
  init {
    conv weight: zeros
    *.bias: zeros
    linear.weight zeros
  }
}
let A =
block B() { a b }
"""
    places = [
        (item.span.source.position(item.span.start)[0], item.problem.name) for item in errors(text)
    ]
    assert places == [
        (2, "missing-arrow"),
        (4, "missing-arrow"),
        (6, "missing-comma"),
        (6, "missing-arrow"),
        (8, "missing-arrow"),
        (8, "missing-arrow"),
        (10, "unexpected-token"),
        (12, "unexpected-token"),
        (15, "unexpected-token"),
        (16, "missing-arrow"),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # of the rest of a statement its braces are read
        ("block B() {\n  for x y { a b\n c d }\n}\n", ["unexpected-token", *["missing-arrow"] * 2]),
        ("block B() {\n  a -> }\nblock C() { a b }\n", ["unexpected-token", "missing-arrow"]),
        ("block B( {\n a b }\nblock C() { a }\n", ["unclosed-bracket", "missing-arrow"]),
        ("block { a }\nblock C() { a b }\n", ["unexpected-token", "missing-arrow"]),
        # brackets that do not fit: one error a line, and the rest is read
        ("block B() { a {\nblock C() { a b }\n", ["unclosed-bracket", "missing-arrow"]),
        ("block B() { a } }\nblock C() { a b }\n", ["unmatched-closer", "missing-arrow"]),
        ("block B() { a ( ] b c\n}\nblock C() { a b }\n", ["wrong-closer", "missing-arrow"]),
        ("let A = (1\nblock C() { a b }\n", ["unclosed-bracket", "missing-arrow"]),
        ("let A = 1)\nlet B = 1 2\n", ["unmatched-closer", "unexpected-token"]),
        # a string without an end may have swallowed braces
        ('model" *small() {\n  input x: [N]\n, elif', ["unterminated-string", "unclosed-bracket"]),
        ('block B() {\n  "a: {\n    b c\n  }\n}\n', ["unterminated-string", "missing-arrow"]),
        # what one line lacks and the next has too much
        (
            "block B() {\n  let a = (1\n  let b = 2)\n  c d\n}\n",
            ["unclosed-bracket", "unmatched-closer", "missing-arrow"],
        ),
        # one brace too much, or one too few
        ("block B() {\n  if a { b } }\n  c d\n}\n", ["missing-arrow", "unmatched-closer"]),
        ("block B()\n  a b\n}\n", ["unexpected-token", "missing-arrow"]),
        ("block B(\n  c\n)\n  a b\n}\n", ["unexpected-token", "missing-arrow"]),
        ("block B() {\n  repeat 3\n    a b\n  }\n}\n", ["unexpected-token", "missing-arrow"]),
        # a closer among what is closed behind it
        ("block B() {\n  conv(3, }1)\n  a b\n}\n", ["unmatched-closer", "missing-arrow"]),
        # the edition, and two errors of one token
        ("arch 1 1\nblock C() { a b }\n", ["edition-form", "missing-arrow"]),
        ("let A = f(3x 4y)\n", ["malformed-number", "malformed-number"]),
        ("a b c\n", ["statement-outside-body"]),
        ("3\nmport torch", ["unexpected-token", "misspelt-keyword", "import-form"]),
        # a list of a type that is not closed
        ("block B(s: list[i", ["unclosed-bracket"]),
    ],
)
def test_no_error_follows_from_another(text: str, found: list[str]) -> None:
    assert names(text) == found


def test_an_unclosed_brace_is_found_by_its_indentation() -> None:
    text = "model m() {\n  for a in b {\n    c\n  d\n}\n\nmodel n() { }\n"
    (error,) = errors(text)
    assert error.problem.name == "unclosed-bracket"
    assert error.span.source.position(error.span.start) == (2, 14)
    assert [label.span.source.position(label.span.start) for label in error.related] == [(5, 1)]


def test_an_unclosed_bracket_shows_where_it_was_noticed() -> None:
    (error,) = errors("block B() {\n  f(1\n}\n")
    assert error.span.source.position(error.span.start) == (2, 4)
    assert [label.span.text for label in error.related] == ["}"]


def test_after_many_errors_the_rest_is_left() -> None:
    found = names("block B() {\n" + "a b\n" * 1000 + "}\n")
    assert found == ["missing-arrow"] * MAX_SYNTAX_ERRORS + ["too-many-errors"]
    found = names("?" * 1000)
    assert found == ["unknown-character"] * MAX_SYNTAX_ERRORS + ["too-many-errors"]
