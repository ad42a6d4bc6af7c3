"""Windows laid out and put together, diagonals and elements put at places agree with torch."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from op_performer import agree, op, types_of
from test_tensors_agree import (
    A,
    B,
    Shape,
    defaults_drawn,
    dims,
    dtypes,
    forms,
    hold_at_all_sizes,
    shapes,
    symbolic_shapes,
)

from archir.shapes.arithmetic import floor_div, multiply
from archir.shapes.types import TensorType

pairs = st.integers(1, 3) | st.tuples(st.integers(1, 3), st.integers(1, 3))
paddings = st.integers(0, 2) | st.tuples(st.integers(0, 2), st.integers(0, 2))


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 7), st.integers(1, 7), pairs, pairs, paddings, pairs)
def test_unfold(
    high: int, wide: int, kernel: Any, dilation: Any, padding: Any, stride: Any
) -> None:
    agree(op("unfold", kernel, dilation, padding, stride), types_of((2, 3, high, wide)))


@settings(max_examples=300, deadline=None)
@given(pairs, pairs, pairs, paddings, pairs, st.integers(1, 12), st.integers(1, 12))
def test_fold(
    size: Any, kernel: Any, dilation: Any, padding: Any, stride: Any, channels: int, places: int
) -> None:
    for keyword in ("fold", "fold_by"):
        made = op(keyword, size, kernel, dilation, padding, stride)
        agree(made, types_of((2, channels, places)))


@settings(max_examples=200, deadline=None)
@given(shapes, st.integers(-4, 4), dims, dims, dtypes)
def test_diagonal(shape: Shape, offset: int, one: int, other: int, dtype: str) -> None:
    agree(op("diagonal", offset, one, other), types_of(shape, dtype=dtype))


@settings(max_examples=200, deadline=None)
@given(shapes, dims, st.booleans(), dtypes)
def test_median(shape: Shape, dim: int, keepdim: bool, dtype: str) -> None:
    agree(op("median", dim, keepdim), types_of(shape, dtype=dtype))


@settings(max_examples=300, deadline=None)
@given(shapes, shapes, shapes, dims, dtypes, dtypes, st.booleans(), st.integers(2, 3))
def test_scatter(
    given_shape: Shape, index: Shape, put: Shape, dim: int, dtype: str, other: str, fits: bool,
    extent: int,
) -> None:  # fmt: skip
    if fits:
        given_shape = (extent, *given_shape[1:])
        index, put, other = given_shape, tuple(each + 1 for each in given_shape), dtype
    types = (
        TensorType(tuple(max(each, 2) for each in given_shape), dtype),
        TensorType(index, "int64"),
        TensorType(put, other),
    )
    for keyword in ("scatter", "scatter_add"):
        agree(op(keyword, dim), types)
        agree(op(keyword, dim), (types[0], TensorType(index), types[2]))


# --- size variables -------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(forms, forms, pairs, paddings, pairs, defaults_drawn)
def test_unfold_over_sizes(
    high: Any, wide: Any, kernel: Any, padding: Any, stride: Any, defaults: dict[str, int]
) -> None:
    made = op("unfold", kernel, 1, padding, stride)
    hold_at_all_sizes(made, (TensorType((2, 3, high, wide)),), defaults)


@settings(max_examples=60, deadline=None)
@given(forms, forms, st.integers(1, 3), defaults_drawn)
def test_fold_over_sizes(high: Any, wide: Any, stride: int, defaults: dict[str, int]) -> None:
    """As many windows as there are on an image of that size, and another number of them."""
    places = multiply(floor_div(A, stride), floor_div(B, stride))
    for size, number in (((A, B), places), ((high, wide), places), ((A, B), high)):
        made = op("fold_by", size, stride, stride=stride)
        types = (TensorType((A, 3 * stride * stride, number)), TensorType((B, 1)))
        hold_at_all_sizes(made, types[:1], defaults, complete=False)


@settings(max_examples=60, deadline=None)
@given(symbolic_shapes, st.integers(-2, 2), defaults_drawn)
def test_others_over_sizes(shape: Any, offset: int, defaults: dict[str, int]) -> None:
    hold_at_all_sizes(op("diagonal", offset, 0, -1), (TensorType(shape),), defaults)
    index = TensorType(shape, "int64")
    types = (TensorType(tuple(multiply(each, 2) for each in shape)), index, TensorType(shape))
    hold_at_all_sizes(op("scatter", 0), types, defaults)
