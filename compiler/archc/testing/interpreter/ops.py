"""The ops (the op reference): how each is called, and which class or function of torch it is.

Arguments are torch.nn's, less what can be read off the incoming shape.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from archc.testing.interpreter import functional, layers
from archc.testing.interpreter.kinds import KINDS
from archc.testing.interpreter.refused import Refused, place_of, wrong
from archc.testing.interpreter.values import literal
from archdsl import ast


@dataclass(frozen=True)
class Op:
    """One op. ``make`` gives its module for an incoming tensor, ``run`` does a function's work."""

    keyword: str
    kinds: Mapping[str, str]
    defaults: Mapping[str, Any]
    make: Callable[..., nn.Module] | None = None
    run: Callable[..., Any] | None = None
    merges: bool = False
    variadic: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.kinds)

    @property
    def required(self) -> frozenset[str]:
        return frozenset(self.kinds.keys() - self.defaults.keys())

    def takes_several(self, given: Mapping[str, Any]) -> bool:
        """Whether it merges. A number in the place of a second value makes one enough."""
        return self.merges and given.get("other") is None


def check_arguments(node: ast.Node, keyword: str, values: Mapping[str, Any]) -> None:
    """Whether the arguments that are given are of their kinds."""
    for name, value in values.items():
        kind = OPS[keyword].kinds[name]
        if not KINDS[kind](value):
            reason = f"{name} of {keyword} cannot be {literal(value)}"
            raise wrong(node, reason, keyword)


