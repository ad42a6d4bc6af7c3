"""Ops that take tensors apart and arrange them anew agree with torch, refusals included.

They are tried on arbitrary shapes and arguments, and then over size variables: what is found at
the default sizes must hold at all others, and what the back ends run must do the same there.
"""

from __future__ import annotations

from math import prod
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from op_performer import agree, all_ours, build, op, sample, theirs, torch_verdicts, types_of

from archc.torch.calls import perform
from archir.op.contract import Op, values_of
from archir.op.extents import bind_sizes
from archir.op.recipe import FunctionRecipe, substitute
from archir.shapes.arithmetic import add, floor_div, multiply
from archir.shapes.conditions import Check
from archir.shapes.dims import SizeExpr, evaluate, variable
from archir.shapes.types import TensorType

extents = st.integers(1, 4)
shapes = st.lists(extents, min_size=1, max_size=4).map(tuple)
dims = st.integers(-5, 5)
some_dims = dims | st.lists(dims, min_size=1, max_size=3).map(tuple)
dtypes = st.sampled_from(("float32", "float32", "int64", "bool"))

Shape = tuple[int, ...]


# --- arbitrary shapes -----------------------------------------------------------------------------


@given(shapes, some_dims, st.booleans(), dtypes, st.sampled_from(("mean", "sum")))
def test_reductions(shape: Shape, dim: Any, keepdim: bool, dtype: str, keyword: str) -> None:
    agree(op(keyword, dim, keepdim), types_of(shape, dtype=dtype))


@given(shapes, st.lists(dims, min_size=1, max_size=5).map(tuple))
def test_permute(shape: Shape, order: Shape) -> None:
    agree(op("permute", order), types_of(shape))


@given(shapes.flatmap(lambda shape: st.tuples(st.just(shape), st.permutations(range(len(shape))))))
def test_permute_by_permutations(drawn: tuple[Shape, list[int]]) -> None:
    shape, order = drawn
    made = op("permute", *order)
    assert all_ours(made, types_of(shape)) is not None
    agree(made, types_of(shape))


@given(shapes, dims, dims)
def test_transpose(shape: Shape, first: int, second: int) -> None:
    agree(op("transpose", first, second), types_of(shape))


@given(shapes, some_dims)
def test_squeeze(shape: Shape, dim: Any) -> None:
    agree(op("squeeze", dim), types_of(shape))


@given(shapes, dims)
def test_unsqueeze(shape: Shape, dim: int) -> None:
    agree(op("unsqueeze", dim), types_of(shape))


wanted = st.lists(st.sampled_from((-1, 0, 1, 1, 2, 2, 3, 4, 6, 8, 12)), min_size=1, max_size=4)


@given(shapes, wanted.map(tuple))
@settings(max_examples=200)
def test_reshape(shape: Shape, to: Shape) -> None:
    agree(op("reshape", to), types_of(shape))


@given(shapes, dims, wanted.map(tuple))
@settings(max_examples=200)
def test_unflatten(shape: Shape, dim: int, to: Shape) -> None:
    agree(op("unflatten", dim, to), types_of(shape))


@given(st.lists(st.integers(1, 3), min_size=1, max_size=3), st.data())
def test_expand(shape: list[int], data: st.DataObject) -> None:
    near = [data.draw(st.sampled_from((extent, -1, -1, 1, 3))) for extent in shape]
    front = data.draw(st.lists(st.sampled_from((2, 1, -1, 0)), max_size=2))
    cut = data.draw(st.sampled_from((0, 0, 0, 1)))
    agree(op("expand", tuple((front + near)[cut:]) or (1,)), types_of(tuple(shape)))


@given(st.integers(1, 12), st.integers(1, 12), st.sampled_from(("chunk", "split")))
@settings(max_examples=200)
def test_equal_pieces(extent: int, number: int, keyword: str) -> None:
    agree(op(keyword, number), types_of((2, extent)))


@given(shapes, st.integers(1, 4), dims, st.sampled_from(("chunk", "split")))
def test_pieces_along_dims(shape: Shape, number: int, dim: int, keyword: str) -> None:
    agree(op(keyword, number, dim), types_of(shape))


@given(st.integers(1, 8), st.lists(st.integers(-1, 5), min_size=1, max_size=4).map(tuple))
def test_sections(extent: int, sections: Shape) -> None:
    agree(op("split", sections, -1), types_of((2, extent)))


