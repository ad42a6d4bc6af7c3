"""Where an import leads: to a library that travels with the compiler, or to a file of the project.

The project is the folder of the main file and what lies below it. Nothing outside of it can be
named, neither by ``..`` nor by an absolute path nor through a symbolic link.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from archdsl import rules
from archir.base.diagnostics import Problem, nearest
from archir.base.record import Record

if TYPE_CHECKING:
    from pathlib import Path, PurePosixPath

# pathlib takes as long to import as a small file to check: what imports no file goes without.

StrPath: TypeAlias = "str | os.PathLike[str]"

ENDING = ".arch"
# importlib.resources would do the same at twice the cost of reading a file.
_HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_LIBRARIES = os.path.join(_HERE, "std")
EXAMPLES = "examples"
"""The room beside ``std`` whose files are the examples."""

ReadFile: TypeAlias = "Callable[[Path, int], bytes]"
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


def read_file(path: StrPath, most: int) -> bytes:
    """The first ``most`` bytes of a regular file."""
    if not stat.S_ISREG(os.stat(path).st_mode):
        # A pipe or a device would make the compiler wait, or never end.
        raise OSError("it is not a regular file")
    with open(path, "rb") as stream:
        return stream.read(most)


def locate_library(path: tuple[str, ...], asked: Sequence[str] = ()) -> Located | Problem:
    """The file behind ``import std.blocks: …``, which is asked for these names."""
    dotted = ".".join(path)
    known = libraries()
    if dotted not in known:
        homes = {library_names().get(name) for name in asked}
        home = homes.pop() if len(homes) == 1 else None
        if home is not None:
            return rules.imports.UnknownLibrary(dotted, home)
        # "std." is in all of them, and would make any two alike.
        near = nearest(path[-1], [each.partition(".")[2] for each in known])
        if near is None and path[-1] in example_names():
            return rules.imports.UnknownLibrary(dotted, f"{EXAMPLES}.{path[-1]}")
        return rules.imports.UnknownLibrary(dotted, near and f"std.{near}", tuple(known))
    file = os.path.join(_LIBRARIES, *path[1:-1], path[-1] + ENDING)
    return Located(dotted, dotted, None, lambda most: read_file(file, most))


def examples_folder() -> str:
    """Where the examples are: in the installation, or in the checkout."""
    installed = os.path.join(_HERE, "shipped")
    return installed if os.path.isdir(installed) else os.path.join(_HERE, "..", "..", EXAMPLES)


def example_names() -> list[str]:
    """The names of all examples, sorted."""
    names = sorted(os.listdir(examples_folder()))
    return [name.removesuffix(ENDING) for name in names if name.endswith(ENDING)]


def locate_example(path: tuple[str, ...]) -> Located | Problem:
    """The file behind ``import examples.resnet: …``: the same, wherever it is asked for."""
    dotted = ".".join(path)
    known = example_names()
    if ".".join(path[1:]) not in known:
        near = nearest(path[-1], known)
        return rules.imports.UnknownLibrary(dotted, near and f"{EXAMPLES}.{near}")
    file = os.path.realpath(os.path.join(examples_folder(), path[1] + ENDING))
    return Located(file, dotted, None, lambda most: read_file(file, most))


def locate_beside(text: str) -> Located | Problem:
    """The file behind ``import "./resnet.arch": …`` in an example that was imported by name."""
    stem = os.path.normpath(text).removesuffix(ENDING)
    found = locate_example((EXAMPLES, stem))
    return rules.imports.FileNotFound(text, None) if isinstance(found, Problem) else found


def libraries() -> list[str]:
    """The libraries that travel with the compiler, by their dotted names."""
    return [
        f"std.{name.removesuffix(ENDING)}"
        for name in sorted(os.listdir(_LIBRARIES))
        if name.endswith(ENDING)
    ]


@lru_cache(maxsize=1)
def library_names() -> dict[str, str]:
    """The library of each name that one declares for others to use."""
    pattern = re.compile(r"^(?:block|fn|let|model)\s+([A-Za-z]\w*)", re.MULTILINE)
    names: dict[str, str] = {}
    for library in libraries():
        for found in pattern.finditer(_library_text(library)):
            names.setdefault(found[1], library)
    return names


def library_path(library: str) -> str | None:
    """The file of a library by its dotted name; None where there is none."""
    room, _, name = library.partition(".")
    file = os.path.join(_LIBRARIES, name + ENDING)
    return file if room == "std" and os.path.isfile(file) else None


def _library_text(library: str) -> str:
    file = os.path.join(_LIBRARIES, library.partition(".")[2] + ENDING)
    with open(file, encoding="utf-8") as stream:
        return stream.read()


def locate_file(
    text: str, folder: Path, root: Path, prefix: PurePosixPath, read: ReadFile
) -> Located | Problem:
    """The file behind ``import "./stem.arch": …`` in a file of ``folder``.

    ``root`` is the project's folder, resolved; ``prefix`` is how messages speak of ``folder``.
    """
    from pathlib import Path

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


def unreadable(error: OSError, located: Located, path: str | tuple[str, ...]) -> Problem:
    """What is said of a file that cannot be read; ``path`` is how the import names it."""
    if isinstance(error, FileNotFoundError | NotADirectoryError) and located.path is not None:
        assert isinstance(path, str)
        return missing(path, located.path)
    return rules.imports.UnreadableFile(located.name, (error.strerror or str(error)).lower())


def undecodable(data: bytes, name: str, limit: int) -> Problem | None:
    """What is wrong with a file's bytes, if anything is."""
    if len(data) > limit:
        return rules.imports.ImportTooLarge(name, limit)
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return rules.imports.FileNotUtf8(name, line, data[error.start])
    return None


def _refused_text(text: str) -> str | None:
    from pathlib import PurePosixPath, PureWindowsPath

    if "\\" in text:
        return "paths are written with /"
    if PurePosixPath(text).is_absolute() or PureWindowsPath(text).anchor:
        return "it is an absolute path"
    return "it holds a control character" if not text.isprintable() else None
