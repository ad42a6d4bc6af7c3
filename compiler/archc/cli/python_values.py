"""Options about a callable of Python: what it is given, and what flows into what it makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archc.cli.declare import Option, UsageError
from archc.errors import SettingError

if TYPE_CHECKING:
    from archc.importing.whole import Given


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


def _inputs(texts: tuple[str, ...]) -> list[Given]:
    """The inputs as they are described."""
    if not texts:
        return []
    from archc.api.importing import described

    try:
        return [described(text) for text in texts]
    except SettingError as error:
        raise UsageError(error.message, error.hint) from error


INPUTS = Option(
    "--input",
    "inputs",
    "An input of its forward: its shape with the batch first, and its dtype, float32 unless"
    " it is said. Repeatable, in the order of forward; 1x3x224x224 without any.",
    metavar="NAME=1x3x224x224:DTYPE",
    many=True,
    read=_inputs,
)
