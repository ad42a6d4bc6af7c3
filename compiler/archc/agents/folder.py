"""The folder that is served: no file outside of it is read, whoever names it and how."""

from __future__ import annotations

import os
from pathlib import Path

from archc.errors import MissingFileError
from archc.request import examples
from archc.request.files import read_source
from archdsl.project.locate import StrPath, read_file
from archir.base.diagnostics import Diagnostics
from archir.base.source import Source


class OutsideFolderError(PermissionError):
    """A path leads out of the folder that is served. ``hint`` says what may be named."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} lies outside the folder that is served")
        self.hint = "name a file in it by its path from there, or give the text itself"


class Folder:
    """A folder, and all that may be read: the regular files in it, however they are named."""

    def __init__(self, root: StrPath) -> None:
        self.root = Path(root).resolve()

    def inside(self, path: StrPath) -> Path:
        """The file that a path leads to, with no link left in it. ``OutsideFolderError``.

        What is above the folder is refused by its name alone: no one learns what is there.
        """
        shown = os.fspath(path)
        if "\0" in shown:
            raise OutsideFolderError(shown.replace("\0", "\\0"))
        lexical = Path(os.path.normpath(self.root / shown))
        if not lexical.is_relative_to(self.root):
            raise OutsideFolderError(shown)
        try:
            resolved = lexical.resolve()
        except (OSError, RuntimeError):  # a circle of links
            raise OutsideFolderError(shown) from None
        if not resolved.is_relative_to(self.root):
            raise OutsideFolderError(shown)
        return resolved

    def shown(self, path: Path) -> str:
        """How answers call a file of the folder."""
        return path.relative_to(self.root).as_posix()

    def read(self, path: StrPath, most: int) -> bytes:
        """The beginning of a file that a text imports; an example may import another one."""
        file = Path(path)
        if not file.resolve().is_relative_to(examples.folder().resolve()):
            file = self.inside(path)
        return read_file(file, most)

    def source(self, path: str) -> tuple[Source, StrPath, Diagnostics]:
        """The text of a file of the folder, or else of the example of that name."""
        file = self.inside(path)
        if not file.exists():
            if examples.is_bare(path) and examples.find(path) is not None:
                return _example(path)
            near = examples.suggestion(path)
            hint = None if near is None else f"did you mean {near}, which is an example?"
            raise MissingFileError(path, hint, is_bare=examples.is_bare(path))
        if not file.is_file():
            raise OSError(f"{path} is no regular file")
        source, found = read_source(file, self.shown(file))
        return source, file, found


def _example(name: str) -> tuple[Source, StrPath, Diagnostics]:
    file = examples.find(name)
    assert file is not None
    source, found = read_source(file, examples.shown(file))
    return source, file, found
