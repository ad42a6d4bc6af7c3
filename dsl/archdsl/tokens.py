"""The tokens that pass from the lexer through the layout passes to the parser."""

from __future__ import annotations

from archir.record import Struct

OPENERS = {"LPAR": "RPAR", "LSQB": "RSQB", "LBRACE": "RBRACE", "_HOLE": "_HOLE_END"}
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
