"""Which line ends and commas mean something, and which keywords are just names."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto
from itertools import pairwise

from archdsl.keywords import CONSTANTS, KEYWORDS
from archdsl.tokens import CLOSERS, END, OPENERS, Token
from archir.record import Struct

_NAMEABLE = KEYWORDS - CONSTANTS

_CONTINUES_AFTER = frozenset({"ARROW", "LBRACE", "LSQB", "COMMA", "_SEP", "_NL"})
_CONTINUES_BEFORE = frozenset(
    {"ARROW", "DOUBLE_COLON", "SHORTCUT", "ELSE", "RBRACE", "RSQB", "COMMA", "_NL", END}
)


class _In(Enum):
    """What the innermost open bracket holds."""

    STATEMENTS = auto()  # the file, or braces
    RULES = auto()  # the braces of an init
    BRANCHES = auto()
    EXPRESSION = auto()  # ( ), a list, a shape, the hole of a string


class _At(Enum):
    """Where in a statement, a branch or a rule we are."""

    START = auto()
    STAGE = auto()
    TARGETS = auto()  # the names of a let or a for
    EXPRESSION = auto()


_STARTS = {
    "LET": _At.TARGETS,
    "FOR": _At.TARGETS,
    **dict.fromkeys(
        ("REPEAT", "IF", "ASSERT", "INPUT", "OUTPUT", "PARAM", "BUFFER", "INIT", "ELSE"),
        _At.EXPRESSION,
    ),
}


class _Frame(Struct):
    inside: _In
    at: _At = _At.START


def names(tokens: Sequence[Token]) -> None:
    """Turn each keyword that can only be a name into one.

    That is so directly before a colon, and before the ``=`` of an argument.
    """
    # For each bracket that is open, whether it holds the arguments of a call.
    calls = [False]
    before = last = "_NL"  # the kinds of the last two tokens, save line ends
    for token, after in pairwise(tokens):
        if token.text in _NAMEABLE and token.type != "STRING":
            named = after.type == "EQUALS" and calls[-1] and last in ("LPAR", "COMMA")
            if named or after.type == "COLON":
                token.type = "NAME"
        if token.type in OPENERS:
            declared = before in ("BLOCK", "MODEL", "FN")
            calls.append(token.type == "LPAR" and last == "NAME" and not declared)
        elif token.type in CLOSERS and len(calls) > 1:
            calls.pop()
        if token.type != "_NL":
            before, last = last, token.type


def lines(tokens: Sequence[Token]) -> list[Token]:
    """Drop the line ends that end nothing, and mark what separates branches."""
    kept: list[Token] = []
    frames = [_Frame(_In.STATEMENTS)]
    before = "_NL"
    for number, token in enumerate(tokens):
        frame = frames[-1]
        if token.type == "_NL":
            after = tokens[number + 1].type if number + 1 < len(tokens) else END
            if _joins(frame, before, after):
                continue
            token.type = "_SEP" if frame.inside is _In.BRANCHES else "_NL"
            frame.at = _At.START
        elif token.type == "COMMA":
            if frame.inside is _In.BRANCHES and frame.at is not _At.TARGETS:
                token.type = "_SEP"
                frame.at = _At.START
        elif token.type in CLOSERS:
            if len(frames) > 1:
                frames.pop()
        elif (inside := _opened(frame, token.type, before)) is not None:
            _advance(frame, token.type)
            frames.append(_Frame(inside))
        else:
            _advance(frame, token.type)
        kept.append(token)
        before = token.type
    return kept


def _joins(frame: _Frame, before: str, after: str) -> bool:
    return (
        frame.inside is _In.EXPRESSION or before in _CONTINUES_AFTER or after in _CONTINUES_BEFORE
    )


def _opened(frame: _Frame, kind: str, before: str) -> _In | None:
    if kind == "LBRACE":
        return _In.RULES if before == "INIT" else _In.STATEMENTS
    if kind == "LSQB":
        branches = frame.inside in (_In.STATEMENTS, _In.BRANCHES) and frame.at in _BEFORE_BRANCHES
        return _In.BRANCHES if branches else _In.EXPRESSION
    return _In.EXPRESSION if kind in ("LPAR", "_HOLE") else None


_BEFORE_BRANCHES = (_At.START, _At.STAGE)
_BEFORE_EXPRESSION = {
    _At.STAGE: ("WITH", "IF", "DOUBLE_COLON"),
    _At.TARGETS: ("EQUALS", "IN"),
}


def _advance(frame: _Frame, kind: str) -> None:
    if frame.at is _At.START:
        frame.at = _STARTS.get(kind, _At.STAGE)
    elif kind in _BEFORE_EXPRESSION.get(frame.at, ()):
        frame.at = _At.EXPRESSION
    elif frame.at is _At.EXPRESSION and kind == "ARROW":
        frame.at = _At.STAGE
