"""Comments and blank lines: what stands between the words of a text."""

from __future__ import annotations

from collections.abc import Iterable

from archdsl.syntax.tokens import Token
from archir.base.record import Struct, fresh
from archir.base.source import Source


class Comment(Struct):
    """One comment, from its ``#`` to the last sign of its line."""

    text: str
    is_spaced: bool
    """Whether a blank line stands above it."""


class Gap(Struct):
    """What stands between one word and the next."""

    behind: list[Comment] = fresh(factory=list)
    """The comment that ends the line of the word before, if there is one."""

    above: list[Comment] = fresh(factory=list)
    """Comments on lines of their own."""

    is_spaced: bool = False
    """Whether a blank line stands right above the word behind the gap."""


class Comments:
    """The comments of a text, each of which is taken once, by what it is put beside."""

    def __init__(self, source: Source, words: Iterable[Token]) -> None:
        self._above: dict[int, list[Comment]] = {}
        self._behind: dict[int, list[Comment]] = {}
        self._spaced: set[int] = set()
        last: Token | None = None
        for word in words:
            self._note(source.text[last.end if last else 0 : word.start], last, word.start)
            last = word
        self._note(source.text[last.end if last else 0 :], last, -1)

    def _note(self, text: str, last: Token | None, start: int) -> None:
        if not text or (text.isspace() and "\n" not in text):
            return
        found = gap(text, is_first=last is None)
        if last is not None and found.behind:
            self._behind[last.end] = found.behind
        if found.above:
            self._above[start] = found.above
        if found.is_spaced:
            self._spaced.add(start)

    def above(self, word: Token | None) -> list[Comment]:
        """The comments on the lines above a word, or at the end of the text."""
        return self._above.pop(-1 if word is None else word.start, [])

    def behind(self, word: Token) -> list[Comment]:
        """The comment on the line of a word."""
        return self._behind.pop(word.end, [])

    def is_spaced(self, word: Token) -> bool:
        """Whether a blank line stands right above a word, or above the comments above it."""
        above = self._above.get(word.start)
        return above[0].is_spaced if above else word.start in self._spaced

    def is_parted(self, word: Token) -> bool:
        """Whether a blank line stands right above a word, below its comments."""
        return word.start in self._spaced

    def has_any(self, words: Iterable[Token]) -> bool:
        """Whether comments are left that stand above or behind any of some words."""
        return any(word.start in self._above or word.end in self._behind for word in words)

    @property
    def left(self) -> int:
        """How many have not been taken."""
        return sum(map(len, (*self._above.values(), *self._behind.values())))


def gap(text: str, is_first: bool) -> Gap:
    """The comments and blank lines of what stands between two words."""
    found = Gap()
    blank = False
    for number, line in enumerate(text.split("\n")):
        stripped = line.strip()
        if not number and not is_first:
            if stripped:
                found.behind.append(Comment(stripped, is_spaced=False))
        elif stripped:
            found.above.append(Comment(stripped, blank))
            blank = False
        elif number < text.count("\n"):
            blank = True
    found.is_spaced = blank
    return found
