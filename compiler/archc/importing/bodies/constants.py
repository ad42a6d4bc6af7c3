"""Constants: tensors that hang on nothing that flows in, as buffers that no state dict has.

A constant is written down by its elements, those that are the same along a size once. What takes
it element by element broadcasts that. Anything else is given it as it was: as large, and with its
elements in memory in the order in which they were, since kernels and their rounding hang on that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from archc.importing.align import merged
from archc.importing.steps import BodyStep, ModuleBody, RawTensor, Reader
from archir.catalogue.registry import ops
from archir.op.contract import OPEN
from archir.ops.merge import Broadcasting


def declared_constant(number: int, body: ModuleBody, reader: Reader) -> RawTensor:
    """A constant as a body declares it. What needs it as it was is given that."""
    name = f"constant_{number}"
    if number in reader.tables:
        piece = reader.tables[number]
        shape, dtype = piece.made.shape, piece.made.dtype
        return RawTensor(name, number, shape, dtype, False, False, piece.table)
    value = reader.traces[0].values[number]
    extents = [trace.values[number].shape for trace in reader.traces]
    shape = reader.constant_shape(number)
    data = value.data
    takers = [each for each in _takers(body, number) if not _broadcasts(each)]
    if takers and (order := _order(data)) is not None:
        cut = [dim for dim, extent in enumerate(shape) if extent != extents[0][dim]]
        copied = any(data.stride(dim) for dim in cut)
        steps = _as_it_was(number, body, reader, order, cut, copied=copied)
        if steps:
            _give(takers, number, steps[-1].results[0])
            body.steps[:0] = steps
            data, shape = data.permute(order), tuple([shape[dim] for dim in order])
            reader.shapes[number] = [shape] * len(extents)
    return RawTensor(
        name, number, shape, value.dtype, False, False, _cut(reader.elements(data), shape)
    )


def _as_it_was(
    number: int, body: ModuleBody, reader: Reader, order: list[int], cut: list[int], *, copied: bool
) -> list[BodyStep]:
    """What makes a constant, which lies in this order of its dims, as large as it was, and turns
    its dims back."""
    shapes = [trace.values[number].shape for trace in reader.traces]
    steps: list[BodyStep] = []

    def add(keyword: str, arguments: dict[str, Any], made: list[tuple[int, ...]]) -> None:
        given = steps[-1].results if steps else (number,)
        result = (reader.new(made),)
        steps.append(BodyStep(given, result, body.path, op=ops()[keyword], arguments=arguments))

    lying = [tuple([shape[dim] for dim in order]) for shape in shapes]
    if cut:
        size = [merged([shape[dim] for shape in shapes]) if dim in cut else OPEN for dim in order]
        add("expand", {"size": tuple(size)}, lying)
        if copied:
            add("contiguous", {}, lying)
    if order != sorted(order):
        back = tuple([order.index(dim) for dim in range(len(order))])
        add("permute", {"dims": back}, shapes)
    return steps


def _order(data: Any) -> list[int] | None:
    """The dims of a tensor as they lie in memory, the outermost first; None where it is no whole
    block of memory, but for dims that are repeated."""
    dims = range(data.dim())
    counted = [dim for dim in dims if data.shape[dim] > 1 and data.stride(dim)]
    lying = sorted(counted, key=data.stride, reverse=True)
    inner = 1
    for dim in reversed(lying):
        if data.stride(dim) != inner:
            return None
        inner *= data.shape[dim]
    places = iter(lying)
    return [next(places) if dim in counted else dim for dim in dims]


def _takers(body: ModuleBody, number: int) -> Iterator[BodyStep]:
    """The steps that are given a value, in a body and in those that it is known in."""
    for step in body.steps:
        if number in step.inputs:
            yield step
        if step.body is not None:
            yield from _takers(step.body, number)


def _broadcasts(step: BodyStep) -> bool:
    return step.op is not None and issubclass(step.op, Broadcasting)


def _give(steps: Sequence[BodyStep], old: int, new: int) -> None:
    for step in steps:
        step.inputs = tuple([new if each == old else each for each in step.inputs])


def _cut(data: Any, shape: Sequence[int]) -> Any:
    """Nested lists of which one item alone is kept where the shape says so."""
    if not shape:
        return data
    return [_cut(each, shape[1:]) for each in data[: shape[0]]]
