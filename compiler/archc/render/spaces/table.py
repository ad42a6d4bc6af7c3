"""Variants of a model as a table: their parameters and scores, and a mark on the best."""

from __future__ import annotations

from archc.render.cells import GAP, Side, aligned, bar, escaped
from archc.render.characters import columns as columns_of
from archc.render.characters import printable
from archc.render.costs.numbers import memory
from archc.render.style import Style
from archir.base.record import Record

FRONT = "*"
RIGHT: Side = ">"


class VariantRow(Record):
    """A variant: the texts of its parameters, its scores, whether it is on the front."""

    values: tuple[str, ...]
    scores: tuple[object, ...]
    on_front: bool


class Sheet(Record):
    """Rows with the names of their columns; ``in_bytes`` says which scores count bytes."""

    parameters: tuple[str, ...]
    scores: tuple[str, ...]
    in_bytes: tuple[bool, ...]
    rows: tuple[VariantRow, ...]

    def head(self) -> list[str]:
        """The titles of the columns."""
        return [*self.parameters, *self.scores, "front"]

    def cells(self, row: VariantRow) -> list[str]:
        """A row for a person."""
        scores = [_number(*each) for each in zip(row.scores, self.in_bytes, strict=True)]
        return [*row.values, *scores, FRONT if row.on_front else ""]

    def sides(self) -> list[Side]:
        """Where the cells of each column stand: numbers to the right."""
        values: list[Side] = [
            ">" if all(_is_number(row.values[at]) for row in self.rows) else "<"
            for at in range(len(self.parameters))
        ]
        return [*values, *[RIGHT] * len(self.scores), "<"]


def text(sheet: Sheet, style: Style) -> str:
    """The table for a terminal."""
    rows = [[printable(cell, style.encoding) for cell in sheet.cells(row)] for row in sheet.rows]
    columns = [
        aligned(cells, side, style)
        for cells, side in zip(zip(sheet.head(), *rows, strict=True), sheet.sides(), strict=True)
    ]
    lines = [GAP.join(cells).rstrip() for cells in zip(*columns, strict=True)]
    width = sum(columns_of(cells[0], style.encoding) for cells in columns)
    rule = style.paint("-" * (width + len(GAP) * (len(columns) - 1)), "frame")
    body = [
        style.paint(line, "good") if row.on_front else line
        for line, row in zip(lines[1:], sheet.rows, strict=True)
    ]
    return "\n".join([style.paint(lines[0], "strong"), rule, *body]) + "\n"


def markdown(sheet: Sheet) -> str:
    """The table in Markdown."""
    lines = [
        bar(map(escaped, sheet.head())),
        bar("---:" if side == ">" else "---" for side in sheet.sides()),
        *(bar(map(escaped, sheet.cells(row))) for row in sheet.rows),
    ]
    return "\n".join(lines) + "\n"


def csv(sheet: Sheet) -> str:
    """The table as comma-separated values: whole numbers, bytes."""
    from archc.render.cells import sheet as written

    rows = ([*row.values, *row.scores, "yes" if row.on_front else ""] for row in sheet.rows)
    return written(sheet.head(), rows)


def _number(value: object, in_bytes: bool) -> str:
    if value is None:
        return "?"
    if in_bytes and isinstance(value, int):
        return memory(value)
    return f"{value:,}" if isinstance(value, int) else str(value)


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).replace("-", "", 1).isdigit()
