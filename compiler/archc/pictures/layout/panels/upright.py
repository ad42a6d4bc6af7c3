"""The layout of a chain from above to below, for a block that is too long for a column's width.

Branches stand side by side, a skip runs down beside what it leads around. What leaves a line, and
what is no series of branches, is laid out in rows alone.
"""

from __future__ import annotations

from itertools import pairwise

from archc.pictures.layout import glyphs
from archc.pictures.layout.line import FRAME, Style, item
from archc.pictures.layout.marks import Frame, Glyph, Mark, Text, Wire, shift
from archc.pictures.measure.widths import width
from archc.pictures.model.tree import TIMES, Branch, Chain, Item, Parallel, Part, Sign, Tangle, Tap
from archc.pictures.model.tree import Times as Repeats
from archir.base.record import Struct, fresh


class Column(Struct):
    """Marks around an axis that runs down: what flows comes in at (0, 0), leaves at the foot."""

    left: float = 0.0
    right: float = 0.0
    high: float = 0.0
    marks: list[Mark] = fresh(factory=list)
    takes_head: bool = True
    port: Glyph | None = None
    """The glyph, where it is a single one."""

    def add(self, other: Column, x: float, y: float) -> None:
        """Put another's marks here, its entry at a place."""
        for mark in other.marks:
            shift(mark, x, y)
        self.marks += other.marks
        self.left = max(self.left, other.left - x)
        self.right = max(self.right, other.right + x)


def upright(given: Chain, style: Style) -> Column | None:
    """The chain from above to below, or None where it has what only rows show."""
    made = Column()
    for place, one in enumerate(given.items):
        found = _item(one, style)
        if found is None:
            return None
        if place:
            gap = style.space.gap
            made.marks.append(Wire([(0, made.high), (0, made.high + gap)], found.takes_head))
            made.high += gap
        else:
            made.takes_head = found.takes_head
        made.add(found, 0, made.high)
        made.high += found.high
        made.port = found.port if len(given.items) == 1 else None
    return made


def _item(one: Item, style: Style) -> Column | None:
    # As deep as branches and parts lie inside each other.
    if isinstance(one, (Tap, Tangle)):
        return None
    if isinstance(one, Parallel):
        return _lanes(one, style)
    if isinstance(one, (Part, Repeats)):
        return _framed(one, style)
    sketch = item(one, style)
    port = sketch.port
    assert port is not None
    half = port.width / 2
    for mark in sketch.marks:
        shift(mark, -port.x - half, sketch.up)
    right = sketch.width - port.x - half
    return Column(half, right, sketch.up + sketch.down, sketch.marks, port=port)


def _lanes(one: Parallel, style: Style) -> Column | None:
    ways = [upright(branch.chain, style) for branch in one.branches]
    merge = _item(one.merge, style)
    if merge is None or merge.port is None or any(way is None for way in ways):
        return None
    columns = [way for way in ways if way is not None]
    space = style.space
    places = _places(one.branches, columns, space.lanes)
    sourced = any(branch.is_sourced for branch in one.branches)
    start = space.fork + space.gap * 0.8 if sourced else 0.0
    foot = start + max(column.high for column in columns)
    is_sign = isinstance(one.merge, Sign)
    # Lines meet a sign from its sides, and a box from above, where they have come together.
    join = foot + space.gap * 0.6 + (glyphs.RADIUS if is_sign else 0.0)
    made = Column(takes_head=False)
    for branch, column, x in zip(one.branches, columns, places, strict=True):
        begin = start if branch.is_sourced else foot - column.high
        _begin(made, branch, column, (x, begin), space.fork)
        made.add(column, x, begin)
        made.marks.append(
            _into(_end(branch, (x, begin + column.high), space.fork), join, is_sign, branch)
        )
        made.left, made.right = max(made.left, -x + 2), max(made.right, x + 2)
    if is_sign:
        made.add(merge, 0, join - glyphs.RADIUS)
        made.high = join + glyphs.RADIUS
    else:
        below = join + space.gap * 0.7
        made.marks.append(Wire([(0, join), (0, below)], merge.takes_head))
        made.add(merge, 0, below)
        made.high = below + merge.high
    return made


def _begin(
    made: Column, branch: Branch, column: Column, to: tuple[float, float], fork: float
) -> None:
    """The line from where all branches part to where one begins; one of nothing has none."""
    if not branch.is_sourced or not branch.chain.items:
        return
    x, begin = to
    line = [(0.0, 0.0), (0.0, fork), (x, fork), (x, begin)] if x else [(0.0, 0.0), (x, begin)]
    made.marks.append(Wire(line, column.takes_head, "optional" if branch.is_optional else "line"))


def _end(branch: Branch, at: tuple[float, float], fork: float) -> list[tuple[float, float]]:
    """Where the line to the merge begins: at a branch's end, or where all part, if it is empty."""
    if branch.chain.items:
        return [at]
    return [(0.0, 0.0), (0.0, fork), (at[0], fork)] if at[0] else [(0.0, 0.0)]


def _into(line: list[tuple[float, float]], join: float, is_sign: bool, branch: Branch) -> Wire:
    """The line from a branch's end to the merge."""
    x, _ = line[-1]
    form = "optional" if branch.is_optional else "line"
    if x == 0:
        return Wire([*line, (0.0, join - glyphs.RADIUS if is_sign else join)], is_sign, form)
    end = (glyphs.RADIUS if x > 0 else -glyphs.RADIUS) if is_sign else 0.0
    return Wire([*line, (x, join), (end, join)], is_sign, form)


def _places(branches: list[Branch], columns: list[Column], between: float) -> list[float]:
    """The axis of each branch: of two the longer on the axis of all, the other to its right."""
    if len(branches) == 2:
        main = 0 if columns[0].high >= columns[1].high else 1
        if branches[0].is_sourced != branches[1].is_sourced:
            main = 0 if branches[0].is_sourced else 1
        other = columns[1 - main]
        x = max(columns[main].right, glyphs.RADIUS) + between + max(other.left, 4.0)
        return [0.0, x] if main == 0 else [x, 0.0]
    places = [0.0]
    for before, after in pairwise(columns):
        places.append(places[-1] + max(before.right, 4) + between + max(after.left, 4))
    half = len(places) // 2
    middle = places[half] if len(places) % 2 else (places[half - 1] + places[half]) / 2
    return [round(place - middle, 2) for place in places]


def _framed(one: Part | Repeats, style: Style) -> Column | None:
    inner = upright(one.chain, style)
    if inner is None:
        return None
    if isinstance(one, Part):
        label, form, path = glyphs.cut(one.name), "part", one.path
    else:
        count = style.symbols.get(one.count, str(one.count.value))
        label, form, path = f"{TIMES} {count}", "times", ""
    # The name stands beside the line that comes in.
    left = max(inner.left, width(label, glyphs.NAME, bold=True) + 2) + FRAME
    right, top = inner.right + FRAME, glyphs.NAME + 6
    high = top + inner.high + FRAME
    text = Text(-left + FRAME - 2, glyphs.NAME + 1, label, glyphs.NAME, "name", True, "start")
    made = Column(left, right, high, takes_head=False)
    made.marks.append(Frame(-left, 0, left + right, high, form, path, [text]))
    made.marks.append(Wire([(0, 0), (0, top)], inner.takes_head))
    made.add(inner, 0, top)
    made.marks.append(Wire([(0, top + inner.high), (0, high)], False))
    return made
