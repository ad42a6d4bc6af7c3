"""``archc diff``: what differs between two models."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from archc.cli import guard, options, streams
from archc.cli.declare import Command, Operand, Option, UsageError
from archc.cli.python_values import INPUTS
from archc.request.settings import from_texts

if TYPE_CHECKING:
    from archc.api.differing import Compared
    from archc.importing.whole import Given
    from archc.request.settings import Setting
    from archdsl.elaborate.limits import Limits

FORMATS = ("text", "json", "markdown")


def diff(
    models: tuple[str, ...],
    settings: tuple[Setting, ...],
    old_settings: tuple[Setting, ...],
    inputs: list[Given],
    form: str,
    limits: Limits | None,
) -> int:
    """Say what differs between the models A and B, by their structure: blocks that were removed,
    added and changed, what they cost, the sizes at which they run, the keys of their weights.

    Each is a file, an example, FILE:MODEL, or what archc import takes, which is imported and
    called, so that its code runs. Without B it is A itself with --set.
    Exit code 0: they are the same network, 1: they are not.
    """
    if len(models) > 2:
        raise UsageError(f"two models are compared, and {len(models)} are given")
    if len(models) == 1 and not settings:
        raise UsageError("two models are compared, and one is given", "or --set says what differs")
    from archc.api.differing import compared

    old = _side(models[0], old_settings, inputs, limits)
    new = _side(models[-1], settings, inputs, limits)
    if old.typed is None or new.typed is None:
        return _wrong(old, new, form)
    result = compared(old, new)
    if form == "json":
        from archc.render import data
        from archc.render.difference import as_data

        found = [*old.found, *new.found]
        streams.data(data.report(found, **as_data(result.old, result.new, result.difference)))
    elif form == "markdown":
        streams.document(result.markdown())
    else:
        from archc.render.difference import as_text
        from archc.render.style import style_of

        style = style_of(sys.stdout)
        sys.stdout.write(as_text(result.old, result.new, result.difference, style))
    return guard.OK if result.equal else guard.WRONG_INPUT


def _side(
    word: str, settings: tuple[Setting, ...], inputs: list[Given], limits: Limits | None
) -> Compared:
    from archc.api.differing import Compared, compiled

    if word != "-":
        return compiled(word, settings, inputs, limits)
    source, _, found = streams.read(word)
    return (
        Compared(word, None, found) if found.has_errors else compiled(source, settings, (), limits)
    )


def _wrong(old: Compared, new: Compared, form: str) -> int:
    found = [*old.found, *(() if old.found is new.found else new.found)]
    if form == "json":
        from archc.render import data

        streams.data(data.report(found, equal=None))
    else:
        streams.complain(found)
    return guard.WRONG_INPUT


command = Command(
    diff,
    Operand("models", "A B", many=True),
    (
        Option(
            "--set",
            "settings",
            "Give a parameter of B a value, written as in the language. Repeatable.",
            metavar="NAME=VALUE",
            many=True,
            read=from_texts,
        ),
        Option(
            "--set-old",
            "old_settings",
            "Give a parameter of A a value. Repeatable.",
            metavar="NAME=VALUE",
            many=True,
            read=from_texts,
        ),
        INPUTS,
        options.printed_as(f"How it is printed: {', '.join(FORMATS)}.", FORMATS),
        options.LIMITS,
    ),
)
