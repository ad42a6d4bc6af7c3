"""``archc search``: points of a space proposed, their networks trained, the best of them found."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archc.cli import guard, options, streams
from archc.cli.declare import Command, Operand, Option, UsageError
from archc.cli.python_values import arguments as python_arguments
from archc.errors import ArchError
from archc.render.spaces import table as render
from archc.render.style import style_of
from archc.request.requests import whole_of_text

if TYPE_CHECKING:
    from archc.request.settings import Setting
    from archc.searching.search import Search, Trial

FORMATS = ("text", "json", "markdown", "csv", "plot", "html")

_DOCUMENTS = {"csv": render.csv, "markdown": render.markdown}


def search(
    words: tuple[str, ...],
    train: str | None,
    trials: int | None,
    out: str | None,
    resumes: bool,
    wanted: str,
    most: str,
    budget: str,
    engine: str,
    address: str | None,
    resources: dict[str, Any],
    parallel: int,
    sampler: str,
    seed: int | None,
    timeout: float | None,
    retries: int,
    stops: bool,
    no_weights: bool,
    model: str | None,
    settings: tuple[Setting, ...],
    form: str,
) -> int:
    """Train networks of FILE's space, each a better guess than those before, and keep the best.

    archc search FILE --train FUNCTION --trials NUMBER begins one; archc search FOLDER --resume goes
    on with it, whatever has ended it; archc search show FOLDER says what came of it.
    """
    from archc.searching import search as searching
    from archc.searching.asked import Asked
    from archc.searching.folder import Folder

    gc.enable()  # a short command goes without; a search may take days
    if words[0] == "show":
        if len(words) != 2:
            raise UsageError("what a search has found is shown by archc search show FOLDER")
        return _show(searching.searched(words[1]), form)
    if len(words) != 1:
        raise UsageError("one file is searched at a time", "archc search FILE --train FUNCTION")
    if resumes:
        folder = Folder(Path(words[0]))
        asked = folder.asked()
        if trials is not None:
            searching.extended(folder, asked, trials)
    else:
        if train is None or trials is None:
            missing = "--train FUNCTION" if train is None else "--trials NUMBER"
            raise UsageError(f"a search needs {missing}", "archc search FOLDER --resume needs none")
        asked = Asked(
            model or "", train, trials, wanted, most, budget, seed or 0, sampler, parallel,
            timeout, retries, stops, not no_weights, paths=(str(Path.cwd()),),
        )  # fmt: skip
        begun = _begun(words[0], model, settings, asked, out)
        if isinstance(begun, int):
            return begun
        folder = begun
    found = searching.run(folder, engine, address, resources, _tell)
    return _show(found, form)


def _begun(
    file: str, model: str | None, settings: tuple[Setting, ...], asked: Any, out: str | None
) -> Any:
    from archc.searching import search as searching

    try:
        source, path, found = streams.read(file)
        if found.has_errors:
            raise ArchError(found)
        place = Path(out or f"{Path(file).stem}-search")
        return searching.begin(source, path, model, settings, asked, place)
    except ArchError as error:
        if not error.diagnostics:
            raise
        streams.complain(error.diagnostics)
        return guard.WRONG_INPUT


def _tell(trial: Trial) -> None:
    """A line for each trial that ends."""
    scores = ", ".join(f"{name} {_shown(value)}" for name, value in trial.scores.items())
    what = scores if trial.outcome in ("done", "stopped") else trial.error or scores
    sys.stderr.write(f"{trial.number:>5}  {trial.outcome:<7}  {what}  ({trial.arguments})\n")
    sys.stderr.flush()


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.6g}" if _is_number(value) else "?"


def _is_number(value: object) -> bool:
    return isinstance(value, float)


def _show(found: Search, form: str) -> int:
    """What a search has found: those on the front, and what became of the others."""
    from archc.searching.showing import Overview

    shown = Overview(found)
    if form == "json":
        streams.data(shown.document())
    elif form in ("plot", "html"):
        streams.document(shown.plot() if form == "plot" else shown.page())
        return guard.OK
    elif form in _DOCUMENTS:
        streams.document(_DOCUMENTS[form](shown.sheet(shown.done)))
        return guard.OK
    else:
        if shown.best:
            best = [each for each in shown.done if each.number in shown.front]
            sys.stdout.write(render.text(shown.sheet(best), style_of(sys.stdout)))
        for line in shown.card():
            streams.say(line)
    return guard.OK if shown.done else guard.WRONG_INPUT


def _whole(what: str, one: str) -> Any:
    return lambda word: None if word is None else whole_of_text(what, one, word)


def _retries(word: str) -> int:
    if not (word.isascii() and word.isdecimal() and len(word) < 4):
        raise UsageError(f"the number of retries is a whole number, not {word}")
    return int(word)


def _seconds(word: str | None) -> float | None:
    try:
        return None if word is None else float(word)
    except ValueError:
        raise UsageError(f"a timeout is a number of seconds, not {word}") from None


command = Command(
    search,
    Operand("words", "FILE", many=True),
    (
        Option(
            "--train",
            "train",
            "What trains a network: fit(module, point, report) of an installed package or of this"
            " folder, as mypkg.train:fit. It is imported and called.",
            metavar="FUNCTION",
        ),
        Option("--trials", "trials", "How many networks are trained.", metavar="NUMBER",
               read=_whole("the number of trials", "a number of trials")),
        Option("--out", "out", "The search's folder; NAME-search unless it is given.",
               metavar="FOLDER"),
        Option("--resume", "resumes", "Go on with the search in a folder."),
        Option(
            "--score",
            "wanted",
            "What is to be small: names that FUNCTION returns, and those of archc variants.",
            metavar="NAME,...",
            default="value",
        ),
        Option("--most", "most", "The scores of which more is better.", metavar="NAME,...",
               default=""),
        Option("--budget", "budget", 'What is trained at all: "params <= 5M, macs <= 300M".',
               metavar="LIMITS", default=""),
        Option("--engine", "engine", "Where trials run: local, ray or submitit.", metavar="NAME",
               default="local"),
        Option("--address", "address", "Of a Ray cluster; of submitit: slurm, local or debug.",
               metavar="NAME"),
        Option("--resource", "resources", "What a trial gets of the engine, as num_gpus=0.5 or"
               " slurm_partition='gpu'. Repeatable.", metavar="NAME=VALUE", many=True,
               read=python_arguments),
        Option("--parallel", "parallel", "How many trials run at one time; 4 unless it is given.",
               metavar="NUMBER", default="4", read=_whole("--parallel", "a number of trials")),
        Option("--sampler", "sampler", "Who proposes: tpe, or random.", metavar="NAME",
               default="tpe"),
        options.SEED,
        Option("--timeout", "timeout", "Seconds that a trial may take.", metavar="SECONDS",
               read=_seconds),
        Option("--retries", "retries", "How often a trial is run again whose process was killed;"
               " 2 unless it is given.", metavar="NUMBER", default="2", read=_retries),
        Option("--stop", "stops", "Tell trials to stop that are worse than half of those before."),
        Option("--no-weights", "no_weights", "Keep no weights."),
        options.MODEL,
        options.SETTINGS,
        options.printed_as(f"How it is printed: {', '.join(FORMATS)}.", FORMATS),
    ),
)  # fmt: skip
