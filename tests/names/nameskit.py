"""Texts in, names of problems out: what the tests of loading and resolving share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from archdsl.project.loader import ImportLimits, load
from archdsl.project.program import Program
from archdsl.resolve import resolve
from archir.base.diagnostics import Diagnostic
from archir.base.source import Source

ROOT = Path("/nowhere/project")


def reader(files: Mapping[str, bytes | None]) -> Callable[[Path, int], bytes]:
    """A stand-in for the disk: files by their paths below ``ROOT``; None cannot be read."""

    def read(path: Path, most: int) -> bytes:
        name = path.relative_to(ROOT).as_posix()
        if name not in files:
            raise FileNotFoundError(name)
        data = files[name]
        if data is None:
            raise PermissionError(13, "Permission denied")
        return data[:most]

    return read


def load_text(
    text: str,
    files: Mapping[str, bytes | None] | None = None,
    limits: ImportLimits | None = None,
) -> tuple[Program | None, list[Diagnostic]]:
    """A text as ``main.arch``, with files beside it."""
    everything = {"main.arch": text.encode(), **(files or {})}
    source = Source("main.arch", text)
    program, diagnostics = load(source, ROOT / "main.arch", reader(everything), limits)
    return program, list(diagnostics)


def problems(text: str, files: Mapping[str, bytes | None] | None = None) -> list[Diagnostic]:
    """All that loading and resolving have to say of a text."""
    program, found = load_text(text, files)
    if program is not None:
        found = [*found, *resolve(program)[1]]
    return found


def names(text: str, files: Mapping[str, bytes | None] | None = None) -> list[str]:
    """The names of all problems, in order."""
    return [found.problem.name for found in problems(text, files)]


def body(*lines: str, params: str = "") -> str:
    """A file with one model of that body, whose input is ``x: [N, 16, H, W]``."""
    inside = "\n".join(f"  {line}" for line in lines)
    return f"model net({params}) {{\n  input x: [N, 16, H = 32, W = 32]\n{inside}\n}}\n"


def said(text: str, files: Mapping[str, bytes | None] | None = None) -> list[tuple[str, str]]:
    """Name and place (the text itself) of all problems."""
    return [(found.problem.name, found.span.text) for found in problems(text, files)]
