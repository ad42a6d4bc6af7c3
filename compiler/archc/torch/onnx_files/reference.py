"""What ONNX's reference implementation computes, against what a network computes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy
import torch
from onnx.reference import ReferenceEvaluator
from onnx.reference.op_run import OpRun
from torch import Tensor, nn

from archc.torch.onnx_files.graph_file import OnnxError, OnnxGraph
from archc.torch.tensors import leaves

SEED = 0


class LRN(OpRun):
    """ONNX's own (1.23) sums up as many channels as the batch has samples: this one all of them."""

    op_domain = ""

    def _run(self, x: Any, alpha: float, beta: float, bias: float, size: int) -> tuple[Any]:
        count = x.shape[1]
        before, behind = (size - 1) // 2, size // 2
        sums = [
            (x[:, max(0, place - before) : place + behind + 1] ** 2).sum(axis=1)
            for place in range(count)
        ]
        return (x / (bias + alpha / size * numpy.stack(sums, 1)) ** beta,)


class MaxPool(OpRun):
    """ONNX's own (1.23) makes too much where ceil_mode meets a padding: this one what is said."""

    op_domain = ""

    def _run(self, x: Any, **said: Any) -> tuple[Any]:
        kernel = said["kernel_shape"]
        axes = len(kernel)
        strides = said.get("strides") or [1] * axes
        dilations = said.get("dilations") or [1] * axes
        pads = said.get("pads") or [0] * 2 * axes
        for axis, (size, stride, wide) in enumerate(zip(kernel, strides, dilations, strict=True)):
            before, behind = pads[axis], pads[axis + axes]
            extent = x.shape[axis + 2]
            reach = wide * (size - 1) + 1
            room = extent + before + behind - reach
            count = (-(-room // stride) if said.get("ceil_mode") else room // stride) + 1
            if (count - 1) * stride >= extent + before:
                count -= 1  # a window has to begin in the input, or in the padding before it
            more = max(0, (count - 1) * stride + reach - extent - before)
            filled = [(0, 0)] * x.ndim
            filled[axis + 2] = (before, more)
            x = numpy.pad(x, filled, constant_values=-numpy.inf)
            places = numpy.arange(count)[:, None] * stride + numpy.arange(size) * wide
            x = x.take(places, axis=axis + 2).max(axis=axis + 3)
        return (x,)


def farthest(graph: OnnxGraph, net: nn.Module, extents: Sequence[Sequence[int]]) -> float:
    """The largest difference of an output, as a share of its largest element; in evaluation."""
    drawn = torch.Generator().manual_seed(SEED)
    inputs = [_drawn(shape, each.dtype, drawn) for shape, each in
              zip(extents, graph.inputs, strict=True)]  # fmt: skip
    feeds = {each.name: tensor.numpy() for each, tensor in zip(graph.inputs, inputs, strict=True)}
    try:
        with numpy.errstate(all="ignore"):  # 1 / (1 + exp(-x)) is 0 where exp is too large
            theirs: Any = ReferenceEvaluator(graph.model, new_ops=[LRN, MaxPool]).run(None, feeds)
    except Exception as error:  # whatever numpy says of what does not fit
        said = str(error).strip().split("\n")[0]
        raise OnnxError(f"ONNX's reference does not run it: {said}") from error
    with torch.no_grad():
        ours = [tensor for _, tensor in leaves(net.eval()(*inputs))]
    return max(
        _apart(one, torch.from_numpy(other)) for one, other in zip(ours, theirs, strict=True)
    )


def _drawn(shape: Sequence[int], dtype: str, drawn: torch.Generator) -> Tensor:
    if dtype == "float32":
        return torch.randn(*shape, generator=drawn)
    return torch.randint(2, tuple(shape), generator=drawn).to(getattr(torch, dtype))


def _apart(one: Tensor, other: Tensor) -> float:
    if one.shape != other.shape:
        return float("inf")
    if not one.numel():
        return 0.0
    difference = (one.double() - other.double()).abs().max()
    return float(difference / other.double().abs().max().clamp(min=1e-12))
