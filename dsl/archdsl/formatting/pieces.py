"""A text as the grammar's rules read it, with every word of it: what a syntax tree leaves out too.

Of ``(a + b)`` the tree has the sum; here are also the parentheses, and ``1_000`` as it is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archdsl.syntax.lalr.tables import Production
from archdsl.syntax.parser import Words, made_by
from archdsl.syntax.tokens import END, Token
from archir.base.record import Struct

LINE_ENDS = frozenset({"_NL", "_SEP"})


class Phrase(Struct):
    """What one rule of the grammar read: words, and what other rules read."""

    kind: str
    """The rule's name."""

    parts: list[Phrase | Token]

    def of(self, *kinds: str) -> list[Phrase]:
        """The parts that rules of these names read."""
        return [part for part in self.parts if isinstance(part, Phrase) and part.kind in kinds]

    def words(self) -> Iterator[Token]:
        """All words in order, without line ends."""
        return words(self)


def words(part: Phrase | Token) -> Iterator[Token]:
    """The words of a part in order, without line ends, which may be none."""
    waiting = [part]  # generators in generators hand each word on once for each rule around it
    while waiting:
        one = waiting.pop()
        if isinstance(one, Phrase):
            waiting += reversed(one.parts)
        elif not is_line_end(one):
            yield one


def first_word(part: Phrase | Token) -> Token:
    """The word that a part begins with."""
    return next(words(part))


def last_word(part: Phrase | Token) -> Token:
    """The word that a part ends with."""
    waiting = [part]
    while True:
        one = waiting.pop()
        if isinstance(one, Phrase):
            waiting += one.parts
        elif not is_line_end(one):
            return one


def is_line_end(token: Token) -> bool:
    """Whether it only ends a line; a comma between branches does more."""
    return token.type == "_NL" or (token.type == "_SEP" and token.text != ",")


class _Phrases:
    """Makes pieces; the repetitions that the tables have rules for are part of what repeats."""

    def any_rule(self, rule: Production, symbols: list[Any]) -> Phrase | list[Any]:
        if len(symbols) == 1 and isinstance(symbols[0], Phrase):
            return Phrase(rule.action, symbols) if rule.action else symbols
        repeats = not rule.action and symbols and isinstance(symbols[0], list)
        parts: list[Any] = symbols.pop(0) if repeats else []  # grows in place, however long
        for symbol in symbols:
            if isinstance(symbol, list):
                parts += symbol
            elif not (isinstance(symbol, Token) and symbol.type == END):
                parts.append(symbol)
        return Phrase(rule.action, parts) if rule.action else parts


def read(of: Words | None) -> Phrase:
    """All of a text in which nothing is wrong."""
    file: Phrase = made_by(_Phrases(), of)
    return file
