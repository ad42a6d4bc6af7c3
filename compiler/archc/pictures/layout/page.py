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
from archc.pictures.layout.spacing import DENSE, ROOMY, Spacing
from archc.pictures.layout.table import table
from archc.pictures.looks import PAGES
from archc.pictures.model.tree import Panel, Picture, begins
from archir.base.record import Record

POINT = 25.4 / 72
"""Millimetres."""

READABLE = 5.5 * POINT / glyphs.SHAPE
"""Millimetres for a unit, at which the smallest letters have the size of a footnote's numbers."""

WIDTHS = (260, 320, 380, 440, 500, 560, 620, 700, 780, 860, 960, 1080, 1200, 1400, 1700, 2100)
EVEN = 0.8
"""How much smaller letters may be for it that no box stands alone in a row."""

STEEPEST = 2.0
"""The largest ratio of a picture's sides."""

ROUNDED = 0.2
"""Room that is there since a page's size has one decimal."""


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
    best: dict[Spacing, list[Page]] = {}
    for wanted in PAGES[size]:
        for space in (ROOMY, DENSE):
            if space not in best:
                best[space] = _tried(picture, space, view, heat)
            # Of equal ones the first, which is the narrowest.
            found = max(
                best[space], key=lambda page: round(_scale(page, wanted) * EVEN**page.lonely, 5)
            )
            if _scale(found, wanted) >= READABLE:
                return found
    return found


def _tried(picture: Picture, space: Spacing, view: str, heat: str | None) -> list[Page]:
    """The picture in several widths."""
    tried: list[Page] = []
    names = {ref.definition: panel.name for panel in picture.panels for ref in panel.uses}
    tabled = {ref.definition for panel in picture.panels if panel.table for ref in panel.uses}
    style = Style(names, {}, view == "layers", view == "volumes", space, tabled)
    # What cannot be broken leaves room beside the rows, which they take.
    panels = [_panel(panel, style, WIDTHS[0]).width for panel in picture.panels]
    least = max(panels, default=0.0)
    reach = block(picture.chain, style, WIDTHS[0]).reach
    least = max(least, reach if reach > WIDTHS[0] + SHELF else 0.0)
    for wide in sorted({max(float(wide), least) for wide in WIDTHS}):
        made = _laid_out(picture, style, wide, heat)
        tried.append(made)
        if made.width < wide * 0.6 and len(tried) > 1 and made.width <= tried[-2].width:
            break
    return tried


def _scale(page: Page, wanted: tuple[float, float]) -> float:
    """Millimetres for a unit, where the picture fills the page."""
    return min(wanted[0] / page.width, wanted[1] / page.height)


def _laid_out(picture: Picture, style: Style, wide: float, heat: str | None) -> Page:
    margin = style.space.margin
    body = block(picture.chain, style, wide)
    marks: list[Mark] = []
    title = Text(margin, margin + glyphs.TITLE, glyphs.cut(picture.name), glyphs.TITLE, "title")
    title.bold, title.anchor = True, "start"
    marks.append(title)
    across = max(body.reach, wide, title.width)
    panels = [_panel(panel, style, across) for panel in picture.panels]
    across = max(across, *(panel.width for panel in panels), 0.0)
    y = margin + glyphs.TITLE + 14
    wide_body = body.reach
    body.marks = _without_ends(body)
    _put(marks, body, margin, y + body.up)
    y += body.up + body.down + SHELF
    right = margin + max(wide_body, title.width)
    high = 0.0
    for sketch, (x, top) in zip(panels, packed(panels, across), strict=True):
        _put(marks, sketch, margin + x, y + top)
        right = max(right, margin + x + sketch.width)
        high = max(high, top + sketch.down)
    if panels:
        y += high + SHELF
    key = legend(marks, right - margin, heat)
    for mark in key.marks:
        shift(mark, margin, y)
    marks += key.marks
    right = max(right, margin + key.width)
    bottom = y + key.height + margin * 0.5
    total = max(right + margin, bottom / STEEPEST)
    total = ceil(10 * total) / 10  # rounded, it would be too steep
    tall = max(round(bottom, 1), ceil(10 * total / STEEPEST) / 10)
    legend_marks = {id(mark) for mark in key.marks}
    aside, below = total - right - margin, tall - bottom
    if max(aside, below) > ROUNDED:  # room that nothing fills is not left at one side
        for mark in marks:
            share = 0.0 if mark is title else 1.0 if id(mark) in legend_marks else 0.5
            shift(mark, aside / 2, share * below)
    lonely = sum(sketch.lonely for sketch in (body, *panels))
    return Page(picture.name, total, tall, marks, lonely)


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


def _panel(panel: Panel, style: Style, across: float) -> Sketch:
    """A block drawn once, in a frame with its name; its corner is at (0, 0)."""
    space = style.space
    inside, enters = space.inside, space.enters
    within = Style(style.names, panel.symbols, False, style.with_volumes, space)
    inner = block(panel.chain, within, across - 2 * (inside + enters + space.side))
    names = () if panel.table else panel.parameters  # whose columns have the names
    call = f" ({', '.join((*names, *panel.fixed))})" if names or panel.fixed else ""
    title = Text(inside, inside + 7, panel.name, glyphs.HEAD, "call", True, "start")
    quiet = Text(inside + title.width + 1, inside + 7, call, glyphs.FACT, "fact", False, "start")
    key = table(panel.table, panel.parameters) if panel.table else Sketch(0, 0, 0)
    drawn = inner.width + 2 * enters
    is_beside = drawn + key.width + 4 * inside <= across
    wide = max(drawn, title.width + quiet.width)
    wide = max(wide, drawn + 2 * inside + key.width if is_beside else key.width) + 2 * inside
    axis = inside + 14 + 6 + inner.up
    foot = axis + inner.down + inside
    top = axis - inner.up + max(0.0, (inner.up + inner.down - key.down) / 2)
    if key.marks and not is_beside:
        foot, top = foot + key.down + inside, foot
    high = max(foot, top + key.down + inside if key.marks else 0.0)
    frame = Frame(0, 0, wide, high, "panel", panel.name, [title])
    if call:
        frame.texts.append(quiet)
    made = Sketch(wide, 0, high, [frame], lonely=inner.lonely)
    x = inside + enters if is_beside and key.marks else (wide - inner.width) / 2
    if begins(panel.chain):
        inner.marks = [mark for mark in inner.marks if not _is_entry(mark)]
    else:
        made.marks.append(Wire([(x - enters, axis), (x, axis)], inner.takes_head, "entry"))
    made.add(inner, x, axis)
    made.add(key, wide - inside - key.width if is_beside else (wide - key.width) / 2, top)
    end = x + inner.width
    start, exit_y = (end, axis) if inner.out is None else (x + inner.out[0], axis + inner.out[1])
    made.marks.append(Wire([(start, exit_y), (end + enters, exit_y)], True, "exit"))
    for mark in made.marks:
        if isinstance(mark, (Glyph, Frame)) and mark.path and mark is not frame:
            mark.path = f"{panel.name}/{mark.path}"
    return made
