"""Strings: escapes, and expressions in braces."""

from __future__ import annotations

import pytest
from syntaxkit import errors, expression, names, parsed

from archdsl.tree import ast
from archdsl.tree.outline import unparse_expression


def parts(text: str) -> list[str | ast.Expr]:
    node = expression(text)
    assert isinstance(node, ast.Text)
    return list(node.parts)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"plain"', "plain"),
        (r'"a\n\t\"\\b"', 'a\n\t"\\b'),
        ('"{{a}}"', "{a}"),
        ('"größe → # no comment"', "größe → # no comment"),
        (r'"\\{{"', "\\{"),
    ],
)
def test_plain_strings(text: str, value: str) -> None:
    assert parts(text) == [value]


def test_an_empty_string_has_no_parts() -> None:
    assert parts('""') == []


def test_expressions_in_strings() -> None:
    first, hole, last = parts('"layer{i + f(1)}_{{x"')
    assert (first, last) == ("layer", "_{x")
    assert isinstance(hole, ast.Arithmetic)
    assert hole.span.text == "i + f(1)"
    assert hole.span.source.position(hole.span.start) == (1, 16)
    assert [type(part) for part in parts('"{a}{b}"')] == [ast.Name, ast.Name]


@pytest.mark.parametrize(
    "text", ['"a{b if c else d}e"', '"{x[1:]}"', '"{-1}{{{a}}}"', '"{[1, 2]}"']
)
def test_strings_are_printed_as_they_were(text: str) -> None:
    assert unparse_expression(expression(text)) == text


def test_paths_are_taken_as_they_stand() -> None:
    file = parsed('import "./a{b}.arch": C\nblock B() { init { "layer{1}.*".weight: zeros } }')
    declared, block = file.declarations
    assert isinstance(declared, ast.Import) and declared.path == "./a{b}.arch"
    assert declared.path_span.text == '"./a{b}.arch"'
    assert isinstance(block, ast.PartDeclaration)
    (init,) = block.body.statements
    assert isinstance(init, ast.InitStatement)
    selector = init.rules[0].selector
    assert (selector.target, selector.is_path, selector.parameter) == ("layer{1}.*", True, "weight")


@pytest.mark.parametrize(
    ("text", "name", "where"),
    [
        ('"a{b"', "lone-brace", "{"),
        ('"a}b"', "lone-brace", "}"),
        ('"{}"', "empty-hole", "{}"),
        ('"a{ }b"', "empty-hole", "{ }"),
        (r'"a\qb"', "unknown-escape", r"\q"),
        ('"abc', "unterminated-string", '"abc'),
        ('"abc\\', "unterminated-string", '"abc\\'),
        ("'abc'", "single-quotes", "'abc'"),
        ('"{a b}"', "unexpected-token", "b"),
        ('"{(a}"', "unclosed-bracket", "("),
        ('"{a)}"', "unmatched-closer", ")"),
        ('"{a ? b}"', "unknown-character", "?"),
    ],
)
def test_errors_in_strings(text: str, name: str, where: str) -> None:
    (error,) = errors(f"let X = {text}\n")
    assert error.problem.name == name
    assert error.span.text == where


def test_an_unterminated_string_hides_no_other_declaration() -> None:
    assert names('let A = f("a)\nblock B() {\n  a b\n}\n') == [
        "unterminated-string",
        "missing-arrow",
    ]
