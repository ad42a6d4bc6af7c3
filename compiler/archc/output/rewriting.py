"""Files of the user's that are written anew: with fixes, or laid out."""

from __future__ import annotations

import os
from collections.abc import Sequence
from errno import EBUSY
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from archc.request.fixing import Text


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
