"""Attention takes what torch takes, at all sizes, and gives the same shapes."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from op_performer import agree, op, ours, types_of
from test_tensors_agree import A, B, defaults_drawn, hold_at_all_sizes

from archir.shapes.arithmetic import add, multiply
from archir.shapes.conditions import Check
from archir.shapes.types import TensorType

SDPA = "scaled_dot_product_attention"

fronts = st.sampled_from([(), (1,), (2,), (4,), (2, 1), (2, 4), (1, 4), (3, 2, 4), (2, 2)])
few = st.sampled_from((1, 2, 3))


@settings(max_examples=300, deadline=None)
@given(fronts, fronts, fronts, few, few, few, few, st.booleans(), st.booleans())
def test_shapes(
    query: Any, key: Any, value: Any, length: int, there: int, width: int, given: int,
    causal: bool, shared: bool,
) -> None:  # fmt: skip
    shapes = ((*query, length, width), (*key, there, width), (*value, there, given))
    agree(op(SDPA, causal, enable_gqa=shared), types_of(*shapes))


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([(), (4,), (2, 4), (2, 2, 4)]),
    st.lists(st.sampled_from((1, 2, 3, 4, 5)), min_size=1, max_size=5),
    st.sampled_from(("bool", "float32", "int64")),
    st.booleans(),
)
def test_masks(front: Any, mask: list[int], dtype: str, shared: bool) -> None:
    value = TensorType((*front, 5, 6))
    types = (TensorType((*front, 3, 6)), value, value, TensorType(tuple(mask), dtype))
    agree(op(SDPA, enable_gqa=shared), types)


@pytest.mark.parametrize("dtype", ["int64", "bool"])
@pytest.mark.parametrize("place", range(3))
def test_floats_alone_attend(dtype: str, place: int) -> None:
    types = [TensorType((2, 4, 3, 6))] * 3
    types[place] = TensorType((2, 4, 3, 6), dtype)
    agree(op(SDPA), tuple(types))
    agree(op(SDPA), (TensorType((2, 4, 3, 6), dtype),) * 3)


@pytest.mark.parametrize("number", [1, 2, 5])
def test_three_or_four_values_flow_in(number: int) -> None:
    check = Check({})
    op(SDPA).infer(types_of((2, 3)) * number, check)
    assert [problem.name for problem in check.problems] == ["other-number-of-values"]
    assert "takes 3 or 4 values" in check.problems[0].message()


def test_a_mask_beside_a_causal_one_is_refused_as_torch_does() -> None:
    shapes = ((2, 3, 4), (2, 3, 4), (2, 3, 4), (3, 3))
    agree(op(SDPA, True), types_of(*shapes))
    assert ours(op(SDPA, True), types_of(*shapes)) is None


def test_a_value_is_wanted_for_each_key() -> None:
    """torch does not look at that on the CPU, and reads what is none of the tensor's."""
    for shapes in (((2, 4, 3, 6), (2, 4, 5, 6), (2, 4, 7, 6)), ((3, 6), (5, 6), (4, 6))):
        assert ours(op(SDPA), types_of(*shapes)) is None


forms = st.sampled_from((A, B, 1, 2, multiply(A, 2), add(B, 1)))


@settings(max_examples=60, deadline=None)
@given(forms, forms, forms, forms, st.booleans(), defaults_drawn)
def test_over_sizes(
    batch: Any, heads: Any, length: Any, there: Any, shared: bool, defaults: dict[str, int]
) -> None:
    query = TensorType((batch, 4, length, 2))
    key = TensorType((batch, heads, there, 2))
    hold_at_all_sizes(op(SDPA, enable_gqa=shared), (query, key, key), defaults)


@settings(max_examples=40, deadline=None)
@given(forms, forms, forms, defaults_drawn)
def test_masks_over_sizes(one: Any, other: Any, length: Any, defaults: dict[str, int]) -> None:
    value = TensorType((2, A, length, 2))
    hold_at_all_sizes(op(SDPA), (value, value, value, TensorType((one, other))), defaults)


def test_an_attention_of_any_length_has_no_condition() -> None:
    check = Check({"a": 3, "b": 5})
    value = TensorType((A, 4, B, 8))
    for causal, mask in product((False, True), ((), (TensorType((B, B), "bool"),))):
        if not (causal and mask):
            assert op(SDPA, causal).infer((value, value, value, *mask), check) == (value,)
    assert not check.conditions
