"""Transposed convolution, resampling, shuffles and the rarer pools agree with torch.

Full grids along one axis, samples over two and three; refusals included.
"""

from __future__ import annotations

import random
from itertools import product

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from one_axis import assert_agrees
from op_performer import agree, build, op, ours, types_of

from archir.op.contract import Op
from archir.shapes.arithmetic import substitute
from archir.shapes.conditions import Check, Condition
from archir.shapes.dims import evaluate, show, variable, variables
from archir.shapes.scaling import fraction_of, scaled
from archir.shapes.types import TensorType
from archir.sizes.sets import BeyondExactError, at_least, between
from archir.sizes.solve import solve


@pytest.mark.parametrize("kernel", range(1, 6))
@pytest.mark.parametrize("stride", range(1, 5))
def test_conv_transpose_grid(kernel: int, stride: int) -> None:
    for padding, extra, dilation in product(range(4), range(5), range(1, 4)):
        made = op("conv_transpose", 1, kernel, stride, padding, extra, dilation=dilation)
        assert_agrees(made, range(1, 6))


def per_axis(dice: random.Random, values: range, axes: int) -> int | tuple[int, ...]:
    if dice.random() < 0.4:
        return dice.choice(values)
    return tuple(dice.choice(values) for _ in range(axes))


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_conv_transpose_on_several_axes(axes: int) -> None:
    dice = random.Random(f"transposed {axes}")
    for _ in range(300):
        channels = dice.choice((1, 2, 6))
        types = types_of((1, channels, *(dice.randint(1, 5) for _ in range(axes))))
        made = op(
            "conv_transpose",
            dice.choice((1, 4, 6)),
            per_axis(dice, range(1, 4), axes),
            per_axis(dice, range(1, 4), axes),
            per_axis(dice, range(3), axes),
            per_axis(dice, range(3), axes),
            dice.choice((1, 1, 2, 3)),
            dice.random() < 0.5,
            per_axis(dice, range(1, 3), axes),
        )
        agree(made, types)


def test_conv_transpose_counts_over_size_variables() -> None:
    made = op("conv_transpose", 6, 3, 2, groups=2)
    given_type = TensorType((variable("N"), 4, variable("H"), variable("W")))
    outputs = made.infer((given_type,), Check({"N": 1, "H": 8, "W": 8}))
    assert outputs is not None
    sizes = {"N": 2, "H": 5, "W": 7}
    # Each of 4 channels at 2*5*7 places meets 6 // 2 filters of 3*3.
    assert evaluate(made.macs((given_type,), outputs), sizes) == 4 * 2 * 5 * 7 * 3 * 9


@pytest.mark.parametrize("kernel", range(1, 6))
def test_lp_pool_grid(kernel: int) -> None:
    for stride, ceil, norm in product((None, 1, 2, 3, 6), (False, True), (2, 0.5)):
        assert_agrees(op("lp_pool", norm, kernel, stride, ceil), range(1, 25))


@pytest.mark.parametrize("axes", [2, 3])
def test_lp_pool_on_several_axes(axes: int) -> None:
    dice = random.Random(f"lp {axes}")
    for _ in range(150):
        types = types_of((1, 2, *(dice.randint(1, 7) for _ in range(axes))))
        kernel, stride = per_axis(dice, range(1, 4), axes), per_axis(dice, range(1, 4), axes)
        agree(op("lp_pool", dice.choice((1, 2, -1.5)), kernel, stride, dice.random() < 0.5), types)


def test_lp_pool_takes_no_list_on_one_axis() -> None:
    agree(op("lp_pool", 2, (2,)), types_of((1, 1, 4)))
    agree(op("lp_pool", 2, 2, (1,)), types_of((1, 1, 4)))


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_lp_pool_has_no_norm_of_power_zero(axes: int) -> None:
    made, types = op("lp_pool", 0, 2), types_of((1, 1, *(4,) * axes))
    with pytest.raises((ZeroDivisionError, ValueError)):  # which, depends on the version
        build(made, types)(torch.ones(types[0].shape))  # type: ignore[arg-type]
    assert ours(made, types) is None


