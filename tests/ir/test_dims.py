"""Size expressions against plain integer arithmetic."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archir.shapes.arithmetic import (
    add,
    ceil_div,
    floor_div,
    maximum,
    minimum,
    modulo,
    multiply,
    substitute,
    subtract,
)
from archir.shapes.dims import (
    MAX_DEPTH,
    MAX_PARTS,
    MAX_TERMS,
    Dim,
    DimTooLargeError,
    evaluate,
    show,
    variable,
    variables,
)

H, W = variable("H"), variable("W")

Symbolic = Callable[[Dim, Dim], Dim]
Plain = Callable[[int, int], int]

OPERATIONS: dict[str, tuple[Symbolic, Plain]] = {
    "add": (add, lambda a, b: a + b),
    "subtract": (subtract, lambda a, b: a - b),
    "multiply": (multiply, lambda a, b: a * b),
    "floor_div": (floor_div, lambda a, b: a // b),
    "modulo": (modulo, lambda a, b: a % b),
    "minimum": (minimum, min),
    "maximum": (maximum, max),
}
DIVIDING = ("floor_div", "modulo")

steps = st.lists(
    st.tuples(st.sampled_from(sorted(OPERATIONS)), st.integers(-7, 7), st.booleans()),
    min_size=1,
    max_size=7,
)


@given(steps, st.integers(-60, 60), st.integers(-60, 60))
def test_an_expression_has_the_value_that_integers_have(
    chain: list[tuple[str, int, bool]], height: int, width: int
) -> None:
    dim: Dim = H
    value = height
    for name, number, with_width in chain:
        symbolic, plain = OPERATIONS[name]
        if name in DIVIDING:
            number = number or 1
            dim, value = symbolic(dim, number), plain(value, number)
        elif with_width:
            dim, value = symbolic(dim, multiply(W, number)), plain(value, width * number)
        else:
            dim, value = symbolic(dim, number), plain(value, number)
    sizes = {"H": height, "W": width}
    assert evaluate(dim, sizes) == value
    assert variables(dim) <= {"H", "W"}
    assert evaluate(substitute(dim, {"H": height, "W": width}), {}) == value


@given(st.lists(st.tuples(st.integers(1, 7), st.integers(0, 3), st.integers(1, 4)), max_size=6))
def test_a_chain_of_padded_windows_is_one_quotient(windows: list[tuple[int, int, int]]) -> None:
    """floor((x + 2p - k) / s) + 1, again and again, is one floor division of x plus a number."""
    dim: Dim = H
    stride_of_all = 1
    for kernel, padding, stride in windows:
        dim = add(floor_div(add(dim, 2 * padding - kernel), stride), 1)
        stride_of_all *= stride
    text = show(dim)
    assert text.count("//") == (1 if stride_of_all > 1 else 0), text


@pytest.mark.parametrize(
    ("dim", "text"),
    [
        (floor_div(floor_div(H, 4), 8), "H // 32"),
        (add(floor_div(subtract(H, 1), 2), 1), "(H + 1) // 2"),
        (subtract(multiply(H, 2), 1), "2*H - 1"),
        (floor_div(multiply(H, 6), 4), "3*H // 2"),
        (multiply(floor_div(H, 2), floor_div(W, 2)), "(H // 2)*(W // 2)"),
        (subtract(H, H), "0"),
        (floor_div(multiply(H, 3), 3), "H"),
        (ceil_div(H, 2), "(H + 1) // 2"),
        (maximum(H, H), "H"),
        (minimum(H, 3, 7), "min(H, 3)"),
    ],
)
def test_normal_form(dim: Dim, text: str) -> None:
    assert show(dim) == text


def test_equal_expressions_are_equal_objects() -> None:
    padded = add(floor_div(add(H, 1), 2), 0)
    assert padded == ceil_div(H, 2)
    assert hash(padded) == hash(ceil_div(H, 2))
    assert add(H, W) == add(W, H)
    assert add(H, 1) != add(W, 1)


def test_division_by_zero_is_pythons() -> None:
    with pytest.raises(ZeroDivisionError):
        floor_div(H, 0)


def test_expressions_do_not_grow_without_bound() -> None:
    names = [variable(f"x{i}") for i in range(60)]
    many: Dim = 1
    for name in names:
        many = add(many, name)
    with pytest.raises(DimTooLargeError, match=str(MAX_TERMS)):
        multiply(many, many)


def test_quotients_do_not_nest_without_bound() -> None:
    dim: Dim = H
    value = 1000
    with pytest.raises(DimTooLargeError, match=str(MAX_DEPTH)):
        for _ in range(MAX_DEPTH + 1):
            dim = floor_div(multiply(3, dim), 2)
            value = 3 * value // 2
    assert evaluate(dim, {"H": 1000}) == value


def test_text_does_not_double_without_bound() -> None:
    dim: Dim = H
    with pytest.raises(DimTooLargeError, match=str(MAX_PARTS)):
        for _ in range(MAX_DEPTH):
            dim = add(dim, floor_div(dim, 3))
    assert len(show(dim)) < 20 * MAX_PARTS
