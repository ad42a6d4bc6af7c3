"""What puts a mistake right: edits of the text, as data, and texts with edits applied.

A *fix* is all that is to be done about one diagnostic, and is applied whole or not at all. Problems
give one where there is one thing to do (``Problem.fix``). It is *safe* where nothing else can have
been meant, and what ran before runs as it did; else it is what was likely meant, and a person looks
at it. A right file needs nothing of this.
"""

from __future__ import annotations

import sys
from bisect import bisect_right, insort
from collections.abc import Iterable, Sequence

from archir.base.record import Record
from archir.base.source import Source, Span


class Edit(Record):
    """A range of a text, and what is to stand in its place."""

    span: Span
    text: str


class Fix(Record):
    """Edits that belong together, what they do in a few words, and whether they are safe."""

    words: str
    edits: tuple[Edit, ...]
    is_safe: bool = True

    @property
    def source(self) -> Source:
        """The text that it is about: a fix stays in one file."""
        return self.edits[0].span.source


def swap(span: Span, text: str, *, safe: bool = True) -> Fix:
    """Another text in the place of one."""
    return Fix(f"write {shown(text)}", (Edit(span, text),), safe)


def drop(span: Span, *, safe: bool = True) -> Fix:
    """A text taken away."""
    return Fix(f"take {shown(span.text)} away", (Edit(span, ""),), safe)


def insert(source: Source, offset: int, text: str, *, safe: bool = True) -> Fix:
    """A text between two characters."""
    return Fix(f"add {shown(text)}", (Edit(Span(source, offset, offset), text),), safe)


def renamed(span: Span, wanted: str) -> Fix:
    """The name that was likely meant: safe if it is one slip of the hand away."""
    from archir.base.likeness import is_slip

    return swap(span, wanted, safe=is_slip(span.text, wanted))


def typed(span: Span, wanted: str | None) -> Fix | None:
    """The type that was likely meant: safe if it is what another language calls it."""
    from archir.base.synonyms import type_elsewhere

    if wanted is None:
        return None
    other = type_elsewhere(span.text) == wanted
    return swap(span, wanted) if other else renamed(span, wanted)


def part_renamed(span: Span, text: str, wanted: str | None) -> Fix | None:
    """Another name in the place of the last such word of a place; None where none is wanted."""
    at = span.text.rfind(text)
    if wanted is None or at < 0:
        return None
    start = span.start + at
    return renamed(Span(span.source, start, start + len(text)), wanted)


def lines(first: Span, last: Span) -> Span:
    """The whole lines from one place to another, with the last line's end."""
    text = first.source.text
    start = text.rfind("\n", 0, first.start) + 1
    end = text.find("\n", last.end)
    return Span(first.source, start, len(text) if end < 0 else end + 1)


def without_label(span: Span, *, safe: bool = True) -> Fix | None:
    """Take away the label at a place, with its colon."""
    text, end = span.source.text, span.end
    while text[end : end + 1] in (" ", "\t", ":"):
        end += 1
    whole = Span(span.source, span.start, end)
    return drop(whole, safe=safe) if ":" in whole.text else None


def shown(text: str, most: int = 60) -> str:
    """A text on one line, for the words of a fix."""
    line = " ".join(text.split())
    return f"`{line if len(line) <= most else line[: most - 1] + '…'}`"


def compatible(fixes: Iterable[Fix]) -> list[Fix]:
    """The fixes of one text that do not touch each other, the first of each that do.

    The same edits are taken once, whoever asks for them.
    """
    taken: list[Fix] = []
    places: list[tuple[int, int]] = []
    for fix in sorted(fixes, key=_place):
        own = sorted((edit.span.start, edit.span.end) for edit in fix.edits)
        if own and not any(_touches(place, places) for place in own):
            taken.append(fix)
            for place in own:
                insort(places, place)
    return taken


def apply(text: str, fixes: Sequence[Fix]) -> str:
    """The text with the edits of all fixes, which must not touch each other.

    Lines that are added end as the text's own do.
    """
    end = "\r\n" if "\r\n" in text else "\n"
    edits = sorted((edit for fix in fixes for edit in fix.edits), key=lambda edit: edit.span.start)
    parts: list[str] = []
    at = 0
    for edit in edits:
        parts += [text[at : edit.span.start], edit.text.replace("\n", end)]
        at = edit.span.end
    return "".join([*parts, text[at:]])


def _place(fix: Fix) -> tuple[int, int]:
    return min(edit.span.start for edit in fix.edits), max(edit.span.end for edit in fix.edits)


def _touches(place: tuple[int, int], places: Sequence[tuple[int, int]]) -> bool:
    """Whether an edit changes characters that others change, or writes where one of them does.

    The others are in the order of the text, and do not touch each other.
    """
    start, end = place
    at = bisect_right(places, (end, sys.maxsize))
    return any(start <= other_end for _, other_end in places[max(at - 1, 0) : at])
