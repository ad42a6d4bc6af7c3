"""What archc makes of a project: a verdict, a typed graph, a live module and a printed one."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import nn

from archc import pipeline
from archc.api.formats import FORMATS
from archc.errors import ArchError
from archc.request.choice import choose
from archc.request.settings import from_values, parse_settings
from archdsl.project.loader import load
from archdsl.project.program import Program
from archdsl.resolve import resolve
from archir.base.diagnostics import Diagnostic
from archir.base.source import Source
from archir.graph.typed import TypedGraph

ROOT = Path("/project")
"""Where the files are said to be; nothing is read from disk but the standard library."""


class InternalError(Exception):
    """archc ends in an exception of Python's."""

    def __init__(self, error: BaseException) -> None:
        frames = traceback.extract_tb(error.__traceback__)
        ours = [each for each in frames if "/arch" in each.filename.replace("\\", "/")]
        last = (ours or frames)[-1]
        self.where = f"{Path(last.filename).stem}.{last.name}"
        self.trace = "".join(traceback.format_exception(error))
        super().__init__(f"{type(error).__name__} in {self.where}: {error}")
        self.kind = f"{type(error).__name__} in {self.where}"


@dataclass
class Verdict:
    """What the check says of the model that is meant."""

    typed: TypedGraph | None
    errors: list[Diagnostic] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    """What it only remarks, by name."""

    program: Program | None = None
    looked_at_shapes: bool = False
    """Whether the text was right enough for that."""

    @property
    def names(self) -> list[str]:
        """The problems by name."""
        return [each.problem.name for each in self.errors]


def check(
    files: Mapping[str, str], main: str, model: str, parameters: Mapping[str, Any] | None = None
) -> Verdict:
    """Check a model of files that are held in memory."""
    try:
        return _check(files, main, model, parameters or {})
    except ArchError as error:
        return Verdict(None, list(error.diagnostics))
    except Exception as error:
        raise InternalError(error) from error


def _check(
    files: Mapping[str, str], main: str, model: str, parameters: Mapping[str, Any]
) -> Verdict:
    def read(path: Path, most: int) -> bytes:
        try:
            text = files[path.relative_to(ROOT).as_posix()]
        except (KeyError, ValueError):
            raise FileNotFoundError(path) from None
        return text.encode("utf-8")[:most]

    program, found = load(Source(main, files[main]), ROOT / main, read)
    if program is None:
        return Verdict(None, [each for each in found if each.is_error])
    resolved, problems = resolve(program)
    found.extend(problems)
    if found.has_errors:
        return Verdict(None, [each for each in found if each.is_error], program=program)
    arguments, problems = parse_settings(from_values(parameters))
    found.extend(problems)
    graph, problems = pipeline.elaborate(resolved, choose(resolved, model), arguments)
    found.extend(problems)
    typed = None
    if graph is not None:
        typed, problems = pipeline.infer(graph)
        found.extend(problems)
    remarks = [each.problem.name for each in found if not each.is_error]
    errors = [each for each in found if each.is_error]
    return Verdict(None if errors else typed, errors, remarks, program, graph is not None)


def live(typed: TypedGraph, seed: int) -> nn.Module:
    """The model as a live module, with the weights of a seed."""
    from archc.torch import module

    try:
        return module(typed, seed)
    except Exception as error:
        raise InternalError(error) from error


def printed(typed: TypedGraph, *, guard: bool = False) -> str:
    """The model as Python source."""
    try:
        return FORMATS["python"].text(typed, guarded=guard)
    except Exception as error:
        raise InternalError(error) from error


def expression(text: str) -> str:
    """How printed source builds its model: as its own smoke run does."""
    begin = text.rindex("\n    model = ") + len("\n    model = ")
    return text[begin : text.index(".eval()\n", begin)]


def built(text: str) -> nn.Module:
    """The module that printed source builds."""
    names: dict[str, Any] = {"__name__": "printed"}
    exec(compile(text, "<printed source>", "exec"), names)
    made: nn.Module = eval(expression(text), names)
    return made
