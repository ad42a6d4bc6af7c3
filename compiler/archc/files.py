"""Reading what the user names, and writing what they asked for: whole, or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from archir.diagnostics import Diagnostics
from archir.source import Source, Span


def read_source(path: Path, name: str | None = None) -> tuple[Source, Diagnostics]:
    """A file as text, under the name by which messages speak of it. OSError if there is none."""
    with path.open("rb") as stream:
        return read_stream(stream, str(path) if name is None else name)


def read_stream(stream: BinaryIO, name: str) -> tuple[Source, Diagnostics]:
    """What a stream holds as text; no more of it is read than a file may have."""
    from archdsl.loader import ImportLimits

    return decode(stream.read(ImportLimits().bytes + 1), name)


def decode(data: bytes, name: str) -> tuple[Source, Diagnostics]:
    """Bytes as text; what is no UTF-8, or too long, is reported at its place."""
    from archdsl.loader import ImportLimits
    from archdsl.rules.imports import FileNotUtf8, FileTooLarge

    found = Diagnostics()
    limit = ImportLimits().bytes
    if len(data) > limit:
        source = Source(name, "")
        found.report(FileTooLarge(name, limit), Span(source, 0, 0))
        return source, found
    try:
        return Source(name, data.decode("utf-8-sig")), found
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig")
        source = Source(name, data.decode("utf-8-sig", errors="replace"))
        line = data.count(b"\n", 0, error.start) + 1
        problem = FileNotUtf8(name, line, data[error.start])
        found.report(problem, Span(source, len(before), len(before) + 1))
        return source, found


def write_all(contents: Mapping[Path, str]) -> None:
    """Write several files, none of which is ever seen half written.

    Everything goes to temporary files beside the targets first, so that a full disk or a folder
    that cannot be written to leaves every target as it was.
    """
    targets = {path: Path(os.path.realpath(path)) for path in contents}
    for target in targets.values():
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_dir():
            raise IsADirectoryError(21, "it is a folder", str(target))
    temporary: dict[Path, Path] = {}
    try:
        for path, text in contents.items():
            target = targets[path]
            temporary[target] = _write_beside(target, text)
        for target, fresh in temporary.items():
            fresh.replace(target)
    finally:
        for fresh in temporary.values():
            with suppress(OSError):
                fresh.unlink(missing_ok=True)


def _write_beside(target: Path, text: str) -> Path:
    """A new file in the target's folder, with the permissions a new target would have."""
    fresh = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    fresh.unlink(missing_ok=True)
    try:
        # Exclusive: a link that somebody put there is not followed.
        with fresh.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except BaseException:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise
    return fresh
