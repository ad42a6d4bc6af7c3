"""The layout of nested skips: a row for each resolution, skips above it, stairs between rows."""

from __future__ import annotations

from archc.pictures.layout import glyphs
from archc.pictures.layout.marks import Sketch, Wire
from archc.pictures.layout.solids import without_stub
from archc.pictures.model.flow.grid import Grid, Way
from archc.pictures.model.tree import Box, Tangle, head_text
from archir.base.record import Struct

GAP = 20.0
SIDE = 7.0
"""How far from a cell a line leaves the row, and comes back to it."""

STEP = 7.0
"""Between two skips above each other."""

ABOVE = 10.0
"""From a row to the lowest skip above it, and from its foot to the words below it."""

WORD = 14.0
"""How high a line of words is."""


class Cell(Struct):
    """What stands in one place, and where lines meet it from other rows."""

    sketches: list[Sketch]
    width: float = 0.0
    up: float = 0.0
    down: float = 0.0
    x: float = 0.0
    y: float = 0.0
    into: float = 0.0
    out: float = SIDE


def cell_of(sketches: list[Sketch]) -> Cell:
    """A cell of sketches one behind the other; the entry has none."""
    cell = Cell(sketches)
    if sketches:
        first, last = sketches[0], sketches[-1]
        cell.width = sum(one.width for one in sketches) + GAP * (len(sketches) - 1)
        cell.up = max(one.up for one in sketches)
        cell.down = max(one.down for one in sketches)
        share = 2 if len(sketches) > 1 else 4  # apart, where both meet the same box
        cell.into = _along(first, 1 / share)
        cell.out = cell.width - last.width + _along(last, 1 - 1 / share)
    return cell


def _along(sketch: Sketch, share: float) -> float:
    """So far along the top of a sketch; that of a solid begins where its back does."""
    port = sketch.port
    if port is None or not port.deep:
        return sketch.width * share
    return port.x + port.deep + (port.width - port.deep) * share


def grid(one: Tangle, sketches: list[Sketch], given: Grid) -> Sketch:
    """The sketch of a grid; its axis is the first row's."""
    cells = [cell_of([sketches[at] for at in items]) for items in given.cells]
    _without_stubs(cells, given)
    words = {way.by: _word(one, way) for way in given.ways if way.by is not None}
    _set_columns(cells, given, words)
    arcs = _arcs(given)
    middles = _set_rows(cells, given, arcs)
    made = Sketch(0, 0, 0, takes_head=False)
    for cell in cells:
        _put(made, cell)
    for way in given.ways:
        start, end = cells[way.start], cells[way.end]
        if way in arcs:
            y = start.y - _top(cells, given, way.start) - ABOVE - STEP * arcs[way]
            begin, aim = start.x + start.width, end.x + end.into
            points = [(begin, start.y), (begin + SIDE, start.y), (begin + SIDE, y), (aim, y)]
            made.marks.append(Wire([*points, (aim, end.y - end.sketches[0].up)], True, "skip"))
            made.up = max(made.up, -y + 2)
        elif given.rows[way.start] == given.rows[way.end]:
            line = [(start.x + start.width, start.y), (end.x, end.y)]
            made.marks.append(Wire(line, end.sketches[0].takes_head))
        elif given.is_gathered(way):
            x = end.x + end.sketches[0].width / 2
            points = [(start.x + start.width, start.y), (x, start.y)]
            made.marks.append(Wire([*points, (x, end.y + end.sketches[0].down)], True))
        else:
            gap = min(given.rows[way.start], given.rows[way.end])
            word = None if way.by is None else words[way.by]
            _stair(made, start, end, middles[gap], word)
    made.up = max(made.up, _top(cells, given, 0))
    made.down = max(cell.y + cell.down for cell in cells)
    made.width = cells[-1].x + cells[-1].width
    made.overhang = max(cell.x + cell.width for cell in cells)
    return made


def _without_stubs(cells: list[Cell], given: Grid) -> None:
    """Take away the ends of lines beside solids that no line along their row meets."""
    for at, cell in enumerate(cells):
        level = [way for way in given.ways if given.rows[way.start] == given.rows[way.end]]
        arcs = _arcs(given)
        if cell.sketches and not any(way.end == at and way not in arcs for way in level):
            without_stub(cell.sketches[0], 0.0)
        leaves = level + [way for way in given.ways if given.is_gathered(way)]
        is_last = at == len(cells) - 1
        if cell.sketches and not is_last and not any(way.start == at for way in leaves):
            without_stub(cell.sketches[-1], cell.sketches[-1].width)