bounds = st.none() | st.integers(-9, 9)


@given(st.integers(1, 7), bounds, bounds, st.integers(1, 4))
@settings(max_examples=200)
def test_slice(extent: int, start: int | None, end: int | None, step: int) -> None:
    """As Python slices, whatever the recipe is."""
    types = types_of((2, extent, 3))
    expected = theirs(lambda x: x[:, start:end:step], types)
    for dim in (1, -2):
        made = op("slice", dim, start, end, step)
        assert torch_verdicts(made, types) == expected
        agree(made, types)


@given(shapes, dims)
def test_slice_along_dims(shape: Shape, dim: int) -> None:
    expected = theirs(lambda x: torch.slice_copy(x, dim, 1), types_of(shape))
    found = all_ours(op("slice", dim, 1), types_of(shape))
    verdict = None if found is None else tuple((each.shape, each.dtype) for each in found)
    assert verdict == expected


@given(shapes, dims, st.integers(-5, 5))
def test_select(shape: Shape, dim: int, index: int) -> None:
    agree(op("select", dim, index), types_of(shape))


@st.composite
def factors(draw: st.DrawFn) -> tuple[Shape, Shape]:
    """Two shapes that can mostly be multiplied as matrices."""
    inner = draw(st.integers(1, 3))
    near = st.lists(st.sampled_from((1, 2, 2, 3)), max_size=3)
    left, right = (*draw(near), inner), [*draw(near), inner]
    if len(right) > 1 and draw(st.integers(0, 9)):
        right.insert(-1, right.pop())
        right[-2], right[-1] = inner, draw(st.integers(1, 3))
    return left, tuple(right)


@given(factors(), dtypes, dtypes)
@settings(max_examples=200)
def test_matmul(drawn: tuple[Shape, Shape], first: str, second: str) -> None:
    left, right = drawn
    second = first if first == "float32" else second
    agree(op("matmul"), (TensorType(left, first), TensorType(right, second)))


def test_matmul_takes_two_values() -> None:
    check = Check({})
    op("matmul").infer(types_of((2, 2), (2, 2), (2, 2)), check)
    assert [problem.name for problem in check.problems] == ["not-two-values"]
    check = Check({})
    op("matmul").infer(types_of((2, 2)), check)  # matmul [_]
    (problem,) = check.problems
    assert problem.message() == "matmul takes 2 values, and 1 flows in"
    assert problem.hint() == "write two values in brackets: matmul [_, …]"


numbers = st.integers(-3, 3) | st.floats(-4, 4)


@given(
    st.sampled_from(("add", "subtract", "multiply", "divide")),
    numbers,
    shapes,
    dtypes,
)
def test_arithmetic_with_a_number(keyword: str, other: float, shape: Shape, dtype: str) -> None:
    agree(op(keyword, other), types_of(shape, dtype=dtype))


def test_arithmetic_with_a_number_is_pythons_bit_by_bit() -> None:
    torch.manual_seed(0)
    image = torch.randn(2, 3, 8, 8)
    for scale, shift in ((0.458, -0.03), (0.229 / 0.5, (0.485 - 0.5) / 0.5), (2, 1)):
        value = image
        for made in (op("multiply", scale), op("add", shift)):
            recipe = made.recipe(types_of((2, 3, 8, 8)))
            assert isinstance(recipe, FunctionRecipe)
            value = perform(substitute(recipe.apply, made), (value,))
        assert torch.equal(value, image * scale + shift)


def test_pieces_are_bounded() -> None:
    for made in (op("chunk", 100_000), op("split", 1), op("split", (1,) * 5_000)):
        check = Check({})
        assert made.infer(types_of((1, 100_000)), check) is None
        assert [problem.name for problem in check.problems] == ["too-many-pieces"]


# --- size variables -------------------------------------------------------------------------------

A, B = variable("a"), variable("b")

FORMS: tuple[Any, ...] = (
    A,
    B,
    2,
    3,
    6,
    multiply(A, 2),
    multiply(A, B),
    add(A, 1),
    floor_div(add(B, 1), 2),
    multiply(multiply(A, B), 6),
)
forms = st.sampled_from(FORMS)


def at(value: Any, sizes: dict[str, int]) -> Any:
    """An argument at given sizes."""
    if isinstance(value, tuple):
        return tuple(at(item, sizes) for item in value)
    return evaluate(value, sizes) if isinstance(value, SizeExpr) else value


