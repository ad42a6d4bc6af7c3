"""Brackets that nobody closed, of which it is plain where they end: what stands in them is read.

``conv(8, kernal = 3`` at the end of a line can mean one thing alone. Nobody knows which bracket is
open in ``conv(8, max(3, 4, q = 1)``, and what an arrow belongs to in ``concat [a, b -> relu``.
"""

from __future__ import annotations

from collections.abc import Sequence

from archdsl.syntax.tokens import CLOSERS, OPENERS, Token

_OPERATORS = frozenset({"PLUS", "MINUS", "STAR", "SLASH", "DOUBLE_SLASH", "PERCENT", "POWER"})
_BEHIND_ALL = _OPERATORS | {"COMPARE", "IN", "AND", "OR", "IF", "FOR"}
"""What may as well go on behind a call as in its last argument."""

_WORDS = frozenset({"NAME", "INT", "FLOAT", "STRING"})
_BEGINS_NOTHING = (_BEHIND_ALL - {"MINUS"}) | {"EQUALS", "COMMA", "DOT", "ARROW", "DOUBLE_COLON"}
"""What stands behind something: at the beginning it is behind the bracket, which ends before it."""

_NEVER = frozenset({"_NL", "UNTERMINATED", "_HOLE", "LBRACE"})
"""What leaves it open where a bracket ends."""


def is_plain(around: Sequence[Token], inside: Sequence[Token], before: Token | None) -> bool:
    """Whether a bracket ends where its inside does.

    ``around`` are the brackets that are open, it as the last; ``before`` stands at its left.
    """
    *outer, opener = around
    if any(each.type != "LBRACE" for each in outer) or not inside:
        return False
    if inside[0].type in _BEGINS_NOTHING:
        return False
    items = _items(inside)
    if items is None:
        return False
    if opener.type == "LSQB":
        has_chain = any(token.type == "ARROW" for item in items for token in item)
        return not has_chain and inside[-1].type != "RSQB"
    if opener.type != "LPAR" or before is None or before.type != "NAME":
        return False
    return not _has_comma(inside) if inside[-1].type == "RPAR" else _is_one_value(items[-1])


def _items(inside: Sequence[Token]) -> list[list[Token]] | None:
    """What stands between the commas, less what is in brackets of its own."""
    items, depth = [list[Token]()], 0
    for token in inside:
        if token.type in _NEVER:
            return None
        depth -= token.type in CLOSERS
        if depth == 0:
            last = items[-1]
            if token.type in _WORDS and last and last[-1].type in _WORDS | CLOSERS:
                return None  # two words without a sign between them
            if token.type == "COMMA":
                items.append([])
            else:
                last.append(token)
        depth += token.type in OPENERS
    return items


def _is_one_value(last: Sequence[Token]) -> bool:
    """Whether the last argument has a name, or nothing that may go on behind the call."""
    is_named = len(last) > 1 and last[1].type == "EQUALS"
    return is_named or not any(token.type in _BEHIND_ALL for token in last)


def _has_comma(inside: Sequence[Token]) -> bool:
    """Whether the last brackets hold several arguments, of which some may belong further out."""
    depth = 0
    for token in reversed(inside):
        depth += token.type in CLOSERS
        depth -= token.type in OPENERS
        if token.type == "COMMA" and depth == 1:
            return True
        if depth == 0:
            return False
    return False
