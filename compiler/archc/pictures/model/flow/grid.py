"""Nested skips, as in UNet++: a tangle whose things stand in rows by resolution, and in columns.

Row by row everything flows to the right, and from one row to the next through what changes the
resolution, which is no thing of its own but stands on the way.
"""

from __future__ import annotations

from archc.pictures.model.tree import Box, Item, Ref, Sign, Tangle
from archir.base.record import Record

LEAST = 3
"""The resolutions that make rows."""

MOST = 80
"""Items that are drawn as a grid."""

ENTRY = -1
"""What flows in, in the first row and column."""


class Way(Record):
    """From one cell to another; ``by`` is the item on it that changes the resolution."""

    start: int
    end: int
    by: int | None = None


class Grid(Record):
    """Cells as lists of items, with their rows and columns, and the ways between them.

    The entry is the first cell, without items; the last gives what flows out.
    """

    cells: list[list[int]]
    rows: list[int]
    columns: list[int]
    ways: list[Way]

    def is_gathered(self, way: Way) -> bool:
        """Whether it leads from the end of a lower row to what reads several rows at the end."""
        row, column = self.rows[way.start], self.columns[way.start]
        ends = all(
            at <= column for at, one in zip(self.columns, self.rows, strict=True) if one == row
        )
        return row > 0 and ends and way.by is None and way.end == len(self.cells) - 1


def grid_of(tangle: Tangle) -> Grid | None:
    """The grid of a tangle, if it is one in which lines stay apart."""
    sizes = [_size(item) for item in tangle.items]
    if len(sizes) > MOST or not all(isinstance(one, (Box, Ref, Sign)) for one in tangle.items):
        return None
    levels = sorted(set(sizes), reverse=True)
    if len(levels) < LEAST or levels[-1] == 0 or sizes[-1] != levels[0]:
        return None
    reads = _reads(tangle)
    grid = _gathered(sizes, levels, reads)
    return grid if grid is not None and _is_plain(grid) else None


def _size(item: Item) -> int:
    return item.shape.extents[-1] if item.shape is not None and item.shape.extents else 0


def _reads(tangle: Tangle) -> list[list[int]]:
    """What each item reads."""
    found: list[list[int]] = [[] for _item in tangle.items]
    for at, reads in enumerate(found):
        if at not in tangle.breaks:
            reads.append(at - 1)
    for start, end in tangle.arcs:
        found[end].append(start)
    return found


def _gathered(sizes: list[int], levels: list[int], reads: list[list[int]]) -> Grid | None:
    used = [sum(at in each for each in reads) for at in range(len(reads))]
    rows, columns, ways = [0], [0], list[Way]()
    cells: list[list[int]] = [[]]
    cell_of = {ENTRY: 0}
    between: dict[int, int] = {}  # what changes the resolution, and what it reads

    def size_of(at: int) -> int:
        return levels[0] if at == ENTRY else sizes[at]

    for at, given in enumerate(reads):
        (first, *others) = given or [ENTRY]
        is_alone = not others and first not in between
        if is_alone and size_of(first) != sizes[at] and used[at] == 1:
            between[at] = first
            continue
        if is_alone and first != ENTRY and used[first] == 1 and size_of(first) == sizes[at]:
            cell_of[at] = cell_of[first]
            cells[cell_of[at]].append(at)
            continue
        here = cell_of[at] = len(cells)
        cells.append([at])
        rows.append(levels.index(sizes[at]))
        starts = [
            Way(cell_of[between.get(one, one)], here, one if one in between else None)
            for one in given
            if between.get(one, one) in cell_of
        ]
        if len(starts) != len(given) or not given:
            return None  # two changes of the resolution behind each other, or another beginning
        ways += starts
        columns.append(1 + max(columns[one.start] for one in starts))
    return Grid(cells, rows, columns, ways)


def _is_plain(grid: Grid) -> bool:
    """Whether no two cells share a place, and no two ways between the same rows a column."""
    places = set(zip(grid.rows, grid.columns, strict=True))
    others = grid.columns[:-1]
    if len(places) < len(grid.cells) or max(others) >= grid.columns[-1] or grid.rows[-1]:
        return False
    taken: set[tuple[int, int]] = set()
    for way in grid.ways:
        rows = grid.rows[way.start], grid.rows[way.end]
        if rows[0] == rows[1]:
            if way.by is not None:
                return False
            continue
        if grid.is_gathered(way):
            continue
        place = min(rows), grid.columns[way.start]
        steps = abs(rows[0] - rows[1]), grid.columns[way.end] - grid.columns[way.start]
        if steps != (1, 1) or place in taken:
            return False
        taken.add(place)
    return True
