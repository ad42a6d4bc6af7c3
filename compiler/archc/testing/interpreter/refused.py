"""The one answer to a text that means nothing, or that torch does not run."""

from __future__ import annotations

from typing import Literal

from archdsl.tree import ast

Place = tuple[str, int, int]
"""File, line and column, the latter two counted from 1."""


class UnwrittenMemoryError(ValueError):
    """torch would give memory that nothing was written to."""


class Refused(Exception):  # noqa: N818 (it is an answer, and no fault of the interpreter)
    """The text is wrong, or torch does not run it.

    ``op`` is the keyword of the op that torch stopped at, or that the language stops at.
    """

    def __init__(
        self,
        reason: str,
        place: Place | None,
        op: str | None = None,
        by: Literal["language", "torch"] = "language",
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.place = place
        self.op = op
        self.by = by
        self.reads_other_memory = False
        """Whether torch would run, on memory that nothing was written to: no two runs are alike."""

    def __str__(self) -> str:
        where = "" if self.place is None else ":".join(map(str, self.place)) + ": "
        return f"{where}{self.reason}"


def place_of(node: ast.Node) -> Place:
    """Where a node stands."""
    span = node.span
    line, column = span.source.position(span.start)
    return span.source.name, line, column


def wrong(node: ast.Node, reason: str, op: str | None = None) -> Refused:
    """The language refuses a node of the text."""
    return Refused(reason, place_of(node), op)