@pytest.mark.parametrize("size", [1, 2, 3, 7, 40])
def test_adaptive_max_pool_grid(size: int) -> None:
    assert_agrees(op("adaptive_max_pool", size), range(1, 41))


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_adaptive_max_pool_takes_any_size(axes: int) -> None:
    for size in (1, 2, 3, 7, *product((None, 1, 3), repeat=axes)):
        for extent in (1, 2, 5):
            agree(op("adaptive_max_pool", size), types_of((2, 3, *(extent,) * axes)))


# --- resampling -----------------------------------------------------------------------------------

FRACTIONS = sorted({p / q for q in range(1, 13) for p in range(1, 3 * q + 1)})
MODES = ("nearest", "nearest-exact", "area", "linear", "bilinear", "bicubic", "trilinear")


@pytest.mark.parametrize("mode", ["nearest", "linear", "area"])
@pytest.mark.parametrize("recompute", [None, True])
def test_scale_factor_grid(mode: str, recompute: bool | None) -> None:
    dice = random.Random(f"{mode} {recompute}")
    factors = [0.7, 1.1, 1.7, 0.3, 0.1, *dice.sample(FRACTIONS, 30)]
    factors += [dice.uniform(0.05, 3) for _ in range(10)]
    for factor in factors:
        made = op("upsample", scale_factor=factor, mode=mode, recompute_scale_factor=recompute)
        assert_agrees(made, (*range(1, 40), 63, 77, 90, 91, 98, 105, 126))


def along_one(size: int, factor: float) -> int:
    """What torch gives for an axis, asked on the meta device, where no memory is needed."""
    module = torch.nn.Upsample(scale_factor=factor)
    return int(module(torch.empty(1, 1, size, device="meta")).shape[2])


fractions = st.fractions(min_value="1/50", max_value=50, max_denominator=60)


