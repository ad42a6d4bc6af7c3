"""What the tests of the syntax share."""

from __future__ import annotations

from archdsl.syntax.parser import parse
from archdsl.tree import ast
from archdsl.tree.outline import show_ast
from archir.base.diagnostics import Diagnostic
from archir.base.source import Source


def parsed(text: str) -> ast.File:
    """The tree of a text that has no errors."""
    file, found = parse(Source("test.arch", text))
    assert file is not None, [(str(item.span), item.problem.message()) for item in found]
    assert not list(found)
    return file


def shown(*statements: str) -> list[str]:
    """The lines of the tree for the statements of a body."""
    text = "block B() {\n" + "\n".join(statements) + "\n}\n"
    lines = show_ast(parsed(text)).splitlines()
    assert lines[1:3] == ["  block B", "    body"]
    return [line.removeprefix("      ") for line in lines[3:]]


def expression(text: str) -> ast.Expr:
    """The tree of one expression."""
    (declaration,) = parsed(f"let X = {text}\n").declarations
    assert isinstance(declaration, ast.Let)
    return declaration.value


def errors(text: str) -> list[Diagnostic]:
    """The errors of a text, which has some."""
    file, found = parse(Source("test.arch", text))
    assert file is None
    assert all(0 <= item.span.start <= item.span.end <= len(text) for item in found)
    return list(found)


def names(text: str) -> list[str]:
    """The names of a text's errors, in the order of their places."""
    return [item.problem.name for item in errors(text)]


def in_body(text: str) -> str:
    """A file with some text in a model's body, where it stands in line 2, column 3."""
    return f"model m() {{\n  {text}\n}}\n"
