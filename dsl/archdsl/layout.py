"""Which line ends and commas mean something, and which keywords are just names."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from archdsl.keywords import CONSTANTS, KEYWORDS
from archdsl.tokens import CLOSERS, END, OPENERS, Token

_NAMEABLE = KEYWORDS - CONSTANTS

_CONTINUES_AFTER = frozenset({"ARROW", "LBRACE", "LSQB", "COMMA", "_SEP", "_NL"})
_CONTINUES_BEFORE = frozenset(
    {"ARROW", "DOUBLE_COLON", "SHORTCUT", "ELSE", "RBRACE", "RSQB", "COMMA", "_NL", END}
)


_In = Literal["statements", "rules", "branches", "expression"]
"""What the innermost open bracket holds.

Statements: the file, or braces; rules: the braces of an init; an expression: parentheses, a list,
a shape, the hole of a string.
"""

_At = Literal["start", "stage", "targets", "expression"]
"""Where in a statement, a branch or a rule we are; targets are the names of a let or a for."""

_STARTS: dict[str, _At] = {
    "LET": "targets",
    "FOR": "targets",
    **dict.fromkeys(
        ("REPEAT", "IF", "ASSERT", "INPUT", "OUTPUT", "PARAM", "BUFFER", "INIT", "ELSE"),
        "expression",
    ),
}
_NEXT: dict[_At, dict[str, _At]] = {
    "stage": {"WITH": "expression", "IF": "expression", "DOUBLE_COLON": "expression"},
    "targets": {"EQUALS": "expression", "IN": "expression"},
    "expression": {"ARROW": "stage"},
}


def names(tokens: Sequence[Token]) -> None:
    """Turn each keyword that can only be a name into one.

    That is so directly before a colon, and before the ``=`` of an argument.
    """
    before_equals = False
    for token, after in pairwise(tokens):
        kind = after.type
        if (kind == "COLON" or kind == "EQUALS") and _is_keyword(token):
            if kind == "COLON":
                token.type = "NAME"
            else:
                before_equals = True
    if before_equals:
        _names_of_arguments(tokens)


def _is_keyword(token: Token) -> bool:
    return token.text in _NAMEABLE and token.type != "STRING"


def _names_of_arguments(tokens: Sequence[Token]) -> None:
    # For each bracket that is open, whether it holds the arguments of a call.
    calls = [False]
    before = last = "_NL"  # the kinds of the last two tokens, save line ends
    for token, after in pairwise(tokens):
        named = after.type == "EQUALS" and calls[-1] and last in ("LPAR", "COMMA")
        if named and _is_keyword(token):
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
    around: list[tuple[_In, _At]] = []
    inside: _In = "statements"
    at: _At = "start"
    before = "_NL"
    for number, token in enumerate(tokens):
        kind = token.type
        if kind == "_NL":
            after = tokens[number + 1].type if number + 1 < len(tokens) else END
            if _joins(inside, before, after):
                continue
            if inside == "branches":
                token.type = "_SEP"
            at = "start"
        elif kind == "COMMA":
            if inside == "branches" and at != "targets":
                token.type = "_SEP"
                at = "start"
        elif kind in OPENERS:
            opened = _opened(inside, at, kind, before)
            around.append((inside, _after(at, kind)))
            inside, at = opened, "start"
        elif kind in CLOSERS:
            if around:
                inside, at = around.pop()
        elif inside != "expression":
            at = _after(at, kind)
        kept.append(token)
        before = token.type
    return kept


def _joins(inside: _In, before: str, after: str) -> bool:
    return inside == "expression" or before in _CONTINUES_AFTER or after in _CONTINUES_BEFORE


def _opened(inside: _In, at: _At, kind: str, before: str) -> _In:
    if kind == "LBRACE":
        return "rules" if before == "INIT" else "statements"
    if kind == "LSQB" and inside in ("statements", "branches") and at in ("start", "stage"):
        return "branches"
    return "expression"


def _after(at: _At, kind: str) -> _At:
    return _STARTS.get(kind, "stage") if at == "start" else _NEXT[at].get(kind, at)
