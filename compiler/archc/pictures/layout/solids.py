"""Boxes in perspective: how wide they are says channels, how high and deep resolution.

Both on a logarithmic scale that is the same in all pictures. What repeats is several sheets.
"""

from __future__ import annotations

from math import log2

from archc.pictures.layout import glyphs
from archc.pictures.layout.marks import Glyph, Sketch, Text, Wire, middle
from archc.pictures.layout.spacing import Spacing
from archc.pictures.measure.widths import width
from archc.pictures.model.tree import TIMES, Box, head_text

LOW, HIGH = 8.0, 10.0
"""The height of a resolution of 1, and what each doubling adds."""

THIN, THICK = 3.0, 1.7
"""The width of one channel, and what each doubling adds."""

DEPTH = 0.34
"""How far the back is to the right of the front and above it, for the height."""

PLANE = 2
"""Axes of a map; a sequence has one, and no depth."""

SHEETS, FIRST = 6, 3
"""Sheets that are all drawn; of more these many, and the last behind a gap with dots."""

BETWEEN, APART = 2.5, 13.0
"""Between two sheets, and in that gap."""

DOTS = "\N{MIDDLE DOT}" * 3

LABEL = 10.5
"""A line's height below a box."""

NARROW = 52.0
"""Up to here a label may be wider than its box without being broken."""


def solid(item: Box, space: Spacing) -> Sketch:
    """The box of an op or a block, with its name and its shape below."""
    shape = item.shape
    extents = shape.extents if shape is not None else ()
    scale = space.solids
    high = round(scale * _side(extents[:1] if len(extents) < PLANE else extents[-1:]), 2)
    deep = round(DEPTH * (high if len(extents) >= PLANE else scale * LOW), 2)
    channels = shape.channels if shape is not None else 1
    thick = round(scale * (THIN + THICK * log2(max(channels, 1) + 1)), 2)
    sheets = _sheets(item.times.value if item.times is not None else 1, thick, deep)
    front = round(sheets[-1][0] + thick, 2)
    words = head_text(item)
    if item.times is not None:
        words = f"{words} {TIMES} {item.times.value}"
    lines = _lines(words, max(front + deep, NARROW * scale))
    labels = [(line, "small") for line in lines]
    if shape is not None:
        labels.append((shape.text, "shape"))
    wide = max(front + deep, *(width(text, glyphs.SHAPE) for text, _role in labels))
    left = (wide - front - deep) / 2
    glyph = Glyph(left, -high / 2 - deep, front + deep, high + deep, item.kind, "solid")
    glyph.path, glyph.title, glyph.deep = item.path, glyphs.titled(item), deep
    glyph.sheets = sheets
    if item.times is not None and len(sheets) < item.times.value:
        begin = left + sheets[-2][0] + thick + deep
        glyph.texts = [middle(DOTS, begin + APART / 2, 0, glyphs.HEAD, "small")]
    made = Sketch(wide, high / 2 + deep, high / 2, [glyph], port=glyph)
    for text, role in labels:
        made.down += LABEL
        made.marks.append(Text(wide / 2, made.down - 1.5, text, glyphs.SHAPE, role))
    made.down += 2
    if left > 0.01:
        made.takes_head = False
        made.marks.append(Wire([(0, 0), (left, 0)], True, "stub"))
        made.marks.append(Wire([(left + front + deep, 0), (wide, 0)], False, "stub"))
    return made


def _side(extents: tuple[int, ...]) -> float:
    return LOW + HIGH * log2(max(*extents, 1, 1))


def _sheets(count: int, thick: float, deep: float) -> list[tuple[float, float]]:
    """A sheet for each that repeats; of many the first, a gap for what is left out, the last."""
    if count <= SHEETS:
        return [(place * (thick + BETWEEN), thick) for place in range(count)]
    found = _sheets(FIRST, thick, deep)
    return [*found, (found[-1][0] + thick + deep + APART, thick)]


def without_stub(sketch: Sketch, at: float) -> None:
    """Take away the end of a line beside a solid that lines meet from above or below."""
    sketch.marks = [
        mark
        for mark in sketch.marks
        if not (isinstance(mark, Wire) and mark.form == "stub" and (at, 0.0) in mark.points)
    ]


def _lines(words: str, wide: float) -> list[str]:
    """The words in lines that are hardly wider than the box."""
    lines: list[str] = []
    for word in glyphs.cut(words).split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if (lines and (width(longer, glyphs.SHAPE) <= wide or len(word) < 2)) or (
            lines and lines[-1].endswith(TIMES)
        ):
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
