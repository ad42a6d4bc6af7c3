"""Convolution and pooling agree with torch over whole grids, refusals included.

Each axis is treated by itself, so the grids are one-dimensional and complete; two and three axes
are sampled. The rule is asked once for each window, over a size variable, and its answer is read
at every size: so the grids also test the conditions and the arithmetic of sizes.
"""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterator
from itertools import product

import one_axis
import pytest
from op_performer import agree, op, types_of

from archir.op.contract import Op
from archir.shapes.conditions import Check
from archir.shapes.types import TensorType

SIZES = range(1, 41)
KERNELS, STRIDES, PADDINGS, DILATIONS = range(1, 8), range(1, 5), range(4), range(1, 4)


def assert_agrees(made: Op) -> None:
    one_axis.assert_agrees(made, SIZES)


def settings(*ranges: range) -> Iterator[tuple[int, ...]]:
    return product(*ranges)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("ceil_mode", [False, True])
def test_max_pool_grid(kernel: int, ceil_mode: bool) -> None:
    for stride, padding, dilation in settings(STRIDES, PADDINGS, DILATIONS):
        assert_agrees(op("max_pool", kernel, stride, padding, dilation, ceil_mode))


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("ceil_mode", [False, True])
def test_avg_pool_grid(kernel: int, ceil_mode: bool) -> None:
    for stride, padding, counted in product(STRIDES, PADDINGS, (False, True)):
        assert_agrees(op("avg_pool", kernel, stride, padding, ceil_mode, counted))


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("keyword", ["conv", "depthwise"])
def test_convolution_grid(keyword: str, kernel: int) -> None:
    width = (1,) if keyword == "conv" else ()
    for stride, padding, dilation in settings(STRIDES, PADDINGS, DILATIONS):
        assert_agrees(op(keyword, *width, kernel, stride, padding, dilation))


@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate", "circular"])
@pytest.mark.parametrize("padding", [0, 1, 2, 3, 5, "same", "valid"])
def test_padding_mode_grid(mode: str, padding: int | str) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Using padding='same'")
        for kernel, stride, dilation in product(KERNELS, (1, 2), DILATIONS):
            made = op("conv", 1, kernel, stride, padding, dilation, bias=False, padding_mode=mode)
            assert_agrees(made)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 40])
def test_adaptive_avg_pool_grid(size: int) -> None:
    assert_agrees(op("adaptive_avg_pool", size))


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("axis", [(2, 0), (2, 1), (3, 0), (3, 1), (3, 2)])
def test_grid_along_one_of_several_axes(axis: tuple[int, int], kernel: int) -> None:
    """The same windows along one axis of two or three: torch's rules are not all alike there."""
    axes, at = axis

    def along(value: int, other: int) -> tuple[int, ...]:
        return tuple(value if index == at else other for index in range(axes))

    shapes = [types_of((1, 1, *along(size, 7))) for size in range(1, 13)]
    for stride, padding, ceil in product((1, 2, 3), (0, 1, 3), (False, True)):
        window = (along(kernel, 1), along(stride, 7), along(padding, 0))
        dilation = along(1 + stride % 2, 1)
        for types in shapes:
            agree(op("avg_pool", *window, ceil), types)
            agree(op("max_pool", *window, dilation, ceil), types)
            if not ceil:
                agree(op("conv", 1, *window, dilation), types)


def test_verdicts_at_given_sizes_equal_those_over_size_variables() -> None:
    for kernel, stride, padding, dilation, ceil in product(
        (1, 2, 5), (1, 3), (0, 1), (1, 2), (False, True)
    ):
        made = op("max_pool", kernel, stride, padding, dilation, ceil)
        over_variable = one_axis.our_extents(made, SIZES)
        for size in SIZES:
            check = Check({})
            outputs = made.infer(types_of((1, 1, size)), check)
            found = None if check.problems or outputs is None else outputs[0].shape[2]
            assert found == over_variable[size]


def per_axis(dice: random.Random, values: range, axes: int) -> int | tuple[int, ...]:
    if dice.random() < 0.4:
        return dice.choice(values)
    return tuple(dice.choice(values) for _ in range(axes))


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("seed", range(3))
def test_pools_on_several_axes(axes: int, seed: int) -> None:
    dice = random.Random(f"pool {axes} {seed}")
    for _ in range(120):
        kernel, stride = per_axis(dice, range(1, 6), axes), per_axis(dice, STRIDES, axes)
        padding = per_axis(dice, range(3), axes)
        ceil = dice.random() < 0.5
        types = types_of((1, 2, *(dice.randint(1, 12) for _ in range(axes))))
        agree(op("avg_pool", kernel, stride, padding, ceil), types)
        dilation = per_axis(dice, DILATIONS, axes)
        agree(op("max_pool", kernel, stride, padding, dilation, ceil), types)
        agree(op("max_pool", kernel, padding=padding), types)


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("seed", range(3))
def test_convolutions_on_several_axes(axes: int, seed: int) -> None:
    dice = random.Random(f"conv {axes} {seed}")
    for _ in range(120):
        types = types_of((1, dice.choice((1, 2, 6)), *(dice.randint(1, 9) for _ in range(axes))))
        padding = dice.choice(("same", "valid", *[per_axis(dice, PADDINGS, axes)] * 4))
        made = op(
            "conv",
            dice.choice((1, 4, 6)),
            per_axis(dice, range(1, 6), axes),
            1 if padding == "same" and dice.random() < 0.8 else per_axis(dice, STRIDES, axes),
            padding,
            per_axis(dice, DILATIONS, axes),
            dice.choice((1, 1, 2, 3)),
            dice.random() < 0.5,
            dice.choice(("zeros", "zeros", "reflect", "replicate", "circular")),
        )
        if padding == "same" and made.stride != 1:  # type: ignore[attr-defined]
            ones = made.stride in ((1,), (1, 1), (1, 1, 1))  # type: ignore[attr-defined]
            assert ones or not_accepted(made, types)
        agree(made, types)


def not_accepted(made: Op, types: tuple[TensorType, ...]) -> bool:
    check = Check({})
    made.infer(types, check)
    return any(problem.name == "strided-same-padding" for problem in check.problems)


@pytest.mark.parametrize("axes", [2, 3])
def test_adaptive_avg_pool_keeps_axes(axes: int) -> None:
    for size in product((None, 1, 3), repeat=axes):
        agree(op("adaptive_avg_pool", size), types_of((2, 3, *(5,) * axes)))


def test_adaptive_avg_pool_on_one_axis_takes_no_none() -> None:
    agree(op("adaptive_avg_pool", (None,)), types_of((2, 3, 5)))
    agree(op("adaptive_avg_pool", (2,)), types_of((2, 3, 5)))


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_divisor_override(axes: int) -> None:
    agree(op("avg_pool", 2, divisor_override=3), types_of((1, 1, *(4,) * axes)))


def test_pool_strides_at_the_limit_of_torch() -> None:
    made = op("max_pool", 2, 2**31 - 1, ceil_mode=True)
    for axes in (1, 2, 3):
        agree(made, types_of((1, 1, *(4,) * axes)))
