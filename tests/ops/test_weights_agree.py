"""Products with weights that flow in take what torch takes, at all sizes, and give its shapes."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from op_performer import agree, op, ours, types_of
from test_tensors_agree import A, B, defaults_drawn, hold_at_all_sizes

import archc
from archir.shapes.arithmetic import add, multiply
from archir.shapes.conditions import Check
from archir.shapes.types import TensorType

few = st.integers(1, 4)
axes = st.lists(st.integers(1, 6), min_size=1, max_size=3).map(tuple)
kernels = st.lists(st.integers(1, 4), min_size=1, max_size=3).map(tuple)
shapes = st.lists(few, min_size=1, max_size=4).map(tuple)

Shape = tuple[int, ...]


@settings(max_examples=300, deadline=None)
@given(shapes, few, few, st.booleans())
def test_linear(shape: Shape, out: int, features: int, fits: bool) -> None:
    features = shape[-1] if fits else features
    agree(op("linear_by"), types_of(shape, (out, features)))
    agree(op("linear_by"), types_of(shape, (out, features), (out,)))


@settings(max_examples=400, deadline=None)
@given(
    axes, kernels, st.sampled_from((1, 2, 3, 4, 6)), st.sampled_from((1, 2, 3, 4)),
    st.integers(0, 3), few, few, st.sampled_from((0, 1, 2, "same", "valid")), st.booleans(),
)  # fmt: skip
def test_convolutions(
    extents: Shape, kernel: Shape, out: int, depth: int, groups: int, stride: int, dilation: int,
    padding: Any, square: bool,
) -> None:  # fmt: skip
    if square:
        kernel = (kernel * 3)[: len(extents)]
    made = op("conv_by", stride, padding, dilation, groups)
    value, weight = (2, depth * max(1, groups), *extents), (out, depth, *kernel)
    agree(made, types_of(value, weight))
    agree(made, types_of(value, weight, (out,)))
    agree(made, types_of((2, depth, *extents), weight))


@settings(max_examples=400, deadline=None)
@given(
    axes, kernels, st.sampled_from((1, 2, 3, 4, 6)), few, st.integers(0, 3), few, few,
    st.integers(0, 2), st.integers(0, 2),
)  # fmt: skip
def test_transposed_convolutions(
    extents: Shape, kernel: Shape, channels: int, width: int, groups: int, stride: int,
    dilation: int, padding: int, more: int,
) -> None:  # fmt: skip
    kernel = (kernel * 3)[: len(extents)]
    made = op("conv_transpose_by", stride, padding, more, groups, dilation)
    value, weight = (2, channels, *extents), (channels, width, *kernel)
    agree(made, types_of(value, weight))
    agree(made, types_of(value, weight, (width * max(1, groups),)))


@pytest.mark.parametrize("keyword", ["linear_by", "conv_by", "conv_transpose_by"])
def test_a_bias_has_a_number_for_each_output(keyword: str) -> None:
    value, weight = ((2, 3), (3, 3)) if keyword == "linear_by" else ((2, 3, 5), (3, 3, 1))
    agree(op(keyword), types_of(value, weight, (2,)))
    assert ours(op(keyword), types_of(value, weight, (2,))) is None
    for dtypes in (("int64", "float32"), ("float32", "int64"), ("bool", "bool")):
        types = (TensorType(value, dtypes[0]), TensorType(weight, dtypes[1]))
        assert ours(op(keyword), types) is None


@pytest.mark.parametrize("number", [1, 4])
def test_two_or_three_values_flow_in(number: int) -> None:
    check = Check({})
    op("conv_by").infer(types_of((2, 3, 4)) * number, check)
    assert [problem.name for problem in check.problems] == ["other-number-of-values"]
    assert "takes 2 or 3 values" in check.problems[0].message()


forms = st.sampled_from((A, B, 1, 2, multiply(A, 2), add(B, 1)))


@settings(max_examples=60, deadline=None)
@given(
    forms, forms, forms, forms, st.sampled_from((1, 2, A)), st.sampled_from((0, 1, "same")),
    defaults_drawn,
)  # fmt: skip
def test_convolutions_over_sizes(
    channels: Any, out: Any, extent: Any, kernel: Any, groups: Any, padding: Any,
    defaults: dict[str, int],
) -> None:  # fmt: skip
    """So the features of one image may be looked for in another one of any size."""
    made = op("conv_by", padding=padding, groups=groups)
    types = (
        TensorType((1, multiply(channels, groups), extent)),
        TensorType((out, channels, kernel)),
    )
    hold_at_all_sizes(made, types, defaults, complete=False)


@settings(max_examples=60, deadline=None)
@given(forms, forms, forms, forms, defaults_drawn)
def test_others_over_sizes(
    channels: Any, out: Any, extent: Any, kernel: Any, defaults: dict[str, int]
) -> None:
    types = (TensorType((A, channels)), TensorType((out, channels)))
    hold_at_all_sizes(op("linear_by"), types, defaults)
    types = (TensorType((2, channels, extent)), TensorType((channels, out, kernel)))
    hold_at_all_sizes(op("conv_transpose_by", 2, 1), types, defaults)


SEARCH = """
model m() {
  input exemplar: [N, 8, 3, 5], search: [N, 8, H = 9, W = 9]
  conv_by(groups = N) [search -> reshape(1, N * 8, H, W), exemplar]
  reshape(N, 1, _.height, _.width)
}
"""


@pytest.mark.parametrize("batch", [1, 3])
def test_each_image_is_searched_by_its_own_window(batch: int) -> None:
    """As in Bertinetto et al. (2016), "Fully-Convolutional Siamese Networks", section 2.1."""
    net = archc.load(archc.Source("m.arch", SEARCH))
    exemplar, search = torch.randn(batch, 8, 3, 5), torch.randn(batch, 8, 11, 10)
    each = [
        torch.nn.functional.conv2d(image[None], window[None])
        for image, window in zip(search, exemplar, strict=True)
    ]
    torch.testing.assert_close(net(exemplar, search), torch.cat(each))


def test_groups_that_no_input_says_are_held_to_their_default() -> None:
    text = """
model m() {
  input x: [N, 6, L = 9], weight: [4, 3, 3], s: [G = 2, 5]
  conv_by(groups = G) [x, weight] as y
  output y, s
}
"""
    net = archc.load(archc.Source("m.arch", text))
    found = net(torch.ones(1, 6, 9), torch.ones(4, 3, 3), torch.ones(2, 5))
    assert found[0].shape == (1, 4, 7)
