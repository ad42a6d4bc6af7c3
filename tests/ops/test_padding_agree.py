"""Padding agrees with torch: every pair of paddings, on every mode, rank and size.

torch fills the memory that it has not written with not-a-number when it is asked to be
deterministic. So it shows where circular padding of a cropped axis gives what happens to lie in
memory; that counts as a refusal here, and is the one place where torch goes on and we do not.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from one_axis import our_extents
from op_performer import REFUSALS, agree, build, op, ours, theirs, torch_verdict, types_of
from test_tensors_agree import defaults_drawn, forms, hold_at_all_sizes, symbolic_shapes

from archir.op.contract import Op
from archir.shapes.types import TensorType

KEYWORDS = ("pad", "pad_by")
MODES = ("constant", "reflect", "replicate", "circular")
SIZES = range(1, 8)


@pytest.fixture(autouse=True)
def _deterministic() -> Iterator[None]:
    torch.use_deterministic_algorithms(True)
    yield
    torch.use_deterministic_algorithms(False)


def torch_extent(made: Op, size: int) -> int | None:
    """The output's size; None where torch refuses, or gives what it has not written."""
    types = types_of((1, 1, size))
    try:
        output = build(made, types)(torch.ones(1, 1, size))
    except REFUSALS:
        return None
    return None if output.isnan().any() else output.shape[2] or None


@pytest.mark.parametrize("keyword", KEYWORDS)
@pytest.mark.parametrize("mode", MODES)
def test_grid(mode: str, keyword: str) -> None:
    for padding in product(range(-5, 9), repeat=2):
        made = op(keyword, padding, mode)
        expected = {size: torch_extent(made, size) for size in SIZES}
        assert our_extents(made, SIZES) == expected, padding


def test_unwritten_memory_is_seen() -> None:
    made, types = op("pad", (-4, 4), "circular"), types_of((1, 1, 4))
    assert theirs(build(made, types), types) is not None, "torch goes on"
    assert torch_extent(made, 4) is None
    assert torch_extent(op("pad", (-2, 2), "circular"), 4) == 4


@pytest.mark.parametrize("keyword", KEYWORDS)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("padding", [-1, 0, 1, 2])
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_one_number_is_for_all_sides(mode: str, padding: int, axes: int, keyword: str) -> None:
    for extent in range(1, 5):
        agree(op(keyword, padding, mode), types_of((2, 3, *(extent, 4, 3)[:axes])))


@pytest.mark.parametrize("keyword", KEYWORDS)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_lists(mode: str, axes: int, keyword: str) -> None:
    dice = random.Random(f"{mode} {axes}")
    least = -2 if mode != "circular" else 0
    for _ in range(200):
        padding = tuple(dice.randint(least, 3) for _ in range(2 * axes))
        made = op(keyword, padding, mode)
        agree(made, types_of((2, 3, *(dice.randint(1, 6) for _ in range(axes)))))


@pytest.mark.parametrize("rank", range(1, 8))
@pytest.mark.parametrize("length", range(2, 7))
@pytest.mark.parametrize("mode", MODES)
def test_length_of_the_list(mode: str, length: int, rank: int) -> None:
    made, types = op("pad", (1,) * length, mode), types_of((4,) * rank)
    if length % 2:
        assert ours(made, types) is None
    elif mode == "constant" or length == 2 * (rank - 2):
        agree(made, types)
    else:
        # torch reads an image of one dim less as one without a batch, which is none here.
        assert ours(made, types) is None
        assert torch_verdict(made, types) is None or length == 2 * (rank - 1)


@pytest.mark.parametrize("rank", range(1, 8))
@pytest.mark.parametrize("length", range(2, 17))
def test_a_function_pads_any_of_the_last_dims(length: int, rank: int) -> None:
    agree(op("pad_by", (1, 2, 0, 1, *(0, 1) * 6)[:length]), types_of((2,) * rank))


@pytest.mark.parametrize("keyword", KEYWORDS)
@pytest.mark.parametrize("dtype", ["float32", "int64", "bool"])
@pytest.mark.parametrize("value", [0.5, -1, 9e18, 1e19, -(2.0**63), 3.4e38, 3.5e38, 1e300])
def test_values_fit(value: float, dtype: str, keyword: str) -> None:
    for padding in (1, 0, -1, (-1, 1), (-1, 0)):
        agree(op(keyword, padding, value=value), types_of((2, 3, 4), dtype=dtype))


def test_value_is_one_that_the_dtype_holds() -> None:
    """Up to 2.13 torch takes the first number above all integers, and puts the least one."""
    limit = op("pad", 1, value=2.0**63)
    assert ours(limit, types_of((1, 1, 3), dtype="int64")) is None
    assert ours(limit, types_of((1, 1, 3))) is not None


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("value", [0.0, 0.5])
def test_value_is_for_the_constant_mode(mode: str, value: float) -> None:
    made = op("pad", (1, 1), mode, value)
    module = torch.nn.functional.pad
    try:
        module(torch.ones(1, 1, 4), (1, 1), mode, value)
    except REFUSALS:
        assert ours(made, types_of((1, 1, 4))) is None
    else:
        assert ours(made, types_of((1, 1, 4))) == TensorType((1, 1, 6))


def test_order_of_a_list_is_torchs() -> None:
    image = torch.arange(6.0).reshape(1, 1, 2, 3)
    for mode in MODES:
        made = op("pad", (1, 0, 0, 1), mode)
        padded = build(made, types_of((1, 1, 2, 3)))(image)
        assert torch.equal(padded, torch.nn.functional.pad(image, (1, 0, 0, 1), mode))


@given(
    symbolic_shapes.filter(lambda shape: len(shape) > 2),
    st.lists(forms, min_size=2, max_size=2),
    st.sampled_from(MODES),
    defaults_drawn,
)
@settings(max_examples=150, deadline=None)
def test_padding_over_sizes(
    shape: Any, sides: list[Any], mode: str, defaults: dict[str, int]
) -> None:
    rest = (0, 0) * (len(shape) - 3) if mode != "constant" else ()
    made = op("pad_by", (*sides, *rest), mode)
    hold_at_all_sizes(made, (TensorType(shape),), defaults, complete=False)
