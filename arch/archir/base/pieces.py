"""A text in pieces, as far as an edit needs them: words, strings, signs, and which brackets fit.

It is no parser, and holds for texts with mistakes too. An edit of a call needs to know where its
arguments begin and end, which the syntax tree has forgotten by the time shapes are known.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache

from archir.base.record import Record
from archir.base.source import Source, Span

_PIECE = re.compile(
    r'"(?:\\.|[^"\\\n])*"?|#[^\n]*|\n|->|::|==|!=|<=|>=|//|\*\*|\.\.'
    r"|\d[\w]*(?:\.(?!\.)\d[\w]*)?(?:(?<=[eE])[+-]\d+)?|\w+|\S"
)
_CLOSERS = {"(": ")", "[": "]", "{": "}"}


class Piece(Record):
    """One word, number, string, sign or line end."""

    text: str
    start: int
    end: int


class Pieces:
    """The pieces of a text, without comments, and the partner of each bracket that has one."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.all: list[Piece] = []
        self.partner: dict[int, int] = {}
        """By the index of a bracket, that of its partner."""

        self.index: dict[int, int] = {}
        """By the offset at which a piece starts, its index."""

        self._starts: list[int] = []
        self._inside: list[int] = []
        """Of each piece the bracket that it stands in, as an index; -1 outside of all."""

        waiting: list[tuple[str, int]] = []
        for match in _PIECE.finditer(source.text):
            text = match[0]
            if text.startswith("#"):
                continue
            at = len(self.all)
            self.index[match.start()] = at
            self.all.append(Piece(text, match.start(), match.end()))
            self._starts.append(match.start())
            self._inside.append(waiting[-1][1] if waiting else -1)
            if text in _CLOSERS:
                waiting.append((_CLOSERS[text], at))
            elif waiting and text == waiting[-1][0]:
                opener = waiting.pop()[1]
                self.partner[opener], self.partner[at] = at, opener

    def at(self, offset: int) -> int | None:
        """The index of the piece that starts at an offset."""
        return self.index.get(offset)

    def text(self, index: int) -> str:
        """The text of a piece; empty behind the ends."""
        return self.all[index].text if 0 <= index < len(self.all) else ""

    def span(self, first: int, last: int) -> Span:
        """From the start of one piece to the end of another."""
        return Span(self.source, self.all[first].start, self.all[last].end)

    def items(self, opener: int) -> list[tuple[int, int]] | None:
        """The first and last piece of each item between a pair of brackets; None without a pair."""
        closer = self.partner.get(opener)
        if closer is None:
            return None
        found: list[tuple[int, int]] = []
        first = at = opener + 1
        while at <= closer:
            if at == closer or self.all[at].text == ",":
                kept = [k for k in range(first, at) if self.all[k].text != "\n"]
                if kept:
                    found.append((kept[0], kept[-1]))
                first = at + 1
            at = self.partner[at] + 1 if at in self.partner and at != closer else at + 1
        return found

    def around(self, offset: int) -> int | None:
        """The index of the innermost bracket that is open at an offset."""
        at = bisect_left(self._starts, offset)
        inside = self._inside[at] if at < len(self._inside) else -1
        return None if inside < 0 else inside

    def bracket_behind(self, offset: int) -> int | None:
        """The index of the first ``[`` on the line of the piece that starts at an offset."""
        at = self.at(offset)
        while at is not None and self.text(at) not in ("[", "\n", ""):
            at += 1
        return None if at is None or self.text(at) != "[" else at

    def line_ends(self, index: int) -> int:
        """The index of the line end behind a piece, or of what is behind the last piece."""
        while index < len(self.all) and self.all[index].text != "\n":
            index += 1
        return index


@lru_cache(maxsize=4)
def pieces(source: Source) -> Pieces:
    """The pieces of a text; the few that are at hand are kept."""
    return Pieces(source)


class WrittenArgument(Record):
    """An argument as it is written: all of it, its name, and the span of its value."""

    span: Span
    name: str | None
    value: Span


class WrittenCall(Record):
    """A call as it is written: what is called, its arguments, and the brackets around them."""

    name: str
    head: Span
    brackets: Span
    arguments: tuple[WrittenArgument, ...]

    def named(self, name: str) -> WrittenArgument | None:
        """The argument of that name."""
        return next((each for each in self.arguments if each.name == name), None)

    def without(self, argument: WrittenArgument) -> Span:
        """What is to be taken away to leave an argument out: with its comma, or all brackets."""
        source, at = self.head.source, self.arguments.index(argument)
        if len(self.arguments) == 1:
            return self.brackets
        if at + 1 < len(self.arguments):
            return Span(source, argument.span.start, self.arguments[at + 1].span.start)
        return Span(source, self.arguments[at - 1].span.end, argument.span.end)


def call_at(span: Span, name: str | None = None) -> WrittenCall | None:
    """The call with which a place begins (behind its label), if it has the name that is wanted."""
    found = pieces(span.source)
    at = found.at(span.start)
    if at is None:
        return None
    if found.text(at + 1) == ":":
        at += 2
    return _call(found, at, name)


def call_around(span: Span, name: str | None = None) -> WrittenCall | None:
    """The innermost call among whose arguments a place is."""
    found = pieces(span.source)
    opener = found.around(span.start)
    while opener is not None:
        call = _call(found, opener - 1, name) if found.text(opener) == "(" else None
        if call is not None:
            return call
        opener = found.around(found.all[opener].start)
    return None


def _call(found: Pieces, at: int, name: str | None) -> WrittenCall | None:
    word = found.text(at)
    items = found.items(at + 1) if found.text(at + 1) == "(" else None
    if items is None or not word.isidentifier() or name not in (None, word):
        return None
    arguments = [_argument(found, first, last) for first, last in items]
    brackets = found.span(at + 1, found.partner[at + 1])
    return WrittenCall(word, found.span(at, at), brackets, tuple(arguments))


def _argument(found: Pieces, first: int, last: int) -> WrittenArgument:
    whole = found.span(first, last)
    if found.text(first + 1) == "=" and first + 2 <= last:
        return WrittenArgument(whole, found.text(first), found.span(first + 2, last))
    return WrittenArgument(whole, None, whole)


def items_of(span: Span) -> Sequence[Span] | None:
    """The items of a list that is written out at a place."""
    found = pieces(span.source)
    at = found.at(span.start)
    if at is None or found.text(at) not in ("[", "("):
        return None
    closer = found.partner.get(at)
    if closer is None or found.all[closer].end != span.end:
        return None
    return [found.span(first, last) for first, last in found.items(at) or ()]
