"""Source text and places in it."""

from __future__ import annotations

from archir.base.record import Record


class Source:
    """One file's text, and the name under which messages speak of it.

    Two sources are equal only when they are the same object: a place belongs to one text.
    """

    __slots__ = ("_line_starts", "file", "name", "text")

    def __init__(self, name: str, text: str, earlier: Source | None = None) -> None:
        """``earlier`` is a text of the same file, of which this one has become by an edit."""
        self.name = name
        self.text = text
        self.file: object = object() if earlier is None else earlier.file
        """The same in all texts that one file has had."""

        self._line_starts: list[int] | None = None

    def __repr__(self) -> str:
        return f"Source({self.name!r})"

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both counted from 1 (columns in characters)."""
        from bisect import bisect_right  # messages alone speak of lines

        starts = self._starts()
        line = bisect_right(starts, offset) - 1
        return line + 1, offset - starts[line] + 1

    def line(self, number: int) -> str:
        """The text of a line (counted from 1) without its line end."""
        starts = self._starts()
        begin = starts[number - 1]
        end = starts[number] - 1 if number < len(starts) else len(self.text)
        return self.text[begin:end].removesuffix("\r")

    def _starts(self) -> list[int]:
        if self._line_starts is None:
            # Only "\n" ends a line: a lone "\r" and Unicode separators are refused by the lexer.
            starts = [0]
            find = self.text.find
            at = find("\n")
            while at >= 0:
                starts.append(at + 1)
                at = find("\n", at + 1)
            self._line_starts = starts
        return self._line_starts


class Span(Record):
    """A half-open range of offsets in one source: the place a message points at."""

    source: Source
    start: int
    end: int

    def __repr__(self) -> str:
        line, column = self.source.position(self.start)
        return f"{self.source.name}:{line}:{column}"

    @property
    def text(self) -> str:
        """The text that the span covers."""
        return self.source.text[self.start : self.end]

    def covers(self, other: Span) -> bool:
        """Whether the other span lies in this one."""
        here = self.source is other.source
        return here and self.start <= other.start and other.end <= self.end

    def to(self, other: Span) -> Span:
        """The span from the start of this one to the end of the other, in the same source."""
        return Span(self.source, self.start, other.end)


_MARK = b"\xef\xbb\xbf"


def without_mark(data: bytes) -> bytes:
    """A file's bytes without the mark that some editors begin UTF-8 with.

    Of two the second is no mark but a character that nobody sees: both stay, for the lexer to
    refuse it at its place.
    """
    return data if data.startswith(2 * _MARK) else data.removeprefix(_MARK)
