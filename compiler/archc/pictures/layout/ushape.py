"""The layout of networks that go down and come up again, with skips straight across.

Such a network is a skip whose body holds another skip at a lower resolution, and so on. Each level
is a row: what goes down on the left, what comes up on the right, and between them the skip. What
changes the resolution stands on the way between two rows.
"""

from __future__ import annotations

from archc.pictures.layout import glyphs
from archc.pictures.layout.line import Style, chain, item, joined
from archc.pictures.layout.marks import Sketch, Text, Wire
from archc.pictures.layout.solids import without_stub
from archc.pictures.measure.widths import width
from archc.pictures.model.levels import Level, U
from archc.pictures.model.tree import Box, Item, Ref, head_text
from archir.base.record import Struct

ROW = 18.0
"""The least distance between what stands in two rows, and to what stands between them."""

ACROSS = 40.0
"""The least length of a skip."""

STAIR = 44.0
"""How much farther in a row of solids begins than the one above it."""


class Side(Struct):
    """What stands in a row on one side, and where lines meet it from the rows around."""

    sketch: Sketch
    x: float = 0.0
    y: float = 0.0
    into: tuple[float, float] = (0.0, 0.0)
    """Where a line from the row before arrives, seen from the sketch's entry."""

    out: tuple[float, float] = (0.0, 0.0)
    """Where a line to the next row leaves."""

    ends: float | None = None
    """The end of the row, where the line leaves there and turns."""

    @property
    def arrives(self) -> tuple[float, float]:
        return self.x + self.into[0], self.y + self.into[1]

    @property
    def leaves(self) -> tuple[float, float]:
        return self.x + self.out[0], self.y + self.out[1]

    @property
    def top(self) -> float:
        return self.y - self.sketch.up

    @property
    def foot(self) -> float:
        return self.y + self.sketch.down


def ushape(u: U, style: Style) -> Sketch:
    """The sketch of a U; its axis is the top row's."""
    top, *others = u.levels
    heads, tails = list[Item](), list[Item]()
    if style.space.is_upright and not style.with_volumes:
        top, heads, tails = _without_ends(top)
        u = U([top, *others], u.bottom)
    lefts = [_down_side(top.left, style, is_top=True)]
    lefts += [_down_side(items, style) for items in (*(one.left for one in others), u.bottom)]
    rights = [_up_side(level, style, is_top=level is top) for level in u.levels]
    downs = [_between(level.down, style) for level in u.levels]
    ups = [_between(level.up, style) for level in u.levels]
    skips = [chain(level.skip, style) for level in u.levels]
    _set_rows(lefts, rights, downs, ups)
    _set_columns(u, lefts, rights, downs, ups, skips, style)
    made = Sketch(0, 0, 0, takes_head=lefts[0].sketch.takes_head)
    for at, level in enumerate(u.levels):
        _across(made, level, lefts[at], rights[at], skips[at], style)
        _way(made, lefts[at], lefts[at + 1], downs[at], down=True)
        below = rights[at + 1] if at + 1 < len(u.levels) else lefts[-1]
        _way(made, below, rights[at], ups[at], down=False)
    for side in (*lefts, *rights):
        made.add(side.sketch, side.x, side.y)
        made.up = max(made.up, side.sketch.up - side.y)
        made.down = max(made.down, side.sketch.down + side.y)
    _above(made, lefts[0], [item(one, style) for one in reversed(heads)], is_entry=True)
    _above(made, rights[0], [item(one, style) for one in tails], is_entry=False)
    made.width = rights[0].x + rights[0].sketch.width
    sides = (*lefts, *rights)
    made.overhang = max(side.x + max(side.sketch.reach, side.out[0]) for side in sides)
    return made


def _without_ends(top: Level) -> tuple[Level, list[Item], list[Item]]:
    """The top row without the model's input and output, and what stands beside those."""
    heads, tails = top.left[:-1], top.right[1:]
    is_ended = bool(heads and tails) and _is_end(heads[0]) and _is_end(tails[-1])
    near = (*top.left[-1:], *top.right[:1], *heads, *tails)
    if not is_ended or not all(isinstance(one, (Box, Ref)) for one in near):
        return top, [], []
    made = Level(top.left[-1:], top.skip, top.merge, top.right[:1], top.down, top.up)
    return made, heads, tails


