"""Ops that are functions (the op reference), without a module.

Each takes the tensors that flow in and the op's arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import torch
from torch import Tensor

Arguments = Mapping[str, Any]
Inputs = tuple[Tensor, ...]


def global_average(inputs: Inputs, given: Arguments) -> Tensor:
    """The mean over all spatial axes, of which there is one at least."""
    (value,) = inputs
    if value.dim() < 3:
        raise ValueError(f"{value.dim()} dims have no spatial axes")
    return value.mean(tuple(range(2, value.dim())), keepdim=given["keepdim"])


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


# --- reductions -----------------------------------------------------------------------------------


def mean(inputs: Inputs, given: Arguments) -> Tensor:
    return inputs[0].mean(given["dim"], keepdim=given["keepdim"])


def sum_(inputs: Inputs, given: Arguments) -> Tensor:
    return inputs[0].sum(given["dim"], keepdim=given["keepdim"])
