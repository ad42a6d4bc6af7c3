"""The tokens of a statement with a fix applied, so that the rest of it can be looked at.

Loaded where there is an error. Where a fix only puts tokens in the place of others, every token
keeps the place at which it stands in the text, and so does what is said of it. One that moves text
around is left for the user to apply.
"""

from __future__ import annotations

from collections.abc import Sequence

from archdsl.syntax import layout, lexer
from archdsl.syntax.tokens import Token
from archir.base.fixes import Edit, Fix

_SHAPING = ("{", "}", "let ")
"""What decides which line ends and commas mean something behind it."""

_UNREAD = frozenset({"STRING", "UNKNOWN", "BAD_NUMBER", "QUOTED", "UNTERMINATED"})
"""What the parser does not take as it is lexed."""


def repaired(tokens: Sequence[Token], fix: Fix, text: str) -> list[Token] | None:
    """The tokens of a statement with a safe fix applied; None where it cannot be done in place."""
    if not fix.is_safe or not tokens:
        return None
    made = list(tokens)
    is_shaped = False
    for edit in sorted(fix.edits, key=lambda each: each.span.start, reverse=True):
        if not tokens[0].start <= edit.span.start <= edit.span.end <= tokens[-1].end:
            return None
        if "\n" in edit.text or "#" in edit.text:
            return None  # the statement is another one then
        new = _in_place(made, edit)
        if new is None:
            return None
        is_opened = "(" in edit.span.text and "(" not in edit.text
        is_shaped = is_shaped or is_opened or any(sign in f"{edit.text} " for sign in _SHAPING)
        made = new
    if not is_shaped:
        return made
    if "\n" in text[tokens[0].start : tokens[-1].end]:
        return None  # line ends were dropped, of which some would count in braces
    layout.undone(made)
    return layout.lines(made)


def _in_place(tokens: list[Token], edit: Edit) -> list[Token] | None:
    """The tokens with one edit, as far as each has one place in the text."""
    start, end = edit.span.start, edit.span.end
    first = next((at for at, token in enumerate(tokens) if token.end > start), len(tokens))
    if start == end and first < len(tokens) and tokens[first].start < start:
        return None  # within a word
    last = first
    while last < len(tokens) and tokens[last].start < end:
        last += 1
    new = lexer.tokens(edit.text, 0, len(edit.text), lambda *_: None)
    is_cut = any(token.start < start or token.end > end for token in tokens[first:last])
    if is_cut or any(token.type in _UNREAD for token in new):
        return None
    while first < last and new and tokens[last - 1].text == new[-1].text:
        new, last = new[:-1], last - 1
    while first < last and new and tokens[first].text == new[0].text:
        new, first = new[1:], first + 1
    made = _placed(new, tokens[first:last], start)
    return None if made is None else [*tokens[:first], *made, *tokens[last:]]


def _placed(new: list[Token], old: list[Token], start: int) -> list[Token] | None:
    """New tokens at the places of those that they replace; None where it is open which is which."""
    if len(old) == len(new):
        places = [(token.start, token.end) for token in old]
    elif len(old) <= 1 or len(new) <= 1:
        places = [(old[0].start, old[-1].end) if old else (start, start)] * len(new)
    else:
        return None
    return [Token(token.type, token.text, *at) for token, at in zip(new, places, strict=True)]
