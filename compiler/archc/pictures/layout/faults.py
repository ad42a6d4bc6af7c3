"""What is wrong with a finished picture, found in its geometry: the layout's own conscience.

A layout that is right by construction gives none of these; the tests ask of many networks.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TypeAlias

from archc.pictures.layout.marks import Frame, Glyph, Text, Wire
from archc.pictures.layout.page import STEEPEST, Page
from archc.pictures.measure.widths import ASCENT, DESCENT

Rect: TypeAlias = "tuple[float, float, float, float]"
"""Left, top, right, bottom."""

SLACK = 1.0
"""How far things may reach into each other, for the width of a line."""

NEAR = 4.0
"""How near to a thing a line ends that belongs to it; a box that repeats has a second sheet."""


def faults(page: Page) -> list[str]:
    """All faults, each in words. A picture to be shown has none."""
    glyphs = [mark for mark in page.marks if isinstance(mark, Glyph)]
    frames = [mark for mark in page.marks if isinstance(mark, Frame)]
    wires = [mark for mark in page.marks if isinstance(mark, Wire)]
    texts = [mark for mark in page.marks if isinstance(mark, Text)]
    found = list(_outside(page, glyphs, frames, texts))
    found += _over_each_other(glyphs, frames, texts)
    found += _through(glyphs, frames, texts, wires)
    found += _loose(glyphs, frames, wires, texts)
    return found


def _outside(
    page: Page, glyphs: list[Glyph], frames: list[Frame], texts: list[Text]
) -> Iterator[str]:
    """Texts that leave their boxes, what leaves the page, and a page too long or too wide."""
    holders: list[Glyph | Frame] = [*glyphs, *frames]
    for holder in holders:
        for text in holder.texts:
            if not _within(_letters(text), _rect(holder)):
                yield f"the text {text.text!r} is out of its box"
    everything = [_rect(one) for one in holders] + [_letters(one) for one in texts]
    if not all(_within(one, (0, 0, page.width, page.height)) for one in everything):
        yield "something is out of the page"
    ratio = page.width / page.height
    if not 0.995 / STEEPEST <= ratio <= STEEPEST * 1.005:
        yield f"the page is {page.width} by {page.height}"


def _over_each_other(glyphs: list[Glyph], frames: list[Frame], texts: list[Text]) -> Iterator[str]:
    holders: list[Glyph | Frame] = [*glyphs, *frames]
    letters: list[tuple[Text, Glyph | Frame | None]] = [(text, None) for text in texts]
    for holder in holders:
        letters += [(text, holder) for text in holder.texts]
    for (one, _own), (other, _other) in combinations(letters, 2):
        if _meet(_letters(one), _letters(other)):
            yield f"the texts {one.text!r} and {other.text!r} are over each other"
    for text, owner in letters:
        for glyph in glyphs:
            if glyph is not owner and _meet(_letters(text), _rect(glyph)):
                yield f"the text {text.text!r} is over a box"
    for glyph, another in combinations(glyphs, 2):
        if _meet(_rect(glyph), _rect(another)):
            yield f"the boxes {_name(glyph)} and {_name(another)} are over each other"
    for frame in frames:
        for glyph in glyphs:
            if _meet(_rect(frame), _rect(glyph)) and not _within(_rect(glyph), _rect(frame)):
                yield f"the box {_name(glyph)} is over the edge of a frame"


def _through(
    glyphs: list[Glyph], frames: list[Frame], texts: list[Text], wires: list[Wire]
) -> Iterator[str]:
    named = [text for frame in frames for text in frame.texts] + texts
    for wire in wires:
        for start, end in zip(wire.points, wire.points[1:], strict=False):
            line = _line(start, end)
            for glyph in glyphs:
                if _meet(line, _rect(glyph)):
                    yield f"a line runs through {_name(glyph)}"
            for text in named:
                if _meet(line, _letters(text)):
                    yield f"a line runs through the text {text.text!r}"


def _loose(
    glyphs: list[Glyph], frames: list[Frame], wires: list[Wire], texts: list[Text]
) -> Iterator[str]:
    """Lines that begin or end at nothing."""
    holders: list[Glyph | Frame] = [*glyphs, *frames]
    things = [_rect(one) for one in holders] + [_letters(text) for text in texts]
    for wire in wires:
        for point, kind in ((wire.points[0], "entry"), (wire.points[-1], "exit")):
            if wire.form in (kind, "rule") or len(set(wire.points)) == 1:
                continue
            if kind == "exit" and wire.has_head:
                labels = [_letters(text) for text in texts]  # a solid has its name below
                if not any(_touches(point, one) for one in [*map(_rect, glyphs), *labels]):
                    yield f"an arrow ends at nothing, at {point}"
                continue
            is_met = any(_touches(point, thing) for thing in things) or any(
                _touches(point, _line(start, end))
                for other in wires
                if other is not wire
                for start, end in zip(other.points, other.points[1:], strict=False)
            )
            if not is_met and wire.form not in ("optional", "training"):
                yield f"a line begins or ends at nothing, at {point}"


def _name(glyph: Glyph) -> str:
    return repr(" ".join(text.text for text in glyph.texts) or glyph.sign)


def _rect(one: Glyph | Frame) -> Rect:
    return one.x, one.y, one.x + one.width, one.y + one.height


def _letters(text: Text) -> Rect:
    size = text.size
    left = text.left
    return left, text.y - size * ASCENT, left + text.width, text.y + size * DESCENT


def _line(start: tuple[float, float], end: tuple[float, float]) -> Rect:
    xs, ys = sorted((start[0], end[0])), sorted((start[1], end[1]))
    return xs[0], ys[0], xs[1], ys[1]


def _within(inner: Rect, outer: Rect) -> bool:
    return (
        inner[0] >= outer[0] - 0.1
        and inner[1] >= outer[1] - 0.1
        and inner[2] <= outer[2] + 0.1
        and inner[3] <= outer[3] + 0.1
    )


def _meet(one: Rect, other: Rect) -> bool:
    """Whether two share more than their edges."""
    return (
        one[0] < other[2] - SLACK
        and other[0] + SLACK < one[2]
        and one[1] < other[3] - SLACK
        and other[1] + SLACK < one[3]
    )


def _touches(point: tuple[float, float], thing: Rect) -> bool:
    return (
        thing[0] - NEAR <= point[0] <= thing[2] + NEAR
        and thing[1] - NEAR <= point[1] <= thing[3] + NEAR
    )
