"""``archc check``: is it right, and what goes in and comes out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from archc import pipeline
from archc.asked import Asked
from archc.cli import guard, options, streams
from archc.cli.declare import Argument, Command
from archc.render.card import check_line, failed_line
from archc.render.characters import printable
from archc.render.style import style_of
from archir.diagnostics import Diagnostics, OwnOpError
from archir.summary import summarise

if TYPE_CHECKING:
    from archc.pipeline import Checked
    from archc.render import data
    from archc.settings import Setting
    from archdsl.elaborate.limits import Limits


def check(
    files: tuple[str, ...],
    model: str | None,
    settings: tuple[Setting, ...],
    sizes: dict[str, int],
    training: bool,
    form: str,
    limits: Limits | None,
) -> int:
    """Check every model of each FILE that stands by itself, or the one that is named.

    A model that is right has one line: its inputs with their default sizes, its outputs, its
    number of parameters, and the sizes that it accepts. With --size the models are asked about
    those sizes, with --training in training mode; one that does not run at them is wrong, at the
    first place that refuses them.
    """
    asked = Asked(sizes, training)
    everything = Diagnostics()
    models: list[data.Json] = []
    unchecked = False
    for file in files:
        try:
            source, path, found = streams.read(file)
            checked: tuple[Checked, ...] = ()
            if not found.has_errors:
                checked, more = pipeline.check_source(source, path, model, settings, limits, asked)
                found.extend(more)
            shown = _data(file, checked) if form == "json" else _lines(file, checked, found)
        except OSError as error:
            guard.unreadable(error)  # the other files are checked all the same
            unchecked = True
            continue
        except OwnOpError as error:
            guard.package(error, file if len(files) > 1 else None)
            unchecked = True
            continue
        everything.extend(found)
        if form == "json":
            models.extend(shown)
        else:
            streams.complain(found)
            sys.stdout.write("".join(f"{line}\n" for line in shown))
    if form == "json":
        from archc.render import data

        streams.data(data.report(everything, models=models))
    if unchecked:
        return guard.ENVIRONMENT
    return guard.WRONG_INPUT if everything.has_errors else guard.OK


def _lines(file: str, checked: tuple[Checked, ...], found: Diagnostics) -> list[str]:
    """A line for each model, and one for a file that has none."""
    style = style_of(sys.stdout)
    if not checked and not found.has_errors:
        name = printable(file, style.encoding)
        return [f"{name}    ok    no model that stands by itself"]
    width = max((len(one.name) for one in checked), default=0)
    return [
        failed_line(one.name, width, style)
        if one.typed is None
        else check_line(summarise(one.typed), width, style)
        for one in checked
    ]


def _data(file: str, checked: tuple[Checked, ...]) -> list[data.Json]:
    from archc.render import data

    return [
        {
            "file": file,
            **(data.failure(one.name) if one.typed is None else data.summary(summarise(one.typed))),
        }
        for one in checked
    ]


command = Command(
    check,
    Argument("files", "FILE...", many=True),
    (
        options.MODEL,
        options.SETTINGS,
        options.SIZES,
        options.TRAINING,
        options.FORMAT,
        options.LIMITS,
    ),
)
