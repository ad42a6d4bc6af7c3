"""``archc build``: from a file to a checked model, its source and its picture."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from archc import pipeline
from archc.api.formats import (
    BRIEF,
    DEFAULT,
    FILES,
    FORMATS,
    GUARDED,
    PICTURES,
    WEIGHTS,
    file_name,
)
from archc.cli import guard, options, streams
from archc.cli.commands.plan import SCRIPT_OPTIONS, Wanted
from archc.cli.declare import Command, Option, UsageError
from archc.cli.weight_options import WEIGHTS_OPTIONS, Chosen, HowTaken, checked
from archc.errors import ArchError, WeightsError
from archc.output import writing
from archc.output.marks import Mark, keep_foreign, stamp
from archc.pictures.looks import Looks
from archc.render import data
from archc.render.card import card
from archc.render.plans.script import ScriptFor
from archc.render.style import Style, style_of
from archc.render.weights import weights_table
from archc.request.outputs import handing
from archc.request.requests import Request, chosen_words
from archir.check.summary import summarise

if TYPE_CHECKING:
    from archc.render.weights import WeightsReport
    from archc.request.settings import Setting
    from archdsl.elaborate.limits import Limits
    from archir.base.diagnostics import Diagnostics
    from archir.check.summary import ModelSummary
    from archir.graph.typed import TypedGraph
    from archir.weights.taking import Fit, Match

FOLDER = "build"
"""Where files are written to, unless it is said."""


def build(
    file: str,
    model: str | None,
    settings: tuple[Setting, ...],
    kinds: Sequence[str],
    view: str | None,
    out: str,
    sizes: dict[str, int],
    training: bool,
    guarded: bool,
    outputs: str,
    seed: int | None,
    weights: str | None,
    weights_match: Match | None,
    weights_map: dict[str, str | None],
    weights_fit: dict[str, Fit],
    strip_prefix: bool,
    allow_pth: bool,
    way: str | None,
    gpu: int | None,
    gpus: int,
    batch: int | None,
    dtype: str,
    optimizer: str,
    force: bool,
    form: str,
    limits: Limits | None,
) -> int:
    """Check one model of FILE, write DIR/NAME.py and DIR/NAME.svg, and print a card of it.

    Nothing is written unless the model is right, and runs at the sizes of --size, which change
    nothing of what is written. Over files that archc did not write, or that were changed since,
    it writes with --force alone.
    """
    plan = Wanted(way, gpu, gpus, sizes, batch, dtype, optimizer)
    plan.check(file, _files(kinds, out, view, guarded, outputs == "dict", force, form == "json"))
    looks = _looks(kinds, view, guarded, outputs)
    taken = HowTaken(weights_match, weights_map, weights_fit, strip_prefix)
    chosen = checked(Chosen(seed, weights, taken, allow_pth), WEIGHTS in kinds)
    typed, found = _compiled(file, model, settings, limits, Request(sizes, training))
    if typed is None:
        return _wrong(found, form)
    shown = {setting.name: setting.value for setting in settings}
    if way is not None:
        return _print_script(plan, typed, found, ScriptFor(file, model, shown))
    summary = summarise(typed)
    try:
        contents, report = _contents(handing(typed, outputs), kinds, chosen, guarded, looks)
    except WeightsError as error:
        return _misfit(error, found, summary, form)
    written = _write(Path(out), summary.name, contents, force)
    if form == "json":
        extra = {} if report is None else {"weights": _weights(report)}
        streams.data(data.report(found, model=data.summary(summary), files=list(written), **extra))
    else:
        streams.complain(found)
        said, style = [f"{name} = {value}" for name, value in shown.items()], style_of(sys.stdout)
        sys.stdout.write(card(summary, written, said, _costs(typed), style))
        _tell(report, style)
    return guard.OK


def _files(kinds: Sequence[str], out: str, *others: object) -> dict[str, bool]:
    """What is asked of the files, or of what is said of them."""
    flags = ("--view", "--guard", "--outputs", "--force", "--format json")
    given = {"--emit": kinds != DEFAULT, "--out": out != FOLDER}
    return {**given, **dict(zip(flags, map(bool, others), strict=True))}


def _compiled(
    file: str,
    model: str | None,
    settings: tuple[Setting, ...],
    limits: Limits | None,
    asked: Request,
) -> tuple[TypedGraph | None, Diagnostics]:
    """The checked model that is asked for, None where there is none, and what is said of it."""
    source, path, found = streams.read(file)
    typed = None
    if not found.has_errors:
        typed, problems = pipeline.compile_source(source, path, model, settings, limits, asked)
        found.extend(problems)
    return typed, found


def _misfit(error: WeightsError, found: Diagnostics, summary: ModelSummary, form: str) -> int:
    """Say which weights do not fit."""
    if form != "json":
        raise error
    wrong = _weights(error.report, error=error.message, hint=error.hint)
    streams.data(data.report(found, model=data.summary(summary), files=[], weights=wrong))
    return guard.WRONG_INPUT


def _print_script(plan: Wanted, typed: TypedGraph, found: Diagnostics, asked: ScriptFor) -> int:
    """Print a script for torchrun, and write nothing."""
    try:
        script = plan.script(typed, asked)
    except ArchError as error:
        if not error.diagnostics:
            raise
        found.extend(error.diagnostics)
        return _wrong(found, "text")
    streams.complain(found)
    streams.document(script)
    return guard.OK


def _tell(report: WeightsReport | None, style: Style) -> None:
    """Print how the weights of a file fitted."""
    if report is not None:
        table = weights_table(report.source, report.match, report.matching, style)
        sys.stdout.write("\n" + table)


def _wrong(found: Diagnostics, form: str) -> int:
    """Say why nothing is written."""
    if form == "json":
        streams.data(data.report(found, model=None, files=[]))
    else:
        streams.complain(found)
    return guard.WRONG_INPUT


def _write(
    folder: Path, model: str, contents: dict[str, writing.Content], force: bool
) -> list[str]:
    """Write the files, each with its mark, over none that is not ours; their names."""
    texts: dict[Path, str | bytes] = {}
    marked: dict[Path, writing.Content] = {}
    marks: dict[Path, Mark] = {}
    for kind, content in contents.items():
        path = folder / file_name(model, kind)
        marks[path] = FILES[kind].mark
        if isinstance(content, (str, bytes)):
            texts[path] = content
            marked[path] = marks[path].put(content)
        else:
            marked[path] = _stamped(content)
    allow = None if force else lambda there: keep_foreign(there, marks, texts)
    writing.write_all(marked, allow)
    return [str(path) for path in marked]


def _stamped(write: Callable[[Path], None]) -> Callable[[Path], None]:
    def stamped(path: Path) -> None:
        write(path)
        stamp(path)

    return stamped


def _contents(
    typed: TypedGraph,
    kinds: Sequence[str],
    chosen: Chosen,
    guarded: bool,
    looks: Mapping[str, Looks],
) -> tuple[dict[str, writing.Content], WeightsReport | None]:
    """What each file is to hold, and how the weights of a file fitted."""
    report: WeightsReport | None = None
    contents: dict[str, writing.Content] = {}
    for kind in kinds:
        if kind == WEIGHTS:
            contents[kind], report = chosen.make(typed)
        else:
            form = FORMATS[kind]
            contents[kind] = form.made(typed, guarded=guarded, looks=looks.get(kind))
    return contents, report


def _looks(kinds: Sequence[str], view: str | None, guarded: bool, outputs: str) -> dict[str, Looks]:
    """How each picture is to look: as it is asked for, or brief.

    Raises ``UsageError`` for what is asked of a form that is not written.
    """
    if (guarded or outputs == "dict") and not set(kinds).intersection(GUARDED):
        words = " and ".join(FORMATS[name].what for name in GUARDED)
        asked = "--guard" if guarded else "--outputs"
        raise UsageError(f"{asked} is for {words}, which --emit leaves out")
    drawn = [kind for kind in kinds if kind in PICTURES]
    if view is not None and not drawn:
        raise UsageError(
            "--view is for pictures, which --emit leaves out", f"there are: {', '.join(PICTURES)}"
        )
    return {kind: Looks(FORMATS[kind].view(view, BRIEF)) for kind in drawn}


def _costs(typed: TypedGraph) -> Iterable[tuple[str, str]]:
    """What the model costs at its default sizes, for the card."""
    from archc.render.costs.card import short_rows
    from archir.cost.report import Costs

    return short_rows(Costs(typed, typed.graph.sizes))


def _weights(report: WeightsReport | None, **rest: data.Json) -> data.Json:
    if report is None:
        return {**rest}
    return {**data.weights(report.source, report.match, report.matching), **rest}


def _folder(text: str) -> str:
    if not text:
        raise UsageError("--out names no folder", "--out . writes into this one")
    return text


def _kinds(text: str) -> tuple[str, ...]:
    return chosen_words(text, FILES, "output")


command = Command(
    build,
    options.FILE,
    (
        options.MODEL,
        options.SETTINGS,
        Option(
            "--emit",
            "kinds",
            f"What to write: {', '.join(FILES)}.",
            metavar="KIND,...",
            default=",".join(DEFAULT),
            read=_kinds,
        ),
        options.view(BRIEF),
        Option(
            "--out",
            "out",
            "The folder to write to; it is made if need be.",
            metavar="DIR",
            default=FOLDER,
            read=_folder,
        ),
        options.SIZES,
        options.TRAINING,
        options.GUARD,
        options.OUTPUTS,
        *WEIGHTS_OPTIONS,
        *SCRIPT_OPTIONS,
        Option(
            "--force",
            "force",
            "Write over files that archc did not write, or that were changed since.",
        ),
        options.FORMAT,
        options.LIMITS,
    ),
)
