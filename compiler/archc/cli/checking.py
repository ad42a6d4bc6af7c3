"""What ``archc check`` does with files: checks them, and puts them right if asked to."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from errno import EBUSY
from typing import TYPE_CHECKING

from archc import pipeline
from archc.cli import guard, streams
from archc.cli.declare import UsageError
from archc.request.requests import Request
from archir.base.diagnostics import Diagnostics, OwnOpError
from archir.base.record import Record

if TYPE_CHECKING:
    from pathlib import Path

    from archc.pipeline import Checked
    from archc.request.fixing import Fixed, Text
    from archc.request.settings import Setting
    from archdsl.elaborate.limits import Limits
    from archdsl.project.locate import ReadFile, StrPath
    from archir.base.source import Source


class Asked(Record):
    """What is asked beside the files."""

    model: str | None
    settings: tuple[Setting, ...]
    limits: Limits | None
    request: Request

    def check(
        self, source: Source, path: StrPath | None, read: ReadFile | None = None
    ) -> tuple[tuple[Checked, ...], Diagnostics]:
        """The models of a text, and what is wrong with them."""
        facts = (self.model, self.settings, self.limits, self.request)
        return pipeline.check_source(source, path, *facts, read)


class CheckedFile(Record):
    """One file: its models, and what is wrong; None for what could not be read or checked."""

    name: str
    checked: tuple[Checked, ...]
    found: Diagnostics


def checked_files(files: Sequence[str], asked: Asked) -> Iterator[CheckedFile | None]:
    """Each file, checked when it is asked for; the others are checked whatever one of them is."""
    for file in files:
        try:
            source, path, found = streams.read(file)
            checked: tuple[Checked, ...] = ()
            if not found.has_errors:
                checked, more = asked.check(source, path)
                found.extend(more)
            yield CheckedFile(file, checked, found)
        except OSError as error:
            guard.unreadable(error)
            yield None
        except OwnOpError as error:
            guard.package(error, file if len(files) > 1 else None)
            yield None


def checked_texts(fixed: Fixed, asked: Asked) -> Iterator[CheckedFile]:
    """Each file as it is with its fixes."""
    from archir.base.source import Source

    for one in fixed.texts:
        checked, found = asked.check(Source(one.source.name, one.now), one.path)
        yield CheckedFile(one.source.name, checked, found)


# --- putting right -----------------------------------------------------------------------------


def fixed_files(files: Sequence[str], asked: Asked, *, unsafe: bool) -> Fixed:
    """The files put right, and nothing of it written."""
    from archc.request.examples import SHOWN
    from archc.request.fixing import fixed

    texts: list[tuple[Source, StrPath | None]] = []
    for file in dict.fromkeys(files):
        source, path, found = streams.read(file)
        if source.name.startswith(SHOWN):
            raise UsageError(
                f"{file} is an example, and no file of yours",
                f"archc new {file}.arch --from {file} makes one of it",
            )
        if found.has_errors:
            from archc.errors import ArchError

            raise ArchError(found)
        texts.append((source, path))

    def check(source: Source, path: StrPath | None, read: ReadFile) -> Diagnostics:
        return asked.check(source, path, read)[1]

    return fixed(texts, check, unsafe=unsafe)


def write(texts: Sequence[Text]) -> None:
    """Write all files that have changed, or none; one that is not as it was read stays."""
    from pathlib import Path

    from archc.output.writing import write_all

    changed = {Path(one.path): one for one in texts if one.is_changed and one.path is not None}

    def allow(there: list[Path]) -> None:
        for path, one in changed.items():
            if path not in there or _text(path) != one.source.text:
                raise OSError(EBUSY, "it was changed while it was checked", str(path))

    marks = {path: _mark(path) for path in changed}
    write_all({path: marks[path] + one.now for path, one in changed.items()}, allow)


def _text(path: Path) -> str | None:
    from archir.base.source import without_mark

    try:
        return without_mark(path.read_bytes()).decode("utf-8")
    except UnicodeDecodeError:
        return None


def _mark(path: Path) -> str:
    """The mark with which some editors begin a file: it stays."""
    with path.open("rb") as stream:
        return "\ufeff" if stream.read(3) == b"\xef\xbb\xbf" else ""


def difference(one: Text) -> str:
    """What the fixes change of a file, as a unified diff."""
    from difflib import unified_diff

    old, new = (text.splitlines(keepends=True) for text in (one.source.text, one.now))
    name = one.source.name.replace(os.sep, "/").lstrip("/")
    lines = unified_diff(old, new, f"a/{name}", f"b/{name}")
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )
