"""The tokens that pass from the lexer through the layout passes to the parser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from archir.base.record import Struct

OPENERS = {
    "LPAR": "RPAR",
    "LSQB": "RSQB",
    "INDEX": "RSQB",
    "LBRACE": "RBRACE",
    "_HOLE": "_HOLE_END",
}
CLOSERS = frozenset(OPENERS.values())
END = "$END"


class Token(Struct):
    """A token: the terminal's name in the grammar, its text, and where it stands.

    The text of a string is what it means, without quotes and escapes.
    """

    type: str
    text: str
    start: int
    end: int

    def __init__(self, kind: str, text: str, start: int, end: int) -> None:
        # Written out, since a file has many.
        self.type = kind
        self.text = text
        self.start = start
        self.end = end


class Refusal(Token):
    """An ERROR in the place of a statement, and what was read of it before it was given up."""

    tokens: Sequence[Token]
    kept: list[Any]
    """Statements that were read inside of its braces."""

    words: set[str]
    in_file: bool
    """Whether it stands outside of all bodies."""

    def __init__(self, start: int, end: int, tokens: Sequence[Token], in_file: bool) -> None:
        super().__init__("ERROR", "", start, end)
        self.tokens, self.in_file = tokens, in_file
        self.kept = []
        self.words = set()
