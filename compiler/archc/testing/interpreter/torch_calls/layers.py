"""Ops that are modules of torch.nn (the op reference): what is read off the incoming tensor.

Each function takes the tensor that flows in and the op's arguments, and gives the module.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from archc.testing.interpreter.refused import UnwrittenMemoryError

Arguments = Mapping[str, Any]
Make = Callable[[Tensor, Arguments], nn.Module]


class StochasticDepth(nn.Module):
    """torchvision's: drops single examples ("row") or the whole batch with a probability."""

    def __init__(self, p: float, mode: str) -> None:
        super().__init__()
        self.p = p
        self.mode = mode

    def forward(self, value: Tensor) -> Tensor:
        if not self.training or self.p == 0:
            return value
        rows = value.shape[0] if self.mode == "row" else 1
        kept = torch.empty([rows] + [1] * (value.dim() - 1), dtype=value.dtype)
        kept = kept.bernoulli_(1 - self.p)
        return value * (kept.div_(1 - self.p) if self.p < 1 else kept)


def rectifier(kind: Callable[..., nn.Module], slope: str) -> Make:
    """One that turns the negative side round cannot be trained in place."""

    def make(_: Tensor, given: Arguments) -> nn.Module:
        if given["inplace"] and given[slope] < 0:
            raise ValueError(f"{slope} is below 0, and the work is done in place")
        return kind(**given)

    return make


def simple(kind: Callable[..., nn.Module]) -> Make:
    """A class that takes the op's arguments as they are, whatever flows in."""
    return lambda _, given: kind(**given)


def images(kind: Callable[..., nn.Module]) -> Make:
    """A class for ``[N, C, H, W]`` and more dims: one less would be an image without a batch."""

    def make(value: Tensor, given: Arguments) -> nn.Module:
        if value.dim() < 4:
            raise ValueError(f"there are at least 4 dims, and not {value.dim()}")
        return kind(**given)

    return make


def folded(value: Tensor, given: Arguments) -> nn.Module:
    """For windows of images: one dim less would be those of one image without a batch."""
    if value.dim() != 3:
        raise ValueError(f"windows have 3 dims, not {value.dim()}")
    return nn.Fold(**given)


def axes(value: Tensor) -> int:
    """How many spatial axes a tensor has: one of ``[N, C, L]``, up to three."""
    count = value.dim() - 2
    if not 1 <= count <= 3:
        raise ValueError(f"there are 1 to 3 spatial axes, and not {count}")
    return count


def for_axes(count: int, given: Arguments) -> dict[str, Any]:
    """The arguments; a list of them has one entry for each axis."""
    for name, value in given.items():
        if isinstance(value, tuple) and len(value) != count:
            raise ValueError(f"{name} has {len(value)} entries for {count} axes")
    return dict(given)


def by_axes(*kinds: Callable[..., nn.Module]) -> Make:
    """One class for each number of axes."""

    def make(value: Tensor, given: Arguments) -> nn.Module:
        count = axes(value)
        return kinds[count - 1](**for_axes(count, given))

    return make


_CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
_TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)


def convolution(value: Tensor, given: Arguments) -> nn.Module:
    count = axes(value)
    return _CONVOLUTIONS[count - 1](value.shape[1], **for_axes(count, given))


def depthwise(value: Tensor, given: Arguments) -> nn.Module:
    """One group a channel, each of which becomes ``multiplier`` channels."""
    count, channels = axes(value), value.shape[1]
    rest = for_axes(count, given)
    made = channels * rest.pop("multiplier")
    return _CONVOLUTIONS[count - 1](channels, made, groups=channels, **rest)


def convolution_transposed(value: Tensor, given: Arguments) -> nn.Module:
    count = axes(value)
    return _TRANSPOSED[count - 1](value.shape[1], **for_axes(count, given))


def average_pool(value: Tensor, given: Arguments) -> nn.Module:
    """On ``[N, C, L]`` there is no ``divisor_override``."""
    count = axes(value)
    rest = for_axes(count, given)
    if count == 1:
        if rest.pop("divisor_override") is not None:
            raise ValueError("torch's AvgPool1d has no divisor_override")
        return nn.AvgPool1d(**rest)
    return (nn.AvgPool2d if count == 2 else nn.AvgPool3d)(**rest)


def batch_norm(value: Tensor, given: Arguments) -> nn.Module:
    """``BatchNorm1d`` is also for ``[N, C]``."""
    kinds = {2: nn.BatchNorm1d, 3: nn.BatchNorm1d, 4: nn.BatchNorm2d, 5: nn.BatchNorm3d}
    if value.dim() not in kinds:
        raise ValueError(f"batch_norm takes 2 to 5 dims, and not {value.dim()}")
    return kinds[value.dim()](value.shape[1], **given)


