"""The mark in a file that archc wrote: by it the next build knows that nobody has changed it.

It is a digest of the file, with zeros in the place of the digest itself, and stands in the file:
so it goes where the file goes, and needs no other file beside it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

from archc.errors import NotOursError
from archir.base.record import Record

if TYPE_CHECKING:
    from hashlib import blake2b
else:
    try:
        from _blake2 import blake2b  # hashlib takes longer to import than a small build
    except ImportError:
        from hashlib import blake2b

_BLANK = "0" * 32
_MADE_BY = f"archc {_BLANK}"
_ENTRY = f'pt","made_by":"{_MADE_BY}'
ROOM = "pt".ljust(len(_ENTRY), "-")
"""What safetensors' metadata call the format of a file until it is stamped: the mark's entry takes
as many characters. (Entries that safetensors writes itself stand in an order by chance.)"""

_DIGEST = rb"[0-9a-f]{32}"
_ANY = re.compile(rb'(?:Made by |"made_by": ?")archc ' + _DIGEST)
_HEADER = 1 << 20
"""The mark of a large file stands in its first so many bytes."""


class Mark(Record):
    """Where the mark of a kind of file stands, and what is around it.

    In the place of ``over`` at a text's end, which ``after`` then has again. The mark of a large
    file is anywhere in its header, and its writer leaves ``ROOM`` for it. In what is no text, line
    ends are none.
    """

    before: str
    after: str
    place: Literal["start", "end", "header"] = "start"
    over: str = ""
    is_text: bool = True

    @property
    def is_large(self) -> bool:
        """Whether the files are too large to be read whole."""
        return self.place == "header"

    def put(self, content: str | bytes) -> bytes:
        """The content with its mark in it."""
        blank = f"{self.before}{_MADE_BY}{self.after}".encode()
        given = content if isinstance(content, bytes) else content.encode()
        data = blank + given if self.place == "start" else given.removesuffix(self.over.encode())
        data = data if self.place == "start" else data + blank
        found = self.find(data)
        assert found is not None, self
        digest = blake2b(data, digest_size=16).hexdigest()
        return data[: found.start(1)] + digest.encode() + data[found.end(1) :]

    def find(self, data: bytes) -> re.Match[bytes] | None:
        """The mark in a file, or in its header."""
        before, after = re.escape(self.before).encode(), re.escape(self.after).encode()
        mark = before + rb"archc (" + _DIGEST + rb")" + after
        begin = rb"\A" if self.place == "start" else b""
        end = rb"\Z" if self.place == "end" else b""
        return re.search(begin + mark + end, data)


METADATA = Mark('"made_by":"', '"', place="header")
"""The mark among safetensors' metadata."""


def stamp(path: Path) -> None:
    """Put the mark into weights that were written with ``ROOM`` for it."""
    with path.open("r+b") as stream:
        at = stream.read(_HEADER).index(ROOM.encode())
        stream.seek(at)
        stream.write(_ENTRY.encode())
        at += len(_ENTRY) - len(_BLANK)
        digest = _digest(stream, at)
        stream.seek(at)
        stream.write(digest.encode())


def is_marked(path: Path, mark: Mark) -> bool:
    """Whether a file has a mark, be it right or not, and wherever."""
    with path.open("rb") as stream:
        data = stream.read(_HEADER) if mark.is_large else stream.read()
    return _ANY.search(data) is not None


def is_as_written(path: Path, mark: Mark) -> bool:
    """Whether a file has a mark, and is to the byte what was written with it.

    Line ends may have been changed since, as version control does.
    """
    with path.open("rb") as stream:
        found = mark.find(stream.read(_HEADER) if mark.is_large else _compared(stream.read(), mark))
        if found is None:
            return False
        if mark.is_large:
            return _digest(stream, found.start(1)) == found[1].decode()
        data, digest = found.string, found[1]
        blank = data[: found.start(1)] + _BLANK.encode() + data[found.end(1) :]
        return blake2b(blank, digest_size=16).hexdigest() == digest.decode()


def keep_foreign(
    there: Iterable[Path], marks: Mapping[Path, Mark], texts: Mapping[Path, str | bytes]
) -> None:
    """NotOursError for files that archc did not write, or that were changed or protected since.

    Nothing is lost where a file has the text already that is to be written, marked or not.
    """
    foreign = [
        (str(path), why)
        for path in there
        if (why := _why_it_stays(path, marks[path]))
        and not (path in texts and _is_same(path, marks[path], texts[path]))
    ]
    if foreign:
        raise NotOursError(foreign)


def _why_it_stays(path: Path, mark: Mark) -> str | None:
    """Why a file that is there is not written over unasked, if it is not."""
    if not is_as_written(path, mark):
        if is_marked(path, mark):
            return "it was changed after archc wrote it"
        return "archc did not write it, or an earlier version did"
    # A rename asks nobody, nor does root's open: the bits say what was meant.
    if not path.stat().st_mode & 0o222 or not os.access(path, os.W_OK):
        return "it is read-only"
    return None


def _is_same(path: Path, mark: Mark, content: str | bytes) -> bool:
    data = _compared(path.read_bytes(), mark)
    return data in (content.encode() if isinstance(content, str) else content, mark.put(content))


def _compared(data: bytes, mark: Mark) -> bytes:
    """What is compared of a file: line ends of texts are all the same."""
    return data.replace(b"\r\n", b"\n") if mark.is_text else data


def _digest(stream: BinaryIO, at: int) -> str:
    """The digest of a large file whose own stands at an offset."""
    stream.seek(0)
    digest = blake2b(stream.read(at), digest_size=16)
    digest.update(_BLANK.encode())
    stream.seek(at + len(_BLANK))
    while block := stream.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()
