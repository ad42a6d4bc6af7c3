"""What ops on plain tensors make of a shape, for the generator to steer by."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

from archc.testing.generator.shapes.spatial_rules import fixed, rule
from archc.testing.generator.values import MOST_WEIGHTS, Misfit, Size, Value, Values, require


def dim_of(value: Value, dim: int, more: int = 0) -> int:
    """A dim counted from 0."""
    rank = value.rank + more
    require(-rank <= dim < rank)
    return dim % rank


@rule("relu", "relu6", "leaky_relu", "elu", "silu", "hardswish", "gelu", "mish", "softplus",
      "sigmoid", "hardsigmoid", "tanh", "dropout", "stochastic_depth", "selu", "celu", "hardtanh",
      "threshold", "hardshrink", "softshrink", "tanhshrink", "softsign", "logsigmoid", "exp",
      "expm1", "log", "log1p", "sqrt", "rsqrt", "reciprocal", "sin", "cos", "erf", "abs", "neg",
      "sign", "floor", "ceil", "round", "square", "alpha_dropout")  # fmt: skip
def pointwise(inputs: Values, a: Mapping[str, Any]) -> Values:
    """Floats, element by element."""
    (given,) = inputs
    require(given.dtype == "float")
    return inputs


@rule("identity", "contiguous")
def _identity(inputs: Values, a: Mapping[str, Any]) -> Values:
    return inputs


@rule("clamp")
def _clamp(inputs: Values, a: Mapping[str, Any]) -> Values:
    bounds = [each for each in (a["min"], a["max"]) if each is not None]
    dtypes = [inputs[0].dtype, *("float" if isinstance(each, float) else "int" for each in bounds)]
    require(len(bounds) > 0)
    return (inputs[0]._replace(dtype=max(dtypes, key=PROMOTED.index)),)


@rule("channel_dropout", "feature_alpha_dropout")
def _channels_dropped(inputs: Values, a: Mapping[str, Any]) -> Values:
    require(3 <= inputs[0].rank <= 5)
    return pointwise(inputs, a)


@rule("glu")
def _glu(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = pointwise(inputs, a)
    dim = dim_of(given, a["dim"])
    require(given.shape[dim] % 2 == 0)
    return (given.reshaped(*given.shape[:dim], given.shape[dim] // 2, *given.shape[dim + 1 :]),)


@rule("softmax", "log_softmax", "softmin")
def along(inputs: Values, a: Mapping[str, Any]) -> Values:
    """Floats, of which those along a dim count."""
    dim_of(inputs[0], a["dim"])
    return pointwise(inputs, a)


@rule("prelu")
def _prelu(inputs: Values, a: Mapping[str, Any]) -> Values:
    count = a["num_parameters"]
    require(count == 1 or (inputs[0].rank >= 2 and count == fixed(inputs[0].channels)))
    return pointwise(inputs, a)


@rule("batch_norm")
def _batch_norm(inputs: Values, a: Mapping[str, Any]) -> Values:
    require(2 <= inputs[0].rank <= 5)
    fixed(inputs[0].channels)
    return pointwise(inputs, a)


@rule("instance_norm")
def _instance_norm(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = inputs
    require(3 <= given.rank <= 5 and prod(given.shape[2:]) > 1)
    fixed(given.channels)
    return pointwise(inputs, a)


@rule("layer_norm", "rms_norm")
def _last_dims(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = inputs
    require(1 <= a["dims"] <= given.rank - 1)
    require(not any(isinstance(extent, Size) for extent in given.shape[-a["dims"] :]))
    return pointwise(inputs, a)


@rule("group_norm")
def _group_norm(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = inputs
    require(given.rank >= 2 and fixed(given.channels) % a["num_groups"] == 0)
    require(prod(given.shape) > given.shape[0] * a["num_groups"])
    return pointwise(inputs, a)


@rule("local_response_norm")
def _response(inputs: Values, a: Mapping[str, Any]) -> Values:
    require(inputs[0].rank >= 3)
    return pointwise(inputs, a)


@rule("linear")
def _linear(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = inputs
    require(given.dtype == "float" and given.rank >= 2)
    require(a["out_features"] >= 1 and given.features * a["out_features"] <= MOST_WEIGHTS)
    return (given.reshaped(*given.shape[:-1], a["out_features"]),)


@rule("flatten")
def _flatten(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = inputs
    first, last = dim_of(given, a["start_dim"]), dim_of(given, a["end_dim"])
    require(first <= last)
    joined = product(given.shape[first : last + 1])
    return (given.reshaped(*given.shape[:first], joined, *given.shape[last + 1 :]),)


def product(extents: tuple[int, ...]) -> int:
    """A product that is a ``Size`` where one of them is."""
    made: int = 1
    for extent in extents:
        made = made * extent
    return made


def arranged(elements: int, wanted: list[int]) -> tuple[int, ...]:
    """The extents, the open one of them worked out."""
    known = product(tuple(extent for extent in wanted if extent != -1))
    require(wanted.count(-1) <= 1 and known >= 1 and elements % known == 0)
    if -1 not in wanted:
        require(elements == known)
    return tuple(elements // known if extent == -1 else extent for extent in wanted)


@rule("reshape")
def _reshape(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = inputs
    return (given.reshaped(*arranged(product(given.shape), list(a["shape"]))),)


@rule("unflatten")
def _unflatten(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = inputs
    dim = dim_of(given, a["dim"])
    parts = arranged(given.shape[dim], list(a["unflattened_size"]))
    return (given.reshaped(*given.shape[:dim], *parts, *given.shape[dim + 1 :]),)


@rule("expand")
def _expand(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = inputs
    wanted = list(a["size"])
    new = len(wanted) - given.rank
    require(new >= 0 and -1 not in wanted[:new])
    shape = wanted[:new]
    for extent, aim in zip(given.shape, wanted[new:], strict=True):
        require(aim in (-1, extent) or extent == 1)
        shape.append(extent if aim == -1 else aim)
    return (given.reshaped(*shape),)


@rule("permute")
def _permute(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = inputs
    dims = [dim_of(given, dim) for dim in a["dims"]]
    require(sorted(dims) == list(range(given.rank)))
    return (given.reshaped(*(given.shape[dim] for dim in dims)),)


@rule("transpose")
def _transpose(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = inputs
    one, two = dim_of(given, a["dim0"]), dim_of(given, a["dim1"])
    shape = list(given.shape)
    shape[one], shape[two] = shape[two], shape[one]
    return (given.reshaped(*shape),)


def dims_of(value: Value, given: Any) -> list[int]:
    """One dim or several, counted from 0."""
    dims = [dim_of(value, dim) for dim in (given if isinstance(given, tuple) else (given,))]
    require(len(set(dims)) == len(dims))
    return dims


@rule("squeeze")
def _squeeze(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = inputs
    gone = [dim for dim in dims_of(given, a["dim"]) if given.shape[dim] == 1]
    require(not any(isinstance(given.shape[dim], Size) for dim in dims_of(given, a["dim"])))
    return (given.reshaped(*(e for dim, e in enumerate(given.shape) if dim not in gone)),)


@rule("unsqueeze")
def _unsqueeze(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = inputs
    dim = dim_of(given, a["dim"], 1)
    return (given.reshaped(*given.shape[:dim], 1, *given.shape[dim:]),)


@rule("select")
def _select(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = inputs
    dim = dim_of(given, a["dim"])
    require(-given.shape[dim] <= a["index"] < given.shape[dim])
    return (given.reshaped(*given.shape[:dim], *given.shape[dim + 1 :]),)


@rule("slice")
def _slice(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = inputs
    dim = dim_of(given, a["dim"])
    extent, start, end = given.shape[dim], a["start"], a["end"]
    first, last, _ = slice(start, end).indices(extent)
    require(last > first and a["step"] >= 1)
    made = -(-(last - first) // a["step"])
    shape = list(given.shape)
    shape[dim] = Size(made) if any(isinstance(e, Size) for e in (extent, start, end)) else made
    return (given.reshaped(*shape),)


@rule("chunk", "split")
def _pieces(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = inputs
    dim = dim_of(given, a["dim"])
    extent = given.shape[dim]
    wanted = a.get("split_size_or_sections")
    if isinstance(wanted, tuple):
        sizes = list(wanted)
        require(sum(sizes) == extent and min(sizes) >= 1)
    else:
        piece = -(-extent // a["chunks"]) if wanted is None else wanted
        require(piece >= 1 and extent // piece < 12)
        sizes = [piece] * (extent // piece)
        sizes += [extent % piece] if extent % piece else []
    return tuple(given.reshaped(*given.shape[:dim], s, *given.shape[dim + 1 :]) for s in sizes)


PROMOTED = ("bool", "int", "float")
"""Of two dtypes the later one is the outcome."""


@rule("concat")
def _concat(inputs: Values, a: Mapping[str, Any]) -> Values:
    first = inputs[0]
    dim = dim_of(first, a["dim"])
    require(len(inputs) > 1)
    for other in inputs:
        require(other.rank == first.rank)
        require(all(e == o or n == dim for n, (e, o) in enumerate(zip(first.shape, other.shape))))  # noqa: B905
    joined = inputs[0].shape[dim]
    for other in inputs[1:]:
        joined = joined + other.shape[dim]
    dtype = max((i.dtype for i in inputs), key=PROMOTED.index)
    return (Value((*first.shape[:dim], joined, *first.shape[dim + 1 :]), dtype),)


@rule("add", "multiply", "subtract", "divide", "maximum", "minimum", "pow")
def _broadcast(inputs: Values, a: Mapping[str, Any]) -> Values:
    number = a.get("other", a.get("exponent"))
    require(len(inputs) > 1 if number is None else len(inputs) == 1)
    dtype = max((i.dtype for i in inputs), key=PROMOTED.index)
    if isinstance(number, float):
        dtype = "float"
    require(dtype != "bool")
    require("exponent" not in a or (len(inputs) < 3 and (number is None or number > 0)))
    return (Value(broadcast([i.shape for i in inputs]), dtype),)


def broadcast(shapes: list[tuple[int, ...]]) -> tuple[int, ...]:
    """What broadcasting makes of shapes."""
    rank = max(map(len, shapes))
    made = []
    for place in range(-rank, 0):
        extents = [shape[place] for shape in shapes if len(shape) >= -place]
        wide = [extent for extent in extents if extent != 1] or extents
        require(all(extent == wide[0] for extent in wide))
        made.append(wide[0])
    return tuple(made)


@rule("matmul")
def _matmul(inputs: Values, a: Mapping[str, Any]) -> Values:
    if len(inputs) != 2:
        raise Misfit
    one, two = inputs
    require(one.rank >= 2 and two.rank >= 2 and one.dtype == two.dtype)
    require(one.shape[-1] == two.shape[-2])
    front = broadcast([one.shape[:-2] or (1,), two.shape[:-2] or (1,)])
    front = front if max(one.rank, two.rank) > 2 else ()
    return (one.reshaped(*front, one.shape[-2], two.shape[-1]),)


@rule("einsum")
def _einsum(inputs: Values, a: Mapping[str, Any]) -> Values:
    """Of equations with an arrow and no dots, which the generator writes."""
    require(isinstance(a["equation"], str))
    before, _, behind = a["equation"].partition("->")
    terms = before.split(",")
    require(len(terms) == len(inputs) and behind != "" and len({v.dtype for v in inputs}) == 1)
    require(inputs[0].dtype == "float")
    sizes: dict[str, int] = {}
    for term, value in zip(terms, inputs, strict=True):
        require(len(term) == value.rank)
        for letter, extent in zip(term, value.shape, strict=True):
            require(sizes.setdefault(letter, extent) == extent)
    require(set(behind) <= set(sizes) and len(set(behind)) == len(behind))
    return (Value(tuple(sizes[letter] for letter in behind)),)
