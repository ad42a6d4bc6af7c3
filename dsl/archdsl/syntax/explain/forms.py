"""A form of another language, and the tokens that are read in its place."""

from __future__ import annotations

from collections.abc import Sequence

from archdsl.syntax.tokens import CLOSERS, OPENERS, Token
from archir.base.diagnostics import Problem
from archir.base.record import Record


class Mended(Record):
    """What is said of a run of tokens, where, and what is read instead."""

    problem: Problem
    start: int
    end: int
    behind: int
    """The index of the token behind the run."""

    tokens: tuple[Token, ...]


def reserved(kind: str, place: Token) -> Token:
    return Token(kind, kind.lower(), place.start, place.end)


def partner(tokens: Sequence[Token], opener: int) -> int | None:
    """The index of the bracket that closes one."""
    depth = 0
    for at in range(opener, len(tokens)):
        depth += (tokens[at].type in OPENERS) - (tokens[at].type in CLOSERS)
        if depth == 0:
            return at
    return None


def around(tokens: Sequence[Token], at: int) -> int | None:
    """The index of the bracket that is open around a token, if it is not far before it."""
    depth = 0
    for opener in range(at - 1, max(at - _FAR, -1), -1):
        depth += (tokens[opener].type in CLOSERS) - (tokens[opener].type in OPENERS)
        if depth < 0:
            return opener
    return None


_FAR = 200
