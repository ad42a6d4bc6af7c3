"""What comparisons, choices and lookups make of a shape, for the generator to steer by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archc.testing.generator.shapes.spatial_rules import rule
from archc.testing.generator.shapes.tensor_rules import PROMOTED, broadcast, dim_of
from archc.testing.generator.values import MOST_WEIGHTS, Value, Values, require


@rule("greater", "greater_equal", "less", "less_equal", "equal", "not_equal")
def _comparison(inputs: Values, a: Mapping[str, Any]) -> Values:
    require(len(inputs) == (2 if a["other"] is None else 1))
    return (Value(broadcast([each.shape for each in inputs]), "bool"),)


@rule("logical_and", "logical_or", "logical_xor")
def _logical(inputs: Values, a: Mapping[str, Any]) -> Values:
    require(len(inputs) > 1)
    return (Value(broadcast([each.shape for each in inputs]), "bool"),)


@rule("logical_not")
def _not(inputs: Values, a: Mapping[str, Any]) -> Values:
    return (inputs[0]._replace(dtype="bool"),)


@rule("cast")
def _cast(inputs: Values, a: Mapping[str, Any]) -> Values:
    return (inputs[0]._replace(dtype=a["dtype"]),)


@rule("where")
def _where(inputs: Values, a: Mapping[str, Any]) -> Values:
    require(len(inputs) == 3 and inputs[0].dtype == "bool")
    dtype = max((each.dtype for each in inputs[1:]), key=PROMOTED.index)
    return (Value(broadcast([each.shape for each in inputs]), dtype),)


@rule("addcmul")
def _add_product(inputs: Values, a: Mapping[str, Any]) -> Values:
    require(len(inputs) == 3 and all(each.dtype == "float" for each in inputs))
    return (Value(broadcast([each.shape for each in inputs]), "float"),)


@rule("masked_fill")
def _masked(inputs: Values, a: Mapping[str, Any]) -> Values:
    require(len(inputs) == 2 and inputs[1].dtype == "bool")
    require(not isinstance(a["value"], str) or inputs[0].dtype == "float")
    return (inputs[0]._replace(shape=broadcast([each.shape for each in inputs])),)


@rule("gather")
def _gather(inputs: Values, a: Mapping[str, Any]) -> Values:
    require(len(inputs) == 2 and inputs[1].dtype == "int")
    given, index = inputs
    dim = dim_of(given, a["dim"])
    require(index.rank == given.rank)
    pairs = enumerate(zip(given.shape, index.shape, strict=True))
    require(all(most >= extent or at == dim for at, (most, extent) in pairs))
    return (index._replace(dtype=given.dtype),)


@rule("scatter", "scatter_add")
def _scatter(inputs: Values, a: Mapping[str, Any]) -> Values:
    require(len(inputs) == 3 and inputs[1].dtype == "int" and inputs[0].dtype == inputs[2].dtype)
    given, index, put = inputs
    dim = dim_of(given, a["dim"])
    require(index.rank == given.rank == put.rank)
    rows = enumerate(zip(given.shape, index.shape, put.shape, strict=True))
    require(all(more >= n and (most >= n or at == dim) for at, (most, n, more) in rows))
    return (given,)


@rule("index_select")
def _index_select(inputs: Values, a: Mapping[str, Any]) -> Values:
    require(len(inputs) == 2 and inputs[1].dtype == "int" and inputs[1].rank == 1)
    given, index = inputs
    dim = dim_of(given, a["dim"])
    return (given.reshaped(*given.shape[:dim], index.shape[0], *given.shape[dim + 1 :]),)


@rule("embedding")
def _embedding(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = inputs
    rows, width = a["num_embeddings"], a["embedding_dim"]
    require(given.dtype == "int" and rows * width <= MOST_WEIGHTS)
    require(a["padding_idx"] is None or -rows <= a["padding_idx"] < rows)
    return (Value((*given.shape, width)),)


@rule("embedding_bag")
def _bag(inputs: Values, a: Mapping[str, Any]) -> Values:
    require(inputs[0].rank == 2)
    (made,) = _embedding(inputs, a)
    return (made.reshaped(made.shape[0], made.shape[2]),)
