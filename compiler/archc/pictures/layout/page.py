"""A page: the title, the network in rows, the panels on shelves below it, and the legend.

Several widths are tried, and the one is taken at which the picture fills its page best, so that
letters come out as large as they can.
"""

from __future__ import annotations

from math import ceil, dist
from typing import TypeAlias

from archc.pictures.layout import glyphs
from archc.pictures.layout.legend import legend
from archc.pictures.layout.line import Style
from archc.pictures.layout.marks import Frame, Glyph, Mark, Sketch, Text, Wire, shift
from archc.pictures.layout.packing import SHELF, packed
from archc.pictures.layout.rows import block
from archc.pictures.looks import PAGES
from archc.pictures.model.tree import Panel, Picture, begins
from archir.base.record import Record
from archir.graph.graph import Definition

READABLE = 0.17
"""Millimetres for a unit, at which quiet letters are as large as those of footnotes."""

WIDTHS = (260, 320, 380, 440, 500, 560, 620, 700, 780, 860, 960, 1080, 1200, 1400, 1700, 2100)
MARGIN = 12.0
INSIDE = 9.0
"""Around what is in a panel."""

EVEN = 0.8
"""How much smaller letters may be for it that no box stands alone in a row."""

STEEPEST = 2.0
"""The largest ratio of a picture's sides."""


Point: TypeAlias = "tuple[float, float]"


class Page(Record):
    """A finished picture."""

    name: str
    width: float
    height: float
    marks: list[Mark]
    lonely: int = 0
    """Rows of a single box."""


def page(picture: Picture, size: str = "a4", view: str = "layers", heat: str | None = None) -> Page:
    """The picture laid out for a page of that name; in the view volumes boxes are in perspective.

    Shapes stand on lines in the view layers alone: the others have them with their boxes.
    """
    tried: list[Page] = []
    names = {ref.definition: panel.name for panel in picture.panels for ref in panel.uses}
    # What cannot be broken leaves room beside the rows, which they take.
    panels = [_panel(panel, names, WIDTHS[0]).width for panel in picture.panels]
    least = max(panels, default=0.0)
    for wide in sorted({max(float(wide), least) for wide in WIDTHS}):
        made = _laid_out(picture, names, wide, view, heat)
        tried.append(made)
        if made.width < wide * 0.6 and len(tried) > 1 and made.width <= tried[-2].width:
            break
    for wanted in PAGES[size]:
        # Of equal ones the first, which is the narrowest.
        best = max(tried, key=lambda page: round(_scale(page, wanted) * EVEN**page.lonely, 5))
        if _scale(best, wanted) >= READABLE:
            break
    return best


def _scale(page: Page, wanted: tuple[float, float]) -> float:
    """Millimetres for a unit, where the picture fills the page."""
    return min(wanted[0] / page.width, wanted[1] / page.height)


def _laid_out(
    picture: Picture, names: dict[Definition, str], wide: float, view: str, heat: str | None
) -> Page:
    style = Style(names, {}, view == "layers", view == "volumes")
    body = block(picture.chain, style, wide)
    marks: list[Mark] = []
    title = Text(MARGIN, MARGIN + glyphs.TITLE, glyphs.cut(picture.name), glyphs.TITLE, "title")
    title.bold, title.anchor = True, "start"
    marks.append(title)
    across = max(body.reach, wide, title.width)
    panels = [_panel(panel, names, across) for panel in picture.panels]
    across = max(across, *(panel.width for panel in panels), 0.0)
    y = MARGIN + glyphs.TITLE + 14
    wide_body = body.reach
    body.marks = _without_ends(body)
    _put(marks, body, MARGIN, y + body.up)
    y += body.up + body.down + SHELF
    right = MARGIN + max(wide_body, title.width)
    high = 0.0
    for sketch, (x, top) in zip(panels, packed(panels, across), strict=True):
        _put(marks, sketch, MARGIN + x, y + top)
        right = max(right, MARGIN + x + sketch.width)
        high = max(high, top + sketch.down)
    if panels:
        y += high + SHELF
    key = legend(marks, right - MARGIN, heat)
    for mark in key.marks:
        shift(mark, MARGIN, y)
    marks += key.marks
    right = max(right, MARGIN + key.width)
    bottom = y + key.height + MARGIN * 0.5
    total = max(right + MARGIN, bottom / STEEPEST)
    total = round(total, 1)
    least = ceil(10 * total / STEEPEST) / 10  # rounded, it would be too steep
    lonely = sum(sketch.lonely for sketch in (body, *panels))
    return Page(picture.name, total, max(round(bottom, 1), least), marks, lonely)


def _without_ends(body: Sketch) -> list[Mark]:
    """The marks without lines that come from nowhere into the first thing, or leave the last."""
    entry = [mark.points[-1] for mark in body.marks if isinstance(mark, Wire) and _is_entry(mark)]
    begin = entry[0] if entry else (0.0, 0.0)
    end = body.out or (body.width, 0.0)
    return [mark for mark in body.marks if not _is_entry(mark) and not _is_stub(mark, begin, end)]


def _is_entry(mark: Mark) -> bool:
    return isinstance(mark, Wire) and mark.form == "entry"


def _is_stub(mark: Mark, begin: Point, end: Point) -> bool:
    if not isinstance(mark, Wire) or mark.form != "stub":
        return False
    return dist(mark.points[0], begin) < 0.01 or dist(mark.points[-1], end) < 0.01


def _put(marks: list[Mark], sketch: Sketch, x: float, y: float) -> None:
    for mark in sketch.marks:
        shift(mark, x, y)
    marks += sketch.marks


def _panel(panel: Panel, names: dict[Definition, str], across: float) -> Sketch:
    """A block drawn once, in a frame with its name; its corner is at (0, 0)."""
    inner = block(panel.chain, Style(names, panel.symbols, False), across - 2 * INSIDE - 40)
    call = f"({', '.join(panel.parameters)})" if panel.parameters else ""
    title = Text(INSIDE, INSIDE + 7, panel.name, glyphs.HEAD, "call", True, "start")
    quiet = Text(INSIDE + title.width + 1, INSIDE + 7, call, glyphs.FACT, "fact", False, "start")
    enters = 14.0
    wide = max(inner.width + 2 * enters, title.width + quiet.width) + 2 * INSIDE
    axis = INSIDE + 14 + 6 + inner.up
    high = axis + inner.down + INSIDE
    frame = Frame(0, 0, wide, high, "panel", panel.name, [title])
    if call:
        frame.texts.append(quiet)
    made = Sketch(wide, 0, high, [frame], lonely=inner.lonely)
    x = (wide - inner.width) / 2
    if begins(panel.chain):
        inner.marks = [mark for mark in inner.marks if not _is_entry(mark)]
    else:
        made.marks.append(Wire([(x - enters, axis), (x, axis)], inner.takes_head, "entry"))
    made.add(inner, x, axis)
    end = x + inner.width
    start, exit_y = (end, axis) if inner.out is None else (x + inner.out[0], axis + inner.out[1])
    made.marks.append(Wire([(start, exit_y), (end + enters, exit_y)], True, "exit"))
    for mark in made.marks:
        if isinstance(mark, (Glyph, Frame)) and mark.path and mark is not frame:
            mark.path = f"{panel.name}/{mark.path}"
    return made
