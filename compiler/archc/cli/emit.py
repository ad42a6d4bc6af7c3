"""``archc emit``: one form of a model on standard output."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archc import pipeline
from archc.asked import Asked, chosen_word
from archc.choice import choose
from archc.cli import guard, options, streams
from archc.cli.declare import Command, Option, UsageError
from archc.outputs import OUTPUTS, output
from archc.settings import Setting, parse_settings
from archir.diagnostics import Diagnostics
from archir.source import Source

if TYPE_CHECKING:
    from archdsl.elaborate.limits import Limits

STAGES = {
    "ast": "the syntax tree",
    "graph": "the model unrolled, before its shapes are checked",
    "typed": "the checked graph, with every shape",
    "python": "Python source",
    "svg": "a picture",
    "dot": "the picture in Graphviz's language",
    "json": "the model as data",
}

UNCHECKED = ("ast", "graph")
"""Stages of what has not been checked."""


def emit(
    file: str,
    stage: str,
    model: str | None,
    settings: tuple[Setting, ...],
    sizes: dict[str, int],
    training: bool,
    guarded: bool,
    limits: Limits | None,
) -> int:
    """Print one form of FILE's model: what it becomes, or what is between.

    With --size it must run at these sizes, which change nothing of what is printed.
    """
    asked = Asked(sizes, training)
    if asked and stage in UNCHECKED:
        raise UsageError(
            f"the stage {stage} comes before sizes are checked", "leave out --size and --training"
        )
    if guarded and stage != "python":
        raise UsageError("--guard is for Python source: --stage python")
    source, path, found = streams.read(file)
    text = None
    if not found.has_errors:
        text, problems = _text(stage, source, path, model, settings, limits, asked, guarded)
        found.extend(problems)
    streams.complain(found)
    if text is None:
        return guard.WRONG_INPUT
    streams.document(text)
    return guard.OK


def _text(
    stage: str,
    source: Source,
    path: Path | None,
    model: str | None,
    settings: Sequence[Setting],
    limits: Limits | None,
    asked: Asked,
    guarded: bool,
) -> tuple[str | None, Diagnostics]:
    if stage == "ast":
        from archdsl.parser import parse
        from archdsl.printer import show_ast

        file, found = parse(source)
        return (None if file is None else show_ast(file)), found
    if stage == "graph":
        return _graph(source, path, model, settings, limits)
    typed, found = pipeline.compile_source(source, path, model, settings, limits, asked)
    if typed is None:
        return None, found
    return _printer(stage, guarded)(typed), found


def _printer(stage: str, guarded: bool) -> Callable[[Any], str]:
    if stage in OUTPUTS:
        return output(stage, guarded=guarded)
    from archir.text import show_typed

    return show_typed


def _graph(
    source: Source,
    path: Path | None,
    model: str | None,
    settings: Sequence[Setting],
    limits: Limits | None,
) -> tuple[str | None, Diagnostics]:
    from archir.text import show_graph

    program, found = pipeline.load(source, path)
    if program is None:
        return None, found
    chosen = choose(program, model)
    arguments, problems = parse_settings(settings)
    found.extend(problems)
    if found.has_errors:
        return None, found
    graph, problems = pipeline.elaborate(program, chosen, arguments, limits)
    found.extend(problems)
    return (None if graph is None or found.has_errors else show_graph(graph)), found


command = Command(
    emit,
    options.FILE,
    (
        Option(
            "--stage",
            "stage",
            "; ".join(f"{name}: {what}" for name, what in STAGES.items()) + ".",
            metavar="STAGE",
            default="python",
            read=lambda word: chosen_word(word, STAGES, "stage"),
        ),
        options.MODEL,
        options.SETTINGS,
        options.SIZES,
        options.TRAINING,
        options.GUARD,
        options.LIMITS,
    ),
)
