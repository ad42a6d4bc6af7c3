"""The mark in a file that archc wrote: by it the next build knows that nobody has changed it.

It is a digest of the file, with zeros in the place of the digest itself, and stands in the file:
so it goes where the file goes, and needs no other file beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from archc.errors import NotOursError

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
_SAID = rb"Made by archc (" + _DIGEST + rb")"
_MARKS = {
    ".py": re.compile(rb"\A# " + _SAID + rb"\n"),
    ".dot": re.compile(rb"\A// " + _SAID + rb"\n"),
    ".svg": re.compile(rb"<!-- " + _SAID + rb" -->\n\Z"),
    ".json": re.compile(rb'"made_by": "archc (' + _DIGEST + rb')"\n\}\n\Z'),
    ".safetensors": re.compile(rb'"made_by":"archc (' + _DIGEST + rb')"'),
}
_ANY = re.compile(rb'(?:Made by |"made_by": ?")archc ' + _DIGEST)
_LARGE = ".safetensors"
_HEADER = 1 << 20
"""The mark of a large file stands in its first so many bytes: they are safetensors' metadata."""


def marked(text: str, suffix: str) -> str:
    """The text of a file with its mark in it; ``suffix`` is the file's, as ``.py``."""
    if suffix == ".json":
        whole = text.removesuffix("\n}\n") + f',\n "made_by": "{_MADE_BY}"\n}}\n'
    elif suffix == ".svg":
        whole = f"{text}<!-- Made by {_MADE_BY} -->\n"
    else:
        begin = {".py": "# ", ".dot": "// "}[suffix]
        whole = f"{begin}Made by {_MADE_BY}\n{text}"
    data = whole.encode()
    found = _MARKS[suffix].search(data)
    assert found is not None, suffix
    digest = blake2b(data, digest_size=16).hexdigest()
    return (data[: found.start(1)] + digest.encode() + data[found.end(1) :]).decode()


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


def is_marked(path: Path) -> bool:
    """Whether a file has a mark, be it right or not, and wherever."""
    with path.open("rb") as stream:
        data = stream.read(_HEADER) if path.suffix == _LARGE else stream.read()
    return _ANY.search(data) is not None


def is_as_written(path: Path) -> bool:
    """Whether a file has a mark, and is to the byte what was written with it.

    Line ends may have been changed since, as version control does.
    """
    with path.open("rb") as stream:
        found = _find(stream, path.suffix)
        if found is None:
            return False
        if path.suffix == _LARGE:
            return _digest(stream, found.start(1)) == found[1].decode()
        data, digest = found.string, found[1]
        blank = data[: found.start(1)] + _BLANK.encode() + data[found.end(1) :]
        return blake2b(blank, digest_size=16).hexdigest() == digest.decode()


def keep_foreign(there: Iterable[Path], texts: Mapping[Path, str]) -> None:
    """NotOursError for files that archc did not write, or that were changed since.

    Nothing is lost where a file has the text already that is to be written, marked or not.
    """
    foreign = [
        (str(path), is_marked(path))
        for path in there
        if not is_as_written(path) and not (path in texts and _is_same(path, texts[path]))
    ]
    if foreign:
        raise NotOursError(foreign)


def _is_same(path: Path, text: str) -> bool:
    data = _without_returns(path.read_bytes())
    return data in (text.encode(), marked(text, path.suffix).encode())


def _find(stream: BinaryIO, suffix: str) -> re.Match[bytes] | None:
    pattern = _MARKS.get(suffix)
    if pattern is None:
        return None
    if suffix == _LARGE:
        return pattern.search(stream.read(_HEADER))
    return pattern.search(_without_returns(stream.read()))


def _without_returns(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n")


def _digest(stream: BinaryIO, at: int) -> str:
    """The digest of a large file whose own stands at an offset."""
    stream.seek(0)
    digest = blake2b(stream.read(at), digest_size=16)
    digest.update(_BLANK.encode())
    stream.seek(at + len(_BLANK))
    while block := stream.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()
