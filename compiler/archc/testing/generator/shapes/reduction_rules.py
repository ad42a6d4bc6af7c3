"""What reductions make of a shape, for the generator to steer by."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

from archc.testing.generator.shapes.spatial_rules import rule
from archc.testing.generator.shapes.tensor_rules import along, broadcast, dim_of, dims_of
from archc.testing.generator.values import Value, Values, require


@rule("cumsum", "cumprod", "normalize")
def _along(inputs: Values, a: Mapping[str, Any]) -> Values:
    return along(inputs, a)


@rule("cosine_similarity")
def _similarity(inputs: Values, a: Mapping[str, Any]) -> Values:
    require(len(inputs) == 2 and all(each.dtype == "float" for each in inputs))
    value = Value(broadcast([each.shape for each in inputs]))
    dim = dim_of(value, a["dim"])
    return (value.reshaped(*value.shape[:dim], *value.shape[dim + 1 :]),)


@rule("argmax", "argmin")
def _places(inputs: Values, a: Mapping[str, Any]) -> Values:
    (made,) = _reduce(inputs, a)
    return (made._replace(dtype="int"),)


@rule("all", "any")
def _verdicts(inputs: Values, a: Mapping[str, Any]) -> Values:
    (made,) = _reduce(inputs, a)
    return (made._replace(dtype="bool"),)


@rule("std", "var")
def _deviation(inputs: Values, a: Mapping[str, Any]) -> Values:
    dims = dims_of(inputs[0], a["dim"])
    require(prod(inputs[0].shape[dim] for dim in dims) > a["correction"])
    return _reduce(inputs, a)


@rule("mean", "sum", "max", "min", "median", "amax", "amin", "norm", "logsumexp", "prod")
def _reduce(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = inputs
    gone, kept = dims_of(given, a["dim"]), a["keepdim"]
    shape = [
        1 if dim in gone else e for dim, e in enumerate(given.shape) if kept or dim not in gone
    ]
    require(given.dtype == "float")
    return (given.reshaped(*shape),)


@rule("sort")
def _sort(inputs: Values, a: Mapping[str, Any]) -> Values:
    return along(inputs, a)


@rule("argsort")
def _argsort(inputs: Values, a: Mapping[str, Any]) -> Values:
    (made,) = along(inputs, a)
    return (made._replace(dtype="int"),)


@rule("topk")
def _topk(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = along(inputs, a)
    dim = dim_of(given, a["dim"])
    require(1 <= a["k"] <= given.shape[dim])
    made = given.reshaped(*given.shape[:dim], a["k"], *given.shape[dim + 1 :])
    return made, made._replace(dtype="int")


@rule("one_hot")
def _one_hot(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = inputs
    require(given.dtype == "int")
    return (Value((*given.shape, a["num_classes"]), "int"),)