def run(made: Op, types: tuple[TensorType, ...], defaults: dict[str, int]) -> Any:
    """What the back ends run: the recipe at the default sizes, its sizes read off the inputs."""
    there = tuple(each.at(defaults) for each in types)
    recipe = made.recipe(there)
    if not isinstance(recipe, FunctionRecipe):
        return build(made, there)
    code = bind_sizes(substitute(recipe.apply, made), types, defaults)
    return lambda *inputs: perform(code, inputs)


MOST_ELEMENTS = 10**6
"""Of a tensor that is made: a few sizes multiply to more than any memory."""


def hold_at_all_sizes(
    made: Op, types: tuple[TensorType, ...], defaults: dict[str, int], *, complete: bool = True
) -> bool:
    """Compare verdicts at all small sizes; gives whether the op is accepted at the defaults.

    Valid sizes are those at which torch gives the values that the types say, those of the
    defaults; without ``complete`` some of them may be refused.
    """
    check = Check(defaults)
    outputs = made.infer(types, check)
    if check.problems or outputs is None:
        concrete = op(
            made.keyword, **{name: at(value, defaults) for name, value in values_of(made).items()}
        )
        assert torch_verdicts(concrete, tuple(each.at(defaults) for each in types)) is None
        return False
    code = run(made, types, defaults)
    for a in range(1, 6):
        for b in range(1, 6):
            sizes = {"a": a, "b": b}
            given_types = tuple(each.at(sizes) for each in types)
            if not all(extent > 0 for each in given_types for extent in each.shape):  # type: ignore[operator]
                continue  # no input is empty
            arguments = {name: at(value, sizes) for name, value in values_of(made).items()}
            made_types = [each.at(sizes) for each in outputs]
            if max(prod(each.extents) for each in (*given_types, *made_types)) > MOST_ELEMENTS:
                continue  # torch refuses for want of memory, or takes minutes
            found = tuple((each.shape, each.dtype) for each in made_types)
            valid = all(condition.holds(sizes) for condition in check.conditions)
            expected = torch_verdicts(op(made.keyword, **arguments), given_types)
            if valid:
                assert expected == found, (made, sizes)
                assert theirs(code, given_types) == expected, (made, sizes)
            elif complete and expected is not None:
                assert expected != found, (made, sizes)
    return True


symbolic_shapes = st.lists(forms, min_size=1, max_size=4).map(tuple)
defaults_drawn = st.fixed_dictionaries({"a": st.integers(1, 4), "b": st.integers(1, 4)})


@given(
    symbolic_shapes, st.lists(st.sampled_from((-1, *FORMS)), min_size=1, max_size=4), defaults_drawn
)
@settings(max_examples=60, deadline=None)
def test_reshape_over_sizes(shape: Any, to: list[Any], defaults: dict[str, int]) -> None:
    made = op("reshape", tuple(to))
    hold_at_all_sizes(made, (TensorType(shape),), defaults, complete=False)


@given(symbolic_shapes, st.data(), defaults_drawn)
@settings(max_examples=50, deadline=None)
def test_reshape_with_one_dim_open_over_sizes(
    shape: Any, data: st.DataObject, defaults: dict[str, int]
) -> None:
    """Some dims joined, one of them by -1: what is left is exact at all sizes."""
    cut = data.draw(st.integers(0, len(shape) - 1))
    made = op("reshape", (*shape[:cut], -1))
    check = Check(defaults)
    outputs = made.infer((TensorType(shape),), check)
    assert outputs is not None
    assert all(condition.relation == "at-least" for condition in check.conditions)
    joined: Any = 1
    for extent in shape[cut:]:
        joined = multiply(joined, extent)
    assert outputs[0].shape == (*shape[:cut], joined)
    assert hold_at_all_sizes(made, (TensorType(shape),), defaults)


@given(symbolic_shapes, st.data(), defaults_drawn)
@settings(max_examples=60, deadline=None)
def test_expand_over_sizes(shape: Any, data: st.DataObject, defaults: dict[str, int]) -> None:
    shape = tuple(data.draw(st.sampled_from((extent, 1))) for extent in shape)
    size = tuple(data.draw(st.sampled_from((extent, -1, 1, 3, A, B))) for extent in shape)
    made = op("expand", (*data.draw(st.lists(forms, max_size=1)), *size))
    hold_at_all_sizes(made, (TensorType(shape),), defaults, complete=False)


