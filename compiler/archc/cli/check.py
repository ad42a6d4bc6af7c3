"""``archc check``: is it right, and what goes in and comes out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from archc import pipeline
from archc.cli import guard, options, streams
from archc.cli.declare import Argument, Command
from archc.render.card import check_line, failed_line
from archc.render.style import style_of
from archir.diagnostics import Diagnostics
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
    asked = pipeline.Asked(sizes, training)
    everything = Diagnostics()
    models: list[data.Json] = []
    unread = False
    for file in files:
        try:
            source, path, found = streams.read(file)
        except OSError as error:
            guard.unreadable(error)  # the other files are checked all the same
            unread = True
            continue
        checked: tuple[Checked, ...] = ()
        if not found.has_errors:
            checked, problems = pipeline.check_source(source, path, model, settings, limits, asked)
            found.extend(problems)
        everything.extend(found)
        if form == "json":
            models.extend(_data(file, one) for one in checked)
        else:
            streams.complain(found)
            _print(file, checked, found)
    if form == "json":
        from archc.render import data

        streams.data(data.report(everything, models=models))
    if unread:
        return guard.ENVIRONMENT
    return guard.WRONG_INPUT if everything.has_errors else guard.OK


def _print(file: str, checked: tuple[Checked, ...], found: Diagnostics) -> None:
    style = style_of(sys.stdout)
    width = max((len(one.name) for one in checked), default=0)
    for one in checked:
        if one.typed is None:
            line = failed_line(one.name, width, style)
        else:
            line = check_line(summarise(one.typed), width, style)
        sys.stdout.write(line + "\n")
    if not checked and not found.has_errors:
        streams.say(f"{file}    ok    no model that stands by itself")


def _data(file: str, one: Checked) -> data.Json:
    from archc.render import data

    if one.typed is None:
        return {"file": file, **data.failure(one.name)}
    return {"file": file, **data.summary(summarise(one.typed))}


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
