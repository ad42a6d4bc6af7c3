"""Long and deep texts: bounded, without recursion, in time that grows with the text."""

from __future__ import annotations

import copy

import pytest
from syntaxkit import errors, expression, names, parsed, shown

from archdsl.syntax.limits import (
    MAX_EXPRESSION_DEPTH,
    MAX_FILE_CHARACTERS,
    MAX_NESTING,
    MAX_NUMBER_CHARACTERS,
)
from archdsl.syntax.parser import parse
from archdsl.tree import ast
from archdsl.tree.outline import show_ast, unparse_expression
from archir.base.source import Source

LONG = 5_000

CHAINS = {
    "sum": "1" + "+1" * LONG,
    "product": "a" + "*a" * LONG,
    "power": "a" + "**a" * LONG,
    "negation": "- " * LONG + "a",
    "not": "not " * LONG + "a",
    "and": "a" + " and a" * LONG,
    "or": "a" + " or a" * LONG,
    "choice": "a" + " if b else a" * LONG,
    "attributes": "a" + ".b" * LONG,
    "indices": "a" + "[0]" * LONG,
    "calls": "a" + "()" * LONG,
    "list": "[" + "1," * LONG + "]",
    "arguments": "f(" + "a=1," * LONG + ")",
    "string": '"' + "{a}b" * LONG + '"',
}

STATEMENTS = {
    "stages": "a" + "->a" * LONG,
    "names": "a as b" + ",b" * LONG,
    "overrides": "a" + " with a = 1" * LONG,
    "else if": "if a { }" + " else if a { }" * LONG,
    "branches": "[" + "a,\n" * LONG + "]",
    "lines": "a\n" * LONG,
    "line ends": "a" + "\n" * LONG + "b",
    "dims": "a :: [" + "N," * LONG + "]",
    "input": "input " + ", ".join(["a: [N]"] * LONG),
    "rules": "init {\n" + "a.b: c\n" * LONG + "}",
}


def sound(text: str) -> ast.File:
    """The tree of a text; all that Python does with a tree can be done with this one."""
    source = Source("test.arch", text)
    (file, found), (again, _) = parse(source), parse(source)
    assert file is not None and again is not None, [item.problem.message() for item in found]
    assert file == again and hash(file) == hash(again)
    assert copy.deepcopy(file) == file
    assert repr(file) and show_ast(file)
    return file


@pytest.mark.parametrize("name", CHAINS)
def test_long_expressions_are_flat(name: str) -> None:
    (let,) = sound(f"let A = {CHAINS[name]}\n").declarations
    assert isinstance(let, ast.Let)
    assert len(unparse_expression(let.value)) > LONG


@pytest.mark.parametrize("name", STATEMENTS)
def test_long_statements_are_flat(name: str) -> None:
    sound(f"block B() {{\n{STATEMENTS[name]}\n}}\n")


def test_a_very_long_sum() -> None:
    node = expression("1" + "+1" * 100_000)
    assert isinstance(node, ast.Arithmetic)
    assert len(node.rest) == 100_000


NESTS = [
    *(("let A = ", "(", "1", ")"), ("let A = ", "[", "", "]"), ("let A = ", "f(", "", ")")),
    *(
        ("let A = a", "[", "1", "]"),
        ("block B() { ", "{", "", "} }"),
        ("block B() { ", "[", "", "] }"),
    ),
    ("block B() { ", "dense {", "", "} }"),
    ("block B(a: ", "list[", "int", "]) { }"),
    ("let A = ", "-(", "1", ")"),
]


@pytest.mark.parametrize(("before", "opener", "inner", "closer"), NESTS)
def test_nesting_is_limited(before: str, opener: str, inner: str, closer: str) -> None:
    end = closer[1:]
    for depth in (MAX_NESTING * 2, 100_000):
        text = before + opener * depth + inner + closer[0] * depth + end
        (error,) = errors(text)
        assert error.problem.name == "nesting-too-deep"
        assert error.span.text in "([{"
        assert names(before + opener * depth) == ["nesting-too-deep"]
    depth = MAX_NESTING - 2
    sound(before + opener * depth + inner + closer[0] * depth + end)


@pytest.mark.parametrize("closer", ["(", ")", "[", "]", "{", "}", "({[", ")}]"])
def test_only_brackets(closer: str) -> None:
    for text in (closer * 100_000, f"block B() {{ {closer * 100_000} }}"):
        assert len(errors(text)) == 1


# All the operators, and a bracket behind them: the deepest tree that so many brackets can make.
_DENSE = "a if b or c and not d == e..f + g * -h ** i("
_LEFT = " ** a * b + c..d == e and f or g if h else i)"


def test_the_depth_of_expressions_is_limited() -> None:
    refused = 0
    for depth in range(1, MAX_NESTING):
        for text in (_DENSE * depth + "j" + ") else k" * depth, "(" * depth + "j" + _LEFT * depth):
            file, found = parse(Source("test.arch", f"let A = {text}\n"))
            assert {item.problem.name for item in found} <= {"nesting-too-deep"}
            refused += file is None
            if file is not None:
                sound(file.source.text)
    assert 0 < refused < 2 * MAX_NESTING - 2


def test_the_deepest_tree_of_all() -> None:
    """Braces as deep as they may be, and in the innermost the deepest expression."""
    exponents = "**-a" * (MAX_EXPRESSION_DEPTH // 2 - 2)
    depth = MAX_NESTING - 1
    sound(f"block B() {{ {'{' * depth} let x = a{exponents} {'}' * depth} }}")


def test_exponents_with_signs_are_nested_and_limited() -> None:
    assert names("let A = a" + "**-a" * LONG + "\n") == ["nesting-too-deep"]
    sound("let A = a" + "**-a" * (MAX_EXPRESSION_DEPTH // 2 - 2))


@pytest.mark.parametrize("digits", ["9", "0x9", "1_", "9.", ".9"])
def test_the_length_of_numbers_is_limited(digits: str) -> None:
    text = digits + "9" * MAX_NUMBER_CHARACTERS
    assert names(f"let A = {text}\n") == ["number-too-long"]
    assert "number-too-long" in names(f"arch {text}\nlet A = 1\n")


def test_the_length_of_files_is_limited() -> None:
    assert names("#" * (MAX_FILE_CHARACTERS + 1)) == ["file-too-large"]
    assert parsed("#" * MAX_FILE_CHARACTERS).declarations == ()


def test_shown_trees_are_as_deep_as_their_text() -> None:
    depth = MAX_NESTING - 2
    lines = shown("{" * depth + "}" * depth)
    assert len(lines) == 2 * depth
