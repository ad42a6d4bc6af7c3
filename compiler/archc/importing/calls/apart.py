"""Calls that are several ops, as an index is, which takes one for each dim."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from archc.importing.calls.indexing import index_pieces
from archc.importing.calls.pieces import CallPiece, Maker
from archir.op.reading import Called, Operand


def taken_apart(called: Called) -> tuple[CallPiece, ...] | None:
    """What a call is made of; None where it is one op, or nothing that is known."""
    find = _KNOWN.get(called.function)
    made = Maker()
    if find is None or not find(made, called):
        return None
    return tuple(made.pieces)


def _getitem(made: Maker, called: Called) -> bool:
    given, index = called.args
    return isinstance(given, Operand) and index_pieces(made, given, index)


def _tensor_split(made: Maker, called: Called) -> bool:
    """``tensor_split(x, (1,), dim)``: a slice for each piece."""
    values = {**dict(zip(("input", "indices", "dim"), called.args, strict=False)), **called.kwargs}
    given, cuts, dim = values.get("input"), values.get("indices"), values.get("dim", 0)
    if not isinstance(given, Operand) or not isinstance(cuts, tuple):
        return False
    extent = given.shape[dim]
    for number, (first, last) in enumerate(zip((None, *cuts), (*cuts, None), strict=True)):
        shape = list(given.shape)
        shape[dim] = len(range(extent)[slice(first, last)])
        made.add("slice", (given, dim, first, last, 1), shape, result=number)
    return True


def _rsub(made: Maker, called: Called) -> bool:
    """``1 - x``, exactly: ``-x + 1``."""
    given, number = called.args[:2]
    if not isinstance(given, Operand) or not isinstance(number, int | float):
        return False
    less = made.add("neg", (given,), given.shape)
    made.add("add", (less, number), given.shape, result=0)
    return True


_KNOWN: Mapping[str, Callable[[Maker, Called], bool]] = {
    "getitem": _getitem,
    "tensor_split": _tensor_split,
    "rsub": _rsub,
}
