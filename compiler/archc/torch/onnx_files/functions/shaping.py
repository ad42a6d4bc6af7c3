"""What moves elements and computes nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy
import torch
import torch.nn.functional as F
from torch import Tensor

from archc.torch.onnx_files.functions.given import (
    Function,
    Value,
    as_tensor,
    axes_given,
    given_at,
    number,
    whole_numbers,
)
from archc.torch.onnx_files.graph_file import OnnxError, OnnxNode


def _reshape(node: OnnxNode, given: Sequence[Value]) -> Tensor:
    x, shape = given[0], whole_numbers(node, given[1], "extents")
    if not node.attributes.get("allowzero"):
        shape = [each or x.shape[n] for n, each in enumerate(shape)]
    made: Tensor = x.reshape(*shape)
    return made


def _flatten(node: OnnxNode, given: Sequence[Value]) -> Tensor:
    x, axis = given[0], node.attributes.get("axis", 1)
    axis = axis + x.dim() if axis < 0 else axis
    if axis == 1:
        return torch.flatten(x, 1)
    made: Tensor = x.reshape(math.prod(x.shape[:axis]), -1) if axis else x.reshape(1, -1)
    return made


def _transpose(node: OnnxNode, given: Sequence[Value]) -> Tensor:
    x = given[0]
    order = node.attributes.get("perm", list(reversed(range(x.dim()))))
    made: Tensor = x.permute(*order)
    return made


def _expand(node: OnnxNode, given: Sequence[Value]) -> Tensor:
    x, shape = as_tensor(given[0]), whole_numbers(node, given[1], "extents")
    shape = list(numpy.broadcast_shapes(tuple(x.shape), tuple(shape)))
    return x if shape == list(x.shape) else x.expand(*shape)


def _squeeze(node: OnnxNode, given: Sequence[Value]) -> Tensor:
    x = given[0]
    axes = axes_given(node, given)
    if axes is None:
        axes = [n for n, extent in enumerate(x.shape) if extent == 1]
    for axis in sorted((each % x.dim() for each in axes), reverse=True):
        x = x.squeeze(axis)
    made: Tensor = x
    return made


def _unsqueeze(node: OnnxNode, given: Sequence[Value]) -> Tensor:
    x, axes = given[0], axes_given(node, given) or []
    rank = x.dim() + len(axes)
    for axis in sorted(each % rank for each in axes):
        x = x.unsqueeze(axis)
    made: Tensor = x
    return made


def _slice(node: OnnxNode, given: Sequence[Value]) -> Tensor:
    x = given[0]
    starts, ends = whole_numbers(node, given[1], "starts"), whole_numbers(node, given[2], "ends")
    axes = (
        list(range(len(starts)))
        if given_at(given, 3) is None
        else whole_numbers(node, given[3], "axes")
    )
    steps = (
        [1] * len(starts) if given_at(given, 4) is None else whole_numbers(node, given[4], "steps")
    )
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        if step < 0:
            if (start, step) != (-1, -1) or end > -x.shape[axis]:
                raise OnnxError("a part that is taken backwards is not read", node.place)
            x = torch.flip(x, [axis])
            continue
        whole = end >= x.shape[axis]
        if start in (0, -x.shape[axis]) and whole and step == 1:
            continue
        index = [slice(None)] * (axis % x.dim())
        x = x[(*index, slice(start, None if whole else end, step))]
    made: Tensor = x
    return made


def _gather(node: OnnxNode, given: Sequence[Value]) -> Tensor:
    axis = node.attributes.get("axis", 0)
    x, index = as_tensor(given[0]), given[1]
    if isinstance(index, Tensor):
        if index.dim() == 1:
            return torch.index_select(x, axis, index)
        raise OnnxError("indices that flow in are read where they have one dim", node.place)
    if index.ndim == 0:
        made: Tensor = x.select(axis, int(index))
        return made
    extent = x.shape[axis]
    flat = numpy.where(index < 0, index + extent, index).reshape(-1)
    found = torch.index_select(x, axis, torch.from_numpy(flat.astype(numpy.int64)))
    if index.ndim == 1:
        return found
    axis %= x.dim()
    return found.reshape(*x.shape[:axis], *index.shape, *x.shape[axis + 1 :])


def _gather_elements(node: OnnxNode, given: Sequence[Value]) -> Tensor:
    axis = node.attributes.get("axis", 0)
    return torch.gather(as_tensor(given[0]), axis, as_tensor(given[1]))


def _split(node: OnnxNode, given: Sequence[Value]) -> tuple[Tensor, ...]:
    axis = node.attributes.get("axis", 0)
    sizes = given_at(given, 1)
    if sizes is None:
        return torch.chunk(given[0], len(node.outputs), axis)
    parts = whole_numbers(node, sizes, "sizes")
    return torch.split(given[0], parts, axis)


def _concat(node: OnnxNode, given: Sequence[Value]) -> Tensor:
    return torch.cat([as_tensor(each) for each in given], node.attributes.get("axis", 0))


def _tile(node: OnnxNode, given: Sequence[Value]) -> Tensor:
    made: Tensor = given[0].repeat(*whole_numbers(node, given[1], "repeats"))
    return made


def _pad(node: OnnxNode, given: Sequence[Value]) -> Tensor:
    x = given[0]
    pads = whole_numbers(node, given[1], "pads")
    axes = range(x.dim()) if given_at(given, 3) is None else whole_numbers(node, given[3], "axes")
    count = len(pads) // 2
    found = {axis % x.dim(): (pads[n], pads[n + count]) for n, axis in enumerate(axes)}
    said: list[int] = []
    for axis in reversed(range(x.dim())):
        said.extend(found.get(axis, (0, 0)))
    while len(said) > 2 and said[-2:] == [0, 0]:
        del said[-2:]
    mode = node.attributes.get("mode", "constant")
    if mode == "constant":
        value = given_at(given, 2)
        return F.pad(x, said, value=0 if value is None else number(value))
    word = {"reflect": "reflect", "edge": "replicate", "wrap": "circular"}.get(mode)
    if word is None:
        raise OnnxError(f"a padding by {mode} is not read", node.place)
    return F.pad(x, said, mode=word)


def _depth_to_space(node: OnnxNode, given: Sequence[Value]) -> Tensor:
    x, size = given[0], node.attributes["blocksize"]
    if node.attributes.get("mode", "DCR") == "CRD":
        return F.pixel_shuffle(x, size)
    channels, height, width = x.shape[1:]
    found = x.reshape(-1, size, size, channels // size**2, height, width).permute(0, 3, 4, 1, 5, 2)
    made: Tensor = found.reshape(-1, channels // size**2, height * size, width * size)
    return made


def _trilu(node: OnnxNode, given: Sequence[Value]) -> Tensor:
    diagonal = 0 if given_at(given, 1) is None else number(given[1])
    return (torch.triu if node.attributes.get("upper", 1) else torch.tril)(given[0], diagonal)


def _cumsum(node: OnnxNode, given: Sequence[Value]) -> Tensor:
    if node.attributes.get("exclusive") or node.attributes.get("reverse"):
        raise OnnxError("a sum that runs backwards, or leaves one out, is not read", node.place)
    return torch.cumsum(given[0], number(given[1]))


SHAPING: Mapping[str, Function] = {
    "Concat": _concat,
    "CumSum": _cumsum,
    "DepthToSpace": _depth_to_space,
    "Expand": _expand,
    "Flatten": _flatten,
    "Gather": _gather,
    "GatherElements": _gather_elements,
    "Pad": _pad,
    "Reshape": _reshape,
    "Slice": _slice,
    "Split": _split,
    "Squeeze": _squeeze,
    "Tile": _tile,
    "Transpose": _transpose,
    "Trilu": _trilu,
    "Unsqueeze": _unsqueeze,
}
"""By op of ONNX what does it."""
