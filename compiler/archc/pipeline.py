"""The whole compiler on one page.

::

    text -> Program -> Graph -> TypedGraph -> { nn.Module | Python | diagram | JSON }

Each stage is one function that takes one type and returns ``(value, diagnostics)``; the value is
None where there are errors. Stages import what they need when they run, so that a command pays
for nothing it does not use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from archc.choice import checkable, choose
from archc.errors import ArchError, ToolError
from archc.settings import Setting, parse_settings
from archir.diagnostics import Diagnostics
from archir.record import Record
from archir.source import Source

if TYPE_CHECKING:
    from torch import nn

    from archc.asked import Asked
    from archc.weights import WeightsReport
    from archdsl.ast import Argument
    from archdsl.elaborate import Limits, Together
    from archdsl.program import Declared, Program
    from archir.graph import Graph
    from archir.state import Match
    from archir.typed import TypedGraph


M = TypeVar("M")  # what is made of a model


def load(source: Source, path: Path | None) -> tuple[Program | None, Diagnostics]:
    """Text to program: parse the file and what it imports, and look up every name."""
    from archdsl.loader import load as load_program
    from archdsl.resolve import resolve

    program, found = load_program(source, path)
    if program is not None:
        found.extend(resolve(program))
    return (None if found.has_errors else program), found


def elaborate(
    program: Program,
    model: Declared,
    arguments: tuple[Argument, ...] = (),
    limits: Limits | None = None,
    together: Together | None = None,
) -> tuple[Graph | None, Diagnostics]:
    """Program to graph: unroll one model, with arguments from outside.

    The graph may be there beside errors: the checker can then still look at the rest. Models that
    are checked together share what does not depend on the model, and a limit on their steps.
    """
    from archdsl.elaborate import elaborate as elaborate_model

    return elaborate_model(program, model, arguments, limits, together)


def infer(graph: Graph) -> tuple[TypedGraph | None, Diagnostics]:
    """Graph to typed graph: check every shape."""
    from archir.infer import infer as infer_graph

    return infer_graph(graph)


def compile_model(
    program: Program,
    model: Declared,
    arguments: tuple[Argument, ...] = (),
    limits: Limits | None = None,
    together: Together | None = None,
) -> tuple[TypedGraph | None, Diagnostics]:
    """Program to typed graph."""
    graph, found = elaborate(program, model, arguments, limits, together)
    if graph is None:
        return None, found
    typed, problems = infer(graph)
    found.extend(problems)
    return (None if found.has_errors else typed), found


def compile_source(
    source: Source,
    path: Path | None,
    wanted: str | None = None,
    settings: Iterable[Setting] = (),
    limits: Limits | None = None,
    asked: Asked | None = None,
) -> tuple[TypedGraph | None, Diagnostics]:
    """Text to typed graph, for the model that is meant (see ``choice``)."""
    program, found = load(source, path)
    if program is None:
        return None, found
    model = choose(program, wanted)
    arguments, problems = parse_settings(settings)
    found.extend(problems)
    if found.has_errors:
        return None, found
    typed, problems = compile_model(program, model, arguments, limits)
    found.extend(problems)
    if typed is not None and asked is not None:
        asked.know((typed,))
        refused = asked.refusals(typed)
        found.extend(refused)
        typed = None if refused else typed
    return typed, found


class Checked(Record):
    """One model after the check; ``typed`` is None where it is wrong."""

    name: str
    typed: TypedGraph | None


def check_source(
    source: Source,
    path: Path | None,
    wanted: str | None = None,
    settings: tuple[Setting, ...] = (),
    limits: Limits | None = None,
    asked: Asked | None = None,
) -> tuple[tuple[Checked, ...], Diagnostics]:
    """Text to verdict: all models that stand by themselves, or the one that is meant.

    With ``asked`` each must run at the sizes asked about, as far as it has such.
    """
    program, found = load(source, path)
    if program is None:
        return (), found
    from archdsl.elaborate import Together

    chosen = wanted is not None or settings
    together = Together()
    models = (choose(program, wanted),) if chosen else checkable(program, together)
    arguments, problems = parse_settings(settings)
    found.extend(problems)
    if problems.has_errors:
        return (), found
    checked: list[Checked] = []
    right: list[TypedGraph] = []
    for model in models:
        typed, problems = compile_model(program, model, arguments, limits, together)
        found.extend(problems)
        if typed is not None:
            right.append(typed)
            refused = asked.refusals(typed) if asked is not None else ()
            found.extend(refused)
            typed = None if refused else typed
        checked.append(Checked(model.name, typed))
    if asked is not None and len(right) == len(checked) > 0:
        asked.know(right)
    return tuple(checked), found


# --- back ends: each takes a typed graph and nothing else -----------------------------------------


def python(typed: TypedGraph, *, guard: bool = False) -> str:
    """The model as a standalone Python module, which may check the sizes of its inputs."""
    from archc.python import source

    return _counted(lambda: source(typed, guard=guard))


def guarded_python(typed: TypedGraph) -> str:
    """The model as a standalone Python module that checks the sizes of its inputs."""
    return python(typed, guard=True)


def dot(typed: TypedGraph) -> str:
    """The model as a diagram in Graphviz's language."""
    from archc.drawing import dot as draw

    return _drawn(draw, typed)


def svg(typed: TypedGraph) -> str:
    """The model as a picture."""
    from archc.drawing import svg as draw

    return _drawn(draw, typed)


def _drawn(draw: Callable[[TypedGraph], str], typed: TypedGraph) -> str:
    from archc.drawing import DiagramTooLargeError, LayoutError

    try:
        return draw(typed)
    except DiagramTooLargeError as error:
        raise ArchError([error.diagnostic]) from error
    except LayoutError as error:
        raise ToolError(str(error)) from error


def json(typed: TypedGraph) -> str:
    """The model as data (see docs/json.md)."""
    from archc.describe import json as describe

    return _counted(lambda: describe(typed))


def module(typed: TypedGraph, seed: int | None = None) -> nn.Module:
    """The model as a live module, with its initial weights."""
    from archc.torch import module as make

    return _counted(lambda: make(typed, seed))


def _counted(make: Callable[[], M]) -> M:
    """What a back end makes of a model that may have too many steps for it."""
    from archir.bulk import ModelTooLargeError

    try:
        return make()
    except ModelTooLargeError as error:
        raise ArchError([error.diagnostic]) from error


def weights(
    typed: TypedGraph,
    seed: int,
    source: str | None = None,
    match: Match = "all",
    allow_pth: bool = False,
) -> tuple[Callable[[Path], None], WeightsReport | None]:
    """What writes the model's weights to a file: the initial ones, with those of ``source``."""
    from archc.marks import ROOM
    from archc.torch.weights import writer
    from archc.weights import load_weights

    net = module(typed, seed)
    report = None
    if source is not None:
        report = load_weights(net, source, match=match, allow_pth=allow_pth)
    return writer(net, ROOM), report