def instance_norm(value: Tensor, given: Arguments) -> nn.Module:
    kinds = (nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d)
    return kinds[axes(value) - 1](value.shape[1], **given)


def over_last_dims(kind: Callable[..., nn.Module]) -> Make:
    """The sizes of the last ``dims`` dims are those of the weights."""

    def make(value: Tensor, given: Arguments) -> nn.Module:
        rest = dict(given)
        dims = rest.pop("dims")
        if dims > value.dim():
            raise ValueError(f"the last {dims} dims of {value.dim()} are to be normalised")
        return kind(tuple(value.shape[-dims:]), **rest)

    return make


def group_norm(value: Tensor, given: Arguments) -> nn.Module:
    rest = dict(given)
    return nn.GroupNorm(rest.pop("num_groups"), value.shape[1], **rest)


def embedding_bag(value: Tensor, given: Arguments) -> nn.Module:
    """For rows of one length: on one dim torch wants to be told where rows begin."""
    if value.dim() != 2:
        raise ValueError(f"there are rows of integers, and not {value.dim()} dims")
    return nn.EmbeddingBag(**given)


def linear(value: Tensor, given: Arguments) -> nn.Module:
    return nn.Linear(value.shape[-1], **given)


_PADS = {
    "constant": (nn.ConstantPad1d, nn.ConstantPad2d, nn.ConstantPad3d),
    "reflect": (nn.ReflectionPad1d, nn.ReflectionPad2d, nn.ReflectionPad3d),
    "replicate": (nn.ReplicationPad1d, nn.ReplicationPad2d, nn.ReplicationPad3d),
    "circular": (nn.CircularPad1d, nn.CircularPad2d, nn.CircularPad3d),
}


def padding(value: Tensor, given: Arguments) -> nn.Module:
    """A number is for both ends of every axis; a list has two for each, the last axis first.

    A constant may be put at the last axes alone, or at more than the spatial ones.
    """
    wanted, mode = given["padding"], given["mode"]
    if isinstance(wanted, int):
        count = axes(value)
    else:
        count = len(wanted) // 2
        if len(wanted) % 2 or (mode != "constant" and count != axes(value)):
            raise ValueError(f"{len(wanted)} numbers are no padding of {value.dim()} dims")
    kind: Any = _PADS[mode][count - 1]
    if mode != "constant" and given["value"] != 0.0:
        raise ValueError(f"the mode {mode} takes no value")
    put = (filler(given["value"]),) if mode == "constant" else ()
    made: nn.Module = kind(wanted, *put)
    return made


def filler(value: Any) -> Any:
    """A number, which may be infinite: "-inf" is the text of one."""
    return float(value) if isinstance(value, str) else value


def enough_to_repeat(value: Tensor, given: Arguments) -> None:
    """Of an axis that one end crops, torch repeats memory that nothing was written to."""
    wanted = given["padding"]
    if given["mode"] != "circular":
        return
    ends = [wanted] * (2 * axes(value)) if isinstance(wanted, int) else wanted
    for axis, (before, after) in enumerate(zip(ends[::2], ends[1::2], strict=True), 1):
        if max(before, after) > value.shape[-axis] + min(before, 0) + min(after, 0):
            reason = f"an axis of {value.shape[-axis]} does not hold {before}, {after}"
            raise UnwrittenMemoryError(reason)


def windows_see_something(value: Tensor, given: Arguments) -> None:
    """Of a window without an element torch gives minus infinity, and writes its gradient anywhere.

    How far a window reaches it counts in 32 bits, and does not look whether they suffice. Only the
    first window along an axis can be empty: a later one starts inside, or has more elements behind
    the padding.
    """
    names = ("kernel_size", "padding", "dilation")
    for axis, size in enumerate(value.shape[2:]):
        kernel, padding, dilation = (_at(given[name], axis) for name in names)
        if dilation * (kernel - 1) >= 2**31:
            raise ValueError(f"no axis of {size} holds a window dilated by {dilation}")
        if not any(0 <= each * dilation - padding < size for each in range(kernel)):
            raise ValueError(f"an axis of {size} lies between two elements of a window")


def _at(given: int | Sequence[int], axis: int) -> int:
    return given if isinstance(given, int) else given[axis]


def upsample(value: Tensor, given: Arguments) -> nn.Module:
    return nn.Upsample(**for_axes(axes(value), given))
