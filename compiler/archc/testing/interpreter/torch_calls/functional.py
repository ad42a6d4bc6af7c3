"""Ops that are functions (the op reference), without a module.

Each takes the tensors that flow in and the op's arguments.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import torch
from torch import Tensor

from archc.testing.interpreter.torch_calls import layers

Arguments = Mapping[str, Any]
Inputs = tuple[Tensor, ...]


def global_average(inputs: Inputs, given: Arguments) -> Tensor:
    """The mean over all spatial axes, of which there is one at least."""
    (value,) = inputs
    if value.dim() < 3:
        raise ValueError(f"{value.dim()} dims have no spatial axes")
    return value.mean(tuple(range(2, value.dim())), keepdim=given["keepdim"])


def method(name: str) -> Callable[[Inputs, Arguments], Tensor]:
    """The function of one tensor that torch has by that name."""
    return lambda inputs, given: getattr(torch, name)(*inputs, **given)


def clamp(inputs: Inputs, given: Arguments) -> Tensor:
    return torch.clamp(inputs[0], given["min"], given["max"])


def power(inputs: Inputs, given: Arguments) -> Tensor:
    """Of one value with a number, or of two."""
    base, *others = inputs
    if given["exponent"] is not None:
        return torch.pow(base, given["exponent"])
    (exponent,) = others
    if exponent.dtype == torch.bool:
        raise TypeError("a truth is no power: torch has no gradient for it")
    return torch.pow(base, exponent)


# --- shapes and order -----------------------------------------------------------------------------


def reshape(inputs: Inputs, given: Arguments) -> Tensor:
    return inputs[0].reshape(given["shape"])


def expand(inputs: Inputs, given: Arguments) -> Tensor:
    return inputs[0].expand(given["size"])


def permute(inputs: Inputs, given: Arguments) -> Tensor:
    return inputs[0].permute(given["dims"])


def transpose(inputs: Inputs, given: Arguments) -> Tensor:
    return inputs[0].transpose(given["dim0"], given["dim1"])


def squeeze(inputs: Inputs, given: Arguments) -> Tensor:
    return inputs[0].squeeze(given["dim"])


def unsqueeze(inputs: Inputs, given: Arguments) -> Tensor:
    return inputs[0].unsqueeze(given["dim"])


def diagonal(inputs: Inputs, given: Arguments) -> Tensor:
    made: Tensor = torch.linalg.diagonal(inputs[0], **given)
    return made


def fold(inputs: Inputs, given: Arguments) -> Tensor:
    """What is no batch torch would take for one image."""
    (value,) = inputs
    if value.dim() != 3:
        raise ValueError(f"windows have 3 dims, not {value.dim()}")
    return torch.nn.functional.fold(value, **given)


# --- parts ----------------------------------------------------------------------------------------


def chunk(inputs: Inputs, given: Arguments) -> Inputs:
    return tuple(inputs[0].chunk(given["chunks"], given["dim"]))


def split(inputs: Inputs, given: Arguments) -> Inputs:
    wanted = given["split_size_or_sections"]
    sizes = list(wanted) if isinstance(wanted, tuple) else wanted
    return torch.split(inputs[0], sizes, given["dim"])


def slice_(inputs: Inputs, given: Arguments) -> Tensor:
    """``x[start:end:step]`` along one dim."""
    (value,) = inputs
    dim = given["dim"]
    if not -value.dim() <= dim < value.dim():
        raise IndexError(f"{value.dim()} dims have no dim {dim}")
    index = [slice(None)] * value.dim()
    index[dim] = slice(given["start"], given["end"], given["step"])
    return value[tuple(index)]


def select(inputs: Inputs, given: Arguments) -> Tensor:
    return inputs[0].select(given["dim"], given["index"])


# --- copies ---------------------------------------------------------------------------------------


def tile(inputs: Inputs, given: Arguments) -> Tensor:
    return inputs[0].tile(given["dims"])


def repeat_interleave(inputs: Inputs, given: Arguments) -> Tensor:
    return inputs[0].repeat_interleave(given["repeats"], dim=given["dim"])


def arange(inputs: Inputs, given: Arguments) -> Tensor:
    """As ``range``, beside what flows in."""
    if len(given["bounds"]) > 3:
        raise ValueError("a range has a first, a last and a step")
    return torch.arange(*given["bounds"], device=inputs[0].device)


def contiguous(inputs: Inputs, _: Arguments) -> Tensor:
    return inputs[0].contiguous()


def stack(inputs: Inputs, given: Arguments) -> Tensor:
    return torch.stack(inputs, given["dim"])


# --- other sizes ----------------------------------------------------------------------------------


def interpolate(inputs: Inputs, given: Arguments) -> Tensor:
    (value,) = inputs
    return torch.nn.functional.interpolate(value, **layers.for_axes(layers.axes(value), given))


def pad_by(inputs: Inputs, given: Arguments) -> Tensor:
    """A number is for both ends of every axis; a list has two for each, the last axis first."""
    (value,) = inputs
    wanted, mode = given["padding"], given["mode"]
    if isinstance(wanted, int) or mode != "constant":
        axes = layers.axes(value)
        if not isinstance(wanted, int) and len(wanted) != 2 * axes:
            raise ValueError(f"{len(wanted)} numbers are no padding of {value.dim()} dims")
    layers.enough_to_repeat(value, given)
    sides = [wanted] * (2 * (value.dim() - 2)) if isinstance(wanted, int) else list(wanted)
    return torch.nn.functional.pad(value, sides, mode, layers.filler(given["value"]))


# --- merges and arithmetic ------------------------------------------------------------------------


def concat(inputs: Inputs, given: Arguments) -> Tensor:
    return torch.cat(inputs, given["dim"])


def _merge(function: Callable[[Any, Any], Tensor]) -> Callable[[Inputs, Arguments], Tensor]:
    """From the first value on, or with a number in the place of a second value."""

    def run(inputs: Inputs, given: Arguments) -> Tensor:
        other = given.get("other")
        return reduce(function, inputs) if other is None else function(inputs[0], other)

    return run


add = _merge(lambda one, other: one + other)
multiply = _merge(lambda one, other: one * other)
subtract = _merge(lambda one, other: one - other)
divide = _merge(lambda one, other: one / other)
maximum = _merge(torch.maximum)
minimum = _merge(torch.minimum)


def matmul(inputs: Inputs, _: Arguments) -> Tensor:
    left, right = inputs
    return left @ right


def einsum(inputs: Inputs, given: Arguments) -> Tensor:
    made: Tensor = torch.einsum(given["equation"], *inputs)
    return made


def linear_by(inputs: Inputs, _: Arguments) -> Tensor:
    """A matrix, and a number for each of its rows."""
    value, weight, *bias = inputs
    if weight.dim() != 2 or any(tuple(each.shape) != tuple(weight.shape[:1]) for each in bias):
        raise ValueError("a weight is a matrix, a bias has a number for each of its rows")
    return torch.nn.functional.linear(value, weight, *bias)


def sliding(name: str) -> Callable[[Inputs, Arguments], Tensor]:
    """A convolution of that name, over as many axes as there are."""

    def run(inputs: Inputs, given: Arguments) -> Tensor:
        axes = layers.axes(inputs[0])
        if any(len(each) != axes for each in given.values() if isinstance(each, tuple)):
            raise ValueError("a list has an entry for each axis")
        made: Tensor = getattr(torch.nn.functional, f"{name}{axes}d")(*inputs, **given)
        return made

    return run


# --- choices --------------------------------------------------------------------------------------


def compare(name: str) -> Callable[[Inputs, Arguments], Tensor]:
    """Of two values, or of one with a number."""
    function = getattr(torch, "eq" if name == "equal" else name)

    def run(inputs: Inputs, given: Arguments) -> Tensor:
        one, *others = inputs
        (other,) = others if given["other"] is None else (given["other"],)
        verdict: Tensor = function(one, other)
        return verdict

    return run


def logical(name: str) -> Callable[[Inputs, Arguments], Tensor]:
    """One after the other."""
    return _merge(getattr(torch, f"logical_{name}"))


def addcmul(inputs: Inputs, given: Arguments) -> Tensor:
    to, one, other = inputs
    return torch.addcmul(to, one, other, value=given["value"])


def where(inputs: Inputs, _: Arguments) -> Tensor:
    condition, one, other = inputs
    return torch.where(condition, one, other)


def masked_fill(inputs: Inputs, given: Arguments) -> Tensor:
    value, mask = inputs
    return torch.masked_fill(value, mask, layers.filler(given["value"]))


def cast(inputs: Inputs, given: Arguments) -> Tensor:
    dtypes = {"float": torch.float32, "int": torch.int64, "bool": torch.bool}
    return inputs[0].to(dtypes[given["dtype"]])


def index_select(inputs: Inputs, given: Arguments) -> Tensor:
    value, index = inputs
    if index.dim() != 1:
        raise ValueError(f"the places are a list, and have {index.dim()} dims")
    return torch.index_select(value, given["dim"], index)


def gather(inputs: Inputs, given: Arguments) -> Tensor:
    value, index = inputs
    return torch.gather(value, given["dim"], index)


def scatter(name: str) -> Callable[[Inputs, Arguments], Tensor]:
    """Put or added, by that name of torch."""

    def run(inputs: Inputs, given: Arguments) -> Tensor:
        value, index, put = inputs
        made: Tensor = getattr(torch, name)(value, given["dim"], index, put)
        return made

    return run


def _aligned(given: Arguments) -> dict[str, Any]:
    """Neither means false, of which torch warns."""
    return {**given, "align_corners": bool(given["align_corners"])}


def grid_sample(inputs: Inputs, given: Arguments) -> Tensor:
    image, grid = inputs
    return torch.nn.functional.grid_sample(image, grid, **_aligned(given))


def affine_grid(inputs: Inputs, given: Arguments) -> Tensor:
    return torch.nn.functional.affine_grid(inputs[0], **_aligned(given))


# --- reductions -----------------------------------------------------------------------------------


def mean(inputs: Inputs, given: Arguments) -> Tensor:
    return inputs[0].mean(given["dim"], keepdim=given["keepdim"])


def sum_(inputs: Inputs, given: Arguments) -> Tensor:
    return inputs[0].sum(given["dim"], keepdim=given["keepdim"])


def first(function: Callable[..., Any]) -> Callable[[Inputs, Arguments], Tensor]:
    """Of a function that also says where what it gives was found, that alone."""

    def run(inputs: Inputs, given: Arguments) -> Tensor:
        found: Tensor = function(*inputs, **given)[0]
        return found

    return run


def median(inputs: Inputs, given: Arguments) -> Tensor:
    """Of elements that lie in turn: of repeated ones torch gives what it has not written."""
    return first(torch.median)((inputs[0].contiguous(),), given)


def deviation(name: str) -> Callable[[Inputs, Arguments], Tensor]:
    """Of more elements than are left out of their number: else torch warns, and divides by 0."""

    def run(inputs: Inputs, given: Arguments) -> Tensor:
        (value,) = inputs
        dims = given["dim"] if isinstance(given["dim"], tuple) else (given["dim"],)
        if math.prod(value.shape[dim] for dim in dims) <= given["correction"]:
            raise ValueError("there are no degrees of freedom")
        found: Tensor = getattr(torch, name)(value, **given)
        return found

    return run


def norm(inputs: Inputs, given: Arguments) -> Tensor:
    dims, keep = given["dim"], given["keepdim"]
    made: Tensor = torch.linalg.vector_norm(inputs[0], given["p"], dims, keep)
    return made


def normalize(inputs: Inputs, given: Arguments) -> Tensor:
    return torch.nn.functional.normalize(inputs[0], **given)


def topk(inputs: Inputs, given: Arguments) -> Inputs:
    values, places = torch.topk(inputs[0], **given)
    return values, places


def one_hot(inputs: Inputs, given: Arguments) -> Tensor:
    return torch.nn.functional.one_hot(inputs[0], given["num_classes"])
