"""Places as editors count them: lines and columns from 0, columns in units of UTF-16."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from archir.base.record import Record


class Position(Record):
    """A line and a column."""

    line: int
    column: int


class Lines:
    """The lines of a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0]
        for line in text.split("\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._starts.pop()  # behind the last one no line begins
        self._is_narrow = text.isascii()

    def line(self, offset: int) -> int:
        """The line of an offset."""
        return bisect_right(self._starts, offset) - 1

    def place(self, offset: int) -> Position:
        """The place of an offset."""
        line = self.line(offset)
        before = self._text[self._starts[line] : offset]
        return Position(line, len(before) if self._is_narrow else _units(before))

    def in_order(self, ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
        """The line, column and length of ranges that stand one behind the other, each in a line."""
        starts = [*self._starts, len(self._text) + 1]
        line = 0
        for start, end in ranges:
            while starts[line + 1] <= start:
                line += 1
            if self._is_narrow:
                yield line, start - starts[line], end - start
            else:
                yield line, _units(self._text[starts[line] : start]), _units(self._text[start:end])

    def offset(self, place: Position) -> int:
        """The offset of a place; behind the end of a line it is that end."""
        if place.line >= len(self._starts):
            return len(self._text)
        start = self._starts[max(0, place.line)]
        end = self._starts[place.line + 1] - 1 if place.line + 1 < len(self._starts) else None
        line = self._text[start:end]
        if self._is_narrow:
            return start + min(place.column, len(line))
        taken = 0
        for number, letter in enumerate(line):
            if taken >= place.column:
                return start + number
            taken += _units(letter)
        return start + len(line)


def _units(text: str) -> int:
    return len(text) + sum(letter > "\uffff" for letter in text)
