"""Edits that put braces around bodies."""

from __future__ import annotations

from archir.base.fixes import Edit, Fix
from archir.base.pieces import pieces
from archir.base.source import Span


def braces(colon: Span) -> Fix | None:
    """Braces around what a colon begins: the rest of its line, or the lines that stand deeper."""
    found = pieces(colon.source)
    at = found.at(colon.start)
    if at is None:
        return None
    if found.text(at + 1) == "{":
        return Fix("leave the colon out", (Edit(colon, ""),))
    end = found.line_ends(at)
    if end == at + 1:
        return _braces_around_lines(colon)
    words = [found.text(k) for k in range(at + 1, end)]
    if "else" in words[1:]:
        end = at + 1 + words.index("else", 1)
    behind = found.all[end - 1].end
    edits = (Edit(colon, " {"), Edit(Span(colon.source, behind, behind), " }"))
    return Fix("put it in braces", edits)


def _braces_around_lines(colon: Span) -> Fix | None:
    """Braces around the lines below that stand deeper than the line of a colon."""
    text = colon.source.text
    start = text.rfind("\n", 0, colon.start) + 1
    margin = margin_of(text[start:])
    at = text.find("\n", colon.end) + 1
    last = 0
    while 0 < at < len(text):
        line = text[at:].split("\n", 1)[0]
        if line.strip() and len(margin_of(line)) <= len(margin):
            break
        at += len(line) + 1
        last = at if line.strip() else last
    if not last or last > len(text):
        return None
    closing = Edit(Span(colon.source, last, last), f"{margin}}}\n")
    return Fix("put it in braces", (Edit(colon, " {"), closing))


def margin_of(line: str) -> str:
    """The blanks at the beginning of a line."""
    return line[: len(line) - len(line.lstrip(" \t"))]
