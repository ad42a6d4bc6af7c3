"""Sums of products take the equations that torch takes, and give the same shapes."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from op_performer import agree, op, ours, types_of
from test_tensors_agree import A, B, Shape, defaults_drawn, hold_at_all_sizes

from archir.shapes.arithmetic import add, multiply
from archir.shapes.conditions import Check
from archir.shapes.types import TensorType

terms = st.text("abcB", max_size=3) | st.sampled_from(("...", "a...", "...b", "a...b"))
shapes = st.lists(st.sampled_from((1, 2, 2, 3)), min_size=1, max_size=4).map(tuple)


@settings(max_examples=400, deadline=None)
@given(st.lists(terms, min_size=1, max_size=3), terms | st.none(), st.data())
def test_equations(left: list[str], right: str | None, data: st.DataObject) -> None:
    """Mostly for values of as many dims as there are labels, and of one extent for each letter."""
    equation = ",".join(left) + ("" if right is None else f"->{right}")
    extents = {letter: data.draw(st.sampled_from((1, 2, 2, 3))) for letter in "abcB"}
    given_shapes: list[Shape] = []
    for term in left:
        rest = data.draw(st.lists(st.sampled_from((1, 2)), max_size=2)) if "..." in term else []
        front, _, back = term.partition("...")
        shape = (*(extents[x] for x in front), *rest, *(extents[x] for x in back))
        given_shapes.append(shape or (2,) if data.draw(st.integers(0, 9)) else (2, 2))
    agree(op("einsum", equation), types_of(*given_shapes))


@settings(max_examples=200, deadline=None)
@given(st.lists(shapes, min_size=1, max_size=3), st.data())
def test_any_shapes(given_shapes: list[Shape], data: st.DataObject) -> None:
    """Extents of 1 are repeated, and others of one letter are alike or refused."""
    letters = st.sampled_from("ijk")
    left = ["".join(data.draw(letters) for _ in shape) for shape in given_shapes]
    right = "".join(sorted(set("".join(left)) - {data.draw(letters)}))
    agree(op("einsum", f"{','.join(left)}->{right}"), types_of(*given_shapes))


@pytest.mark.parametrize(
    "equation",
    ["ij,jk", "ij , jk -> k i", "ij,jk->ik", "i.j->i", "i j,->i", "ij->i->j", "1j->j", "....i", ""],
)
def test_texts(equation: str) -> None:
    agree(op("einsum", equation), types_of((2, 3), (3, 4)))
    agree(op("einsum", equation), types_of((2, 2)))


@pytest.mark.parametrize("dtype", ["int64", "bool"])
@pytest.mark.parametrize("equation", ["ij->ji", "ij->i", "ii->i"])
def test_one_value_of_any_dtype(dtype: str, equation: str) -> None:
    agree(op("einsum", equation), types_of((3, 3), dtype=dtype))


def test_several_values_are_of_one_dtype() -> None:
    types = (TensorType((2, 3), "int64"), TensorType((3, 4)))
    agree(op("einsum", "ij,jk->ik"), types)
    assert ours(op("einsum", "ij,jk->ik"), types) is None


def test_a_message_says_what_is_wrong() -> None:
    check = Check({})
    op("einsum", "ij,kl->ik").infer(types_of((2, 3)), check)
    assert [each.message() for each in check.problems] == [
        "einsum cannot take the equation `ij,kl->ik`: it is for 2 values, and 1 flows in"
    ]


forms = st.sampled_from((A, B, 1, 2, multiply(A, 2), add(B, 1)))


@settings(max_examples=60, deadline=None)
@given(forms, forms, forms, forms, st.sampled_from(("bqd,bkd->bqk", "bqd,bkd->b")), defaults_drawn)
def test_over_sizes(
    batch: Any, length: Any, there: Any, width: Any, equation: str, defaults: dict[str, int]
) -> None:
    types = (TensorType((batch, length, 3)), TensorType((batch, there, width)))
    hold_at_all_sizes(op("einsum", equation), types, defaults)


@pytest.mark.parametrize(
    ("equation", "given_shapes", "macs"),
    [
        ("bhqd,bhkd->bhqk", ((2, 3, 4, 5), (2, 3, 6, 5)), 2 * 3 * 4 * 6 * 5),
        ("bi,bj->bij", ((2, 3), (2, 4)), 0),
        ("bi,bij,bj->b", ((2, 3), (2, 3, 4), (2, 4)), 2 * 3 * 4 + 2 * 4),
    ],
)
def test_products_are_counted(equation: str, given_shapes: Any, macs: int) -> None:
    from torch.utils.flop_counter import FlopCounterMode

    types = types_of(*given_shapes)
    made = op("einsum", equation)
    (found,) = made.infer(types, Check({})) or ()
    assert made.macs(types, (found,)) == macs
    with FlopCounterMode(display=False) as counter:
        torch.einsum(equation, *(torch.ones(shape) for shape in given_shapes))
    assert counter.get_total_flops() == 2 * macs
