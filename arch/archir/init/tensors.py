"""Tensors whose elements the text gives: indices of positions, masks, tables of numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from archir.base.record import Record

Nested: TypeAlias = "bool | int | float | tuple[Nested, ...]"
"""A number, or a list of such lists, which are all of one shape."""

MOST_FLOAT = 3.4028234663852886e38
"""The largest float32: what is larger would be infinite."""


class TensorConstant(Record):
    """The elements of a raw parameter or buffer, of torch's ``dtype``.

    Elements of a float tensor may be integers in the text; they are floats here.
    """

    items: Nested
    dtype: str


class Fault(Record):
    """Why a list is no tensor of a dtype: the place in it, what is there, and what is wanted."""

    place: tuple[int, ...]
    found: object
    wanted: str | int
    """The word of a dtype, or the number of items that the first list at this depth has."""


def shape_of(items: object) -> tuple[int, ...]:
    """The shape of nested lists, read off the first ones."""
    shape: list[int] = []
    while isinstance(items, tuple):
        shape.append(len(items))
        if not items:
            break
        items = items[0]
    return tuple(shape)


def tensor_of(items: object, dtype: str) -> TensorConstant | Fault:
    """The elements as those of a tensor, or the first that is wrong."""
    fault = next(_faults(items, shape_of(items), dtype, ()), None)
    if fault is not None:
        return fault
    made: Nested = items  # type: ignore[assignment]  # it has no faults
    return TensorConstant(_floats(made) if dtype == "float32" else made, dtype)


def _faults(
    items: object, shape: tuple[int, ...], dtype: str, place: tuple[int, ...]
) -> Iterator[Fault]:
    """What is wrong, in the order of the text; as deep as lists are nested."""
    if not shape:
        if not is_element(items, dtype):
            yield Fault(place, items, WORDS[dtype])
        return
    if not isinstance(items, tuple) or len(items) != shape[0]:
        yield Fault(place, items, shape[0])
        return
    for at, item in enumerate(items):
        yield from _faults(item, shape[1:], dtype, (*place, at))


def is_element(value: object, dtype: str) -> bool:
    """Whether a tensor of that dtype can hold the value without changing it."""
    if dtype == "bool":
        return isinstance(value, bool)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if dtype == "int64":
        return isinstance(value, int) and -(2**63) <= value < 2**63
    return abs(value) <= MOST_FLOAT


WORDS = {"float32": "float", "int64": "int", "bool": "bool"}
"""torch's dtypes, and the language's words for them."""


def _floats(items: Nested) -> Nested:
    return tuple(map(_floats, items)) if isinstance(items, tuple) else float(items)
