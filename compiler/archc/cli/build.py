"""``archc build``: from a file to a checked model, its source and its picture."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archc import files, pipeline
from archc.cli import guard, options, streams
from archc.outputs import DEFAULT, OUTPUTS, file_name
from archc.render import data
from archc.render.card import card
from archc.render.style import style_of
from archir.summary import summarise

if TYPE_CHECKING:
    from archc.settings import Setting
    from archdsl.elaborate.limits import Limits


def _kinds(_: click.Context, __: click.Parameter, text: str) -> tuple[str, ...]:
    words = [word.strip() for word in text.split(",")]
    return tuple(
        dict.fromkeys(options.chosen_word(word, list(OUTPUTS), "output") for word in words)
    )


@click.command("build", short_help="Check a model, and write its source and picture.")
@options.file
@options.model
@options.settings
@click.option(
    "--emit",
    "kinds",
    metavar="KIND,...",
    default=",".join(DEFAULT),
    show_default=True,
    callback=_kinds,
    help=f"What to write: {', '.join(OUTPUTS)}.",
)
@click.option(
    "--out",
    metavar="DIR",
    default="build",
    show_default=True,
    help="The folder to write to; it is made if need be.",
)
@options.output_format
@options.limits
def command(
    file: str,
    model: str | None,
    settings: tuple[Setting, ...],
    kinds: Sequence[str],
    out: str,
    form: str,
    limits: Limits | None,
) -> int:
    """Check one model of FILE, write DIR/NAME.py and DIR/NAME.svg, and print a card of it.

    Nothing is written unless the model is right.
    """
    source, path, found = streams.read(file)
    typed = None
    if not found.has_errors:
        typed, problems = pipeline.compile_source(source, path, model, settings, limits)
        found.extend(problems)
    if typed is None:
        if form == "json":
            streams.data(data.report(found, model=None, files=[]))
        else:
            streams.complain(found)
        return guard.WRONG_INPUT
    summary = summarise(typed)
    contents = {
        Path(out) / file_name(summary.name, kind): OUTPUTS[kind].make(typed) for kind in kinds
    }
    files.write_all(contents)
    written = [str(target) for target in contents]
    if form == "json":
        streams.data(data.report(found, model=data.summary(summary), files=list(written)))
    else:
        streams.complain(found)
        shown = [f"{setting.name} = {setting.value}" for setting in settings]
        sys.stdout.write(card(summary, written, shown, style_of(sys.stdout)))
    return guard.OK
