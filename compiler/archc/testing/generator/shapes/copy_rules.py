"""What turns and copies make of a shape, for the generator to steer by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from archc.testing.generator.shapes.spatial_rules import each, rule, slide
from archc.testing.generator.shapes.tensor_rules import PROMOTED, dim_of, dims_of
from archc.testing.generator.values import Size, Value, Values, require


@rule("unbind")
def _unbind(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = inputs
    dim = dim_of(given, a["dim"])
    require(given.rank > 1 and given.shape[dim] < 12 and not isinstance(given.shape[dim], Size))
    return (given.reshaped(*given.shape[:dim], *given.shape[dim + 1 :]),) * given.shape[dim]


@rule("roll", "flip")
def _turned(inputs: Values, a: Mapping[str, Any]) -> Values:
    dims_of(inputs[0], a["dims"])
    shifts, dims = (a.get(name, a["dims"]) for name in ("shifts", "dims"))
    count = [len(each) if isinstance(each, tuple) else 1 for each in (shifts, dims)]
    require(count[0] == count[1])
    return inputs


@rule("tile")
def _tile(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = inputs
    times = a["dims"]
    rank = max(given.rank, len(times))
    shape = (1,) * (rank - given.rank) + given.shape
    times = (1,) * (rank - len(times)) + times
    return (given.reshaped(*(e if t == 1 else e * t for e, t in zip(shape, times, strict=True))),)


@rule("repeat_interleave")
def _interleave(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = inputs
    dim = dim_of(given, a["dim"])
    shape = (*given.shape[:dim], given.shape[dim] * a["repeats"], *given.shape[dim + 1 :])
    return (given.reshaped(*shape),)


@rule("arange")
def _arange(inputs: Values, a: Mapping[str, Any]) -> Values:
    bounds = a["bounds"]
    require(len(bounds) < 4)
    start, end, step = (0, *bounds, 1) if len(bounds) == 1 else (*bounds, 1)[:3]
    require(step != 0 and not isinstance(step, Size))
    span = end - start if step > 0 else start - end
    return (Value(((span + abs(step) - 1) // abs(step),), "int"),)


@rule("randn_like", "rand_like")
def _noise(inputs: Values, a: Mapping[str, Any]) -> Values:
    require(inputs[0].dtype == "float")
    return inputs


@rule("tril", "triu")
def _triangle(inputs: Values, a: Mapping[str, Any]) -> Values:
    require(inputs[0].rank > 1)
    return inputs


@rule("diagonal")
def _diagonal(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = inputs
    one, other = (dim_of(given, a[name]) for name in ("dim1", "dim2"))
    down, right = max(0, -a["offset"]), max(0, a["offset"])
    extent = min(given.shape[one] - down, given.shape[other] - right)
    require(one != other and extent > 0)
    kept = [each for dim, each in enumerate(given.shape) if dim not in (one, other)]
    return (given.reshaped(*kept, extent),)


@rule("unfold")
def _unfold(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = inputs
    require(given.rank == 4 and given.dtype in ("float", "bool"))
    size, places = _windows(given.shape[2:], a)
    return (given.reshaped(given.shape[0], given.channels * size, places),)


@rule("fold", "fold_by")
def _fold(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = inputs
    require(given.rank == 3 and given.dtype in ("float", "bool"))
    extents = [each(a["output_size"], axis, 2) for axis in range(2)]
    size, places = _windows(extents, a)
    require(min(extents) > 0 and given.channels % size == 0 and given.shape[2] == places)
    return (given.reshaped(given.shape[0], given.channels // size, *extents),)


def _windows(extents: Sequence[int], a: Mapping[str, Any]) -> tuple[int, int]:
    """How many elements a window on an image has, and how many places."""
    size = places = 1
    for axis, extent in enumerate(extents):
        kernel, stride, padding, dilation = (
            each(a[name], axis, 2) for name in ("kernel_size", "stride", "padding", "dilation")
        )
        size, places = size * kernel, places * slide(extent, kernel, stride, padding, dilation)
    return size, places


@rule("stack")
def _stack(inputs: Values, a: Mapping[str, Any]) -> Values:
    first = inputs[0]
    dim = dim_of(first, a["dim"], 1)
    require(len(inputs) > 1 and all(each.shape == first.shape for each in inputs))
    dtype = max((each.dtype for each in inputs), key=PROMOTED.index)
    return (Value((*first.shape[:dim], len(inputs), *first.shape[dim:]), dtype),)
