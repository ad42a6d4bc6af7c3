"""The colons that stand before the braces of one ``if``, or of a ``residual``, as in YAML."""

from __future__ import annotations

from collections.abc import Sequence

from archdsl.syntax.explain.forms import partner
from archdsl.syntax.tokens import CLOSERS, OPENERS, Token


def colons(tokens: Sequence[Token], at: int) -> tuple[list[int], list[int]]:
    """Where they stand, and where the words that were taken for labels, since a colon follows.

    A ``residual:`` with nothing behind its braces is a label.
    """
    word = tokens[at]
    is_label = word.type == "NAME"
    if is_label and word.text != "residual":
        return [], []
    found, words = [], [at] if is_label else []
    while (brace := _brace(tokens, at + 1)) is not None:
        if tokens[brace - 1].type == "COLON":
            found.append(brace - 1)
        closer = partner(tokens, brace)
        after = None if closer is None else _continued(tokens, closer, word.text)
        if after is None:
            break
        at = after
        if tokens[at].type == "NAME":
            words.append(at)
    return found, words


def _brace(tokens: Sequence[Token], at: int) -> int | None:
    """The brace that opens the body of what begins there, on the same line."""
    depth = 0
    while at < len(tokens) and tokens[at].type != "_NL" and depth >= 0:
        if tokens[at].type == "LBRACE" and not depth:
            return at
        depth += (tokens[at].type in OPENERS) - (tokens[at].type in CLOSERS)
        at += 1
    return None


def _continued(tokens: Sequence[Token], closer: int, word: str) -> int | None:
    """The ``else`` or ``shortcut`` behind a brace; ``shortcut:`` on a new line is a label."""
    at = closer + 1
    if word == "if" and at < len(tokens):
        at += tokens[at].type == "_NL"
    wanted = "else" if word == "if" else "shortcut"
    return at if at < len(tokens) and tokens[at].text == wanted else None
