"""The lines of a table: its rows to some depth, equal neighbours folded into one line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archir.base.record import Record
from archir.cost.rows import Row

DEPTH = 2
"""How deep a table goes unless it is told: to the layers of a stage, or the units of a stage."""


class Line(Record):
    """One line: the last of ``count`` equal rows that follow each other, and the first's name.

    ``level`` is 1 for what stands in the model itself.
    """

    row: Row
    level: int
    first: str
    count: int = 1

    @property
    def label(self) -> str:
        """``conv1``, ``1..5 x5``, or ``conv1 x5`` where one runs again; empty for functions."""
        if self.count == 1:
            return self.row.name
        name = self.row.name
        named = name if self.first == name else f"{self.first}..{name}"
        return f"{named} x{self.count}".lstrip()


def lines(root: Row, depth: int | None = DEPTH, *, fold: bool = True) -> list[Line]:
    """The rows below the model's own, to a depth (None: all), in the order of running."""
    return list(_inside(root, 1, depth, fold))


def _inside(row: Row, level: int, depth: int | None, fold: bool) -> Iterator[Line]:
    # As deep as blocks and groups are nested, which the elaborator bounds.
    if depth is not None and level > depth:
        return
    for first, last, count in _folded(row.inside) if fold else ((r, r, 1) for r in row.inside):
        yield Line(last, level, first.name, count)
        yield from _inside(last, level + 1, depth, fold)


def _folded(rows: Sequence[Row]) -> Iterator[tuple[Row, Row, int]]:
    first = 0
    for number in range(1, len(rows) + 1):
        if number == len(rows) or not _alike(rows[number - 1], rows[number]):
            yield rows[first], rows[number - 1], number - first
            first = number


def _alike(a: Row, b: Row) -> bool:
    """Whether two rows differ in nothing but their place, and so in what they see of the input."""
    return (
        (a.parameters, a.macs, a.elements) == (b.parameters, b.macs, b.elements)
        and (a.kind, a.what, a.buffers) == (b.kind, b.what, b.buffers)
        and (a.training, a.again) == (b.training, b.again)
        and (a.op is b.op or a.op == b.op)
        and a.outputs == b.outputs
        and len(a.inside) == len(b.inside)
        and all(
            one.name == other.name and _alike(one, other)
            for one, other in zip(a.inside, b.inside, strict=True)
        )
    )


def cut(root: Row, depth: int | None) -> int:
    """How many levels a depth leaves out."""
    return 0 if depth is None else max(_height(root) - depth, 0)


def _height(row: Row) -> int:
    return 1 + max(map(_height, row.inside)) if row.inside else 0
