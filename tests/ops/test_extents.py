"""Dims read off shapes: the code gives the dim's value, and nothing that is there is missed."""

from __future__ import annotations

import operator
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archir.op.extents import read
from archir.op.recipe import Call, Code, Extent, Infix
from archir.shapes.arithmetic import add, floor_div, maximum, minimum, modulo, multiply, subtract
from archir.shapes.choice import choice
from archir.shapes.dims import Dim, evaluate, variable
from archir.shapes.scaling import scaled
from archir.shapes.types import TensorType

H, W = variable("H"), variable("W")
HALF = subtract(H, floor_div(H, 2))
"""Half of an extent, rounded up: what is left where every second place is taken."""

sizes = st.fixed_dictionaries({"H": st.integers(1, 200), "W": st.integers(1, 200)})

Made = Callable[[Dim, Dim], Dim]

TWO: dict[str, Made] = {
    "add": add,
    "subtract": subtract,
    "multiply": multiply,
    "minimum": minimum,
    "maximum": maximum,
}
DIVIDED: dict[str, Made] = {"floor_div": floor_div, "modulo": modulo}


def of_two(made: tuple[str, Dim, Dim]) -> Dim:
    name, left, right = made
    return {**TWO, **DIVIDED}[name](left, right)


dims: st.SearchStrategy[Dim] = st.recursive(
    st.sampled_from([H, W]) | st.integers(1, 5),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(sorted(TWO)), inner, inner).map(of_two),
        st.tuples(st.sampled_from(sorted(DIVIDED)), inner, st.integers(1, 6)).map(of_two),
        st.tuples(inner, st.sampled_from([0.7, 1.3])).map(
            lambda drawn: scaled(maximum(drawn[0], 1), drawn[1])
        ),
        st.tuples(inner, inner, inner).map(lambda drawn: choice(*drawn)),
    ),
    max_leaves=8,
)

FUNCTIONS: dict[str, Callable[[int, int], int]] = {"torch.sym_min": min, "torch.sym_max": max}
OPERATORS: dict[str, Callable[[int, int], int]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "//": operator.floordiv,
}


def performed(code: Code, shapes: list[list[int]]) -> int:
    """The code's value where inputs have these shapes."""
    if isinstance(code, Extent):
        return shapes[code.input][code.dim]
    if isinstance(code, Infix):
        return OPERATORS[code.operator](performed(code.left, shapes), performed(code.right, shapes))
    if isinstance(code, Call) and code.function == "torch.sym_int":
        (product,) = code.args
        assert isinstance(product, Infix) and isinstance(product.right, float)
        return int(performed(product.left, shapes) * product.right)
    if isinstance(code, Call):
        left, right = (performed(each, shapes) for each in code.args)
        return FUNCTIONS[code.function](left, right)
    assert isinstance(code, int)
    return code


@settings(max_examples=400)
@given(dims, st.lists(dims, min_size=1, max_size=4), st.lists(sizes, min_size=1, max_size=5))
def test_what_is_read_is_the_dim(
    wanted: Dim, shape: list[Dim], given_sizes: list[dict[str, int]]
) -> None:
    code = read(wanted, (TensorType(tuple(shape)),))
    if code is not None:
        for size in given_sizes:
            extents = [evaluate(dim, size) for dim in shape]
            assert performed(code, [extents]) == evaluate(wanted, size)


@settings(max_examples=300)
@given(dims, st.permutations(["H", "W"]), sizes)
def test_all_is_read_off_the_sizes_themselves(
    wanted: Dim, order: list[str], size: dict[str, int]
) -> None:
    code = read(wanted, (TensorType(tuple(variable(name) for name in order)),))
    assert wanted == 0 or code is not None
    assert performed(code or 0, [[size[name] for name in order]]) == evaluate(wanted, size)


@settings(max_examples=300)
@given(
    dims.filter(lambda dim: not isinstance(dim, int)),
    st.integers(2, 6),
    st.integers(2, 6),
    st.integers(-3, 3),
    st.integers(-3, 3),
    sizes,
)
def test_a_quotient_of_a_quotient_is_read_off_the_coarser(
    inner: Dim, first: int, second: int, before: int, behind: int, size: dict[str, int]
) -> None:
    """``(inner // first + before) // second`` off ``inner // first + behind`` alone."""
    coarse = floor_div(inner, first)
    known = add(coarse, behind)
    code = read(floor_div(add(coarse, before), second), (TensorType((known,)),))
    if code is not None and not isinstance(known, int):
        expected = (evaluate(coarse, size) + before) // second
        assert performed(code, [[evaluate(known, size)]]) == expected


@pytest.mark.parametrize(
    ("known", "wanted"),
    [
        (floor_div(H, 4), floor_div(H, 8)),
        (floor_div(add(H, 3), 4), floor_div(add(H, 3), 8)),
        (add(floor_div(subtract(H, 1), 2), 1), floor_div(add(floor_div(subtract(H, 1), 2), 1), 3)),
        (floor_div(H, 4), floor_div(add(H, 12), 20)),
        (subtract(floor_div(H, 2), 3), floor_div(subtract(H, 8), 6)),
        (multiply(3, floor_div(H, 4)), floor_div(H, 4)),
        (floor_div(H, 4), minimum(floor_div(H, 8), 3)),
        (floor_div(H, 4), floor_div(multiply(3, floor_div(H, 4)), 2)),
        (HALF, floor_div(add(HALF, 6), 7)),
        (HALF, subtract(multiply(7, floor_div(add(HALF, 6), 7)), HALF)),
        (add(HALF, 3), add(multiply(2, HALF), 1)),
    ],
)
def test_these_are_read(known: Dim, wanted: Dim) -> None:
    code = read(wanted, (TensorType((known,)),))
    assert code is not None
    for height in range(1, 100):
        assert performed(code, [[evaluate(known, {"H": height})]]) == evaluate(
            wanted, {"H": height}
        )


@pytest.mark.parametrize(
    ("known", "wanted"),
    [
        (floor_div(H, 4), H),
        (floor_div(H, 4), floor_div(H, 6)),
        (floor_div(H, 4), floor_div(add(H, 1), 8)),
    ],
)
def test_these_are_not_said(known: Dim, wanted: Dim) -> None:
    assert read(wanted, (TensorType((known,)),)) is None


@pytest.mark.parametrize("extent", [H, HALF, floor_div(H, 4), add(floor_div(H, 3), 1)])
def test_what_is_missing_to_an_even_extent_is_one_code(extent: Dim) -> None:
    """A block has one text wherever it is used, so an extent's own form does not show in it."""
    inputs = (TensorType((extent,)),)
    halved = Infix("*", Infix("//", Extent(0, 0), 2), 2)
    assert read(modulo(extent, 2), inputs) == Infix("-", Extent(0, 0), halved)


@pytest.mark.parametrize("times", [1, 2, 4])
def test_an_area_is_one_code(times: int) -> None:
    """Extents that are a number of times another are multiplied as they are."""
    down, across = (multiply(times, floor_div(size, 4)) for size in (H, W))
    inputs = (TensorType((down, across)),)
    assert read(multiply(down, across), inputs) == Infix("*", Extent(0, 0), Extent(0, 1))


def test_a_constant_that_alone_is_added_stands_first() -> None:
    assert read(subtract(7, H), (TensorType((H,)),)) == Infix("-", 7, Extent(0, 0))
