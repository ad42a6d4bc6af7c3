"""A chain broken into rows, as a paragraph is: where the shape changes, and evenly."""

from __future__ import annotations

from archc.pictures.layout import glyphs
from archc.pictures.layout.lanes import GAP
from archc.pictures.layout.line import Pairs, Style, item, joined, said, text_of
from archc.pictures.layout.marks import Sketch, Text, Wire
from archc.pictures.layout.ushape import ushape
from archc.pictures.measure.widths import width
from archc.pictures.model.levels import levels_of
from archc.pictures.model.tree import Chain, Item, Part, Tap

BETWEEN = 26.0
"""Between two rows: the line runs back in the middle of it."""

SIDE = 12.0
"""How far behind a row's end, and before its beginning, the line runs down."""

LATE = 0.35
"""What a break at a place that keeps the shape costs, as a share of a row that stays empty."""

LARGEST_PART = 0.7
"""A labelled part that takes more of a row is not framed: its parts stand for themselves."""


def block(given: Chain, style: Style, wide: float) -> Sketch:
    """A chain in as many rows as it needs; its entry is in the first, its exit in the last."""
    u = levels_of(given)
    if u is not None:
        return ushape(u, style)
    pairs = _measured(given.items, style, wide)
    labels = said(pairs, style)
    flowing = [""]  # before each item, and behind the last
    for one, _sketch in pairs:
        flowing.append(text_of(one, flowing[-1]))
    rows, place = [], 0
    lonely = 0
    for long in _broken(pairs, labels, wide):
        inside = pairs[place : place + long]
        row = joined(inside, style, flowing[place])
        lonely += long == 1 and inside[0][1].port is not None
        place += long
        rows.append((row, flowing[place] if style.with_shapes else ""))
    made = _under_each_other(rows)
    made.lonely = lonely if len(rows) > 1 else 0
    return made


def _under_each_other(rows: list[tuple[Sketch, str]]) -> Sketch:
    """Rows with a line from the end of each to the beginning of the next."""
    first, _label = rows[0]
    if len(rows) == 1:
        return first
    made = Sketch(0, first.up, 0, takes_head=False)
    made.marks.append(Wire([(0, 0), (SIDE, 0)], first.takes_head, "entry"))
    y = 0.0
    for place, (sketch, _label) in enumerate(rows):
        if place:
            before, label = rows[place - 1]
            axis, gap = y, y + before.down + BETWEEN / 2
            y += before.down + BETWEEN + sketch.up
            start = SIDE + before.width
            turn = SIDE + before.reach + SIDE
            points = [(start, axis), (turn, axis), (turn, gap), (0.0, gap), (0.0, y), (SIDE, y)]
            made.marks.append(Wire(points, sketch.takes_head))
            if label and width(label, glyphs.SHAPE) + SIDE < start:
                made.marks.append(Text(8, gap - 4, label, glyphs.SHAPE, "shape", anchor="start"))
        made.add(sketch, SIDE, y)
    widest = max(sketch.reach for sketch, _label in rows)
    made.width = widest + 2 * SIDE
    made.out = (SIDE + rows[-1][0].width, y)
    made.down = y + rows[-1][0].down
    return made


def _measured(items: list[Item], style: Style, wide: float, before: str = "") -> Pairs:
    """The items with their sketches, labelled parts that are too wide for a frame taken apart."""
    found: Pairs = []
    for one in items:
        sketch = item(one, style, before)
        if isinstance(one, Part) and sketch.width > wide * LARGEST_PART:
            found += _measured(one.chain.items, style, wide, before)
        else:
            found.append((one, sketch))
        before = text_of(one, before)
    return found


def _broken(pairs: Pairs, labels: list[str], wide: float) -> list[int]:
    """How many items each row has, so that the least stays empty and stages stay together."""
    count = len(pairs)
    gaps = [
        0.0 if isinstance(following, Tap) else max(GAP, _long(label))
        for label, (following, _sketch) in zip(labels, pairs[1:], strict=False)
    ]
    best = [0.0] + [float("inf")] * count
    start_of = [0] * (count + 1)
    for end in range(1, count + 1):
        long = 0.0
        for start in range(end - 1, -1, -1):
            long += pairs[start][1].width + (gaps[start] if start + 1 < end else 0.0)
            if long > wide and start < end - 1:
                break
            empty = max(0.0, 1 - long / wide)
            if end == count:
                empty = max(0.0, empty - 0.5) if start else 0.0
            cost = best[start] + empty**2
            if end < count:
                cost += 0.02 + LATE**2 * (not _changes(pairs[end - 1][0], pairs[end][0]))
                cost += 10.0 * isinstance(pairs[end][0], Tap)
            if cost < best[end]:
                best[end], start_of[end] = cost, start
    rows: list[int] = []
    end = count
    while end > 0:
        rows.append(end - start_of[end])
        end = start_of[end]
    return rows[::-1]


def _long(label: str) -> float:
    return width(label, glyphs.SHAPE) + 10 if label else 0.0


def _changes(one: Item, following: Item) -> bool:
    """Whether the resolution is another behind the next item."""
    if one.shape is None or following.shape is None:
        return True
    return one.shape.extents != following.shape.extents