def _is_end(one: Item) -> bool:
    return isinstance(one, Box) and one.kind == "end"


def _above(made: Sketch, side: Side, sketches: list[Sketch], *, is_entry: bool) -> None:
    """Boxes above a side of the top row, from which a line comes down, or to which one goes up."""
    x, foot = side.arrives if is_entry else side.leaves
    for sketch in sketches:
        assert sketch.port is not None
        y = foot - ROW - sketch.down
        line = [(x, foot - ROW), (x, foot)]
        made.marks.append(Wire(line if is_entry else line[::-1], True))
        made.add(sketch, x - sketch.port.x - sketch.port.width / 2, y)
        foot = y - sketch.up
    made.up = max(made.up, -foot)


def _between(items: list[Item], style: Style) -> list[Sketch]:
    """What stands on the way between two rows: a box, or a word where all boxes are stages."""
    return [_on_way(one, style) for one in items]


def _on_way(one: Item, style: Style) -> Sketch:
    if not style.ways_in_words or not isinstance(one, Box):
        return item(one, style)
    if style.with_volumes:
        return glyphs.word(glyphs.cut(head_text(one)))
    # A part is named by what it does: what is in it says more.
    own = [] if one.path and one.facts else [head_text(one)]
    said = [*map(str, one.before), *own, *map(str, one.facts)]
    return glyphs.word(glyphs.cut(", ".join(said)))


def _down_side(items: list[Item], style: Style, *, is_top: bool = False) -> Side:
    pairs = [(one, item(one, style)) for one in items]
    if not is_top or _is_end(items[0]):
        without_stub(pairs[0][1], 0.0)
    first, last = pairs[0][1].port, pairs[-1][1].port
    joint = joined(pairs, style)
    side = Side(
        joint,
        into=(-style.space.fork, 0.0),
        out=(joint.width + style.space.fork, 0.0),
        ends=joint.width,
    )
    if first is not None:
        side.into = (first.middle_above, -pairs[0][1].up)
    if last is not None:
        side.out, side.ends = (last.middle_below, pairs[-1][1].down), None
    return side


def _up_side(level: Level, style: Style, *, is_top: bool) -> Side:
    pairs: list[tuple[Item, Sketch]] = [(level.merge, item(level.merge, style))]
    pairs += [(one, item(one, style)) for one in level.right]
    if not is_top or _is_end(pairs[-1][0]):
        without_stub(pairs[-1][1], pairs[-1][1].width)
    first, last = pairs[0][1].port, pairs[-1][1].port
    joint = joined(pairs, style)
    assert first is not None
    side = Side(
        joint, into=(first.width / 2, first.height / 2), out=(joint.width + style.space.fork, 0.0)
    )
    side.ends = joint.width
    if last is not None:
        side.out, side.ends = (last.middle_above, -pairs[-1][1].up), None
    return side


def _set_rows(
    lefts: list[Side], rights: list[Side], downs: list[list[Sketch]], ups: list[list[Sketch]]
) -> None:
    """Heights of the rows: as near as what stands in and between them allows."""
    y = 0.0
    for at, (down, up) in enumerate(zip(downs, ups, strict=True)):
        lefts[at].y = rights[at].y = y
        below = lefts[at + 1].sketch
        other = rights[at + 1].sketch if at + 1 < len(rights) else below
        left = lefts[at].sketch.down + _stacked(down) + below.up
        right = rights[at].sketch.down + _stacked(up) + other.up
        y += max(left, right)
    lefts[-1].y = y


def _stacked(sketches: list[Sketch]) -> float:
    return ROW + sum(sketch.up + sketch.down + ROW for sketch in sketches)


