"""Nodes of random networks that change sizes: upsampling, transposed convolution, padding.

What enlarges is followed by what makes small again, so that loops of it stay small.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from networks import (
    Conv,
    Env,
    Generator,
    MaxPool,
    MemoryTrace,
    Node,
    RefusedError,
    Sequence,
    Width,
    by_rank,
)
from torch import Tensor, nn

PADS: dict[str, tuple[type[nn.Module], ...]] = {
    "constant": (nn.ConstantPad1d, nn.ConstantPad2d, nn.ConstantPad3d),
    "reflect": (nn.ReflectionPad1d, nn.ReflectionPad2d, nn.ReflectionPad3d),
    "replicate": (nn.ReplicationPad1d, nn.ReplicationPad2d, nn.ReplicationPad3d),
    "circular": (nn.CircularPad1d, nn.CircularPad2d, nn.CircularPad3d),
}


@dataclass
class Module:
    """An op that is one module, made for the value that it meets."""

    words: str
    make: Callable[[Tensor], nn.Module]

    def text(self) -> str:
        return self.words

    def run(self, x: Tensor, trace: MemoryTrace, env: Env) -> Tensor:  # noqa: ARG002
        return trace.apply(lambda: self.make(x), x)


@dataclass
class ResizingGenerator(Generator):
    """Draws networks in which such nodes are common."""

    def node(self, depth: int, top: bool, width: str) -> Node:
        if self.chance(0.35):
            return resizing(self.random)
        return super().node(depth, top, width)


def resizing(random: Random) -> Node:
    """One of them, followed by its counterpart."""
    return random.choice([upsampling, transposed, padding, shuffling, pooling])(random)


def upsampling(random: Random) -> Node:
    factor = random.choice([2, 0.5, 1.5, 1.1, 0.7, 1 / 3])
    mode = random.choice(["nearest", "nearest-exact", "area", "bilinear"])
    words = f'upsample(scale_factor = {factor}, mode = "{mode}")'
    return Sequence([Module(words, lambda _: nn.Upsample(None, factor, mode)), halving(random)])


def transposed(random: Random) -> Node:
    kernel, stride = random.randint(1, 4), random.randint(1, 2)
    padding, extra = random.randint(0, 2), random.choice([0, 0, 1])
    classes = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
    words = f"conv_transpose(4, {kernel}, {stride}, {padding}, {extra})"

    def make(x: Tensor) -> nn.Module:
        return by_rank(x, *classes)(x.shape[1], 4, kernel, stride, padding, extra)

    return Sequence([Module(words, make), halving(random)])


def padding(random: Random) -> Node:
    amount, mode = random.randint(-1, 3), random.choice(list(PADS))
    value = () if mode != "constant" else (0.5,)

    def make(x: Tensor) -> nn.Module:
        return by_rank(x, *PADS[mode])(amount, *value)

    given = ", value = 0.5" if value else ""
    node = Module(f'pad({amount}, mode = "{mode}"{given})', make)
    return Sequence([node, Conv(Width(times=1), 2 * max(amount, 0) + 1)])


def shuffling(random: Random) -> Node:
    number = random.randint(1, 3)
    kinds: dict[str, Callable[[int], nn.Module]] = {
        "channel_shuffle": nn.ChannelShuffle,
        "pixel_shuffle": nn.PixelShuffle,
        "pixel_unshuffle": nn.PixelUnshuffle,
    }
    kind = random.choice(list(kinds))

    def make(x: Tensor) -> nn.Module:
        if kind != "channel_shuffle" and x.dim() < 4:
            raise RefusedError("torch reads this as one image without a batch")
        return kinds[kind](number)

    back = halving(random) if kind == "pixel_shuffle" else Conv(Width(6), 1)
    return Sequence([Module(f"{kind}({number})", make), back])


def pooling(random: Random) -> Node:
    if random.random() < 0.5:
        size = random.randint(1, 5)
        classes = (nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d, nn.AdaptiveMaxPool3d)
        return Module(f"adaptive_max_pool({size})", lambda x: by_rank(x, *classes)(size))
    kernel, ceil = random.randint(1, 3), random.random() < 0.5
    pools = (nn.LPPool1d, nn.LPPool2d, nn.LPPool3d)
    words = f"lp_pool(2, {kernel}, ceil_mode = {str(ceil).lower()})"
    return Module(words, lambda x: by_rank(x, *pools)(2.0, kernel, ceil_mode=ceil))


def halving(random: Random) -> Node:
    return MaxPool(2, 2, 0, 1, random.random() < 0.5)
