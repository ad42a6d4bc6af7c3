"""Where an import leads: to a library that travels with the compiler, or to a file of the project.

The project is the folder of the main file and what lies below it. Nothing outside of it can be
named, neither by ``..`` nor by an absolute path nor through a symbolic link.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from itertools import islice
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TypeAlias

from archdsl import rules
from archir.diagnostics import Problem, nearest
from archir.record import Record

ENDING = ".arch"
# importlib.resources would do the same at twice the cost of reading a file.
_LIBRARIES = Path(__file__).parent / "std"

ReadFile: TypeAlias = Callable[[Path, int], bytes]
"""Gives the first so many bytes of a file, or raises OSError."""


class Located(Record):
    """A file that an import leads to. It need not exist: ``read`` may raise OSError.

    ``identity`` is the same for all ways to write it, ``name`` is what messages call it, and
    ``path`` is None for a library.
    """

    identity: str
    name: str
    path: Path | None
    read: Callable[[int], bytes]


def read_file(path: Path, most: int) -> bytes:
    """The first ``most`` bytes of a regular file."""
    if not stat.S_ISREG(path.stat().st_mode):
        # A pipe or a device would make the compiler wait, or never end.
        raise OSError("it is not a regular file")
    with path.open("rb") as stream:
        return stream.read(most)


def locate_library(path: tuple[str, ...]) -> Located | Problem:
    """The file behind ``import std.blocks: …``."""
    dotted = ".".join(path)
    known = libraries()
    if dotted not in known:
        # "std." is in all of them, and would make any two alike.
        near = nearest(path[-1], [each.partition(".")[2] for each in known])
        return rules.imports.UnknownLibrary(dotted, near and f"std.{near}", tuple(known))
    file = _LIBRARIES.joinpath(*path[1:-1], path[-1] + ENDING)
    return Located(dotted, dotted, None, lambda most: read_file(file, most))


def libraries() -> list[str]:
    """The libraries that travel with the compiler, by their dotted names."""
    return [f"std.{file.stem}" for file in sorted(_LIBRARIES.glob(f"*{ENDING}"))]


def declaring(name: str) -> str | None:
    """The library that declares a name, if it is one for others to use."""
    if name.startswith("_"):
        return None
    start = re.compile(rf"^(block|fn|let|model)\s+{re.escape(name)}\b", re.MULTILINE)
    files = sorted(_LIBRARIES.glob(f"*{ENDING}"))
    found = (file for file in files if start.search(file.read_text("utf-8")))
    return next((f"std.{file.stem}" for file in found), None)


def locate_file(
    text: str, folder: Path, root: Path, prefix: PurePosixPath, read: ReadFile
) -> Located | Problem:
    """The file behind ``import "./stem.arch": …`` in a file of ``folder``.

    ``root`` is the project's folder, resolved; ``prefix`` is how messages speak of ``folder``.
    """
    refused = _refused_text(text)
    if refused:
        return rules.imports.ImportOutsideProject(text, refused)
    if not text.endswith(ENDING):
        return rules.imports.ImportNotAnArchFile(text)
    try:
        lexical = Path(os.path.normpath(folder.resolve() / text))
        resolved = lexical.resolve()
    except (OSError, RuntimeError):  # a circle of symbolic links
        return rules.imports.UnreadableFile(text, "its symbolic links go in a circle")
    if not lexical.is_relative_to(root):
        return rules.imports.ImportOutsideProject(
            text, "it goes above the folder of the compiled file"
        )
    if not resolved.is_relative_to(root):
        return rules.imports.ImportOutsideProject(
            text, "a symbolic link on the way to it points elsewhere"
        )
    name = os.path.normpath(prefix / text).replace("\\", "/")
    return Located(str(resolved), name, lexical, lambda most: read(resolved, most))


def missing(text: str, path: Path) -> Problem:
    """The problem of a file that is not there, with the name nearby that was likely meant."""
    try:
        with os.scandir(path.parent) as entries:
            names = sorted(e.name for e in islice(entries, 1000) if e.name.endswith(ENDING))
    except OSError:
        names = []
    near = nearest(path.name, names)
    cut = text.rfind("/") + 1
    return rules.imports.FileNotFound(text, None if near is None else text[:cut] + near)


def _refused_text(text: str) -> str | None:
    if "\\" in text:
        return "paths are written with /"
    if PurePosixPath(text).is_absolute() or PureWindowsPath(text).anchor:
        return "it is an absolute path"
    return "it holds a control character" if not text.isprintable() else None
