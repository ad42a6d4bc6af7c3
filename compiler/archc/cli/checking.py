"""What ``archc check`` does with files: checks them, and puts them right if asked to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from archc import pipeline
from archc.cli import guard, streams
from archc.request.requests import Request
from archir.base.diagnostics import Diagnostics, OwnOpError
from archir.base.record import Record

if TYPE_CHECKING:
    from archc.pipeline import Checked
    from archc.request.fixing import Fixed
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
    from archc.request.fixing import fixed

    texts: list[tuple[Source, StrPath | None]] = []
    for file in dict.fromkeys(files):
        source, path, found = streams.read(file)
        streams.refuse_example(source, file)
        if found.has_errors:
            from archc.errors import ArchError

            raise ArchError(found)
        texts.append((source, path))

    def check(source: Source, path: StrPath | None, read: ReadFile) -> Diagnostics:
        return asked.check(source, path, read)[1]

    return fixed(texts, check, unsafe=unsafe)
