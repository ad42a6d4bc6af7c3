"""Pooling, padding for it, and maps at other sizes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy
import torch.nn.functional as F
from torch import Tensor

from archc.torch.onnx_files.functions.given import (
    Function,
    Value,
    given_at,
    short,
    whole_numbers,
)
from archc.torch.onnx_files.graph_file import OnnxError, OnnxNode
from archc.torch.onnx_files.layers import axes_of, sides


def _pad_first(node: OnnxNode, x: Tensor, fill: float) -> tuple[Tensor, tuple[int, ...]]:
    """What is to be padded outside, with the padding that a layer does itself."""
    axes = x.dim() - 2
    before, behind = sides(node, axes)
    if before == behind:
        return x, tuple(before)
    pairs = [each for pair in zip(reversed(before), reversed(behind), strict=True) for each in pair]
    return F.pad(x, pairs, value=fill), (0,) * axes


def _padded(node: OnnxNode, given: Sequence[Value]) -> Tensor:
    """What a convolution takes whose padding is not the same on both sides."""
    return _pad_first(node, given[0], 0.0)[0]


def _max_pool(node: OnnxNode, given: Sequence[Value]) -> Tensor:
    if len(node.outputs) > 1:
        raise OnnxError("the places of the largest are not read", node.place)
    x = given[0]
    axes = x.dim() - 2
    kernel = axes_of(node, "kernel_shape", axes)
    strides, dilations = axes_of(node, "strides", axes), axes_of(node, "dilations", axes)
    x, padding = _pad_first(node, x, -math.inf)
    ceil = bool(node.attributes.get("ceil_mode", 0))
    pool = (F.max_pool1d, F.max_pool2d, F.max_pool3d)[axes - 1]
    made: Tensor = pool(x, kernel, strides, padding, dilations, ceil)
    return made


def _avg_pool(node: OnnxNode, given: Sequence[Value]) -> Tensor:
    x = given[0]
    axes = x.dim() - 2
    kernel, strides = axes_of(node, "kernel_shape", axes), axes_of(node, "strides", axes)
    counted = bool(node.attributes.get("count_include_pad", 0))
    before, behind = sides(node, axes)
    if before != behind and not counted:
        raise OnnxError(f"its padding is {before} before and {behind} behind", node.place)
    if max(axes_of(node, "dilations", axes)) > 1:
        raise OnnxError("an average with a dilation is not read", node.place)
    x, padding = _pad_first(node, x, 0.0)
    if not any(padding):
        counted = True  # it is the same, and torch's way to say it
    said = {"ceil_mode": bool(node.attributes.get("ceil_mode", 0)), "count_include_pad": counted}
    pool: Any = (F.avg_pool1d, F.avg_pool2d, F.avg_pool3d)[axes - 1]
    made: Tensor = pool(x, kernel, strides, padding, **said)
    return made


def _global_avg(_: OnnxNode, given: Sequence[Value]) -> Tensor:
    x = given[0]
    pool: Any = (F.adaptive_avg_pool1d, F.adaptive_avg_pool2d, F.adaptive_avg_pool3d)[x.dim() - 3]
    made: Tensor = pool(x, 1)
    return made


def _global_max(_: OnnxNode, given: Sequence[Value]) -> Tensor:
    x = given[0]
    pool: Any = (F.adaptive_max_pool1d, F.adaptive_max_pool2d, F.adaptive_max_pool3d)[x.dim() - 3]
    made: Tensor = pool(x, 1)
    return made


def _local_response(node: OnnxNode, given: Sequence[Value]) -> Tensor:
    said = node.attributes
    size, alpha = said.get("size", 1), short(said.get("alpha", 1e-4))
    beta, bias = short(said.get("beta", 0.75)), short(said.get("bias", 1.0))
    return F.local_response_norm(given[0], size, alpha, beta, bias)


def _resize(node: OnnxNode, given: Sequence[Value]) -> Tensor:
    """Interpolation as torch does it: ONNX has many ways beside those."""
    said = node.attributes
    x = given[0]
    mode = said.get("mode", "nearest")
    way = said.get("coordinate_transformation_mode", "half_pixel")
    if said.get("axes") is not None or said.get("antialias"):
        raise OnnxError("a Resize of some axes, or with antialias, is not read", node.place)
    extents = _resized(node, given, x)
    if mode == "nearest":
        if way != "asymmetric" or said.get("nearest_mode", "round_prefer_floor") != "floor":
            raise OnnxError(f"the nearest by {way} is none of torch's", node.place)
        return F.interpolate(x, size=extents, mode="nearest")
    if way not in ("half_pixel", "pytorch_half_pixel", "align_corners"):
        raise OnnxError(f"{mode} by {way} is none of torch's", node.place)
    if mode == "cubic" and short(said.get("cubic_coeff_a", -0.75)) != -0.75:
        raise OnnxError("a cubic of another coefficient than torch's is not read", node.place)
    kind = {"linear": {3: "linear", 4: "bilinear", 5: "trilinear"}, "cubic": {4: "bicubic"}}
    word = kind.get(mode, {}).get(x.dim())
    if word is None:
        raise OnnxError(f"{mode} of {x.dim()} dims is none of torch's", node.place)
    return F.interpolate(x, size=extents, mode=word, align_corners=way == "align_corners")


def _resized(node: OnnxNode, given: Sequence[Value], x: Tensor) -> list[int]:
    sizes, scales = given_at(given, 3), given_at(given, 2)
    if sizes is not None and numpy.asarray(sizes).size:
        return whole_numbers(node, sizes, "sizes")[2:]
    if scales is None or isinstance(scales, Tensor):
        raise OnnxError("it has no sizes", node.place)
    factors = numpy.asarray(scales).reshape(-1).tolist()
    return [math.floor(e * f) for e, f in zip(x.shape[2:], factors[2:], strict=True)]


POOLING: Mapping[str, Function] = {
    "AveragePool": _avg_pool,
    "GlobalAveragePool": _global_avg,
    "GlobalMaxPool": _global_max,
    "LRN": _local_response,
    "MaxPool": _max_pool,
    "Padded": _padded,
    "Resize": _resize,
}
"""By op of ONNX what does it."""
