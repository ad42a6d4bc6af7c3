"""Calls that are several ops, as an index is, which takes one for each dim."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from archc.importing.calls.indexing import index_pieces
from archc.importing.calls.pieces import CallPiece, Maker
from archir.op.reading import Called, Operand, bound, signature


def taken_apart(called: Called) -> tuple[CallPiece, ...] | None:
    """What a call is made of; None where it is one op, or nothing that is known."""
    if called.function == "getitem":
        made = Maker()
        given, index = called.args
        found = isinstance(given, Operand) and index_pieces(made, given, index)
        return tuple(made.pieces) if found else None
    find, text = _KNOWN.get(called.function, (None, ""))
    values = None if find is None else bound(text, called)
    made = Maker()
    if find is None or values is None or not find(made, *_in_order(text, values)):
        return None
    return tuple(made.pieces)


def _in_order(text: str, values: Mapping[str, Any]) -> list[Any]:
    return [values[each.name] for each in signature(text)[1]]


def _tensor_split(made: Maker, given: Any, indices: Any, dim: int) -> bool:
    """``tensor_split(x, (1,), dim)``: a slice for each piece."""
    if not isinstance(given, Operand) or not isinstance(indices, tuple):
        return False
    extent = given.shape[dim]
    for number, (first, last) in enumerate(zip((None, *indices), (*indices, None), strict=True)):
        shape = list(given.shape)
        shape[dim] = len(range(extent)[slice(first, last)])
        made.add("slice", (given, dim, first, last, 1), shape, result=number)
    return True


def _rsub(made: Maker, given: Any, other: Any) -> bool:
    """``1 - x``, exactly: ``-x + 1``."""
    if not isinstance(given, Operand) or not isinstance(other, int | float):
        return False
    less = made.add("neg", (given,), given.shape)
    made.add("add", (less, other), given.shape, result=0)
    return True


def _rdiv(made: Maker, given: Any, other: Any) -> bool:
    """``2 / x`` is what torch makes of it: ``reciprocal(x) * 2``."""
    if not isinstance(given, Operand) or not isinstance(other, int | float):
        return False
    turned = made.add("reciprocal", (given,), given.shape)
    made.add("mul", (turned, other), given.shape, result=0)
    return True


def _extremum(function: str, place: str) -> Callable[..., bool]:
    """``max(x, dim)``, which gives the elements and their places."""

    def apart(made: Maker, given: Any, dim: Any, keepdim: Any) -> bool:
        if not isinstance(given, Operand) or type(dim) is not int:
            return False
        shape = list(given.shape)
        shape[dim : dim + 1 or None] = [1] if keepdim else []
        made.add(function, (given, dim, keepdim), shape, result=0)
        made.add(place, (given, dim, keepdim), shape, result=1)
        return True

    return apart


def _addmm(made: Maker, bias: Any, mat1: Any, mat2: Any, beta: Any, alpha: Any) -> bool:
    """``addmm(bias, x, weight)``: a linear function whose weight lies the other way."""
    tensors = (bias, mat1, mat2)
    if not all(isinstance(each, Operand) for each in tensors) or (beta, alpha) != (1, 1):
        return False
    if len(bias.shape) != 1:
        return False
    turned = made.add("transpose", (mat2, 0, 1), mat2.shape[::-1])
    made.add("linear", (mat1, turned, bias), (mat1.shape[0], mat2.shape[1]), result=0)
    return True


def _as(function: str) -> Callable[..., bool]:
    """``reshape_as(x, y)``: a function with the extents of another tensor."""

    def made_as(made: Maker, given: Any, other: Any) -> bool:
        if not isinstance(given, Operand) or not isinstance(other, Operand):
            return False
        made.add(function, (given, other.shape), other.shape, result=0)
        return True

    return made_as


def _t(made: Maker, given: Any) -> bool:
    """The transpose of a matrix."""
    if not isinstance(given, Operand) or len(given.shape) != 2:
        return False
    made.add("transpose", (given, 0, 1), given.shape[::-1], result=0)
    return True


def _last_two(made: Maker, given: Any) -> bool:
    """The transpose of matrices in a stack."""
    if not isinstance(given, Operand) or len(given.shape) < 2:
        return False
    *rest, rows, columns = given.shape
    made.add("transpose", (given, -2, -1), (*rest, columns, rows), result=0)
    return True


def _narrow(made: Maker, given: Any, dim: int, start: Any, length: Any) -> bool:
    """``narrow(x, dim, start, length)``: a slice."""
    if not isinstance(given, Operand) or not isinstance(start, int):
        return False
    shape = list(given.shape)
    shape[dim] = length
    made.add("slice", (given, dim, start, start + length, 1), shape, result=0)
    return True


def _to(made: Maker, given: Any, dtype: Any) -> bool:
    """``x.to(torch.float32)``: by the name that a method has for the dtype.

    Whole numbers are of 64 bits: what has 32 as it runs is as large.
    """
    if isinstance(dtype, Operand):
        dtype = dtype.dtype
    if not isinstance(given, Operand):
        return False
    if dtype == given.dtype:
        return True
    if dtype == "int32" and given.dtype == "int64":
        return True
    function = {"float32": "float", "int64": "long", "int32": "long", "bool": "bool"}.get(dtype)
    if function is None:
        return False
    made.add(function, (given,), given.shape, result=0)
    return True


def _int(made: Maker, given: Any) -> bool:
    """``x.int()``."""
    return _to(made, given, "int32")


_KNOWN: Mapping[str, tuple[Callable[..., bool], str]] = {
    "tensor_split": (_tensor_split, "tensor_split(input, indices, dim=0)"),
    "rsub": (_rsub, "rsub(input, other)"),
    "rdiv": (_rdiv, "rdiv(input, other)"),
    "addmm": (_addmm, "addmm(input, mat1, mat2, beta=1, alpha=1)"),
    "max": (_extremum("max", "argmax"), "max(input, dim, keepdim=False)"),
    "min": (_extremum("min", "argmin"), "min(input, dim, keepdim=False)"),
    "reshape_as": (_as("reshape"), "reshape_as(input, other)"),
    "expand_as": (_as("expand"), "expand_as(input, other)"),
    "t": (_t, "t(input)"),
    "T": (_t, "T(input)"),
    "mT": (_last_two, "mT(input)"),
    "narrow": (_narrow, "narrow(input, dim, start, length)"),
    "int": (_int, "int(input)"),
    "to": (_to, "to(input, dtype)"),
    "type_as": (_to, "type_as(input, dtype)"),
}
"""By function what takes it apart, and how it is called."""
