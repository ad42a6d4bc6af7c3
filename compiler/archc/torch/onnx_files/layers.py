"""Nodes with weights of their own as modules of torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy
import torch
from torch import Tensor, nn

from archc.torch.onnx_files.fusing import TURNED
from archc.torch.onnx_files.graph_file import OnnxError, OnnxGraph, OnnxNode

WEIGHTS: Mapping[str, tuple[int, ...]] = {
    "Conv": (1, 2),
    "ConvTranspose": (1, 2),
    "Linear": (1, 2),
    "BatchNormalization": (1, 2, 3, 4),
    "InstanceNormalization": (1, 2),
    "LayerNormalization": (1, 2),
    "GroupNormalization": (1, 2),
    "PRelu": (1,),
    "Gather": (0,),
}
"""By op which of its inputs are its weights."""

LABELS: Mapping[str, str] = {
    "Conv": "conv",
    "ConvTranspose": "conv",
    "Linear": "linear",
    "PRelu": "act",
    "Gather": "embedding",
}
"""What a layer is called where the file has no name for it; ``norm`` for all others."""


class Layers:
    """Makes the modules of a graph. Matrices that several nodes take are shared."""

    def __init__(self, graph: OnnxGraph) -> None:
        self.graph = graph
        self.shared: dict[tuple[str, bool], nn.Parameter] = {}

    def weights(self, node: OnnxNode) -> list[str]:
        """The names of a node's own tensors; none where it is no layer of torch."""
        places = WEIGHTS.get(node.kind, ())
        names = [node.inputs[each] for each in places if each < len(node.inputs)]
        names = [each for each in names if each]
        if not names or any(each not in self.graph.constants for each in names):
            return []
        return names if self.fits(node) else []

    def fits(self, node: OnnxNode) -> bool:
        """Whether torch has a layer for what the node says."""
        first = self.graph.constants[node.inputs[WEIGHTS[node.kind][0]]]
        if node.kind == "Gather":
            rank = self.graph.ranks.get(node.inputs[1], 0)
            known = node.inputs[1] in self.graph.constants
            floating = numpy.issubdtype(first.dtype, numpy.floating)
            return floating and first.ndim == 2 and rank > 0 and not known and not _axis(node)
        if node.kind == "PRelu":
            return first.size == max(first.shape, default=1)
        if node.kind == "LayerNormalization":
            rank = self.graph.ranks.get(node.inputs[0], 0)
            return len(node.outputs) == 1 and _axis(node, -1) in (-first.ndim, rank - first.ndim)
        if node.kind == "GroupNormalization":
            return self.graph.opset > 20  # before it had a scale for each group
        return True

    def made(self, node: OnnxNode) -> nn.Module:
        """The module of a node. OnnxError where torch has none with such arguments."""
        with torch.device("meta"):
            module = MAKERS[node.kind](self, node)
        names = [name for name, tensor in module._parameters.items() if tensor is not None]
        given = self.weights(node)
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d | nn.BatchNorm3d):
            for name, key in (("running_mean", given[2]), ("running_var", given[3])):
                setattr(module, name, self.tensor(key))
            module.num_batches_tracked = torch.tensor(0)
        for name, key in zip(names, given, strict=False):
            setattr(module, name, self.parameter(node, key, name, getattr(module, name).shape))
        return module

    def parameter(self, node: OnnxNode, key: str, name: str, shape: torch.Size) -> nn.Parameter:
        """A constant as a parameter of a shape; a matrix that was one already is the same again."""
        turned = node.kind == "Linear" and name == "weight" and TURNED not in node.attributes
        if (key, turned) in self.shared and len(shape) > 1:
            return self.shared[key, turned]
        tensor = self.tensor(key)
        tensor = tensor.t().contiguous() if turned else tensor
        if node.kind == "PRelu":
            tensor = tensor.flatten()
        if tensor.shape != shape:
            raise OnnxError(f"{key} is of {list(tensor.shape)}, and {list(shape)} fits", node.place)
        return self.shared.setdefault((key, turned), nn.Parameter(tensor))

    def tensor(self, key: str) -> Tensor:
        """A constant as a tensor of its own."""
        return torch.from_numpy(numpy.array(self.graph.constants[key]))

    def shape(self, node: OnnxNode, place: int) -> tuple[int, ...]:
        """Of one of a node's inputs, which is a constant."""
        return tuple(self.graph.constants[node.inputs[place]].shape)

    def has(self, node: OnnxNode, place: int) -> bool:
        """Whether a node has an input that may be left out."""
        return len(node.inputs) > place and bool(node.inputs[place])


def _axis(node: OnnxNode, usual: int = 0) -> int:
    return int(node.attributes.get("axis", usual))


def sides(node: OnnxNode, count: int) -> tuple[list[int], list[int]]:
    """The padding before and behind. OnnxError where it hangs on sizes."""
    auto = node.attributes.get("auto_pad", "NOTSET")
    if auto not in ("NOTSET", "VALID", ""):
        raise OnnxError(f"a padding that hangs on sizes ({auto}) is not read", node.place)
    none = [0] * 2 * count
    pads = none if auto == "VALID" else list(node.attributes.get("pads", none))
    if len(pads) != 2 * count or min(pads, default=0) < 0:
        raise OnnxError(f"its padding is {pads}", node.place)
    return pads[:count], pads[count:]