@given(forms, st.integers(1, 5), st.sampled_from(("chunk", "split")), defaults_drawn)
@settings(max_examples=60, deadline=None)
def test_pieces_over_sizes(
    extent: Any, number: int, keyword: str, defaults: dict[str, int]
) -> None:
    hold_at_all_sizes(op(keyword, number), (TensorType((2, extent)),), defaults)


@given(forms, st.lists(forms, min_size=1, max_size=3).map(tuple), defaults_drawn)
@settings(max_examples=50, deadline=None)
def test_sections_over_sizes(extent: Any, sections: Any, defaults: dict[str, int]) -> None:
    made = op("split", sections)
    hold_at_all_sizes(made, (TensorType((2, extent)),), defaults, complete=False)


@given(forms, bounds, bounds, st.integers(1, 3), defaults_drawn)
@settings(max_examples=60, deadline=None)
def test_slice_over_sizes(
    extent: Any, start: int | None, end: int | None, step: int, defaults: dict[str, int]
) -> None:
    made = op("slice", 1, start, end, step)
    hold_at_all_sizes(made, (TensorType((2, extent)),), defaults)


symbolic_bounds = st.none() | st.sampled_from(
    (A, floor_div(A, 2), multiply(A, -1), add(A, -2), B, 1, -1)
)


@given(forms, symbolic_bounds, symbolic_bounds, defaults_drawn)
@settings(max_examples=60, deadline=None)
def test_slice_between_sizes(extent: Any, start: Any, end: Any, defaults: dict[str, int]) -> None:
    made = op("slice", 1, start, end)
    hold_at_all_sizes(made, (TensorType((A, extent)),), defaults, complete=False)


@given(forms, st.integers(-4, 4), defaults_drawn)
@settings(max_examples=50, deadline=None)
def test_select_over_sizes(extent: Any, index: int, defaults: dict[str, int]) -> None:
    hold_at_all_sizes(op("select", 1, index), (TensorType((2, extent)),), defaults)


@given(symbolic_shapes, some_dims, defaults_drawn)
@settings(max_examples=50, deadline=None)
def test_squeeze_over_sizes(shape: Any, dim: Any, defaults: dict[str, int]) -> None:
    hold_at_all_sizes(op("squeeze", dim), (TensorType(shape),), defaults)


@given(
    st.lists(forms, min_size=1, max_size=3).map(tuple),
    st.lists(forms, min_size=1, max_size=3).map(tuple),
    defaults_drawn,
)
@settings(max_examples=60, deadline=None)
def test_matmul_over_sizes(left: Any, right: Any, defaults: dict[str, int]) -> None:
    hold_at_all_sizes(op("matmul"), (TensorType(left), TensorType(right)), defaults)


@pytest.mark.parametrize(
    ("shape", "to", "found"),
    [
        ((A, 16, B, B), (A, 16, -1), multiply(B, B)),
        ((A, 16, B, B), (-1, 4, B), multiply(multiply(A, B), 4)),
        ((A, add(B, 1), add(B, -1)), (A, -1), add(multiply(B, B), -1)),
        ((add(B, 1), add(multiply(B, B), -1)), (-1, add(B, 1), add(B, 1)), add(B, -1)),
        ((A, multiply(floor_div(B, 2), 6)), (A, floor_div(B, 2), -1), 6),
    ],
)
def test_open_dim_is_worked_out(shape: Any, to: Any, found: Any) -> None:
    check = Check({"a": 2, "b": 8})
    made = op("reshape", to)
    outputs = made.infer((TensorType(shape),), check)
    assert outputs is not None
    assert outputs[0].shape[to.index(-1)] == found
    assert all(condition.relation == "at-least" for condition in check.conditions)
    hold_at_all_sizes(made, (TensorType(shape),), {"a": 2, "b": 4}, complete=False)


def test_size_that_the_input_does_not_say_is_a_number() -> None:
    """No dim of the input tells a, so that it is held to its default, and printed as one."""
    check = Check({"a": 3, "b": 4})
    made = op("expand", (A, -1))
    outputs = made.infer((TensorType((1, B)),), check)
    assert outputs is not None and outputs[0].shape == (3, B)
    assert [a for a in range(1, 9) if all(c.holds({"a": a, "b": 4}) for c in check.conditions)] == [
        3
    ]
    values = run(made, (TensorType((1, B)),), {"a": 3, "b": 4})(sample(TensorType((1, 7))))
    assert tuple(values.shape) == (3, 7)
