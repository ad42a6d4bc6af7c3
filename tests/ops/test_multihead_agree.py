"""Multi-head attention takes what torch takes, has its weights, and gives its bits."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from op_performer import agree, op, ours, types_of
from test_tensors_agree import A, B
from torch import nn

import archc
from archir.shapes.conditions import Check
from archir.shapes.types import TensorType

MHA = "multihead_attention"

few = st.integers(1, 3)


@settings(max_examples=150, deadline=None)
@given(few, few, few, few, few, few, few, st.booleans(), st.booleans(), st.booleans())
def test_shapes(
    batch: int, other: int, length: int, there: int, heads: int, keys: int, values: int,
    first: bool, weights: bool, averaged: bool,
) -> None:  # fmt: skip
    """Features are a multiple of the heads in torch, and else an assertion of its."""

    def shape(batch: int, length: int, width: int) -> tuple[int, ...]:
        return (batch, length, width) if first else (length, batch, width)

    shapes = (shape(batch, length, 6), shape(other, there, keys), shape(other, there, values))
    options = {"need_weights": weights, "average_attn_weights": averaged}
    made = op(MHA, heads + 1, batch_first=first, **options)
    agree(made, types_of(*shapes))
    agree(made, types_of(shapes[0]))
    agree(made, types_of(*shapes[:2]))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from((1, 2, 3, 4)), min_size=1, max_size=4),
    st.sampled_from(("bool", "float32")),
    st.booleans(),
    st.booleans(),
)
def test_masks(mask: list[int], dtype: str, padding: bool, zero: bool) -> None:
    made = op(MHA, 2, attn_mask=not padding, key_padding_mask=padding, add_zero_attn=zero)
    types = (TensorType((2, 3, 4)), TensorType((2, 4, 4)), TensorType(tuple(mask), dtype))
    agree(made, types, training=True)


@pytest.mark.parametrize("dtypes", [("bool", "float32"), ("float32", "bool")])
def test_masks_of_two_dtypes_are_refused(dtypes: tuple[str, str]) -> None:
    """torch warns that it will take them no more."""
    made = op(MHA, 2, attn_mask=True, key_padding_mask=True)
    masks = (TensorType((3, 3), dtypes[0]), TensorType((2, 3), dtypes[1]))
    assert ours(made, (TensorType((2, 3, 4)), *masks)) is None


@pytest.mark.parametrize("count", [1, 5])
def test_masks_come_behind_what_attends(count: int) -> None:
    check = Check({})
    op(MHA, 2, key_padding_mask=True).infer(types_of((2, 3, 4)) * count, check)
    assert [problem.name for problem in check.problems] == ["other-number-to-attend"]


def test_any_length_attends() -> None:
    check = Check({"a": 3, "b": 5})
    value = TensorType((A, B, 8))
    assert op(MHA, 2).infer((value,), check) == (value,)
    assert op(MHA, 2, is_causal=True).infer((value,), check) == (value,)
    assert not check.conditions


OPTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("", {}),
    ("dropout = 0.5", {"dropout": 0.5}),
    ("bias = false", {"bias": False}),
    ("add_bias_kv = true, add_zero_attn = true", {"add_bias_kv": True, "add_zero_attn": True}),
)


@pytest.mark.parametrize(("text", "options"), OPTIONS)
@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("memory", [False, True])
@pytest.mark.parametrize("grads", [False, True])
def test_weights_and_bits_are_those_of_torch(
    text: str, options: dict[str, Any], training: bool, memory: bool, grads: bool
) -> None:
    """The same draws under a seed, the same keys, and the same kernel."""
    brackets = "[x, memory]" if memory else "[x]"
    inputs = "x: [N, L = 5, 8], memory: [N, S = 4, 6]" if memory else "x: [N, L = 5, 8]"
    source = f"model m() {{\n  input {inputs}\n  a: {MHA}(2, {text}) {brackets}\n}}\n"
    torch.manual_seed(1)
    live = archc.load(archc.Source("m.arch", source.replace("(2, )", "(2)"))).train(training)
    torch.manual_seed(1)
    wide = {"kdim": 6, "vdim": 6} if memory else {}
    theirs = nn.MultiheadAttention(8, 2, batch_first=True, **options, **wide).train(training)
    assert list(live.state_dict()) == [f"a.{key}" for key in theirs.state_dict()]
    for mine, other in zip(live.state_dict().values(), theirs.state_dict().values(), strict=True):
        assert torch.equal(mine, other)
    x, behind = torch.randn(3, 5, 8), torch.randn(3, 4, 6)
    with torch.set_grad_enabled(grads):
        torch.manual_seed(2)
        found = live(x, behind) if memory else live(x)
        torch.manual_seed(2)
        key = behind if memory else x
        expected, _ = theirs(x, key, key, need_weights=False)
    assert torch.equal(found, expected)