def axes_of(node: OnnxNode, name: str, count: int, usual: int = 1) -> tuple[int, ...]:
    """An attribute that has a number for each axis."""
    found = tuple(node.attributes.get(name, [usual] * count))
    if len(found) != count or min(found, default=1) < 0:
        raise OnnxError(f"its {name} is {list(found)}, for {count} axes", node.place)
    return found


def _convolution(layers: Layers, node: OnnxNode) -> nn.Module:
    shape = layers.shape(node, 1)
    axes = len(shape) - 2
    if axes not in (1, 2, 3):
        raise OnnxError(f"its weight is of {list(shape)}", node.place)
    before, behind = sides(node, axes)
    groups = int(node.attributes.get("group", 1))
    said: dict[str, Any] = {
        "stride": axes_of(node, "strides", axes),
        "dilation": axes_of(node, "dilations", axes),
        "groups": groups,
        "bias": layers.has(node, 2),
    }
    turned = node.kind == "ConvTranspose"
    if turned and before != behind:
        raise OnnxError(f"its padding is {before} before and {behind} behind", node.place)
    if before == behind:
        said["padding"] = tuple(before)
    if turned:
        said["output_padding"] = axes_of(node, "output_padding", axes, 0)
    ins, outs = (shape[0], shape[1] * groups) if turned else (shape[1] * groups, shape[0])
    kind = (TURNED_CONVOLUTIONS if turned else CONVOLUTIONS)[axes - 1]
    try:
        made: nn.Module = kind(ins, outs, tuple(shape[2:]), **said)
    except ValueError as error:
        raise OnnxError(str(error), node.place) from None
    return made


CONVOLUTIONS: tuple[Any, ...] = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
TURNED_CONVOLUTIONS: tuple[Any, ...] = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
BATCH_NORMS: tuple[Any, ...] = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)
INSTANCE_NORMS: tuple[Any, ...] = (nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d)


def _linear(layers: Layers, node: OnnxNode) -> nn.Module:
    rows, columns = layers.shape(node, 1)
    ins, outs = (columns, rows) if TURNED in node.attributes else (rows, columns)
    return nn.Linear(ins, outs, bias=layers.has(node, 2))


def _spatial(layers: Layers, node: OnnxNode, kinds: tuple[Any, ...]) -> Any:
    rank = layers.graph.ranks.get(node.inputs[0], 4)
    return kinds[min(max(rank - 3, 0), 2)]


def _batch_norm(layers: Layers, node: OnnxNode) -> nn.Module:
    (width,) = layers.shape(node, 1)
    eps, kept = node.attributes.get("epsilon", 1e-5), node.attributes.get("momentum", 0.9)
    kind = _spatial(layers, node, BATCH_NORMS)
    made: nn.Module = kind(width, eps=_short(eps), momentum=_short(1 - _short(kept)))
    return made


def _instance_norm(layers: Layers, node: OnnxNode) -> nn.Module:
    (width,) = layers.shape(node, 1)
    eps = node.attributes.get("epsilon", 1e-5)
    made: nn.Module = _spatial(layers, node, INSTANCE_NORMS)(width, eps=_short(eps), affine=True)
    return made


def _layer_norm(layers: Layers, node: OnnxNode) -> nn.Module:
    eps = _short(node.attributes.get("epsilon", 1e-5))
    return nn.LayerNorm(layers.shape(node, 1), eps=eps, bias=layers.has(node, 2))


def _group_norm(layers: Layers, node: OnnxNode) -> nn.Module:
    (width,) = layers.shape(node, 1)
    groups = int(node.attributes.get("num_groups", 1))
    if groups < 1 or width % groups:
        raise OnnxError(f"{width} channels are in {groups} groups", node.place)
    return nn.GroupNorm(groups, width, eps=_short(node.attributes.get("epsilon", 1e-5)))


def _prelu(layers: Layers, node: OnnxNode) -> nn.Module:
    return nn.PReLU(layers.graph.constants[node.inputs[1]].size)


def _embedding(layers: Layers, node: OnnxNode) -> nn.Module:
    rows, width = layers.shape(node, 0)
    return nn.Embedding(rows, width)


def _short(number: float) -> float:
    """A number as it was before it had 32 bits."""
    return float(str(numpy.float32(number)))


MAKERS: Mapping[str, Callable[[Layers, OnnxNode], nn.Module]] = {
    "Conv": _convolution,
    "ConvTranspose": _convolution,
    "Linear": _linear,
    "BatchNormalization": _batch_norm,
    "InstanceNormalization": _instance_norm,
    "LayerNormalization": _layer_norm,
    "GroupNormalization": _group_norm,
    "PRelu": _prelu,
    "Gather": _embedding,
}