def attempt(node: ast.Node, keyword: str, run: Callable[..., Any], *given: Any) -> Any:
    """What torch makes of a call; an exception of its is a refusal."""
    try:
        return run(*given)
    except Refused:
        raise
    except (RuntimeError, ValueError, TypeError, LookupError, ArithmeticError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise Refused(reason, place_of(node), keyword, "torch") from error
    except (NotImplementedError, AssertionError, MemoryError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise Refused(reason, place_of(node), keyword, "torch") from error


def check_extents(node: ast.Node, keyword: str, made: tuple[Tensor, ...]) -> None:
    """What an op gives has at least one dim, and at least one element along each."""
    for value in made:
        if value.dim() == 0 or 0 in value.shape:
            raise wrong(node, f"{keyword} gives a value of shape {list(value.shape)}", keyword)


# --- the ops --------------------------------------------------------------------------------------

_PARAMETER = re.compile(r"(\w+): ([\w|?]+)(?: = (\S+))?$")
_CONSTANTS = {"true": True, "false": False, "none": None}


def _op(usage: str, **how: Any) -> Op:
    """An op from its usage: ``linear(out_features: count, bias: bool = true)``."""
    keyword, _, rest = usage.rstrip(")").partition("(")
    kinds: dict[str, str] = {}
    defaults: dict[str, Any] = {}
    for text in filter(None, rest.split(", ")):
        match = _PARAMETER.match(text.removeprefix("*"))
        assert match is not None, text
        name, kind, default = match.groups()
        kinds[name] = kind
        if default is not None:
            defaults[name] = _constant(default)
    return Op(keyword, kinds, defaults, variadic=rest.startswith("*"), **how)


def _constant(text: str) -> Any:
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text.startswith('"'):
        return text.strip('"')
    return float(text) if set(text) & {".", "e"} else int(text)


_ALL = (
    _op(
        "conv(out_channels: count, kernel_size: counts, stride: counts = 1, padding: padding = 0, "
        "dilation: counts = 1, groups: count = 1, bias: bool = true, "
        'padding_mode: filling = "zeros")',
        make=layers.convolution,
    ),
    _op(
        "depthwise(kernel_size: counts, stride: counts = 1, padding: padding = 0, "
        'dilation: counts = 1, bias: bool = true, padding_mode: filling = "zeros", '
        "multiplier: count = 1)",
        make=layers.depthwise,
    ),
    _op(
        "conv_transpose(out_channels: count, kernel_size: counts, stride: counts = 1, "
        "padding: sizes = 0, output_padding: sizes = 0, groups: count = 1, bias: bool = true, "
        'dilation: counts = 1, padding_mode: zeros = "zeros")',
        make=layers.convolution_transposed,
    ),
    _op(
        "max_pool(kernel_size: counts, stride: counts? = none, padding: sizes = 0, "
        "dilation: counts = 1, ceil_mode: bool = false)",
        make=layers.by_axes(nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d),
    ),
    _op(
        "avg_pool(kernel_size: counts, stride: counts? = none, padding: sizes = 0, "
        "ceil_mode: bool = false, count_include_pad: bool = true, "
        "divisor_override: count? = none)",
        make=layers.average_pool,
    ),
    _op(
        "adaptive_avg_pool(output_size: output)",
        make=layers.by_axes(nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d),
    ),
    _op("global_avg_pool(keepdim: bool = false)", run=functional.global_average),
    _op(
        "adaptive_max_pool(output_size: output)",
        make=layers.by_axes(nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d, nn.AdaptiveMaxPool3d),
    ),
    _op(
        "lp_pool(norm_type: nonzero, kernel_size: counts, stride: counts? = none, "
        "ceil_mode: bool = false)",
        make=layers.by_axes(nn.LPPool1d, nn.LPPool2d, nn.LPPool3d),
    ),
    _op(
        "batch_norm(eps: positive = 1e-05, momentum: share? = 0.1, affine: bool = true, "
        "track_running_stats: bool = true)",
        make=layers.batch_norm,
    ),
    _op(
        "layer_norm(dims: count = 1, eps: share = 1e-05, elementwise_affine: bool = true, "
        "bias: bool = true)",
        make=layers.over_last_dims(nn.LayerNorm),
    ),
    _op(
        "rms_norm(dims: count = 1, eps: share? = none, elementwise_affine: bool = true)",
        make=layers.over_last_dims(nn.RMSNorm),
    ),
    _op(
        "group_norm(num_groups: count, eps: share = 1e-05, affine: bool = true)",
        make=layers.group_norm,
    ),
    _op(
        "instance_norm(eps: share = 1e-05, momentum: share = 0.1, affine: bool = false, "
        "track_running_stats: bool = false)",
        make=layers.instance_norm,
    ),
    _op(
        "local_response_norm(size: count, alpha: number = 0.0001, beta: number = 0.75, "
        "k: number = 1.0)",
        make=layers.simple(nn.LocalResponseNorm),
    ),
    _op("relu(inplace: bool = false)", make=layers.simple(nn.ReLU)),
    _op("relu6(inplace: bool = false)", make=layers.simple(nn.ReLU6)),
    _op(
        "leaky_relu(negative_slope: number = 0.01, inplace: bool = false)",
        make=layers.rectifier(nn.LeakyReLU, "negative_slope"),
    ),
    _op(
        "elu(alpha: number = 1.0, inplace: bool = false)",
        make=layers.rectifier(nn.ELU, "alpha"),
    ),
    _op("prelu(num_parameters: count = 1, init: number = 0.25)", make=layers.simple(nn.PReLU)),
    _op("silu(inplace: bool = false)", make=layers.simple(nn.SiLU)),
    _op("hardswish(inplace: bool = false)", make=layers.simple(nn.Hardswish)),
    _op('gelu(approximate: approximate = "none")', make=layers.simple(nn.GELU)),
    _op("mish(inplace: bool = false)", make=layers.simple(nn.Mish)),
    _op("softplus(beta: number = 1.0, threshold: number = 20.0)", make=layers.simple(nn.Softplus)),
    _op("sigmoid()", make=layers.simple(nn.Sigmoid)),
    _op("hardsigmoid(inplace: bool = false)", make=layers.simple(nn.Hardsigmoid)),
    _op("tanh()", make=layers.simple(nn.Tanh)),
    _op("softmax(dim: int)", make=layers.simple(nn.Softmax)),
    _op("dropout(p: share = 0.5, inplace: bool = false)", make=layers.simple(nn.Dropout)),
    _op(
        'stochastic_depth(p: share, mode: rows = "row")',
        make=layers.simple(layers.StochasticDepth),
    ),
    _op("linear(out_features: count, bias: bool = true)", make=layers.linear),
    _op("flatten(start_dim: int = 1, end_dim: int = -1)", make=layers.simple(nn.Flatten)),
    _op("identity()", make=layers.simple(nn.Identity)),
    _op(
        'pad(padding: pads, mode: added = "constant", value: number = 0.0)',
        make=layers.padding,
    ),
    _op(
        "upsample(size: counts? = none, scale_factor: scales? = none, "
        'mode: upsampling = "nearest", align_corners: bool? = none, '
        "recompute_scale_factor: bool? = none)",
        make=layers.upsample,
    ),
    _op("pixel_shuffle(upscale_factor: count)", make=layers.images(nn.PixelShuffle)),
    _op("pixel_unshuffle(downscale_factor: count)", make=layers.images(nn.PixelUnshuffle)),
    _op("channel_shuffle(groups: count)", make=layers.simple(nn.ChannelShuffle)),
    _op("reshape(*shape: ints)", run=functional.reshape),
    _op("unflatten(dim: int, unflattened_size: ints)", make=layers.simple(nn.Unflatten)),
    _op("expand(*size: ints)", run=functional.expand),
    _op("permute(*dims: ints)", run=functional.permute),
    _op("transpose(dim0: int, dim1: int)", run=functional.transpose),
    _op("squeeze(dim: int|ints)", run=functional.squeeze),
    _op("unsqueeze(dim: int)", run=functional.unsqueeze),
    _op("chunk(chunks: count, dim: int = 1)", run=functional.chunk),
    _op("split(split_size_or_sections: sections, dim: int = 1)", run=functional.split),
    _op(
        "slice(dim: int, start: int? = none, end: int? = none, step: count = 1)",
        run=functional.slice_,
    ),
    _op("select(dim: int, index: int)", run=functional.select),
    _op("concat(dim: int = 1)", run=functional.concat, merges=True),
    _op("add(other: number? = none)", run=functional.add, merges=True),
    _op("multiply(other: number? = none)", run=functional.multiply, merges=True),
    _op("subtract(other: number? = none)", run=functional.subtract, merges=True),
    _op("divide(other: number? = none)", run=functional.divide, merges=True),
    _op("maximum()", run=functional.maximum, merges=True),
    _op("minimum()", run=functional.minimum, merges=True),
    _op("matmul()", run=functional.matmul, merges=True),
    _op("mean(dim: int|ints, keepdim: bool = false)", run=functional.mean),
    _op("sum(dim: int|ints, keepdim: bool = false)", run=functional.sum_),
)

OPS: Mapping[str, Op] = {op.keyword: op for op in _ALL}
