"""``archc summary``: what a model costs, layer by layer, before anything runs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from archc import pipeline
from archc.cli import guard, options, streams
from archc.cli.declare import Command, Option, UsageError, chosen_word
from archc.costing import DTYPES, OPTIMIZERS, TOOLS
from archc.render.style import style_of
from archc.render.table import COLUMNS, DEFAULT, IN_CSV
from archir.cost.folding import DEPTH
from archir.diagnostics import nearest
from archir.record import Record

if TYPE_CHECKING:
    from archc.costing import Summary
    from archc.settings import Setting
    from archdsl.elaborate.limits import Limits
    from archir.diagnostics import Diagnostics

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
    if symbolic and (sizes or batch is not None):
        raise UsageError("--symbolic is for all sizes: it goes without --size and --batch")
    if symbolic and tool is not None:
        raise UsageError("--count-as counts at sizes: it goes without --symbolic")
    if everything and depth is not None:
        raise UsageError("--all shows all levels: it goes without --depth")
    source, path, found = streams.read(file)
    typed = None
    if not found.has_errors:
        typed, problems = pipeline.compile_source(source, path, model, settings, limits)
        found.extend(problems)
    if typed is None:
        if form == "json":
            from archc.render import data

            streams.data(data.report(found, model=None))
        else:
            streams.complain(found)
        return guard.WRONG_INPUT
    from archc.costing import summary_of

    costs = summary_of(typed, sizes, batch, dtype, optimizer, symbolic=symbolic)
    if form != "json":
        streams.complain(found)
    if field is not None:
        _field(costs, field, form, found)
    elif tool is not None:
        _count_as(costs, tool, form, found)
    else:
        shown = Shown(None if everything else depth or DEPTH, not everything, columns)
        _table(costs, shown, form, found)
    return guard.OK


class Shown(Record):
    """Which rows of the table are shown, and which columns."""

    depth: int | None
    fold: bool
    columns: tuple[str, ...] | None


def _table(summary: Summary, shown: Shown, form: str, found: Diagnostics) -> None:
    if form == "text":
        style = style_of(sys.stdout)
        said = summary.text(shown.depth, fold=shown.fold, columns=shown.columns, style=style)
        sys.stdout.write(said)
        return
    entries = summary.table(shown.depth, fold=shown.fold)
    if form == "markdown":
        from archc.render.table import markdown

        streams.document(markdown(entries, summary.whole, shown.columns or DEFAULT))
    elif form == "csv":
        from archc.render.table import csv

        streams.document(csv(entries, shown.columns or IN_CSV))
    else:
        from archc.render import data
        from archc.render.cost_data import document

        facts = document(summary.model, summary.costs, entries, summary.whole)
        streams.data(data.report(found, **facts))


def _field(summary: Summary, path: str, form: str, found: Diagnostics) -> None:
    """The receptive field of one place."""
    from archc.render.costs import field_line

    try:
        seen = summary.field(path)
    except KeyError:
        known = [row.path for row in summary.rows if row.label]
        raise UsageError(*_nowhere(summary.name, path, known)) from None
    if form == "json":
        from archc.render import data
        from archc.render.cost_data import field

        streams.data(data.report(found, path=path, field=field(summary.model, seen)))
        return
    for line in field_line(path, summary.model, seen):
        streams.say(line)


def _count_as(summary: Summary, tool: str, form: str, found: Diagnostics) -> None:
    """What another counter prints."""
    told = summary.count_as(tool)
    if form == "json":
        from archc.render import data
        from archc.render.cost_data import told as facts

        streams.data(data.report(found, **facts(told, summary.totals)))
        return
    from archc.render.tools import told_card

    sys.stdout.write(told_card(summary.name, told, summary.totals, style_of(sys.stdout)))


def _nowhere(name: str, path: str, known: Sequence[str]) -> tuple[str, str]:
    near = nearest(path, known)
    hint = f"did you mean {near}?" if near else f"archc summary {name} --all shows all paths"
    return f"{name} has no module {path} that gives a value", hint


def _number(what: str) -> Callable[[str], int]:
    def read(text: str) -> int:
        whole = text.isascii() and text.isdecimal() and len(text) <= options.MAX_DIGITS
        if not whole or int(text) < 1:
            raise UsageError(f"{what} is a whole number from 1, not {text}")
        return int(text)

    return read


def _word(what: str, known: Collection[str]) -> Callable[[str], str]:
    return lambda word: chosen_word(word, known, what)


def _columns(text: str) -> tuple[str, ...]:
    words = [word.strip() for word in text.split(",")]
    return tuple(dict.fromkeys(chosen_word(word, COLUMNS, "column") for word in words))


command = Command(
    summary,
    options.FILE,
    (
        options.MODEL,
        options.SETTINGS,
        options.SIZES,
        Option(
            "--batch",
            "batch",
            "How many samples at once, in the place of the batch size's default.",
            metavar="NUMBER",
            read=_number("a batch"),
        ),
        Option(
            "--dtype",
            "dtype",
            "The dtype of parameters and activations: float32, bf16, fp16, float64.",
            metavar="DTYPE",
            default="float32",
            read=_word("dtype", DTYPES),
        ),
        Option(
            "--optimizer",
            "optimizer",
            f"What remembers numbers for each parameter: {', '.join(OPTIMIZERS)}.",
            metavar="NAME",
            default="sgd",
            read=_word("optimizer", OPTIMIZERS),
        ),
        Option(
            "--depth",
            "depth",
            f"How many levels of modules are shown; {DEPTH} unless it is given.",
            metavar="NUMBER",
            read=_number("a depth"),
        ),
        Option("--all", "everything", "Show every row: all levels, nothing folded."),
        Option(
            "--columns",
            "columns",
            f"What to show: {', '.join(COLUMNS)}.",
            metavar="NAME,...",
            read=_columns,
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
        ),
        Option("--symbolic", "symbolic", "Show numbers as expressions of the sizes of the input."),
        Option(
            "--format",
            "form",
            f"How it is printed: {', '.join(FORMATS)}.",
            metavar="FORMAT",
            default="text",
            read=_word("format", FORMATS),
        ),
        options.LIMITS,
    ),
)
