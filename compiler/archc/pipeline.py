"""The whole compiler on one page.

::

    text -> Program -> Graph -> TypedGraph -> { nn.Module | Python | diagram | JSON }

Each stage is one function that takes one type and returns ``(value, diagnostics)``; the value is
None where there are errors. Stages import what they need when they run, so that a command pays
for nothing it does not use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

from archc.errors import ArchError, ModelChoiceError
from archc.request.choice import checkable, choose
from archc.request.settings import Setting, parse_settings
from archir.base.diagnostics import Diagnostic, Diagnostics, once_each
from archir.base.record import Record, replaced
from archir.base.source import Source

if TYPE_CHECKING:
    from archc.request.requests import Request
    from archc.torch.types import nn
    from archdsl.elaborate import Limits, Together
    from archdsl.project.locate import ReadFile, StrPath
    from archdsl.project.program import Declared, Program
    from archdsl.resolve.context import Met
    from archdsl.resolve.kept.again import Again
    from archdsl.resolve.resolved import Resolved
    from archdsl.tree.ast import Argument, File
    from archir.graph.graph import Graph
    from archir.graph.typed import TypedGraph


M = TypeVar("M")  # what is made of a model

Found: TypeAlias = "list[Diagnostic]"


def load(source: Source, path: StrPath | None) -> tuple[Resolved | None, Diagnostics]:
    """Text to resolved program: parse the file and what it imports, and look up every name."""
    program, found, problems = understand(source, path)
    found.extend(problems)
    return (None if found.has_errors else program), in_order(program, found)


def understand(
    source: Source,
    path: StrPath | None,
    read: ReadFile | None = None,
    met: Met | None = None,
    kept: Earlier | None = None,
) -> tuple[Resolved | None, Diagnostics, Diagnostics]:
    """The same, with all of a text that could be understood, whatever is wrong with the rest.

    What is wrong with texts comes apart from what is wrong with names: the program knows of the
    latter which declaration they are of. There is no program where there is no text of a file.
    ``read`` reads imported files in the place of the disk, to see what they are about to become;
    in ``met`` it is noted what names mean; what ``kept`` knows of the texts is not parsed again.
    """
    from archdsl.project.loader import load as load_program
    from archdsl.resolve import resolve

    if kept is not None:
        return _understood_again(source, path, read, met, kept)
    program, found = load_program(source, path, read)
    if program is None:
        return None, found, Diagnostics()
    resolved, problems = resolve(program, met)
    return resolved, found, problems


def _understood_again(
    source: Source, path: StrPath | None, read: ReadFile | None, met: Met | None, kept: Earlier
) -> tuple[Resolved | None, Diagnostics, Diagnostics]:
    """The same with what is known of an earlier text, as far as that holds of this one."""
    from archdsl.project.loader import load as load_program
    from archdsl.resolve import resolve

    program, found = load_program(source, path, read, parse=kept.parse)
    again = None if program is None else kept.again(program, found)
    if again is None:
        program, found = load_program(source, path, read, parse=kept.parse)
        again = None if program is None else kept.again(program, found)
    if program is None or again is None:
        return None, found, Diagnostics()
    resolved, problems = resolve(program, met, again)
    kept.resolved(program, found, again)
    return resolved, found, problems


def in_order(program: Program | None, found: Diagnostics) -> Diagnostics:
    """Diagnostics by their places in the files, the main file first; one thing is said once."""
    if len(found) > 1:
        files = {} if program is None else {name: at for at, name in enumerate(program.files)}
        found.items = _without_warnings_of_errors(once_each(found.items))
        found.items.sort(key=lambda one: (files.get(one.span.source.name, 0), one.span.start))
    return found


def _without_warnings_of_errors(found: list[Diagnostic]) -> list[Diagnostic]:
    """What is said, but for warnings at a place where something is wrong: that will be another."""
    wrong = {item.span for item in found if item.is_error}
    return [item for item in found if item.is_error or item.span not in wrong]


MOST_RUNS = 1 << 32
"""More than there are runs over a place of one model."""


def _not_passed_on(
    program: Resolved, model: Declared, problems: Diagnostics, at_fault: set[Declared]
) -> list[Diagnostic]:
    """What is wrong with a model, but for what it meets because it needs one that is at fault."""
    passed_on = [each for each in problems if each.problem.passes_on]
    if not passed_on:
        return problems.items
    is_first = at_fault.isdisjoint(program.needs(model))
    at_fault.add(model)
    return problems.items if is_first else [each for each in problems if each not in passed_on]


def _of_model(number: int, problems: Diagnostics) -> Iterator[Diagnostic]:
    """What is wrong with a model, told apart from what is wrong with others."""
    for each in problems:
        yield replaced(each, occasion=each.occasion + number * MOST_RUNS)


def meant(
    source: Source, path: StrPath | None, wanted: str | None, read: ReadFile | None = None
) -> tuple[Resolved | None, Declared | None, Diagnostics]:
    """The program, the model in it that is meant, and what is wrong with what it needs.

    There is no model where its own text could not be read. Where it is not asked for by its name,
    the names of the whole file are to be right.
    """
    program, found, problems = understand(source, path, read)
    if program is None:
        return None, None, found
    try:
        model = choose(program, wanted)
    except ModelChoiceError:
        found.extend(problems)
        if found.has_errors and (wanted is None or wanted in program.main.missing):
            return program, None, found
        raise
    if wanted is None:
        found.extend(problems)
    else:
        found.extend(one for each in program.needs(model) for one in program.said.get(each, ()))
    return program, model, found


def elaborate(
    program: Resolved,
    model: Declared,
    arguments: tuple[Argument, ...] = (),
    limits: Limits | None = None,
    together: Together | None = None,
    values: Mapping[str, object] | None = None,
) -> tuple[Graph | None, Diagnostics]:
    """Program to graph: unroll one model, with arguments or values that come from outside.

    The graph may be there beside errors: the checker can then still look at the rest. Models that
    are checked together share what does not depend on the model, and a limit on their steps.
    """
    from archdsl.elaborate import elaborate as elaborate_model

    return elaborate_model(program, model, arguments, limits, together, values=values)


def infer(graph: Graph) -> tuple[TypedGraph | None, Diagnostics]:
    """Graph to typed graph: check every shape."""
    from archir.check.infer import infer as infer_graph

    return infer_graph(graph)


def compile_model(
    program: Resolved,
    model: Declared,
    arguments: tuple[Argument, ...] = (),
    limits: Limits | None = None,
    together: Together | None = None,
    values: Mapping[str, object] | None = None,
) -> tuple[TypedGraph | None, Diagnostics]:
    """Program to typed graph."""
    graph, found = elaborate(program, model, arguments, limits, together, values)
    if graph is None:
        return None, found
    typed, problems = infer(graph)
    found.extend(problems)
    wrong, found.items = found.has_errors, program.told(found)
    return (None if wrong else typed), found


def compile_source(
    source: Source,
    path: StrPath | None,
    wanted: str | None = None,
    settings: Iterable[Setting] = (),
    limits: Limits | None = None,
    request: Request | None = None,
    read: ReadFile | None = None,
) -> tuple[TypedGraph | None, Diagnostics]:
    """Text to typed graph, for the model that is meant (see ``choice``).

    ``read`` is that of ``understand``.
    """
    program, model, found = meant(source, path, wanted, read)
    arguments, problems = parse_settings(settings)
    found.extend(problems)
    if program is None or model is None or problems.has_errors:
        return None, in_order(program, found)
    typed, problems = compile_model(program, model, arguments, limits)
    found.extend(problems)
    typed = None if found.has_errors else typed
    if typed is not None and request is not None:
        request.know((typed,))
        refused = request.refusals(typed)
        found.extend(refused)
        typed = None if refused else typed
    return typed, in_order(program, found)


class Checked(Record):
    """One model after the check; ``typed`` is None where it is wrong."""

    name: str
    typed: TypedGraph | None


class Examined(Record):
    """A text as far as it could be understood, and what became of its models."""

    program: Resolved | None
    models: tuple[Checked, ...]
    found: Diagnostics


class Earlier(Protocol):
    """What is known from a check before this one, whose texts may be the same."""

    def parse(self, source: Source) -> tuple[File | None, Diagnostics]:
        """The tree of a text, as the parser reads it."""

    def again(self, program: Program, found: Diagnostics) -> Again | None:
        """What is known of its names; None where the trees that were given do not hold now."""

    def resolved(self, program: Program, found: Diagnostics, again: Again) -> None:
        """Take up what has become of its names."""

    def known(self, program: Resolved, model: Declared) -> tuple[TypedGraph | None, Found] | None:
        """What became of a model that is as it was, and what is said of it; else None."""

    def note(
        self, program: Resolved, model: Declared, typed: TypedGraph | None, found: Found
    ) -> Found:
        """Take up what has become of a model; gives what is said of it at the places of today."""


def check_source(
    source: Source,
    path: StrPath | None,
    wanted: str | None = None,
    settings: tuple[Setting, ...] = (),
    limits: Limits | None = None,
    request: Request | None = None,
    read: ReadFile | None = None,
) -> tuple[tuple[Checked, ...], Diagnostics]:
    """Text to verdict: all models that stand by themselves, or the one that is meant.

    With ``request`` each must run at the sizes asked about, as far as it has such. ``read`` is
    that of ``understand``.
    """
    examined = examine(source, path, wanted, settings, limits, request, read)
    return examined.models, examined.found


def examine(
    source: Source,
    path: StrPath | None,
    wanted: str | None = None,
    settings: tuple[Setting, ...] = (),
    limits: Limits | None = None,
    request: Request | None = None,
    read: ReadFile | None = None,
    met: Met | None = None,
    kept: Earlier | None = None,
) -> Examined:
    """The same, with the program; in ``met`` it is noted what its names mean.

    Models that are in ``kept`` are not compiled again, and their places are those of the old text.
    """
    from archdsl.elaborate import Together

    together = Together()
    models: tuple[Declared, ...] = ()
    if wanted is not None or settings:
        program, model, found = meant(source, path, wanted, read)
        models = () if model is None else (model,)
    else:
        program, found, problems = understand(source, path, read, met, kept)
        found.extend(problems)
        models = () if program is None else checkable(program, together)
    arguments, problems = parse_settings(settings)
    found.extend(problems)
    if program is None or problems.has_errors:
        return Examined(program, (), in_order(program, found))
    checked: list[Checked] = []
    right: list[TypedGraph] = []
    at_fault: set[Declared] = set()
    for number, model in enumerate(models):
        if together.is_spent(limits):
            checked.append(Checked(model.name, None))
            continue
        typed, problems = _compiled(program, model, arguments, limits, together, kept)
        if typed is None:
            problems.items = _not_passed_on(program, model, problems, at_fault)
        found.extend(_of_model(number, problems) if number else problems)
        if typed is not None:
            right.append(typed)
            refused = request.refusals(typed) if request is not None else ()
            found.extend(refused)
            typed = None if refused else typed
        checked.append(Checked(model.name, typed))
    if request is not None and len(right) == len(checked) > 0:
        request.know(right)
    return Examined(program, tuple(checked), in_order(program, found))


def _compiled(
    program: Resolved,
    model: Declared,
    arguments: tuple[Argument, ...],
    limits: Limits | None,
    together: Together,
    kept: Earlier | None,
) -> tuple[TypedGraph | None, Diagnostics]:
    """A model that is compiled, unless it is known from an earlier check."""
    if kept is None:
        return compile_model(program, model, arguments, limits, together)
    known = kept.known(program, model)
    if known is not None:
        typed, said = known
        return typed, Diagnostics(program.told(said))
    typed, found = compile_model(program, model, arguments, limits, together)
    found.items = kept.note(program, model, typed, found.items)
    return typed, found


# --- back ends: each takes a typed graph and nothing else; api/formats.py lists those of texts ----


def module(
    typed: TypedGraph,
    seed: int | None = None,
    device: str | None = None,
    *,
    is_filled: bool = False,
) -> nn.Module:
    """The model as a live module, with its initial weights, unless all are about to be filled."""
    from archc.torch import module as make

    return made(lambda: make(typed, seed, device, is_filled=is_filled))


def made(make: Callable[[], M]) -> M:
    """What a back end makes of a model that may be too large for it."""
    from archir.graph.bulk import ModelTooLargeError

    try:
        return make()
    except ModelTooLargeError as error:
        raise ArchError([error.diagnostic]) from error
