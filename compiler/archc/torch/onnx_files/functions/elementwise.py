"""Activations, arithmetic and comparisons."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy
import torch
import torch.nn.functional as F
from torch import Tensor

from archc.torch.onnx_files.functions.given import (
    Function,
    Value,
    as_tensor,
    given_at,
    number,
    operand,
    short,
)
from archc.torch.onnx_files.graph_file import OnnxError, OnnxNode


def _plain(function: Callable[..., Any], **names: str) -> Function:
    """A function of tensors; ``names`` are attributes by the name that torch has for them."""

    def run(node: OnnxNode, given: Sequence[Value]) -> Any:
        said = {name: number(node.attributes[key]) for name, key in names.items()
                if key in node.attributes}  # fmt: skip
        for name, value in said.items():
            said[name] = float(str(numpy.float32(value))) if isinstance(value, float) else value
        return function(as_tensor(given[0]), **said)

    return run


def _binary(function: Callable[..., Any], turned: Callable[..., Any] | None = None) -> Function:
    """A function of two values; ``turned`` is it where the first is a number."""

    def run(_: OnnxNode, given: Sequence[Value]) -> Any:
        one, other = operand(given[0]), operand(given[1])
        if not isinstance(one, Tensor):
            return (turned or (lambda x, y: function(y, x)))(one, other)
        return function(one, other)

    return run


def _extreme(function: Callable[..., Any], bound: str) -> Function:
    def run(_: OnnxNode, given: Sequence[Value]) -> Any:
        found = as_tensor(given[0])
        for each in given[1:]:
            other = operand(each)
            found = (
                function(found, other)
                if isinstance(other, Tensor)
                else torch.clamp(found, **{bound: other})
            )
        return found

    return run


def _clip(_: OnnxNode, given: Sequence[Value]) -> Tensor:
    low, high = (operand(given_at(given, place)) for place in (1, 2))
    if (low, high) == (0, 6):
        return F.relu6(given[0])
    return torch.clamp(given[0], low, high)


def _hard_sigmoid(node: OnnxNode, given: Sequence[Value]) -> Tensor:
    alpha, beta = node.attributes.get("alpha", 0.2), node.attributes.get("beta", 0.5)
    if math.isclose(alpha, 1 / 6, rel_tol=1e-6) and beta == 0.5:
        return F.hardsigmoid(given[0])
    return torch.clamp(given[0] * short(alpha) + short(beta), 0, 1)


def _gelu(node: OnnxNode, given: Sequence[Value]) -> Tensor:
    return F.gelu(given[0], approximate=node.attributes.get("approximate", "none"))


def _pow(_: OnnxNode, given: Sequence[Value]) -> Tensor:
    return torch.pow(operand(given[0]), operand(given[1]))


def _where(_: OnnxNode, given: Sequence[Value]) -> Tensor:
    return torch.where(as_tensor(given[0]), operand(given[1]), operand(given[2]))


CASTS: Mapping[int, Callable[..., Any]] = {
    1: torch.Tensor.float,
    6: torch.Tensor.long,
    7: torch.Tensor.long,
    9: torch.Tensor.bool,
}
"""By ONNX's number of a dtype what makes it. Whole numbers are of 64 bits."""


def _cast(node: OnnxNode, given: Sequence[Value]) -> Tensor:
    function = CASTS.get(node.attributes.get("to", 0))
    if function is None:
        raise OnnxError("it makes a dtype that is not read", node.place)
    made: Tensor = function(given[0])
    return made


def _divide(x: Tensor, y: Any) -> Tensor:
    if x.is_floating_point():
        return torch.div(x, y)
    return torch.div(x, y, rounding_mode="trunc")


ELEMENTWISE: Mapping[str, Function] = {
    "Abs": _plain(torch.abs),
    "Add": _binary(torch.add),
    "And": _binary(torch.logical_and),
    "Cast": _cast,
    "Ceil": _plain(torch.ceil),
    "Celu": _plain(F.celu, alpha="alpha"),
    "Clip": _clip,
    "Cos": _plain(torch.cos),
    "Div": _binary(_divide, lambda x, y: torch.reciprocal(y) * x),
    "Elu": _plain(F.elu, alpha="alpha"),
    "Equal": _binary(torch.eq),
    "Erf": _plain(torch.erf),
    "Exp": _plain(torch.exp),
    "Floor": _plain(torch.floor),
    "Gelu": _gelu,
    "Greater": _binary(torch.gt, lambda x, y: torch.lt(y, x)),
    "GreaterOrEqual": _binary(torch.ge, lambda x, y: torch.le(y, x)),
    "HardSigmoid": _hard_sigmoid,
    "HardSwish": _plain(F.hardswish),
    "LeakyRelu": _plain(F.leaky_relu, negative_slope="alpha"),
    "Less": _binary(torch.lt, lambda x, y: torch.gt(y, x)),
    "LessOrEqual": _binary(torch.le, lambda x, y: torch.ge(y, x)),
    "Log": _plain(torch.log),
    "Max": _extreme(torch.maximum, "min"),
    "Min": _extreme(torch.minimum, "max"),
    "Mish": _plain(F.mish),
    "Mul": _binary(torch.mul),
    "Neg": _plain(torch.neg),
    "Not": _plain(torch.logical_not),
    "Or": _binary(torch.logical_or),
    "Pow": _pow,
    "Reciprocal": _plain(torch.reciprocal),
    "Relu": _plain(F.relu),
    "Round": _plain(torch.round),
    "Selu": _plain(F.selu),
    "Sigmoid": _plain(torch.sigmoid),
    "Sign": _plain(torch.sign),
    "Sin": _plain(torch.sin),
    "Softplus": _plain(F.softplus),
    "Softsign": _plain(F.softsign),
    "Sqrt": _plain(torch.sqrt),
    "Sub": _binary(torch.sub, lambda x, y: torch.neg(y) + x),
    "Swish": _plain(F.silu),
    "Tanh": _plain(torch.tanh),
    "Where": _where,
    "Xor": _binary(torch.logical_xor),
}
"""By op of ONNX what does it."""