def _word(one: Tangle, way: Way) -> Sketch:
    assert way.by is not None
    item = one.items[way.by]
    return glyphs.word(glyphs.cut(head_text(item)) if isinstance(item, Box) else "")


def _set_columns(cells: list[Cell], given: Grid, words: dict[int, Sketch]) -> None:
    """Where cells begin: as far left as what comes before them allows, a column at one place."""
    left: dict[int, float] = {0: 0.0}
    ends: dict[int, float] = {}  # of each row
    for at in sorted(range(len(cells)), key=lambda at: given.columns[at]):
        column = given.columns[at]
        least = ends.get(given.rows[at], 0.0) + GAP + SIDE if at else 0.0
        for way in given.ways:
            if way.end == at and given.rows[way.start] != given.rows[at]:
                start = cells[way.start]
                wide = 0.0 if way.by is None else words[way.by].width
                leaves = left[given.columns[way.start]] + start.out
                least = max(least, leaves + wide + 2 * GAP - cells[at].into)
        left[column] = max(left.get(column, 0.0), least)
        ends[given.rows[at]] = left[column] + cells[at].width
    # Places of earlier columns are known when later ones are set, so each column is one place.
    for at, cell in enumerate(cells):
        cell.x = left[given.columns[at]]


def _arcs(given: Grid) -> dict[Way, int]:
    """The skips over other cells of a row, with how high each is: the first's are highest."""
    found: dict[Way, int] = {}
    for row in set(given.rows):
        inside = sorted(
            (at for at, one in enumerate(given.rows) if one == row),
            key=lambda at: given.columns[at],
        )
        place = {at: number for number, at in enumerate(inside)}
        over = [
            way
            for way in given.ways
            if way.start in place and way.end in place and place[way.end] - place[way.start] > 1
        ]
        starts = sorted({place[way.start] for way in over}, reverse=True)
        found |= {way: starts.index(place[way.start]) for way in over}
    return found


def _top(cells: list[Cell], given: Grid, of: int) -> float:
    """How high the cells are that stand in the row of one."""
    return max(cell.up for at, cell in enumerate(cells) if given.rows[at] == given.rows[of])


def _set_rows(cells: list[Cell], given: Grid, arcs: dict[Way, int]) -> list[float]:
    """Set the rows below each other; at which height lines run between each two."""
    y, middles = 0.0, list[float]()
    for row in range(max(given.rows) + 1):
        inside = [cell for at, cell in enumerate(cells) if given.rows[at] == row]
        levels = [arcs[way] + 1 for way in arcs if given.rows[way.start] == row]
        if row:
            middles.append(y + ABOVE + WORD / 2)
            y += 2 * ABOVE + WORD + max(cell.up for cell in inside)
            y += ABOVE + STEP * (max(levels) - 1) if levels else 0.0
        for cell in inside:
            cell.y = y
        y += max(cell.down for cell in inside)
    return middles


def _put(made: Sketch, cell: Cell) -> None:
    x = cell.x
    for place, sketch in enumerate(cell.sketches):
        if place:
            made.marks.append(Wire([(x - GAP, cell.y), (x, cell.y)], sketch.takes_head))
        made.add(sketch, x, cell.y)
        x += sketch.width + GAP


def _stair(made: Sketch, start: Cell, end: Cell, middle: float, word: Sketch | None) -> None:
    """From a row to the next, with a word on the way."""
    is_down = end.y > start.y
    x, aim = start.x + start.out, end.x + end.into
    points = [(x, middle)]
    if not start.sketches:
        points = [(start.x, start.y), (x, start.y), *points]
    else:
        last = start.sketches[-1]
        points.insert(0, (x, start.y + (last.down if is_down else -last.up)))
    first = end.sketches[0]
    arrives = (aim, end.y - first.up if is_down else end.y + first.down)
    if word is None:
        made.marks.append(Wire([*points, (aim, middle), arrives], True))
        return
    left = (x + aim - word.width) / 2
    made.marks.append(Wire([*points, (left - 3, middle)], False))
    made.add(word, left, middle)
    made.marks.append(Wire([(left + word.width + 3, middle), (aim, middle), arrives], True))
