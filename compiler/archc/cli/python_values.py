"""Options with values as Python writes them: what a callable is given."""

from __future__ import annotations

from typing import Any

from archc.cli.declare import UsageError


def arguments(texts: tuple[str, ...]) -> dict[str, Any]:
    """The callable's keyword arguments, with values as Python writes them."""
    from ast import literal_eval

    given: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip().isidentifier():
            raise UsageError(f"an argument is written NAME=VALUE, not {text}")
        if name.strip() in given:
            raise UsageError(f"the argument {name.strip()} is given twice")
        try:
            given[name.strip()] = literal_eval(value.strip())
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError) as error:
            raise UsageError(
                f"{value.strip()} is no value of Python",
                _in_python(value.strip()),
            ) from error
    return given


def _in_python(value: str) -> str:
    """How a value that is none was probably meant."""
    words = {"true": "True", "false": "False", "none": "None"}
    if value in words:
        return f"did you mean {words[value]}?"
    return "values are numbers, True, False, None, strings in quotes, and lists of these"
