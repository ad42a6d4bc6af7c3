"""Arguments from outside a file: ``name=value`` of the command line."""

from __future__ import annotations

import pytest

from archdsl.syntax.parser import parse_argument
from archdsl.tree import ast
from archir.base.source import Source


def test_an_argument_keeps_its_places() -> None:
    argument, found = parse_argument(Source("--set", "widths=[1, 2]"))
    assert argument is not None and not list(found)
    assert argument.name is not None
    assert (argument.name.text, argument.name.span.text) == ("widths", "widths")
    assert isinstance(argument.value, ast.ListDisplay)
    assert argument.value.span.text == "[1, 2]"
    assert argument.span.text == "widths=[1, 2]"


@pytest.mark.parametrize("text", ["a=", "a=1 2", "a=1+", "a=1\nb=2", "a, b=c", "a=)", "=1", "a=1,"])
def test_what_is_no_argument_is_refused(text: str) -> None:
    argument, found = parse_argument(Source("--set", text))
    assert argument is None
    assert found.has_errors
    assert all(item.span.source.name == "--set" for item in found)
