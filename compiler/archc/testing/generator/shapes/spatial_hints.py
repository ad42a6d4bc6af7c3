"""What fits ops with windows, and others over space, argument by argument."""

from __future__ import annotations

from collections.abc import Callable
from math import gcd
from typing import Any

from archc.testing.generator.choices import Choices
from archc.testing.generator.values import Misfit, Size, Values

Drawn = dict[str, Any]
Hint = Callable[[Choices, Values, Drawn], Any]


def axes_of(inputs: Values) -> int:
    return max(1, inputs[0].rank - 2)


def per_axis(low: int, high: int, percent: int = 15) -> Hint:
    def hint(choose: Choices, inputs: Values, made: Drawn) -> Any:
        axes = axes_of(inputs)
        if choose.chance(percent):
            return tuple(choose.integer(low, high) for _ in range(axes))
        return choose.integer(low, high)

    return hint


def kernel(choose: Choices, inputs: Values, made: Drawn) -> Any:
    most = int(min([3, *inputs[0].shape[2:]]))
    return per_axis(1, max(1, most if choose.chance(70) else 4))(choose, inputs, made)


def least(given: Any) -> int:
    return min(given) if isinstance(given, tuple) else int(given)


def conv_padding(choose: Choices, inputs: Values, made: Drawn) -> Any:
    # Only where a kernel is even is more put behind than in front.
    kernels = made.get("kernel_size", 1)
    is_even = any(each % 2 == 0 for each in (kernels if isinstance(kernels, tuple) else (kernels,)))
    if choose.chance(50 if is_even else 15):
        return choose.pick(["same", "valid"])
    return per_axis(0, 2)(choose, inputs, made)


def pool_padding(choose: Choices, inputs: Values, made: Drawn) -> Any:
    return per_axis(0, least(made["kernel_size"]) // 2)(choose, inputs, made)


def output_padding(choose: Choices, inputs: Values, made: Drawn) -> Any:
    return choose.integer(0, max(0, least(made.get("stride", 1)) - 1))


def width(choose: Choices, inputs: Values, made: Drawn) -> int:
    channels = inputs[0].shape[1] if inputs[0].rank > 1 else 1
    near = [] if isinstance(channels, Size) else [channels, channels, 2 * channels]
    return choose.pick([*(width for width in near if width <= 12), 2, 3, 4, 1, 6, 8])


def groups(choose: Choices, inputs: Values, made: Drawn) -> int:
    return divisor(choose, gcd(inputs[0].channels, made.get("out_channels", inputs[0].channels)))


def divisor(choose: Choices, number: int) -> int:
    return choose.pick([each for each in range(1, number + 1) if number % each == 0] or [1])


def channel_divisor(choose: Choices, inputs: Values, made: Drawn) -> int:
    if inputs[0].rank < 2:
        raise Misfit
    return divisor(choose, int(inputs[0].channels))


def output_size(choose: Choices, inputs: Values, made: Drawn) -> Any:
    axes = axes_of(inputs)
    if choose.chance(25):
        return tuple(choose.pick([1, 2, 3, None]) for _ in range(axes))
    return choose.integer(1, 4)


def pads(choose: Choices, inputs: Values, made: Drawn) -> Any:
    if choose.chance(50):
        return choose.integer(0, 2)
    count = 2 * (choose.integer(1, axes_of(inputs)) if choose.chance(25) else axes_of(inputs))
    return tuple(choose.pick([0, 1, 2, -1]) for _ in range(count))


def pad_value(choose: Choices, inputs: Values, made: Drawn) -> float:
    return choose.pick([0.0, 1.0, -0.5]) if made.get("mode", "constant") == "constant" else 0.0


def mode(choose: Choices, inputs: Values, made: Drawn) -> str:
    own = {1: ["linear"], 2: ["bilinear", "bicubic"], 3: ["trilinear"]}.get(axes_of(inputs), [])
    return choose.pick(["nearest", "nearest-exact", "area", *own, *own])


def align(choose: Choices, inputs: Values, made: Drawn) -> bool | None:
    return choose.chance(50) if "linear" in made.get("mode", "") else None


def antialias(choose: Choices, inputs: Values, made: Drawn) -> bool:
    is_image = axes_of(inputs) == 2 and made.get("mode") in ("bilinear", "bicubic")
    return is_image and choose.chance(70)


def upsampled(choose: Choices, inputs: Values, made: Drawn) -> Any:
    return per_axis(1, 6)(choose, inputs, made)


def factor(choose: Choices, inputs: Values, made: Drawn) -> Any:
    if made.get("size") is not None:
        return None
    options = [2.0, 0.5, 1.5, 1.1, 0.7, 1.0]
    if choose.chance(20):
        return tuple(choose.pick(options) for _ in range(axes_of(inputs)))
    return choose.pick(options)


def recompute(choose: Choices, inputs: Values, made: Drawn) -> bool | None:
    return None if made.get("size") is not None else choose.pick([None, True, False])


def square_divisor(choose: Choices, inputs: Values, made: Drawn) -> int:
    return choose.pick([by for by in (2, 1, 3) if inputs[0].channels % (by * by) == 0])
