"""Ops that stand for a call that is none by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from archir.base.record import Record
from archir.op.reading import Operand


class CallPiece(Record):
    """One of the ops: the function that it is read from, and what it makes.

    Its operands are the call's, or those of pieces before it. A ``table`` is no op: it is a
    constant with these elements.
    """

    function: str
    args: tuple[Any, ...]
    made: Operand
    result: int | None = None
    """Which of the call's results it is."""

    table: Any = None


class Maker:
    """Collects the pieces of one call. What a piece makes has a number below zero until it is known
    which value it is."""

    def __init__(self) -> None:
        self.pieces: list[CallPiece] = []

    def add(
        self, function: str, args: tuple[Any, ...], shape: Sequence[int], result: int | None = None
    ) -> Operand:
        """A piece, of the dtype of its first operand."""
        dtype = next(each.dtype for each in args if isinstance(each, Operand))
        return self._add(CallPiece(function, args, self._operand(shape, dtype), result))

    def table(self, elements: Any, shape: Sequence[int]) -> Operand:
        """A constant of whole numbers."""
        return self._add(CallPiece("", (), self._operand(shape, "int64"), None, elements))

    def ends(self) -> None:
        """The last piece is what the call gives."""
        last = self.pieces[-1]
        self.pieces[-1] = CallPiece(last.function, last.args, last.made, 0, last.table)

    def _operand(self, shape: Sequence[int], dtype: str) -> Operand:
        return Operand(-1 - len(self.pieces), tuple(shape), dtype)

    def _add(self, piece: CallPiece) -> Operand:
        self.pieces.append(piece)
        return piece.made
