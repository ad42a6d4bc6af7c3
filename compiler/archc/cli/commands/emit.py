"""``archc emit``: one form of a model on standard output."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from archc import pipeline
from archc.api.formats import FORMATS, GUARDED, PICTURES, Stage
from archc.cli import guard, options, streams
from archc.cli.declare import Command, Option, UsageError
from archc.pictures.looks import Looks
from archc.request.choice import choose
from archc.request.outputs import handing
from archc.request.requests import Request, chosen_word
from archc.request.settings import Setting, parse_settings
from archir.base.diagnostics import Diagnostics
from archir.base.source import Source
from archir.graph.typed import TypedGraph

if TYPE_CHECKING:
    from archdsl.elaborate.limits import Limits
    from archdsl.tree.ast import File as Tree
    from archir.graph.graph import Graph


def emit(
    file: str,
    stage: str,
    view: str | None,
    model: str | None,
    settings: tuple[Setting, ...],
    sizes: dict[str, int],
    training: bool,
    guarded: bool,
    outputs: str,
    limits: Limits | None,
) -> int:
    """Print one form of FILE's model: what it becomes, or what is between.

    With --size it must run at these sizes, which change nothing of what is printed.
    """
    request = Request(sizes, training)
    form = FORMATS[stage]
    if request and form.of != "typed":
        raise UsageError(
            f"the stage {stage} comes before sizes are checked", "leave out --size and --training"
        )
    if guarded and form.guarded is None:
        words = " and ".join(FORMATS[name].what for name in GUARDED)
        raise UsageError(f"--guard is for {words}: --stage {' or '.join(GUARDED)}")
    if outputs == "dict" and form.guarded is None:
        words = " and ".join(FORMATS[name].what for name in GUARDED)
        raise UsageError(f"--outputs is for {words}: --stage {' or '.join(GUARDED)}")
    if view is not None and form.draw is None:
        raise UsageError(f"--view is for pictures: --stage {' or '.join(PICTURES)}")
    looks = None if form.draw is None else Looks(form.view(view))
    source, path, found = streams.read(file)
    made = None
    if not found.has_errors:
        made, problems = _stage(form.of, source, path, model, settings, limits, request)
        found.extend(problems)
    if outputs == "dict" and isinstance(made, TypedGraph):
        made = handing(made, outputs)
    text = None if made is None else form.made(made, guarded=guarded, looks=looks)
    streams.complain(found)
    if text is None:
        return guard.WRONG_INPUT
    streams.document(text)
    return guard.OK


def _stage(
    stage: Stage,
    source: Source,
    path: str | None,
    model: str | None,
    settings: Sequence[Setting],
    limits: Limits | None,
    request: Request,
) -> tuple[Tree | Graph | TypedGraph | None, Diagnostics]:
    """As far as the compiler has to go; None where it does not come as far."""
    if stage == "tree":
        from archdsl.syntax.parser import parse

        return parse(source)
    if stage == "graph":
        return _graph(source, path, model, settings, limits)
    return pipeline.compile_source(source, path, model, settings, limits, request)


def _graph(
    source: Source,
    path: str | None,
    model: str | None,
    settings: Sequence[Setting],
    limits: Limits | None,
) -> tuple[Graph | None, Diagnostics]:
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
    return (None if graph is None or found.has_errors else graph), found


command = Command(
    emit,
    options.FILE,
    (
        Option(
            "--stage",
            "stage",
            "; ".join(f"{name}: {form.what}" for name, form in FORMATS.items()) + ".",
            metavar="STAGE",
            default="python",
            read=lambda word: chosen_word(word, FORMATS, "stage"),
        ),
        options.view("layers"),
        options.MODEL,
        options.SETTINGS,
        options.SIZES,
        options.TRAINING,
        options.GUARD,
        options.OUTPUTS,
        options.LIMITS,
    ),
)
