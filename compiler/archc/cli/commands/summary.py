"""``archc summary``: what a model costs, layer by layer, before anything runs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from archc import pipeline
from archc.api.costing import OTHER_COLUMNS, TOOLS, summary_of
from archc.cli import guard, options, streams
from archc.cli.declare import Command, Option, UsageError
from archc.cli.exclusive import refuse
from archc.errors import ArchError, UnknownPathError
from archc.render.costs.table import COLUMNS, IN_CSV
from archc.render.style import style_of
from archc.request.requests import chosen_word, chosen_words, whole_of_text
from archir.base.record import Record
from archir.cost.folding import DEPTH

if TYPE_CHECKING:
    from archc.api.costing import Summary
    from archc.request.settings import Setting
    from archdsl.elaborate.limits import Limits
    from archir.base.diagnostics import Diagnostics
    from archir.counters.printed import Told
    from archir.graph.typed import TypedGraph

FORMATS = ("text", "json", "markdown", "csv")


def summary(
    file: str,
    model: str | None,
    settings: tuple[Setting, ...],
    sizes: dict[str, int],
    batch: int | None,
    dtype: str,
    optimizer: str,
    depth: int | None,
    everything: bool,
    columns: tuple[str, ...] | None,
    field: str | None,
    tool: str | None,
    symbolic: bool,
    form: str,
    limits: Limits | None,
) -> int:
    """Print a table of FILE's model, a row for each layer, and a card with the totals below it.

    Parameters, MACs (multiply-accumulates of convolutions, linear layers and matrix products),
    memory and receptive fields are exact at the sizes that are asked for, and nothing is run.
    """
    refuse(
        {
            "--size": bool(sizes),
            "--batch": batch is not None,
            "--dtype": dtype != options.DTYPE.default,
            "--optimizer": optimizer != options.OPTIMIZER.default,
            "--depth": depth is not None,
            "--all": everything,
            "--columns": columns is not None,
            "--field": field is not None,
            "--count-as": tool is not None,
            "--symbolic": symbolic,
            f"--format {form}": True,
        }
    )
    typed, found = compile_model(file, model, settings, limits)
    if typed is None:
        return wrong(found, form)
    try:
        costs = summary_of(typed, sizes, batch, dtype, optimizer, symbolic=symbolic)
        told = None if tool is None else costs.count_as(tool)
    except ArchError as error:
        if not error.diagnostics:
            raise
        found.extend(error.diagnostics)  # sizes at which the model does not run
        return wrong(found, form)
    if form != "json":
        streams.complain(found)
    if field is not None:
        _field(costs, field, file, form, found)
    elif told is not None:
        _told(costs, told, form, found)
    else:
        _table(costs, _shown(depth, everything, columns), form, found)
    return guard.OK


def compile_model(
    file: str, model: str | None, settings: tuple[Setting, ...], limits: Limits | None
) -> tuple[TypedGraph | None, Diagnostics]:
    """The model of a file, and what is said of it."""
    source, path, found = streams.read(file)
    typed = None
    if not found.has_errors:
        typed, problems = pipeline.compile_source(source, path, model, settings, limits)
        found.extend(problems)
    return typed, found


def wrong(found: Diagnostics, form: str) -> int:
    """Say why there is nothing to show."""
    if form == "json":
        from archc.render import data

        streams.data(data.report(found, model=None))
    else:
        streams.complain(found)
    return guard.WRONG_INPUT


class Shown(Record):
    """Which rows of the table are shown, and which columns."""

    depth: int | None
    fold: bool
    columns: tuple[str, ...] | None


def _shown(depth: int | None, everything: bool, columns: tuple[str, ...] | None) -> Shown:
    return Shown(None if everything else depth or DEPTH, not everything, columns)


def _table(summary: Summary, shown: Shown, form: str, found: Diagnostics) -> None:
    if form == "text":
        style = style_of(sys.stdout)
        said = summary.text(shown.depth, fold=shown.fold, columns=shown.columns, style=style)
        sys.stdout.write(said)
        return
    entries = summary.table(shown.depth, fold=shown.fold)
    if form == "markdown":
        from archc.render.costs.table import IN_MARKDOWN, markdown

        streams.document(markdown(entries, summary.whole, shown.columns or IN_MARKDOWN))
    elif form == "csv":
        from archc.render.costs.table import csv

        streams.document(csv(entries, shown.columns or IN_CSV))
    else:
        from archc.render import data
        from archc.render.costs.data import document

        facts = document(summary.model, summary.costs, entries, summary.whole)
        streams.data(data.report(found, **facts))


def _field(summary: Summary, path: str, file: str, form: str, found: Diagnostics) -> None:
    """The receptive field of one place, each time that it runs."""
    try:
        uses = summary.fields(path)
    except UnknownPathError as error:
        from shlex import quote

        paths = f"archc summary {quote(file)} --all --columns path shows all paths"
        raise UsageError(error.message, error.hint if error.near else paths) from None
    if form == "json":
        from archc.render import data
        from archc.render.costs.data import field

        each: list[data.Json] = [field(summary.model, seen) for seen in uses]
        streams.data(data.report(found, path=path, field=each[-1], uses=each))
        return
    from archc.render.costs.numbers import field_line

    name = path or summary.name
    if not uses[-1]:
        streams.say(f"{name}: the inputs of {summary.name} have no axes but batch and channels")
    for number, seen in enumerate(uses, 1):
        shown = name if len(uses) == 1 else f"{name} (run {number} of {len(uses)})"
        for line in field_line(shown, summary.model, seen):
            streams.say(line)


def _told(summary: Summary, told: Told, form: str, found: Diagnostics) -> None:
    """What another counter prints."""
    if form == "json":
        from archc.render import data
        from archc.render.costs.data import told as facts

        streams.data(data.report(found, **facts(told, summary.totals)))
        return
    from archc.render.tools import told_card

    sys.stdout.write(told_card(summary.name, told, summary.totals, style_of(sys.stdout)))


def _number(what: str) -> Callable[[str], int]:
    return lambda text: whole_of_text(f"the {what}", f"a {what}", text)


def _word(what: str, known: Collection[str]) -> Callable[[str], str]:
    return lambda word: chosen_word(word, known, what)


def _columns(text: str) -> tuple[str, ...]:
    return chosen_words(text, COLUMNS, "column", OTHER_COLUMNS)


command = Command(
    summary,
    options.FILE,
    (
        options.MODEL,
        options.SETTINGS,
        options.SIZES_TO_RUN_AT,
        options.BATCH,
        options.DTYPE,
        options.OPTIMIZER,
        Option(
            "--depth",
            "depth",
            f"How many levels of modules are shown; {DEPTH} unless it is given.",
            metavar="NUMBER",
            read=_number("depth"),
        ),
        Option("--all", "everything", "Show every row: all levels, nothing folded."),
        Option(
            "--columns",
            "columns",
            f"What to show: {', '.join(COLUMNS)}.",
            metavar="NAME,...",
            read=_columns,
            words=COLUMNS,
        ),
        Option(
            "--field",
            "field",
            "Say only what one element that flows out of the module PATH sees of the input.",
            metavar="PATH",
        ),
        Option(
            "--count-as",
            "tool",
            f"Say only what another counter would print, and why: {', '.join(TOOLS)}.",
            metavar="TOOL",
            read=_word("tool", TOOLS),
            words=TOOLS,
        ),
        Option("--symbolic", "symbolic", "Show numbers as expressions of the sizes of the input."),
        options.printed_as(f"How it is printed: {', '.join(FORMATS)}.", FORMATS),
        options.LIMITS,
    ),
)
