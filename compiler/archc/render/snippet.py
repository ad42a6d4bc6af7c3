"""Source lines with underlines: the places of one file that a diagnostic speaks of.

::

       |
    12 |   concat [left, right]
       |   ^^^^^^^^^^^^^^^^^^^^ the heights differ
       |           ---- height 12
       |
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from archc.render.characters import Cell, cells, printable
from archc.render.style import Style
from archir.base.record import Record
from archir.base.source import Source, Span

ELLIPSIS = "..."


class MarkedPlace(Record):
    """A place, a few words that stand under it, and whether it is the diagnostic's own."""

    span: Span
    text: str
    role: str
    """The severity for the diagnostic's own place, ``"frame"`` for the others."""

    @property
    def mark(self) -> str:
        return "-" if self.role == "frame" else "^"

    @property
    def begin(self) -> tuple[int, int]:
        """The line (from 1) and the character of the line (from 0) at which it starts."""
        line, column = self.span.source.position(self.span.start)
        return line, column - 1

    @property
    def end(self) -> tuple[int, int]:
        """The line and the character at which it ends; line ends behind it are not counted."""
        start, end, text = self.span.start, self.span.end, self.span.source.text
        while end > start and text[end - 1 : end] in ("\n", "\r"):
            end -= 1
        line, column = self.span.source.position(end)
        return line, column - 1


class Gutter(Record):
    """The frame at the left: line numbers and a bar."""

    digits: int
    style: Style

    def row(self, text: str = "", number: int | None = None) -> str:
        head = "" if number is None else str(number)
        frame = self.style.paint(f"{head:>{self.digits}} |", "frame")
        return f"{frame} {text}".rstrip() if text else frame

    def gap(self) -> str:
        return self.style.paint(ELLIPSIS, "frame")

    def arrow(self, arrow: str, where: str) -> str:
        return " " * self.digits + self.style.paint(arrow, "frame") + f" {where}"

    @property
    def room(self) -> int:
        """Columns that are left for source text."""
        return max(self.style.width - self.digits - 4, 20)


def blocks(places: Sequence[MarkedPlace]) -> list[list[MarkedPlace]]:
    """Places that are shown together: those of one file, but a place of many lines by itself."""
    result: list[list[MarkedPlace]] = []
    together: dict[Source, list[MarkedPlace]] = {}
    for place in places:
        if place.begin[0] != place.end[0]:
            result.append([place])
        elif place.span.source in together:
            together[place.span.source].append(place)
        else:
            together[place.span.source] = [place]
            result.append(together[place.span.source])
    return result


def snippet(block: Sequence[MarkedPlace], gutter: Gutter) -> Iterator[str]:
    """The rows for one block of places."""
    yield gutter.row()
    if block[0].begin[0] != block[0].end[0]:
        yield from _long_place(block[0], gutter)
    else:
        yield from _short_places(block, gutter)


def _short_places(block: Sequence[MarkedPlace], gutter: Gutter) -> Iterator[str]:
    source = block[0].span.source
    ordered = sorted(block, key=lambda place: place.begin[0])
    grouped = [(line, list(group)) for line, group in groupby(ordered, lambda p: p.begin[0])]
    for index, (line, group) in enumerate(grouped):
        if index:
            yield from _between(source, grouped[index - 1][0], line, gutter)
        yield from _line(source, line, group, gutter)


def _between(source: Source, before: int, line: int, gutter: Gutter) -> Iterator[str]:
    """What stands between two lines that are shown: nothing, the one line, or dots."""
    if line - before == 2:
        row = Row.of(source.line(before + 1), gutter, 0)
        yield gutter.row(row.text, before + 1)
    elif line - before > 2:
        yield gutter.gap()


def _line(source: Source, line: int, group: Sequence[MarkedPlace], gutter: Gutter) -> Iterator[str]:
    own_first = sorted(group, key=lambda place: (place.role == "frame", place.span.start))
    row = Row.of(source.line(line), gutter, own_first[0].begin[1])
    yield gutter.row(row.text, line)
    for place in own_first:
        left, width = row.under(place.begin[1], place.end[1])
        words = printable(place.text, gutter.style.encoding)
        mark = place.mark * width + (f" {words}" if words else "")
        yield gutter.row(" " * left + gutter.style.paint(mark, place.role))


def _long_place(place: MarkedPlace, gutter: Gutter) -> Iterator[str]:
    """A place of several lines: a rail at its left, from the first line to the last."""
    source, style = place.span.source, gutter.style
    (first, start), (last, end) = place.begin, place.end
    text = source.line(first)
    row = Row.of(text, gutter, start, margin=2)
    if text[:start].strip():
        left, _ = row.under(start, start + 1)
        yield gutter.row("  " + row.text, first)
        yield gutter.row(style.paint(" " + "_" * (left + 1) + place.mark, place.role))
    else:
        yield gutter.row(style.paint("/", place.role) + " " + row.text, first)
    rail = style.paint("|", place.role)
    shown = sorted({min(first + 1, last), last})
    for before, line in pairwise((first, *shown)):
        if line - before > 1:
            yield gutter.gap()
        column = max(end - 1, 0) if line == last else 0
        row = Row.of(source.line(line), gutter, column, margin=2)
        yield gutter.row(f"{rail} {row.text}", line)
    left, _ = row.under(column, column + 1)
    words = printable(place.text, style.encoding)
    tail = "|" + "_" * (left + 1) + place.mark + (f" {words}" if words else "")
    yield gutter.row(style.paint(tail, place.role))


class Row(Record):
    """The part of a source line that fits, and where each of its characters stands in it."""

    text: str
    cells: Sequence[Cell]
    offset: int
    """The character of the line that ``cells`` start with."""

    low: int
    high: int
    """The characters of the line that are shown, of those in ``cells``."""

    indent: int
    """Columns that the dots before them take."""

    @classmethod
    def of(cls, line: str, gutter: Gutter, focus: int, margin: int = 0) -> Row:
        """Trim a line so that the character ``focus`` is seen, with dots for what is cut."""
        room = gutter.room - margin
        # A line of a megabyte is cut before it is measured.
        offset = max(focus - 2 * room, 0)
        near = cells(line[offset : focus + 2 * room], gutter.style.encoding)
        whole = offset == 0 and len(near) == len(line)
        if whole and sum(cell.width for cell in near) <= room:
            return cls("".join(c.text for c in near).rstrip(), near, 0, 0, len(near), 0)
        low = _back(near, focus - offset, room // 3)
        head = ELLIPSIS if low or offset else ""
        high = _forth(near, low, room - len(head) - len(ELLIPSIS))
        tail = ELLIPSIS if offset + high < len(line) else ""
        text = head + "".join(cell.text for cell in near[low:high]) + tail
        return cls(text.rstrip(), near, offset, low, high, len(head))

    def under(self, begin: int, end: int) -> tuple[int, int]:
        """The column at which an underline for some characters starts, and its width."""
        first = min(max(begin - self.offset, self.low), self.high)
        last = min(max(end - self.offset, first), self.high)
        left = self.indent + sum(cell.width for cell in self.cells[self.low : first])
        return left, max(sum(cell.width for cell in self.cells[first:last]), 1)


def _back(row: Sequence[Cell], focus: int, room: int) -> int:
    """The first character to show before ``focus`` when ``room`` columns are free for it."""
    low = min(focus, len(row))
    while low and room >= row[low - 1].width:
        low -= 1
        room -= row[low].width
    return low


def _forth(row: Sequence[Cell], low: int, room: int) -> int:
    high = low
    while high < len(row) and room >= row[high].width:
        room -= row[high].width
        high += 1
    return high
