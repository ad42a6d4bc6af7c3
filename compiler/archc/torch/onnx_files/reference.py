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


def farthest(graph: OnnxGraph, net: nn.Module, extents: Sequence[Sequence[int]]) -> float:
    """The largest difference of an output, as a share of its largest element; in evaluation."""
    drawn = torch.Generator().manual_seed(SEED)
    inputs = [_drawn(shape, each.dtype, drawn) for shape, each in
              zip(extents, graph.inputs, strict=True)]  # fmt: skip
    feeds = {each.name: tensor.numpy() for each, tensor in zip(graph.inputs, inputs, strict=True)}
    try:
        theirs: Any = ReferenceEvaluator(graph.model, new_ops=[LRN]).run(None, feeds)
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
