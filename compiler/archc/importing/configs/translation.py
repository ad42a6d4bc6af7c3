"""A file of another program as text in the language."""

from __future__ import annotations

from archir.base.record import Record


class Translation(Record):
    """A text, and for each of its lines the line of the file that it says, 0 for none."""

    text: str
    lines: tuple[int, ...]
