"""Ops that turn, copy, stack and put in order agree with torch, refusals included."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from op_performer import agree, op, types_of
from test_tensors_agree import (
    Shape,
    defaults_drawn,
    dims,
    dtypes,
    forms,
    hold_at_all_sizes,
    shapes,
    some_dims,
    symbolic_shapes,
)

from archir.shapes.types import TensorType


@given(shapes, st.integers(-5, 5), dims)
def test_roll(shape: Shape, shift: int, dim: int) -> None:
    agree(op("roll", shift, dim), types_of(shape))


@given(shapes, some_dims)
def test_flip(shape: Shape, dim: Any) -> None:
    agree(op("flip", dim), types_of(shape))


@given(shapes, st.lists(st.integers(-1, 3), min_size=1, max_size=5).map(tuple))
def test_tile(shape: Shape, times: Shape) -> None:
    agree(op("tile", times), types_of(shape))


@given(shapes, st.integers(-1, 3), dims)
def test_repeat_interleave(shape: Shape, times: int, dim: int) -> None:
    agree(op("repeat_interleave", times, dim), types_of(shape))


@given(shapes, dtypes, st.lists(st.integers(-4, 6), min_size=1, max_size=3).map(tuple))
def test_arange(shape: Shape, dtype: str, bounds: Shape) -> None:
    agree(op("arange", bounds), types_of(shape, dtype=dtype))


@given(shapes, st.integers(0, 4), dims, st.booleans(), dtypes)
def test_order_by_size(shape: Shape, k: int, dim: int, other: bool, dtype: str) -> None:
    types = types_of(shape, dtype=dtype)
    agree(op("sort", dim, other), types)
    agree(op("argsort", dim, other), types)
    agree(op("topk", k, dim, other), types)
    agree(op("prod", dim, other), types)


@given(shapes, dims, st.integers(0, 9))
def test_stack_and_unbind(shape: Shape, dim: int, other: int) -> None:
    agree(op("unbind", dim), types_of(shape))
    second = shape if other else (*shape[:-1], shape[-1] + 1)
    agree(op("stack", dim), types_of(shape, second))


@given(shapes, st.integers(-5, 5), st.sampled_from(("tril", "triu")), dtypes)
def test_triangles(shape: Shape, diagonal: int, keyword: str, dtype: str) -> None:
    agree(op(keyword, diagonal), types_of(shape, dtype=dtype))


# --- size variables -------------------------------------------------------------------------------


@given(symbolic_shapes, forms, defaults_drawn)
@settings(max_examples=40, deadline=None)
def test_topk_over_sizes(shape: Any, k: Any, defaults: dict[str, int]) -> None:
    hold_at_all_sizes(op("topk", k), (TensorType(shape),), defaults, complete=False)


@given(symbolic_shapes, st.lists(forms, min_size=1, max_size=3).map(tuple), defaults_drawn)
@settings(max_examples=40, deadline=None)
def test_tile_over_sizes(shape: Any, times: Any, defaults: dict[str, int]) -> None:
    hold_at_all_sizes(op("tile", times), (TensorType(shape),), defaults, complete=False)


@given(symbolic_shapes, forms, forms, st.sampled_from((1, 2, 3, -1, -2)), defaults_drawn)
@settings(max_examples=40, deadline=None)
def test_arange_over_sizes(
    shape: Any, start: Any, end: Any, step: int, defaults: dict[str, int]
) -> None:
    for bounds in ((end,), (start, end), (start, end, step)):
        hold_at_all_sizes(op("arange", bounds), (TensorType(shape),), defaults, complete=False)


@given(symbolic_shapes, forms, defaults_drawn)
@settings(max_examples=40, deadline=None)
def test_copies_and_turns_over_sizes(shape: Any, form: Any, defaults: dict[str, int]) -> None:
    made = op("repeat_interleave", form, -1)
    hold_at_all_sizes(made, (TensorType(shape),), defaults, complete=False)
    hold_at_all_sizes(op("roll", form, -1), (TensorType(shape),), defaults, complete=False)
    hold_at_all_sizes(op("unbind", -1), (TensorType(shape),), defaults)
