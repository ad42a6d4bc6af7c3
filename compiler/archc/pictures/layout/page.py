"""A page: the title, the network in rows, the panels on shelves below it, and the legend.

Several widths are tried, and the one is taken at which the picture fills its page best, so that
letters come out as large as they can.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, dist
from typing import TypeAlias

from archc.pictures.layout import glyphs
from archc.pictures.layout.legend import legend
from archc.pictures.layout.line import Style
from archc.pictures.layout.marks import Mark, Sketch, Text, Wire, shift
from archc.pictures.layout.packing import SHELF, packed
from archc.pictures.layout.panels.panel import drawn as panel_of
from archc.pictures.layout.rows import block
from archc.pictures.layout.spacing import DENSE, ROOMY, TALL, TIGHT, Spacing
from archc.pictures.looks import PAGES
from archc.pictures.measure.widths import width
from archc.pictures.model.tree import Chain, Panel, Picture, Ref, everything
from archir.base.record import Record

POINT = 25.4 / 72
"""Millimetres."""

COLUMN = "column"
"""The page on which panels may be left out."""

READABLE = {COLUMN: 6.0}
"""Points of the smallest letters that are read in print without effort."""

FOOTNOTE = 5.5
"""The same where there is room for more: those of a footnote's numbers."""

NARROW = (335.0, 300.0, 260.0)
"""The widths of rows that are tried in a column: a frame and margins come to them."""

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

    Shapes stand on lines in the view layers alone: the others have them with their boxes. A column
    has no room for every panel: it says which are not drawn, those farthest from the network first.
    """
    is_column = size == COLUMN
    made = _filled(picture, size, view, heat)
    if not is_column or letters(made, size) >= READABLE[size] or not picture.panels:
        return made
    fewer = _fewer(picture, size, view, heat)
    return made if fewer is None else fewer


def _filled(picture: Picture, size: str, view: str, heat: str | None) -> Page:
    """The picture with all of its panels."""
    best: dict[Spacing, list[Page]] = {}
    for wanted in PAGES[size]:
        for space in (ROOMY, DENSE, TIGHT) if size == COLUMN else (ROOMY, DENSE):
            if space not in best:
                best[space] = _tried(picture, space, view, heat)
            # Of equal ones the first, which is the narrowest.
            found = max(
                best[space], key=lambda page: round(_scale(page, wanted) * EVEN**page.lonely, 5)
            )
            if _scale(found, wanted) * glyphs.SHAPE / POINT >= READABLE.get(size, FOOTNOTE):
                return found
    return found


def letters(made: Page, size: str) -> float:
    """How large the smallest letters come out on that page at most, in points."""
    scale = max(_scale(made, wanted) for wanted in PAGES[size])
    return round(scale * glyphs.SHAPE / POINT, 2)


def _fewer(picture: Picture, size: str, view: str, heat: str | None) -> Page | None:
    """As many panels as can be read there, the nearest to the network first; None if none can."""
    wide = PAGES[size][-1][0] * glyphs.SHAPE / POINT / READABLE[size]
    widths = [width for width in NARROW if width < wide]
    kept: list[Panel] = []
    best: Page | None = None
    for panel in picture.panels:
        if panel.uses and not _is_reached(panel, picture.chain, kept):
            continue  # it is of a block that is not drawn
        names = [one.name for one in picture.panels if one is not panel and one not in kept]
        tried = Picture(picture.name, picture.chain, [*kept, panel])
        found = _readable(tried, size, view, heat, widths, names)
        if found is not None:
            best, kept = found, [*kept, panel]
    if best is None:
        names = [one.name for one in picture.panels]
        bare = Picture(picture.name, picture.chain, [])
        best = _readable(bare, size, view, heat, widths, names)
    return best


def _is_reached(panel: Panel, chain: Chain, kept: list[Panel]) -> bool:
    """Whether a block of a panel stands in the network, or in a panel that is drawn."""
    blocks = {ref.definition for ref in panel.uses}
    return any(
        isinstance(item, Ref) and item.definition in blocks
        for one in (chain, *(panel.chain for panel in kept))
        for item in everything(one)
    )


def _readable(
    picture: Picture,
    size: str,
    view: str,
    heat: str | None,
    widths: Sequence[float],
    names: Sequence[str],
) -> Page | None:
    for space in (TIGHT, TALL):
        style = _style(picture, space, view)
        for wide in widths:
            made = _laid_out(picture, style, wide, heat, names)
            if letters(made, size) >= READABLE[size]:
                return made
    return None


def _style(picture: Picture, space: Spacing, view: str) -> Style:
    names = {ref.definition: panel.name for panel in picture.panels for ref in panel.uses}
    tabled = {ref.definition for panel in picture.panels if panel.table for ref in panel.uses}
    return Style(names, {}, view == "layers", view == "volumes", space, tabled, view != "layers")


def _tried(picture: Picture, space: Spacing, view: str, heat: str | None) -> list[Page]:
    """The picture in several widths."""
    tried: list[Page] = []
    style = _style(picture, space, view)
    # What cannot be broken leaves room beside the rows, which they take.
    panels = [panel_of(panel, style, WIDTHS[0]).width for panel in picture.panels]
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


def _laid_out(
    picture: Picture, style: Style, wide: float, heat: str | None, names: Sequence[str] = ()
) -> Page:
    """The picture in rows of that width; ``names`` are panels that it leaves out."""
    margin = style.space.margin
    body = block(picture.chain, style, wide)
    marks: list[Mark] = []
    title = Text(margin, margin + glyphs.TITLE, glyphs.cut(picture.name), glyphs.TITLE, "title")
    title.bold, title.anchor = True, "start"
    marks.append(title)
    across = max(body.reach, wide, title.width)
    panels = [panel_of(panel, style, across) for panel in picture.panels]
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
    y += key.height
    for line in _not_drawn(names, right - margin):
        marks.append(Text(margin, y + glyphs.SHAPE, line, glyphs.SHAPE, "small", anchor="start"))
        y += glyphs.SHAPE + 3
    bottom = y + margin * 0.5
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


def _not_drawn(names: Sequence[str], across: float) -> list[str]:
    """What is said of panels that a page has no room for, in lines of that width."""
    lines = ["not drawn:"] if names else []
    for at, name in enumerate(names):
        word = glyphs.cut(name) + ("," if at + 1 < len(names) else "")
        longer = f"{lines[-1]} {word}"
        if width(longer, glyphs.SHAPE) <= across:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


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
