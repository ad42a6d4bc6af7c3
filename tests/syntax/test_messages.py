"""A table of mistakes, and what is said of them: the problem, the place, and what was expected."""

from __future__ import annotations

import pytest
from syntaxkit import errors, in_body, parsed

from archdsl.rules.syntax import UnexpectedToken

# text in a body, the problem's name, the text under its place
MISTAKES = [
    ("x = conv(3)", "assignment-statement", "x"),
    ("x := conv(3)", "assignment-statement", "x"),
    ("x += y", "assignment-statement", "x"),
    ("conv(3) relu", "missing-arrow", "relu"),
    ("conv1 conv(3)", "missing-arrow", "conv"),
    ("{ a } { b }", "missing-arrow", "{"),
    ("[a b]", "missing-arrow", "b"),
    ("conv(3 4)", "missing-comma", "4"),
    ("let y = [1 2]", "missing-comma", "2"),
    ("let y = [1,\n 2\n 3]", "missing-comma", "3"),
    ("if a = b { c }", "single-equals", "="),
    ("if a { c } elif b { d }", "foreign-word", "elif"),
    ("elif b { d }", "foreign-word", "elif"),
    ("while x { a }", "foreign-word", "while"),
    ("def f(x): return x", "foreign-word", "def"),
    ("return x", "foreign-word", "return"),
    ("let y = x is none", "foreign-word", "is"),
    ("repeat i in 3 { a }", "repeat-with-name", "i in 3"),
    ("let y = lambda x: x", "foreign-word", "lambda"),
    ("if a: b", "colon-for-braces", ":"),
    ("for i in 1..3: conv(i)", "colon-for-braces", ":"),
    ("if a\n{ b }", "brace-on-next-line", "{"),
    ("a :: [N] -> b", "misplaced-ascription", "::"),
    (":: [N]", "misplaced-ascription", "::"),
    ("if b { a } :: [N]", "misplaced-ascription", "::"),
    ("a as b -> c", "name-not-last", "->"),
    ("a as b, _ -> c", "name-not-last", "->"),
    ("output y = a -> b", "stage-in-output", "->"),
    ("add [_, 3]", "number-as-branch", "3"),
    ("add [2.5, _]", "number-as-branch", "2.5"),
    ("a if c -> b", "condition-not-last", "c"),
    ("a if c as b", "condition-not-last", "c"),
    ("a with w = zeros if c -> b", "condition-not-last", "c"),
    ("else { b }", "stray-else", "else"),
    ("if a { b }\n  c\n  else { d }", "stray-else", "else"),
    ("residual { a } -> b shortcut { c }", "stray-shortcut", "shortcut"),
    ("let y = a if b", "missing-else", "if"),
    ("conv(a if b, c)", "missing-else", "if"),
    ("let y = a < b < c", "chained-comparison", "<"),
    ("let y = a == b != c", "chained-comparison", "!="),
    ("let y = True", "python-constant", "True"),
    ("conv(3, bias = False)", "python-constant", "False"),
    ("a -> None", "python-constant", "None"),
    ("conv(a = 1, 2)", "positional-after-named", "2"),
    ("let for = 3", "keyword-as-name", "for"),
    ("for in in x { a }", "keyword-as-name", "in"),
    ("conv(block, 3)", "keyword-as-name", "block"),
    ("model inner() { a }", "declaration-in-body", "model"),
    ("import a: b", "declaration-in-body", "import"),
    ("arch 1", "misplaced-edition", "arch"),
    ("let y = a && b", "unknown-character", "&&"),
    ("a ; b", "semicolon-for-line-end", ";"),
    ("let y = a ? b : c", "unknown-character", "?"),
    ("a\N{NO-BREAK SPACE}-> b", "unknown-character", "\N{NO-BREAK SPACE}"),
    ("π -> b", "non-ascii-name", "π"),
    ("let y = 0777", "malformed-number", "0777"),
    ("let y = 1__0", "malformed-number", "1__0"),
    ("let y = 3x", "malformed-number", "3x"),
    ("let y = 1e999", "number-too-large", "1e999"),
    ("concat (a, b", "unclosed-bracket", "("),
    ("let y = f(a]", "wrong-closer", "]"),
    ("a )", "unmatched-closer", ")"),
    ("a # \0", "forbidden-character", "\0"),
    ("a # \N{RIGHT-TO-LEFT OVERRIDE}", "forbidden-character", "\N{RIGHT-TO-LEFT OVERRIDE}"),
    ("a\r-> b", "forbidden-character", "\r"),
    ("a # \N{LINE SEPARATOR}", "forbidden-character", "\N{LINE SEPARATOR}"),
    ("a # \ud800", "forbidden-character", "\ud800"),
    ("let y = x[1:2:3]", "slice-with-step", "x[1:2:3]"),
    ("residual a", "body-without-braces", "a"),
]