@given(fractions.map(float) | st.floats(0.01, 100), st.data())
def test_scaled_sizes_are_torchs_at_every_size(factor: float, data: st.DataObject) -> None:
    fraction = fraction_of(factor)
    step = 1 if fraction is None else fraction[1]
    # Multiples of the denominator are where rounding decides.
    size = data.draw(
        st.integers(1, 2**31 - 1) | st.integers(1, (2**31 - 1) // step).map(step.__mul__)
    )
    expected = int(size * factor)
    if expected:
        assert along_one(size, factor) == expected
    assert scaled(size, factor) == expected
    assert evaluate(scaled(variable("H"), factor), {"H": size}) == expected


def test_fractions_collapse_with_other_sizes() -> None:
    half = scaled(variable("H"), 0.5)
    assert show(half) == "H // 2"
    assert show(scaled(half, 2.0)) == "2*(H // 2)"
    assert scaled(scaled(variable("H"), 0.25), 4.0) != variable("H")
    assert scaled(scaled(variable("H"), 4.0), 0.25) == variable("H")


def test_factor_without_a_fraction_is_evaluated_as_torch_does() -> None:
    dim = scaled(variable("H"), 0.7)
    assert show(dim) == "floor(H * 0.7)"
    assert variables(dim) == {"H"}
    assert evaluate(dim, {"H": 90}) == along_one(90, 0.7) == 62  # and not 63
    assert substitute(dim, {"H": 90}) == 62
    assert evaluate(substitute(dim, {"H": scaled(variable("W"), 2.0)}), {"W": 45}) == 62


def test_bounds_on_scaled_sizes_are_bounds_on_the_size() -> None:
    dim = scaled(variable("H"), 0.7)
    fits = [size for size in range(2, 200) if along_one(size, 0.7) >= 62]
    same = [size for size in range(2, 200) if along_one(size, 0.7) == 62]
    assert solve(Condition("at-least", dim, 62)) == at_least(fits[0])
    assert solve(Condition("equal", dim, 62)) == between(same[0], same[-1])
    with pytest.raises(BeyondExactError):
        solve(Condition("divisible", dim, 4))


def test_sizes_beyond_any_tensor_do_not_overflow() -> None:
    assert scaled(2**2000, 0.5) == 2**1999
    assert evaluate(scaled(variable("H"), 0.7), {"H": 10**400}) > 10**399


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("mode", MODES)
def test_upsample_arguments(mode: str, axes: int) -> None:
    sizes = (None, 3, (2, 5, 4)[:axes], (2,) * (axes % 3 + 1))
    factors = (None, 2, 0.5, (1.5, 0.4, 2)[:axes], (2.0,) * (axes % 3 + 1))
    corners, recompute = (None, False, True), (None, False, True)
    for size, factor, corner, again in product(sizes, factors, corners, recompute):
        made = op("upsample", size, factor, mode, corner, again)
        agree(made, types_of((2, 3, 4, 2, 5)[: axes + 2]))


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("mode", MODES)
def test_interpolate_arguments(mode: str, axes: int) -> None:
    sizes = (None, 3, (2, 5, 4)[:axes], (2,) * (axes % 3 + 1))
    factors = (None, 2, (1.5, 0.4, 2)[:axes], (2.0,) * (axes % 3 + 1))
    for each in product(sizes, factors, (None, False, True), (None, True), (False, True)):
        size, factor, corners, again, antialias = each
        made = op("interpolate", size, factor, mode, corners, again, antialias)
        agree(made, types_of((2, 3, 4, 2, 5)[: axes + 2]))


# --- shuffles -------------------------------------------------------------------------------------


@pytest.mark.parametrize("factor", range(1, 6))
def test_pixel_shuffle_grid(factor: int) -> None:
    for channels in range(1, 28):
        agree(op("pixel_shuffle", factor), types_of((1, channels, 2, 3)))
        agree(op("pixel_shuffle", factor), types_of((1, 5, channels, 2, 3)))


@pytest.mark.parametrize("factor", range(1, 6))
def test_pixel_unshuffle_grid(factor: int) -> None:
    for height, width in product(range(1, 13), repeat=2):
        agree(op("pixel_unshuffle", factor), types_of((1, 2, height, width)))


@pytest.mark.parametrize("groups", range(1, 8))
def test_channel_shuffle_grid(groups: int) -> None:
    for channels in range(1, 15):
        for rest in ((), (2,), (2, 3), (2, 3, 2)):
            if rest or channels % groups == 0:
                types = types_of((2, channels, *rest))
                if rest:
                    agree(op("channel_shuffle", groups), types)
                else:
                    assert ours(op("channel_shuffle", groups), types) is None


SYMBOLIC: list[tuple[Op, tuple[str | int, ...]]] = [
    (op("pixel_shuffle", 2), ("N", "C", "H", "W")),
    (op("pixel_unshuffle", 2), ("N", "C", "H", "W")),
    (op("pixel_unshuffle", 3), ("N", 2, 6, "W")),
    (op("channel_shuffle", 3), ("N", "C", "H")),
    (op("upsample", scale_factor=(0.5, 0.7)), ("N", "C", "H", "W")),
    (op("upsample", (3, 4)), ("N", "C", "H", "W")),
    (op("interpolate", (3, 4), mode="bicubic", antialias=True), ("N", "C", "H", "W")),
    (op("adaptive_max_pool", (None, 4)), ("N", "C", "H", "W")),
    (op("lp_pool", 2, 3, ceil_mode=True), ("N", "C", "H", "W")),
    (op("pad", (3, 2, 4, 1), "circular"), ("N", "C", "H", "W")),
    (op("pad", (-3, 2, 4, -1), "reflect"), ("N", "C", "H", "W")),
    (op("pad", (-3, -2, 4, -1, -2, -2)), ("N", "C", "H", "W")),
]


@pytest.mark.parametrize(("made", "shape"), SYMBOLIC, ids=repr)
def test_rules_over_size_variables_hold_for_all_sizes(
    made: Op, shape: tuple[str | int, ...]
) -> None:
    """Asked once, over size variables; the answer at given sizes is that of the numbers."""
    defaults = {"N": 12, "C": 12, "H": 12, "W": 12}
    check = Check(defaults)
    symbolic = TensorType(tuple(variable(d) if isinstance(d, str) else d for d in shape))
    outputs = made.infer((symbolic,), check)
    assert outputs is not None and not check.problems
    for channels, height, width in product((1, 2, 4, 6), range(1, 8), range(1, 8)):
        sizes = {"N": 2, "C": channels, "H": height, "W": width}
        numbers = symbolic.at(sizes)
        agree(made, (numbers,))
        valid = all(condition.holds(sizes) for condition in check.conditions)
        found = ours(made, (numbers,))
        assert valid == (found is not None)
        assert found is None or outputs[0].at(sizes) == found
