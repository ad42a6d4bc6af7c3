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

_UNREAD = frozenset({"STRING", "UNKNOWN", "BAD_NUMBER", "QUOTED", "UNTERMINATED"})
"""What the parser does not take as it is lexed."""


def repaired(tokens: Sequence[Token], fix: Fix, text: str) -> list[Token] | None:
    """The tokens of a statement with a safe fix applied; None where it cannot be done in place."""
    if not fix.is_safe or not tokens:
        return None
    made = list(tokens)
    has_braces = False
    for edit in sorted(fix.edits, key=lambda each: each.span.start, reverse=True):
        if not tokens[0].start <= edit.span.start <= edit.span.end <= tokens[-1].end:
            return None
        if "\n" in edit.text or "#" in edit.text:
            return None  # the statement is another one then
        new = _in_place(made, edit)
        if new is None:
            return None
        has_braces = has_braces or "{" in edit.text or "}" in edit.text
        made = new
    if not has_braces:
        return made
    if "\n" in text[tokens[0].start : tokens[-1].end]:
        return None  # line ends were dropped, of which some would count in braces
    layout.undone(made)
    return layout.lines(made)


def _in_place(tokens: list[Token], edit: Edit) -> list[Token] | None:
    """The tokens with one edit, as far as each has one place in the text."""
    start, end = edit.span.start, edit.span.end
    first = next((at for at, token in enumerate(tokens) if token.end > start), len(tokens))
    first += start == end and first < len(tokens) and tokens[first].start < start
    last = first
    while last < len(tokens) and tokens[last].start < end:
        last += 1
    old = tokens[first:last]
    if any(token.start < start or token.end > end for token in old):
        return None
    new = lexer.tokens(edit.text, 0, len(edit.text), lambda *_: None)
    if any(token.type in _UNREAD for token in new):
        return None
    while old and new and old[-1].text == new[-1].text:
        old, new, last = old[:-1], new[:-1], last - 1
    while old and new and old[0].text == new[0].text:
        old, new, first = old[1:], new[1:], first + 1
    if len(old) == len(new):
        places = [(token.start, token.end) for token in old]
    elif len(old) <= 1 or len(new) <= 1:
        whole = (old[0].start, old[-1].end) if old else (start, start)
        places = [whole] * len(new)
    else:
        return None
    made = [Token(token.type, token.text, *at) for token, at in zip(new, places, strict=True)]
    return [*tokens[:first], *made, *tokens[last:]]
