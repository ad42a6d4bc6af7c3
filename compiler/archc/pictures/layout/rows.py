"""A chain broken into rows, as a paragraph is: where the shape changes, and evenly."""

from __future__ import annotations

from archc.pictures.layout import glyphs
from archc.pictures.layout.line import Pairs, Style, item, joined, length, said, text_of
from archc.pictures.layout.marks import Sketch, Text, Wire
from archc.pictures.layout.spacing import Spacing
from archc.pictures.layout.ushape import ushape
from archc.pictures.measure.widths import width
from archc.pictures.model.levels import levels_of
from archc.pictures.model.tree import Box, Chain, Item, Part, Ref, Tap

LABEL = 8.0
"""How much more room there is where the shape stands below the line."""

LATE = 0.6
"""What a break at a place that keeps the shape costs, as a share of a row that stays empty."""

APART = 1.0
"""What it costs more to break before the pool that ends a stage."""

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
    for long in _broken(pairs, labels, wide, style.space):
        inside = pairs[place : place + long]
        row = joined(inside, style, flowing[place])
        lonely += long == 1 and inside[0][1].port is not None
        place += long
        rows.append((row, flowing[place] if style.with_shapes else ""))
    made = _under_each_other(rows, style.space)
    made.lonely = lonely if len(rows) > 1 else 0
    return made


def _under_each_other(rows: list[tuple[Sketch, str]], space: Spacing) -> Sketch:
    """Rows with a line from the end of each to the beginning of the next."""
    first, _label = rows[0]
    if len(rows) == 1:
        return first
    side, between = space.side, space.between
    made = Sketch(0, first.up, 0, takes_head=False)
    made.marks.append(Wire([(0, 0), (side, 0)], first.takes_head, "entry"))
    y = 0.0
    for place, (sketch, _label) in enumerate(rows):
        if place:
            before, label = rows[place - 1]
            axis, gap = y, y + before.down + between / 2
            y += before.down + between + (LABEL if label else 0.0) + sketch.up
            start = side + before.width
            turn = side + before.reach + side
            points = [(start, axis), (turn, axis), (turn, gap), (0.0, gap), (0.0, y), (side, y)]
            made.marks.append(Wire(points, sketch.takes_head))
            if label and width(label, glyphs.SHAPE) + side < start:
                # Between the line and what it leads to: above it, it would be the row before's.
                made.marks.append(Text(8, gap + 11, label, glyphs.SHAPE, "shape", anchor="start"))
        made.add(sketch, side, y)
    widest = max(sketch.reach for sketch, _label in rows)
    made.width = widest + 2 * side
    made.out = (side + rows[-1][0].width, y)
    made.down = y + rows[-1][0].down
    return made


def _measured(items: list[Item], style: Style, wide: float, before: str = "") -> Pairs:
    """The items with their sketches, labelled parts that are too wide for a frame taken apart."""
    found: Pairs = []
    for one in items:
        sketch = item(one, style, before)
        if isinstance(one, Part) and not one.is_kept and sketch.width > wide * LARGEST_PART:
            found += _measured(one.chain.items, style, wide, before)
        else:
            found.append((one, sketch))
        before = text_of(one, before)
    return found


def _broken(pairs: Pairs, labels: list[str], wide: float, space: Spacing) -> list[int]:
    """How many items each row has, so that the least stays empty and stages stay together."""
    count = len(pairs)
    gaps = [
        0.0 if isinstance(following, Tap) else length(label, space)
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
                cost += 0.02 + LATE**2 * (not _is_stage_end(pairs, end))
                cost += APART * _pools(pairs[end - 1][0], pairs[end][0])
                cost += 10.0 * isinstance(pairs[end][0], Tap)
            if cost < best[end]:
                best[end], start_of[end] = cost, start
    rows: list[int] = []
    end = count
    while end > 0:
        rows.append(end - start_of[end])
        end = start_of[end]
    return rows[::-1]


def _is_stage_end(pairs: Pairs, end: int) -> bool:
    """Whether a stage ends before an item: with its pool, or else where the resolution changes."""
    (one, _), (following, _) = pairs[end - 1], pairs[end]
    before = pairs[end - 2][0] if end > 1 else None
    if _pools(one, following):
        return False
    return _pools(before, one) or one.shape is None or _shrinks_or_grows(one, following)


def _pools(before: Item | None, one: Item) -> bool:
    """Whether an item ends in a pool that leaves a smaller map, as stages do."""
    last: Item = one
    while isinstance(last, (Ref, Part)) and last.chain.items:
        last = last.chain.items[-1]
    if before is None or before.shape is None or one.shape is None:
        return False
    is_pool = isinstance(last, Box) and last.kind == "pooling"
    return is_pool and 1 < max(one.shape.extents, default=1) < max(before.shape.extents, default=1)


def _shrinks_or_grows(one: Item, following: Item) -> bool:
    if one.shape is None or following.shape is None:
        return True
    return one.shape.extents != following.shape.extents
