"""What ops with windows make of a shape, for the generator to steer by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import floor, prod
from typing import Any

from archc.testing.generator.values import MOST_WEIGHTS, Misfit, Rule, Size, Value, Values, require

RULES: dict[str, Rule] = {}
"""By the op's name: what it gives for values and arguments by name."""


def rule(*names: str) -> Callable[[Rule], Rule]:
    """Registers the rule of some ops."""

    def register(made: Rule) -> Rule:
        RULES.update(dict.fromkeys(names, made))
        return made

    return register


def each(given: Any, axis: int, axes: int) -> Any:
    """The argument for one axis."""
    if isinstance(given, tuple | list):
        require(len(given) == axes)
        return given[axis]
    return given


def spatial(value: Value, dtypes: tuple[str, ...] = ("float",)) -> int:
    """How many spatial axes there are."""
    require(3 <= value.rank <= 5 and value.dtype in dtypes)
    return value.rank - 2


def fixed(extent: int) -> int:
    """An extent on which weights depend."""
    require(not isinstance(extent, Size))
    return extent


@rule("conv", "depthwise")
def _conv(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = inputs
    axes, channels = spatial(given), fixed(given.channels)
    groups = channels if "multiplier" in a else a["groups"]
    out = channels * a["multiplier"] if "multiplier" in a else a["out_channels"]
    require(groups >= 1 and channels % groups == 0 and out % groups == 0 and out >= 1)
    shape = [given.shape[0], out]
    kernels = [each(a["kernel_size"], axis, axes) for axis in range(axes)]
    require(out * channels // groups * prod(kernels) <= MOST_WEIGHTS)
    for axis, kernel in enumerate(kernels):
        stride, dilation = each(a["stride"], axis, axes), each(a["dilation"], axis, axes)
        padding, extent = a["padding"], given.shape[2 + axis]
        if padding == "same":
            require(stride == 1)
            shape.append(extent)
            continue
        padding = 0 if padding == "valid" else each(padding, axis, axes)
        most = {"zeros": 99, "replicate": 99, "reflect": extent - 1, "circular": extent}
        require(padding <= most[a["padding_mode"]])
        shape.append(slide(extent, kernel, stride, padding, dilation))
    return (given.reshaped(*shape),)


def slide(extent: int, kernel: int, stride: int, padding: int, dilation: int) -> int:
    """How many places a window takes."""
    require(kernel >= 1 and stride >= 1 and padding >= 0 and dilation >= 1)
    left = extent + 2 * padding - dilation * (kernel - 1) - 1
    require(left >= 0)
    return left // stride + 1


def slide_past_end(extent: int, kernel: int, stride: int, padding: int, dilation: int) -> int:
    """The same where a last window may hang over the end."""
    require(kernel >= 1 and stride >= 1 and dilation >= 1)
    reach = dilation * (kernel - 1) + 1
    made: int = (extent + min(2 * padding - reach + stride - 1, padding - 1)) // stride + 1
    return made


@rule("max_pool", "avg_pool", "lp_pool")
def _pool(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = inputs
    axes = spatial(given)
    require(a.get("norm_type") != 0 and not (axes == 1 and a.get("divisor_override")))
    require(not ("norm_type" in a and axes == 1 and isinstance(a["kernel_size"], tuple)))
    shape = list(given.shape[:2])
    for axis in range(axes):
        kernel, extent = each(a["kernel_size"], axis, axes), given.shape[2 + axis]
        stride = kernel if a["stride"] is None else each(a["stride"], axis, axes)
        padding = each(a.get("padding", 0), axis, axes)
        require(padding <= kernel // 2)
        require("dilation" in a or axes < 3 or extent >= kernel)
        how = slide_past_end if a["ceil_mode"] else slide
        shape.append(how(extent, kernel, stride, padding, each(a.get("dilation", 1), axis, axes)))
    return (given.reshaped(*shape),)


@rule("conv_transpose")
def _conv_transpose(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = inputs
    axes, channels, out = spatial(given), fixed(given.channels), a["out_channels"]
    require(channels % a["groups"] == 0 and out % a["groups"] == 0 and out >= 1)
    kernels = [each(a["kernel_size"], axis, axes) for axis in range(axes)]
    require(out * channels // a["groups"] * prod(kernels) <= MOST_WEIGHTS)
    shape = [given.shape[0], out]
    for axis, kernel in enumerate(kernels):
        stride, dilation = each(a["stride"], axis, axes), each(a["dilation"], axis, axes)
        padding, more = each(a["padding"], axis, axes), each(a["output_padding"], axis, axes)
        require(more < max(stride, dilation))
        extent = (given.shape[2 + axis] - 1) * stride - 2 * padding
        shape.append(extent + dilation * (kernel - 1) + more + 1)
    return (given.reshaped(*shape),)


@rule("conv_by", "conv_transpose_by")
def _by_window(inputs: Values, a: Mapping[str, Any]) -> Values:
    given, weight, *bias = _weighted(inputs)
    axes, transposed = spatial(given), "output_padding" in a
    require(weight.rank == given.rank)
    out = weight.shape[1] * a["groups"] if transposed else weight.shape[0]
    like = {**a, "out_channels": out, "kernel_size": weight.shape[2:], "padding_mode": "zeros"}
    wanted = (given.channels, out // a["groups"]) if transposed else (out, given.channels)
    require(weight.shape[:2] == wanted or (a["groups"] > 1 and not transposed))
    require(axes == len(weight.shape[2:]) and all(each.shape == (out,) for each in bias))
    return (_conv_transpose if transposed else _conv)((given,), like)


@rule("linear_by")
def _by_matrix(inputs: Values, a: Mapping[str, Any]) -> Values:
    given, weight, *bias = _weighted(inputs)
    require(weight.rank == 2 and weight.shape[1] == given.shape[-1])
    require(all(each.shape == weight.shape[:1] for each in bias))
    return (given.reshaped(*given.shape[:-1], weight.shape[0]),)


def _weighted(inputs: Values) -> Values:
    """A value, its weight, and perhaps a bias."""
    require(len(inputs) in (2, 3) and all(each.dtype == "float" for each in inputs))
    return inputs


@rule("adaptive_avg_pool", "adaptive_max_pool")
def _adaptive(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = inputs
    axes = spatial(given)
    wanted = [each(a["output_size"], axis, axes) for axis in range(axes)]
    require(axes > 1 or a["output_size"] not in ((None,), [None]))
    kept = [given.shape[2 + axis] if size is None else size for axis, size in enumerate(wanted)]
    return (given.reshaped(*given.shape[:2], *kept),)


@rule("global_avg_pool")
def _global(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = inputs
    require(given.rank >= 3 and given.dtype == "float")
    return (given.reshaped(*given.shape[:2], *(1,) * (given.rank - 2) * a["keepdim"]),)


@rule("upsample", "interpolate")
def _upsample(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = inputs
    axes, size, factor, mode = spatial(given), a["size"], a["scale_factor"], a["mode"]
    require((size is None) != (factor is None))
    for_rank = {"linear": 1, "bilinear": 2, "bicubic": 2, "trilinear": 3}
    require(for_rank.get(mode, axes) == axes)
    require(a["align_corners"] is None or mode in for_rank)
    require(not (a["recompute_scale_factor"] and size is not None))
    require(not a.get("antialias") or (axes == 2 and mode in ("bilinear", "bicubic")))
    shape = list(given.shape[:2])
    for axis in range(axes):
        extent = given.shape[2 + axis]
        if size is not None:
            require(each(size, axis, axes) >= 1)
            shape.append(each(size, axis, axes))
        else:
            made = floor(int(extent) * each(factor, axis, axes))
            shape.append(Size(made) if isinstance(extent, Size) else made)
    return (given.reshaped(*shape),)


@rule("grid_sample")
def _read(inputs: Values, a: Mapping[str, Any]) -> Values:
    require(len(inputs) == 2 and all(each.dtype == "float" for each in inputs))
    image, grid = inputs
    require(image.rank in (4, 5) and grid.rank == image.rank)
    require(a["mode"] != "bicubic" or image.rank == 4)
    require(grid.shape[0] == image.shape[0] and grid.shape[-1] == image.rank - 2)
    return (image.reshaped(*image.shape[:2], *grid.shape[1:-1]),)


@rule("affine_grid")
def _placed(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = inputs
    batch, _, *axes = a["size"]
    require(given.dtype == "float" and min(axes) >= 1 and len(axes) in (2, 3))
    require(given.shape == (batch, len(axes), len(axes) + 1))
    return (given.reshaped(batch, *axes, len(axes)),)


@rule("pad", "pad_by")
def _pad(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = inputs
    axes, padding, mode = spatial(given), a["padding"], a["mode"]
    sides = [padding] * (2 * axes) if isinstance(padding, int) else list(padding)
    require(len(sides) % 2 == 0 and len(sides) <= 2 * given.rank)
    require(mode == "constant" or (len(sides) == 2 * axes and not a["value"]))
    shape = list(given.shape)
    for place in range(0, len(sides), 2):
        before, after = sides[place : place + 2]
        dim = -1 - place // 2
        extent = shape[dim]
        most = {"constant": 99, "replicate": 99, "reflect": extent - 1, "circular": extent}[mode]
        require(max(before, after) <= most)
        shape[dim] = extent + before + after
        if mode != "constant":
            require(min(before, after) >= 0)
    return (given.reshaped(*shape),)


@rule("pixel_shuffle")
def _pixel_shuffle(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = inputs
    by = a["upscale_factor"]
    require(given.rank >= 3 and given.shape[-3] % (by * by) == 0)
    *front, channels, height, width = given.shape
    return (given.reshaped(*front, channels // (by * by), height * by, width * by),)


@rule("pixel_unshuffle")
def _pixel_unshuffle(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = inputs
    by = a["downscale_factor"]
    require(given.rank >= 3 and given.shape[-1] % by == 0 and given.shape[-2] % by == 0)
    *front, channels, height, width = given.shape
    return (given.reshaped(*front, channels * by * by, height // by, width // by),)


@rule("channel_shuffle")
def _channel_shuffle(inputs: Values, a: Mapping[str, Any]) -> Values:
    (given,) = inputs
    if given.rank < 3 or given.channels % a["groups"]:
        raise Misfit
    return inputs
