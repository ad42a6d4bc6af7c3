"""Cells of tables: for a terminal as wide as their column, in Markdown, as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, TypeAlias

from archc.render.characters import columns as columns_of
from archc.render.style import Style

Side: TypeAlias = Literal["<", ">"]

GAP = "  "
"""Between two columns."""


def aligned(cells: Sequence[str], side: Side, style: Style) -> list[str]:
    """The cells of one column, all as wide as the widest."""
    taken = [columns_of(cell, style.encoding) for cell in cells]
    widest = max(taken)
    gaps = [" " * (widest - width) for width in taken]
    pairs = zip(cells, gaps, strict=True)
    return [gap + cell if side == ">" else cell + gap for cell, gap in pairs]


def bar(cells: Iterable[str]) -> str:
    """A row in Markdown."""
    return f"| {' | '.join(cells)} |"


def escaped(cell: str) -> str:
    """A text as Markdown shows it."""
    return cell.replace("\\", "\\\\").replace("|", "\\|").replace("*", "\\*").replace("_", "\\_")


def sheet(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows as comma-separated values."""
    from csv import writer
    from io import StringIO

    stream = StringIO()
    written = writer(stream, lineterminator="\n")
    written.writerow(head)
    written.writerows(rows)
    return stream.getvalue()
