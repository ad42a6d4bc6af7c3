"""Ops without windows agree with torch on arbitrary shapes and arguments, refusals included."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st
from op_performer import agree, op, torch_verdict, types_of

from archir.op.contract import Op
from archir.shapes.conditions import Check
from archir.shapes.dims import evaluate, variable
from archir.shapes.types import TensorType

extents = st.integers(1, 4)
shapes = st.lists(extents, min_size=1, max_size=5).map(tuple)
dims = st.integers(-6, 6)


@st.composite
def near_shapes(draw: st.DrawFn) -> tuple[tuple[int, ...], ...]:
    """Several shapes that mostly agree: dims are changed, made 1, or left out in front."""
    base = draw(st.lists(extents, min_size=1, max_size=4))
    found = []
    for _ in range(draw(st.integers(2, 4))):
        shape = list(base)
        for index in range(len(shape)):
            change = draw(st.integers(0, 9))
            if change == 0:
                shape[index] = draw(extents)
            elif change == 1:
                shape[index] = 1
        cut = draw(st.sampled_from((0, 0, 0, 1, 2)))
        found.append(tuple(shape[cut:]) or (1,))
    return tuple(found)


@given(shapes, dims, dims)
def test_flatten(shape: tuple[int, ...], start: int, end: int) -> None:
    agree(op("flatten", start, end), types_of(shape))


@given(shapes, st.integers(1, 5), st.booleans())
def test_linear(shape: tuple[int, ...], features: int, bias: bool) -> None:
    agree(op("linear", features, bias), types_of(shape))


@given(near_shapes(), dims)
def test_concat(given_shapes: tuple[tuple[int, ...], ...], dim: int) -> None:
    agree(op("concat", dim), types_of(*given_shapes))


@given(near_shapes(), st.sampled_from(["add", "multiply"]))
def test_broadcasting(given_shapes: tuple[tuple[int, ...], ...], keyword: str) -> None:
    agree(op(keyword), types_of(*given_shapes))


@given(
    st.lists(extents, min_size=2, max_size=5).map(tuple),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_batch_norm(shape: tuple[int, ...], affine: bool, track: bool, training: bool) -> None:
    made = op("batch_norm", affine=affine, track_running_stats=track)
    agree(made, types_of(shape), training)


@given(st.lists(extents, min_size=1, max_size=6).map(tuple), st.integers(1, 6))
def test_local_response_norm(shape: tuple[int, ...], size: int) -> None:
    agree(op("local_response_norm", size), types_of(shape))


@given(st.lists(extents, min_size=3, max_size=6).map(tuple), st.booleans())
def test_global_avg_pool(shape: tuple[int, ...], keepdim: bool) -> None:
    agree(op("global_avg_pool", keepdim=keepdim), types_of(shape))


@st.composite
def merges(draw: st.DrawFn) -> tuple[Op, dict[str, int], tuple[tuple[int | str, ...], ...]]:
    """A merge of shapes in which some dims are size variables, and the default sizes."""
    made = op(draw(st.sampled_from(["add", "multiply", "concat"])))
    names = ("a", "b")
    rank = draw(st.integers(2, 3))
    entry = st.sampled_from(names) | extents
    given_shapes = draw(st.lists(st.tuples(*[entry] * rank), min_size=2, max_size=3).map(tuple))
    return made, {name: draw(extents) for name in names}, given_shapes


def at(shape: tuple[int | str, ...], sizes: dict[str, int]) -> tuple[int, ...]:
    return tuple(sizes[dim] if isinstance(dim, str) else dim for dim in shape)


@given(merges())
def test_merges_over_size_variables_hold_for_all_sizes(
    merge: tuple[Op, dict[str, int], tuple[tuple[int | str, ...], ...]],
) -> None:
    """The conditions found at the default sizes say which others torch takes, and what it gives."""
    made, defaults, given_shapes = merge
    types = tuple(
        TensorType(tuple(variable(dim) if isinstance(dim, str) else dim for dim in shape))
        for shape in given_shapes
    )
    check = Check(defaults)
    outputs = made.infer(types, check)
    expected = torch_verdict(made, types_of(*(at(shape, defaults) for shape in given_shapes)))
    assert bool(check.problems) == (expected is None)
    if check.problems or outputs is None:
        return
    for a in range(1, 5):
        for b in range(1, 5):
            sizes = {"a": a, "b": b}
            expected = torch_verdict(made, types_of(*(at(shape, sizes) for shape in given_shapes)))
            valid = all(condition.holds(sizes) for condition in check.conditions)
            assert valid == (expected is not None)
            if expected is not None:
                assert tuple(evaluate(dim, sizes) for dim in outputs[0].shape) == expected[0]


def test_linear_behind_flatten_is_held_to_the_default_size() -> None:
    height = variable("H")
    sizes = {"H": 8}
    check = Check(sizes)
    flat = op("flatten").infer((TensorType((2, 3, height, height)),), check)
    assert flat is not None and not check.conditions
    linear = op("linear", 10)
    assert linear.infer(flat, check) is not None
    held = [h for h in range(1, 20) if all(c.holds({"H": h}) for c in check.conditions)]
    assert held == [8]
    weight, _ = linear.parameters(tuple(each.at(sizes) for each in flat))
    assert weight.shape == tuple(torch.nn.Linear(3 * 8 * 8, 10).weight.shape)


def test_batch_that_never_trains_is_kept_as_a_condition() -> None:
    check = Check({})
    assert op("batch_norm").infer(types_of((1, 4)), check) is not None
    assert not check.problems
    assert [condition.holds({}) for condition in check.conditions] == [False]


def test_values_that_differ_are_named_by_the_dims_of_the_longest() -> None:
    check = Check({})
    op("add").infer(types_of((2, 3), (2, 4), (1, 1, 1, 1)), check)
    (problem,) = check.problems
    assert problem.message() == (
        "add needs the same width in all values, and value 1, [2, 3], has 3"
        " where value 2, [2, 4], has 4"
    )
