"""Reading what the user names."""

from __future__ import annotations

import os
from typing import BinaryIO

from archc.errors import MissingFileError
from archc.request import examples
from archir.base.diagnostics import Diagnostics, nearest
from archir.base.source import Source, Span, without_mark

# Without pathlib, which takes as long to import as a small file takes to check.


def read_source(
    path: str | os.PathLike[str], name: str | None = None
) -> tuple[Source, Diagnostics]:
    """A file as text, under the name by which messages speak of it. OSError if there is none."""
    with open(path, "rb") as stream:
        return read_stream(stream, os.fspath(path) if name is None else name)


def read_named(word: str) -> tuple[Source, str, Diagnostics]:
    """The file that a user's word means: a path, or else the name of an example."""
    path = name = word
    if examples.is_bare(word) and (os.path.isdir(path) or not os.path.exists(path)):
        example = examples.find(word)
        if example is not None:
            path, name = str(example), examples.shown(example)
    try:
        source, found = read_source(path, name)
    except FileNotFoundError as error:
        bare = examples.is_bare(word)
        raise MissingFileError(word, _likely(path), is_bare=bare) from error
    return source, path, found


def _likely(word: str) -> str | None:
    """What a path that leads to nothing was probably meant to be."""
    from pathlib import Path

    path = Path(word)
    ending = examples.ENDING
    try:
        beside = {file.stem: file for file in sorted(path.parent.glob(f"*{ending}"))}
    except OSError:
        beside = {}
    near = path.stem if path.stem in beside else nearest(path.stem, beside)
    example = examples.suggestion(str(path))
    if near is not None and near != path.stem and example is not None:
        near = nearest(path.stem, [near, example]) or near  # a file where both are as near
        near = near if near in beside and example != path.stem else None
    if near is not None:
        return f"did you mean {beside[near]}?"
    return None if example is None else f"did you mean {example}, which is an example?"


def read_stream(stream: BinaryIO, name: str) -> tuple[Source, Diagnostics]:
    """What a stream holds as text; of what is too long, no more than shows that it is."""
    from archdsl.syntax.limits import MAX_FILE_CHARACTERS

    most = 4 * MAX_FILE_CHARACTERS  # bytes of so many characters
    data = stream.read(most + 1)
    if len(data) > most:
        # The last character may be cut; the parser refuses the text for its length.
        return Source(name, data.decode("utf-8", errors="replace")), Diagnostics()
    return decode(data, name)


def decode(data: bytes, name: str) -> tuple[Source, Diagnostics]:
    """Bytes as text; a byte that is no UTF-8 is reported at its place."""
    found = Diagnostics()
    data = without_mark(data)
    try:
        return Source(name, data.decode("utf-8")), found
    except UnicodeDecodeError as error:
        from archdsl.rules.imports import FileNotUtf8

        before = data[: error.start].decode("utf-8")
        source = Source(name, data.decode("utf-8", errors="replace"))
        line = data.count(b"\n", 0, error.start) + 1
        problem = FileNotUtf8(name, line, data[error.start])
        found.report(problem, Span(source, len(before), len(before) + 1))
        return source, found