FILE_MISTAKES = [
    ("relu\n", "statement-outside-body", "relu"),
    ("x = 3\n", "assignment-statement", "x"),
    ("import torch\n", "import-form", "import"),
    ("import std.x as y\n", "import-form", "import"),
    ('import "./a.arch": B as C\n', "renamed-import", "B as C"),
    ("from x import y\n", "import-form", "from x import y"),
    ("class A { }\n", "foreign-word", "class"),
    ("arch 2\n? ' {{{ new syntax\n", "later-edition", "arch 2"),
    ("arch 0\n", "unknown-edition", "arch 0"),
    ("arch 1.0\n", "edition-form", "1.0"),
    ("arch 1 model\n", "edition-form", "model"),
    ("let A = 1\narch 1\n", "misplaced-edition", "arch 1"),
    ("arch 1\narch 1\n", "repeated-edition", "arch 1"),
    ("model m()\n{\n a\n}\n", "brace-on-next-line", "{"),
    ("model for() { }\n", "keyword-as-name", "for"),
    ("}\n", "unmatched-closer", "}"),
    ("model m() {\n", "unclosed-bracket", "{"),
]

# what is said where nothing more particular is known
EXPECTED = [
    ("let x =", "an expression", "the end of the line"),
    ("let x = 1 +", "an expression", "the end of the line"),
    ("let = 3", "a name", "`=`"),
    ("let x 3", "`=` or `,`", "`3`"),
    ("for x range(3) { a }", "`,` or `in`", "`range`"),
    ("for x in range(3)", "`{`", "the end of the line"),
    ("repeat { a }", "an expression", "`{`"),
    ("a ->", "a stage", "the end of the line"),
    ("a -> -> b", "a stage", "`->`"),
    ("-> a", "a statement", "`->`"),
    ("a as", "a name", "the end of the line"),
    ("concat [a, , b]", "a branch or `]`", "`,`"),
    ("assert x", "`,`", "the end of the line"),
    ("assert x, y", "a string", "`y`"),
    ("input x: N", "`[`", "the end of the line"),
    ("param x: [3]", "`=`", "the end of the line"),
    ("init { conv: zeros }", "`.`", "`:`"),
    ('"abc"', "`:`", "the end of the line"),
    ("a: b: c", "the end of the line or `->`", "`:`"),
    ('let x = "{a b}"', "`}`", "`b`"),
]


@pytest.mark.parametrize(("text", "name", "where"), MISTAKES)
def test_mistakes_in_a_body(text: str, name: str, where: str) -> None:
    (error,) = errors(in_body(text))
    assert error.problem.name == name
    assert error.span.text == where


@pytest.mark.parametrize(("text", "name", "where"), FILE_MISTAKES)
def test_mistakes_in_a_file(text: str, name: str, where: str) -> None:
    (error,) = errors(text)
    assert error.problem.name == name
    assert error.span.text == where


@pytest.mark.parametrize(("text", "expected", "found"), EXPECTED)
def test_what_was_expected(text: str, expected: str, found: str) -> None:
    (error,) = errors(in_body(text))
    assert isinstance(error.problem, UnexpectedToken)
    assert error.problem.message() == f"expected {expected}, but found {found}"


def test_the_end_of_a_line_is_where_the_line_ends() -> None:
    (error,) = errors(in_body("let x ="))
    assert error.span.source.position(error.span.start) == (2, 10)


def test_what_to_write_instead_is_right() -> None:
    (error,) = errors(in_body("if b { a } :: [N]"))
    assert "`_ :: [N, 64, H, W]`" in (error.problem.hint() or "")
    parsed(in_body("if b { a }\n_ :: [N]"))
    (error,) = errors(in_body("divide [_, 2.5]"))
    assert "`divide(2.5)`" in (error.problem.hint() or "")
    parsed(in_body("divide(2.5)"))


def test_messages_are_sentences() -> None:
    for text, _, _ in MISTAKES:
        for error in errors(in_body(text)):
            for words in (error.problem.message(), error.problem.hint()):
                assert words is None or (words and words[-1] != ".")