def _set_columns(
    u: U,
    lefts: list[Side],
    rights: list[Side],
    downs: list[list[Sketch]],
    ups: list[list[Sketch]],
    skips: list[Sketch],
    style: Style,
) -> None:
    """Where rows begin: on the left their ends are in a column, on the right their merges."""
    *above, bottom = lefts
    ends = max(side.out[0] for side in above)
    for side in above:
        side.x = ends - side.out[0]
    bottom.x = ends - bottom.into[0]
    first = min(side.x + min(side.into[0], 0.0) for side in lefts)  # a line may turn before it
    for side in lefts:
        side.x -= first
    half = max((sketch.width / 2 for sketch in ups[-1]), default=0.0)
    centre = bottom.x + bottom.sketch.width + max(style.space.gap, half - 20)
    for at, right in enumerate(rights):
        end = lefts[at].x + lefts[at].sketch.width
        text = _said(u.levels[at], style)
        across = max(
            skips[at].width + 2 * style.space.gap,
            width(text, glyphs.SHAPE) + 2 * style.space.gap,
            ACROSS,
        )
        wide = max((sketch.width / 2 for sketch in ups[at]), default=0.0)
        below = lefts[at + 1].x + lefts[at + 1].sketch.width
        way = lefts[at + 1].arrives[0] + max((one.width / 2 for one in downs[at]), default=0.0)
        centre = max(centre, end + across + right.into[0], below + wide - 20, way + wide + 8)
    # Solids are high: each row begins farther in than the one above, so that the U is as wide.
    step = STAIR * style.space.solids**2 if style.with_volumes else 0.0
    for at, left in enumerate(lefts):
        left.x += at * step
    centre += len(rights) * step
    for at, right in enumerate(rights):
        right.x = centre + (len(rights) - 1 - at) * step - right.into[0]
    bottom.out = (centre - bottom.x, 0.0)
    bottom.ends = bottom.sketch.width


def _said(level: Level, style: Style) -> str:
    shape = level.left[-1].shape
    return shape.text if shape is not None and style.with_shapes else ""


def _across(
    made: Sketch, level: Level, left: Side, right: Side, skip: Sketch, style: Style
) -> None:
    """The skip of a level, with what stands on it, and its shape."""
    start, end, y = left.x + left.sketch.width, right.x, left.y
    if level.skip.items:
        x = (start + end - skip.width) / 2
        made.marks.append(Wire([(start, y), (x, y)], skip.takes_head, "skip"))
        made.add(skip, x, y)
        made.marks.append(Wire([(x + skip.width, y), (end, y)], True, "skip"))
        return
    made.marks.append(Wire([(start, y), (end, y)], True, "skip"))
    text = _said(level, style)
    if text:
        made.marks.append(Text(start + 8, y - 4, text, glyphs.SHAPE, "shape", anchor="start"))


def _way(made: Sketch, start: Side, to: Side, between: list[Sketch], *, down: bool) -> None:
    """The line from a row to the next, through what stands between them."""
    step = 1 if down else -1
    points = [start.leaves]
    if start.ends is not None:  # it leaves at the row's end, and turns
        points.insert(0, (start.x + start.ends, start.y))
    (aim, end), clear = to.arrives, (to.top if down else to.foot)
    y = start.foot if down else start.top
    free = abs(clear - y) - sum(sketch.up + sketch.down for sketch in between)
    gap = free / (len(between) + 1)
    for sketch in between:
        near = y + step * gap
        points += _bent(points[-1], (aim, near), y + step * gap / 2)
        made.marks.append(Wire(points, sketch.takes_head))
        port = sketch.port
        half = port.x + port.width / 2 if port is not None else sketch.width / 2
        made.add(sketch, aim - half, near + (sketch.up if down else -sketch.down))
        y = near + step * (sketch.up + sketch.down)
        points = [(aim, y)]
    points += _bent(points[-1], (aim, end), y + step * gap / 2)
    if to.into[0] < 0:  # it arrives beside the row, and turns
        points.append((to.x, end))
    made.marks.append(Wire(points, to.sketch.takes_head or to.into[0] >= 0))


def _bent(
    start: tuple[float, float], end: tuple[float, float], at: float
) -> list[tuple[float, float]]:
    """Up or down to a place, with two turns at a height where it is not straight above or below."""
    if abs(start[0] - end[0]) < 0.01:
        return [end]
    return [(start[0], at), (end[0], at), end]
