"""``archc build``: from a file to a checked model, its source and its picture."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from archc import marks, pipeline, writing
from archc.asked import Asked, chosen_words
from archc.cli import guard, options, streams
from archc.cli.declare import Command, Option, UsageError
from archc.cli.initial import WEIGHTS_OPTIONS, Chosen, checked
from archc.errors import WeightsError
from archc.outputs import DEFAULT, KINDS, WEIGHTS, file_name, output
from archc.render import data
from archc.render.card import card
from archc.render.style import style_of
from archc.render.weights import weights_table
from archir.summary import summarise

if TYPE_CHECKING:
    from archc.settings import Setting
    from archc.weights import WeightsReport
    from archdsl.elaborate.limits import Limits
    from archir.state import Match
    from archir.typed import TypedGraph


def build(
    file: str,
    model: str | None,
    settings: tuple[Setting, ...],
    kinds: Sequence[str],
    out: str,
    sizes: dict[str, int],
    training: bool,
    guarded: bool,
    seed: int | None,
    weights: str | None,
    weights_match: Match | None,
    allow_pth: bool,
    force: bool,
    form: str,
    limits: Limits | None,
) -> int:
    """Check one model of FILE, write DIR/NAME.py and DIR/NAME.svg, and print a card of it.

    Nothing is written unless the model is right, and runs at the sizes of --size, which change
    nothing of what is written. Over files that archc did not write, or that were changed since,
    it writes with --force alone.
    """
    if guarded and "python" not in kinds:
        raise UsageError("--guard is for Python source, which --emit leaves out")
    chosen = checked(Chosen(seed, weights, weights_match, allow_pth), WEIGHTS in kinds)
    source, path, found = streams.read(file)
    typed = None
    if not found.has_errors:
        typed, problems = pipeline.compile_source(
            source, path, model, settings, limits, Asked(sizes, training)
        )
        found.extend(problems)
    if typed is None:
        if form == "json":
            streams.data(data.report(found, model=None, files=[]))
        else:
            streams.complain(found)
        return guard.WRONG_INPUT
    summary = summarise(typed)
    try:
        contents, report = _contents(typed, kinds, chosen, guarded)
    except WeightsError as error:
        if form != "json":
            raise
        wrong = _weights(error.report, error=error.message, hint=error.hint)
        streams.data(data.report(found, model=data.summary(summary), files=[], weights=wrong))
        return guard.WRONG_INPUT
    written = _write(
        {Path(out) / file_name(summary.name, kind): contents[kind] for kind in kinds}, force
    )
    if form == "json":
        extra = {} if report is None else {"weights": _weights(report)}
        document = data.report(found, model=data.summary(summary), files=list(written), **extra)
        streams.data(document)
    else:
        streams.complain(found)
        shown = [f"{setting.name} = {setting.value}" for setting in settings]
        style = style_of(sys.stdout)
        sys.stdout.write(card(summary, written, shown, _costs(typed), style))
        if report is not None:
            table = weights_table(report.source, report.match, report.matching, style)
            sys.stdout.write("\n" + table)
    return guard.OK


def _write(contents: dict[Path, writing.Content], force: bool) -> list[str]:
    """Write the files, each with its mark, over none that is not ours; their names."""
    texts = {path: content for path, content in contents.items() if isinstance(content, str)}
    marked: dict[Path, writing.Content] = {
        path: marks.marked(content, path.suffix) if isinstance(content, str) else _stamped(content)
        for path, content in contents.items()
    }
    allow = None if force else lambda there: marks.keep_foreign(there, texts)
    writing.write_all(marked, allow)
    return [str(path) for path in contents]


def _stamped(write: Callable[[Path], None]) -> Callable[[Path], None]:
    def stamped(path: Path) -> None:
        write(path)
        marks.stamp(path)

    return stamped


def _contents(
    typed: TypedGraph, kinds: Sequence[str], chosen: Chosen, guarded: bool
) -> tuple[dict[str, writing.Content], WeightsReport | None]:
    """What each file is to hold, and how the weights of a file fitted."""
    report: WeightsReport | None = None
    contents: dict[str, writing.Content] = {}
    for kind in kinds:
        if kind == WEIGHTS:
            contents[kind], report = chosen.make(typed)
        else:
            contents[kind] = output(kind, guarded=guarded)(typed)
    return contents, report


def _costs(typed: TypedGraph) -> Iterable[tuple[str, str]]:
    """What the model costs at its default sizes, for the card."""
    from archc.render.cost_card import short_rows
    from archir.cost.report import Costs

    return short_rows(Costs(typed, typed.graph.sizes))


def _weights(report: WeightsReport | None, **rest: data.Json) -> data.Json:
    if report is None:
        return {**rest}
    return {**data.weights(report.source, report.match, report.matching), **rest}


def _kinds(text: str) -> tuple[str, ...]:
    return chosen_words(text, KINDS, "output")


command = Command(
    build,
    options.FILE,
    (
        options.MODEL,
        options.SETTINGS,
        Option(
            "--emit",
            "kinds",
            f"What to write: {', '.join(KINDS)}.",
            metavar="KIND,...",
            default=",".join(DEFAULT),
            read=_kinds,
        ),
        Option(
            "--out",
            "out",
            "The folder to write to; it is made if need be.",
            metavar="DIR",
            default="build",
        ),
        options.SIZES,
        options.TRAINING,
        options.GUARD,
        *WEIGHTS_OPTIONS,
        Option(
            "--force",
            "force",
            "Write over files that archc did not write, or that were changed since.",
        ),
        options.FORMAT,
        options.LIMITS,
    ),
)
