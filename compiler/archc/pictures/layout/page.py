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

LEAST = 5.0
"""The same of a column that would not show what the network is made of otherwise."""

SMALLER = (4.5, 4.0, 3.5, 3.0)
"""What is tried where a column has nothing that is read: the largest that comes out is taken."""

NARROW = (335.0, 300.0, 260.0)
"""The widths of rows that are tried in a column: a frame and margins come to them."""

WIDTHS = (260, 320, 380, 440, 500, 560, 620, 700, 780, 860, 960, 1080, 1200, 1400, 1700, 2100)
EVEN = 0.8
"""How much smaller letters may be for it that no box stands alone in a row."""

HOPELESS = 0.6
"""Where letters with much room have less of what is needed, they have not enough with some."""

TOO_SMALL = 0.6
"""Letters of this share of the largest are chosen for nothing that they leave even."""

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
    fewer = _fewer(picture, size, view, heat, letters(made, size))
    return made if fewer is None else fewer


def _filled(picture: Picture, size: str, view: str, heat: str | None) -> Page:
    """The picture with all of its panels."""
    best = {ROOMY: _tried(picture, ROOMY, view, heat, PAGES[size][0])}
    spaces: tuple[Spacing, ...] = (ROOMY, DENSE, TIGHT) if size == COLUMN else (ROOMY, DENSE)
    needed = READABLE.get(size, FOOTNOTE)
    if max(letters(one, size) for one in best[ROOMY]) < HOPELESS * needed:
        spaces = spaces[-1:]  # in between there is nothing to be read either
    for wanted in PAGES[size]:
        for space in spaces:
            if space not in best:
                best[space] = _tried(picture, space, view, heat, PAGES[size][0])
            # Of equal ones the first, which is the narrowest.
            found = max(
                best[space], key=lambda page: round(_scale(page, wanted) * EVEN**page.lonely, 5)
            )
            if _scale(found, wanted) * glyphs.SHAPE / POINT >= needed:
                return found
    return found


def letters(made: Page, size: str) -> float:
    """How large the smallest letters come out on that page at most, in points."""
    scale = max(_scale(made, wanted) for wanted in PAGES[size])
    return round(scale * glyphs.SHAPE / POINT, 2)


def _fewer(picture: Picture, size: str, view: str, heat: str | None, given: float) -> Page | None:
    """As many panels as can be read there, the nearest to the network first; None if none can.

    For the block that the network is made of letters may be smaller. Where no page has letters that
    are read they are to be larger than ``given``, which those with all panels have.
    """
    ways = _Narrow(picture, size, view, heat)
    own = max(picture.panels, key=lambda panel: _uses_in(picture.chain, panel))
    kept: list[Panel] = []
    best: Page | None = None
    for needed in (READABLE[size], FOOTNOTE, LEAST):
        best = ways.page([own], needed)
        if best is not None:
            break
    else:
        needed = READABLE[size]
    kept = [] if best is None else [own]
    for panel in picture.panels:
        if panel in kept or (panel.uses and not _is_reached(panel, picture.chain, kept)):
            continue  # it is of a block that is not drawn
        found = ways.page([one for one in picture.panels if one in kept or one is panel], needed)
        if found is not None:
            best, kept = found, [*kept, panel]
    best = best or ways.page([], needed)
    for needed in SMALLER:
        if best is None and needed > given:
            best = ways.page([own], needed) or ways.page([], needed)
    return best


def _uses_in(chain: Chain, panel: Panel) -> int:
    """How many blocks of a panel run in the network itself."""
    blocks = {ref.definition for ref in panel.uses}
    refs = [one for one in everything(chain) if isinstance(one, Ref) and one.definition in blocks]
    return sum(1 if one.times is None else one.times.value for one in refs)


def _is_reached(panel: Panel, chain: Chain, kept: list[Panel]) -> bool:
    """Whether a block of a panel stands in the network, or in a panel that is drawn."""
    blocks = {ref.definition for ref in panel.uses}
    return any(
        isinstance(item, Ref) and item.definition in blocks
        for one in (chain, *(panel.chain for panel in kept))
        for item in everything(one)
    )


class _Narrow:
    """A picture in a column, with some of its panels."""

    def __init__(self, picture: Picture, size: str, view: str, heat: str | None) -> None:
        self.picture, self.size, self.view, self.heat = picture, size, view, heat
        self.sizes: dict[tuple[Spacing, float], tuple[float, float]] = {}
        self.made: dict[tuple[tuple[str, ...], Spacing, float], Page] = {}

    def page(self, panels: list[Panel], needed: float) -> Page | None:
        """The page with those panels alone, where its smallest letters have so many points."""
        picture = Picture(self.picture.name, self.picture.chain, panels)
        names = [one.name for one in self.picture.panels if one not in panels]
        across, high = (side * glyphs.SHAPE / POINT / needed for side in PAGES[self.size][-1])
        for space in (TIGHT, TALL):
            style = _style(picture, space, self.view, self.picture.panels)
            for wide in NARROW:
                if wide >= across:
                    continue
                body = self._size(style, wide)
                if body[0] > across or body[1] > high:
                    continue
                at = (tuple(names), space, wide)
                if at not in self.made:
                    self.made[at] = _laid_out(picture, style, wide, self.heat, names)
                if letters(self.made[at], self.size) >= needed:
                    return self.made[at]
        return None

    def _size(self, style: Style, wide: float) -> tuple[float, float]:
        """How wide and high the network alone is, of which no panel is a part."""
        at = (style.space, wide)
        if at not in self.sizes:
            body = block(self.picture.chain, style, wide)
            self.sizes[at] = (body.reach, body.up + body.down)
        return self.sizes[at]


def _style(picture: Picture, space: Spacing, view: str, known: Sequence[Panel] = ()) -> Style:
    """How a picture is drawn; ``known`` are its panels with those that it leaves out."""
    panels = known or picture.panels
    names = {ref.definition: panel.name for panel in panels for ref in panel.uses}
    tabled = {ref.definition for panel in picture.panels if panel.table for ref in panel.uses}
    return Style(names, {}, view == "layers", view == "volumes", space, tabled, view != "layers")


def _tried(
    picture: Picture, space: Spacing, view: str, heat: str | None, flattest: tuple[float, float]
) -> list[Page]:
    """The picture in several widths, up to those that are too wide for any page."""
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
        largest = max(_scale(one, flattest) for one in tried)
        if flattest[0] / made.width < min(flattest[1] / made.height, TOO_SMALL * largest):
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
    right = margin + max(wide_body, title.width)
    high = body.up + body.down
    places = packed(panels, across, (wide_body, high))
    for sketch, (x, top) in zip(panels, places, strict=True):
        _put(marks, sketch, margin + x, y + top)
        right = max(right, margin + x + sketch.width)
        high = max(high, top + sketch.down)
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
