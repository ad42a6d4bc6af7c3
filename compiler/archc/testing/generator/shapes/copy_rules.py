"""What turns and copies make of a shape, for the generator to steer by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archc.testing.generator.shapes.spatial_rules import rule
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


@rule("stack")
def _stack(inputs: Values, a: Mapping[str, Any]) -> Values:
    first = inputs[0]
    dim = dim_of(first, a["dim"], 1)
    require(len(inputs) > 1 and all(each.shape == first.shape for each in inputs))
    dtype = max((each.dtype for each in inputs), key=PROMOTED.index)
    return (Value((*first.shape[:dim], len(inputs), *first.shape[dim:]), dtype),)
