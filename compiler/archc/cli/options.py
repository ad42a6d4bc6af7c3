"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from archc.settings import Setting, from_texts
from archir.diagnostics import nearest

if TYPE_CHECKING:
    from archdsl.elaborate.limits import Limits

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


SEED = 0
"""The seed where none is given, so that one command gives the same each time."""

MAX_SEED = 2**64 - 1
"""The largest that torch takes."""

MAX_DIGITS = 18
"""Digits of a size: what is longer is larger than torch can count."""


class UsageHint(click.UsageError):
    """A wrong use of the command line, and what was probably meant."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


def chosen_word(word: str, known: list[str], what: str) -> str:
    """The word, if it is known; else an error with the nearest that is."""
    if word in known:
        return word
    near = nearest(word, known)
    hint = f"did you mean {near}?" if near else f"there are: {', '.join(known)}"
    raise UsageHint(f"there is no {what} {word}", hint)


def _settings(_: click.Context, __: click.Parameter, texts: tuple[str, ...]) -> tuple[Setting, ...]:
    return from_texts(texts)


def _limits(_: click.Context, __: click.Parameter, texts: tuple[str, ...]) -> Limits | None:
    if not texts:
        return None
    from archdsl.elaborate.limits import Limits

    given: dict[str, int] = {}
    for text in texts:
        name, _equals, number = text.partition("=")
        chosen_word(name, list(Limits.names()), "limit")
        if not number.isdecimal():
            raise UsageHint(f"a limit is written {name}=NUMBER, not {text}")
        given[name] = int(number)
    return Limits(**given)


def _sizes(_: click.Context, __: click.Parameter, texts: tuple[str, ...]) -> dict[str, int]:
    given: dict[str, int] = {}
    for text in texts:
        name, _equals, number = text.partition("=")
        if not name.isidentifier() or not (number.isascii() and number.isdecimal()):
            raise UsageHint(f"a size is written NAME=NUMBER, as H=64, not {text}")
        if len(number) > MAX_DIGITS:
            raise UsageHint(f"the size {name} has {len(number)} digits, and no tensor is so large")
        if name in given:
            raise UsageHint(f"the size {name} is given twice")
        given[name] = int(number)
        if not given[name]:
            raise UsageHint(f"the size {name} is 0, and a size is at least 1")
    return given


def _seed(_: click.Context, __: click.Parameter, text: str | None) -> int | None:
    if text is None:
        return None
    # Counted before it is converted: Python refuses thousands of digits.
    if not (text.isascii() and text.isdecimal() and len(text) <= 20 and int(text) <= MAX_SEED):
        raise UsageHint(f"a seed is a whole number from 0 to 2 ** 64 - 1, not {text}")
    return int(text)


def _form(_: click.Context, __: click.Parameter, word: str) -> str:
    return chosen_word(word, ["text", "json"], "format")


file = click.argument("file", metavar="FILE")

model = click.option(
    "--model",
    metavar="NAME",
    help="The model that is meant. Without it the one named like the file, or the only one.",
)

settings = click.option(
    "--set",
    "settings",
    metavar="NAME=VALUE",
    multiple=True,
    callback=_settings,
    help="Give a parameter of the model a value, written as in the language. Repeatable.",
)

limits = click.option(
    "--limit",
    "limits",
    metavar="NAME=NUMBER",
    multiple=True,
    callback=_limits,
    help="Raise a limit on what a file may expand to (nodes, steps, depth, ...). Repeatable.",
)

sizes = click.option(
    "--size",
    "sizes",
    metavar="NAME=NUMBER",
    multiple=True,
    callback=_sizes,
    help="Ask whether the model runs with this size of its inputs, as H=64. Repeatable.",
)

seed = click.option(
    "--seed",
    metavar="NUMBER",
    callback=_seed,
    help=f"The seed of what is random; {SEED} unless it is given.",
)

training = click.option(
    "--training",
    is_flag=True,
    help="Ask about training mode, which may need larger inputs, rather than evaluation.",
)

guard = click.option(
    "--guard",
    "guarded",
    is_flag=True,
    help="Have the Python source refuse inputs of sizes that are not valid when it runs.",
)

output_format = click.option(
    "--format",
    "form",
    metavar="FORMAT",
    callback=_form,
    default="text",
    show_default=True,
    help="How results and diagnostics are printed: text or json.",
)
