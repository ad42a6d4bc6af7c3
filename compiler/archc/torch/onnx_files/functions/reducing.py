"""Sums and their like over axes, and products of matrices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from archc.torch.onnx_files.functions.given import (
    Function,
    Value,
    as_tensor,
    axes_given,
    given_at,
    operand,
    short,
)
from archc.torch.onnx_files.graph_file import OnnxNode


def _reduce(function: Callable[..., Any]) -> Function:
    def run(node: OnnxNode, given: Sequence[Value]) -> Any:
        axes = axes_given(node, given)
        if axes is None and node.attributes.get("noop_with_empty_axes"):
            return given[0]
        axes = axes or list(range(given[0].dim()))
        return function(given[0], tuple(axes), keepdim=bool(node.attributes.get("keepdims", 1)))

    return run


def _product(x: Tensor, dim: tuple[int, ...], keepdim: bool) -> Tensor:
    if len(dim) != 1:
        raise NotImplementedError("a product over several axes is not read")
    return torch.prod(x, dim[0], keepdim=keepdim)


def _norm_of(order: int) -> Callable[..., Any]:
    return lambda x, dim, keepdim: torch.linalg.vector_norm(x, order, dim, keepdim=keepdim)


def _arg(function: Callable[..., Any]) -> Function:
    def run(node: OnnxNode, given: Sequence[Value]) -> Any:
        keep = bool(node.attributes.get("keepdims", 1))
        return function(given[0], node.attributes.get("axis", 0), keepdim=keep)

    return run


def _softmax(function: Callable[..., Any]) -> Function:
    return lambda node, given: function(given[0], dim=node.attributes.get("axis", -1))


def _matmul(_: OnnxNode, given: Sequence[Value]) -> Tensor:
    return torch.matmul(as_tensor(given[0]), as_tensor(given[1]))


def _gemm(node: OnnxNode, given: Sequence[Value]) -> Tensor:
    said = node.attributes
    a, b = as_tensor(given[0]), as_tensor(given[1])
    a = a.transpose(0, 1) if said.get("transA") else a
    b = b.transpose(0, 1) if said.get("transB") else b
    made: Tensor = torch.matmul(a, b)
    alpha, beta = short(said.get("alpha", 1)), short(said.get("beta", 1))
    made = made * alpha if alpha != 1 else made
    if given_at(given, 2) is None:
        return made
    bias = operand(given[2])
    return torch.add(made, bias * beta if beta != 1 else bias)


def _einsum(node: OnnxNode, given: Sequence[Value]) -> Tensor:
    return torch.einsum(node.attributes["equation"], *[as_tensor(each) for each in given])


REDUCING: Mapping[str, Function] = {
    "ArgMax": _arg(torch.argmax),
    "ArgMin": _arg(torch.argmin),
    "Einsum": _einsum,
    "Gemm": _gemm,
    "LogSoftmax": _softmax(F.log_softmax),
    "MatMul": _matmul,
    "ReduceL1": _reduce(_norm_of(1)),
    "ReduceL2": _reduce(_norm_of(2)),
    "ReduceLogSumExp": _reduce(torch.logsumexp),
    "ReduceMax": _reduce(torch.amax),
    "ReduceMean": _reduce(torch.mean),
    "ReduceMin": _reduce(torch.amin),
    "ReduceProd": _reduce(_product),
    "ReduceSum": _reduce(torch.sum),
    "Softmax": _softmax(F.softmax),
}
"""By op of ONNX what does it."""
