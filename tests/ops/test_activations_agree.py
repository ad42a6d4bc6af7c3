"""Activations and norms agree with torch over their arguments and shapes, refusals included."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from op_performer import agree, build, op, ours, types_of

from archc.testing.op_arguments import make_op
from archir.catalogue.registry import ops
from archir.op.contract import Op
from archir.shapes.conditions import Check
from archir.shapes.dims import variable
from archir.shapes.types import TensorType

extents = st.integers(1, 4)
shapes = st.lists(extents, min_size=1, max_size=6).map(tuple)
numbers = st.floats(-2, 2)
eps = st.sampled_from((0, 1e-6, 1e-5, 1))


# --- activations ----------------------------------------------------------------------------------


@given(shapes, st.integers(-7, 7), st.sampled_from(("float32", "int64", "bool")))
def test_softmax(shape: tuple[int, ...], dim: int, dtype: str) -> None:
    agree(op("softmax", dim), types_of(shape, dtype=dtype))


@given(shapes, st.integers(1, 5), numbers)
def test_prelu(shape: tuple[int, ...], parameters: int, init: float) -> None:
    agree(op("prelu", parameters, init), types_of(shape))


@given(shapes, numbers, numbers, st.booleans())
def test_softplus_and_gelu(
    shape: tuple[int, ...], beta: float, threshold: float, exact: bool
) -> None:
    agree(op("softplus", beta, threshold), types_of(shape))
    agree(op("gelu", "none" if exact else "tanh"), types_of(shape))


@given(st.sampled_from(("leaky_relu", "elu")), numbers, st.booleans())
def test_leaky_rectifiers_train_where_they_are_accepted(
    keyword: str, factor: float, inplace: bool
) -> None:
    made = op(keyword, factor, inplace)
    start = torch.linspace(-1, 1, 5, requires_grad=True)
    try:
        build(made, types_of((5,)))(start * 1).sum().backward()
    except RuntimeError:
        trains = False
    else:
        trains = True
    assert (ours(made, types_of((5,))) is not None) == trains


def test_prelu_over_size_variables_is_held_to_its_parameters() -> None:
    check = Check({"C": 4})
    assert op("prelu", 4).infer((TensorType((2, variable("C"), 3)),), check) is not None
    assert not check.problems
    assert [c for c in range(1, 9) if all(k.holds({"C": c}) for k in check.conditions)] == [4]


# --- norms ----------------------------------------------------------------------------------------


@given(shapes, st.integers(1, 8), eps, st.booleans(), st.booleans())
def test_layer_norm(
    shape: tuple[int, ...], dims: int, added: float, affine: bool, bias: bool
) -> None:
    made = op("layer_norm", dims, added, affine, bias)
    if dims <= len(shape):
        agree(made, types_of(shape))
    else:
        assert ours(made, types_of(shape)) is None  # torch has no class for it


@given(shapes, st.integers(1, 8), st.none() | eps, st.booleans())
def test_rms_norm(shape: tuple[int, ...], dims: int, added: float | None, affine: bool) -> None:
    made = op("rms_norm", dims, added, affine)
    if dims <= len(shape):
        agree(made, types_of(shape))
    else:
        assert ours(made, types_of(shape)) is None


@given(shapes, st.integers(1, 6), eps, st.booleans(), st.booleans())
def test_group_norm(
    shape: tuple[int, ...], groups: int, added: float, affine: bool, training: bool
) -> None:
    agree(op("group_norm", groups, added, affine), types_of(shape), training)


@given(
    st.lists(extents, min_size=3, max_size=5).map(tuple),
    eps,
    st.floats(0, 1),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_instance_norm(
    shape: tuple[int, ...],
    added: float,
    momentum: float,
    affine: bool,
    track: bool,
    training: bool,
) -> None:
    agree(op("instance_norm", added, momentum, affine, track), types_of(shape), training)


SYMBOLIC: list[tuple[Op, tuple[int | str, ...]]] = [
    (op("group_norm", 2), ("N", 4, "L")),
    (op("group_norm", 2, affine=False), ("N", "C", "L")),
    (op("group_norm", 4), ("N", 4)),
    (op("instance_norm"), ("N", 4, "L")),
    (op("instance_norm", track_running_stats=True), ("N", 4, "L", "L")),
    (op("instance_norm", affine=True), (2, "C", "L")),
    (op("layer_norm"), ("N", "L")),
    (op("layer_norm", 2), ("N", "C", "L")),
    (op("rms_norm", 3), (2, "C", "L")),
]


@pytest.mark.parametrize(("made", "shape"), SYMBOLIC, ids=repr)
@pytest.mark.parametrize("training", [False, True])
def test_norms_over_size_variables_hold_for_all_sizes(
    made: Op, shape: tuple[int | str, ...], training: bool
) -> None:
    """The module of the default sizes takes just the other sizes that the conditions allow."""
    defaults = {"N": 2, "C": 4, "L": 3}
    check = Check(defaults)
    given_type = TensorType(tuple(variable(d) if isinstance(d, str) else d for d in shape))
    assert made.infer((given_type,), check) is not None
    assert not check.problems
    module = build(made, (given_type.at(defaults),))
    assert isinstance(module, torch.nn.Module)
    module.train(training)
    for n, c, length in torch.cartesian_prod(*[torch.arange(1, 6)] * 3).tolist():
        sizes = {"N": n, "C": c, "L": length}
        valid = all(k.holds(sizes) for k in check.conditions if training or not k.training)
        extents_here = [sizes[d] if isinstance(d, str) else d for d in shape]
        try:
            module(torch.ones(extents_here))
        except (RuntimeError, ValueError):
            assert not valid, sizes
        else:
            assert valid, sizes


@pytest.mark.parametrize(
    ("keyword", "arguments", "shape", "message"),
    [
        ("group_norm", (3,), (2, 4, 5), "4 incoming channels cannot be split into 3 groups"),
        (
            "group_norm",
            (4,),
            (1, 4),
            "group_norm needs more than one value a group to take statistics of, and [1, 4] has"
            " one",
        ),
        (
            "instance_norm",
            (),
            (2, 4, 1, 1),
            "instance_norm needs more than one value a channel of each example to take statistics"
            " of, and [2, 4, 1, 1] has one",
        ),
        (
            "layer_norm",
            (768,),
            (2, 16, 768),
            "layer_norm is to normalise the last 768 dims, and [2, 16, 768] has 3 dims",
        ),
        ("prelu", (16,), (2, 8), "prelu has 16 parameters here, and [2, 8] has 8 channels"),
        (
            "elu",
            (-1, True),
            (2, 8),
            "elu cannot be trained in place with alpha -1.0, which is below 0",
        ),
    ],
)
def test_refusals_are_told_in_words(
    keyword: str, arguments: tuple[object, ...], shape: tuple[int, ...], message: str
) -> None:
    check = Check({})
    op(keyword, *arguments).infer(types_of(shape), check)
    assert [problem.message() for problem in check.problems] == [message]


@pytest.mark.parametrize(
    ("keyword", "arguments"),
    [("batch_norm", (64,)), ("instance_norm", (64,)), ("group_norm", (32, 64))],
)
def test_torchs_number_of_channels_is_not_taken_for_eps(
    keyword: str, arguments: tuple[int, ...]
) -> None:
    """``BatchNorm2d(64)`` and ``GroupNorm(32, 64)`` as torch has them."""
    found = make_op(ops()[keyword], arguments, {})
    assert isinstance(found, tuple)
    (wrong,) = found
    assert wrong.problem.name == "argument-out-of-bounds"
    assert wrong.problem.message().startswith(f"eps of {keyword} must be a number ")
    assert wrong.problem.hint() == (
        "leave the number of channels out: it is read off the incoming shape"
    )


def test_an_eps_that_is_one_is_not_taken_for_a_number_of_channels() -> None:
    for value in (-1, 1.5):
        wrong = make_op(ops()["layer_norm"], (), {"eps": value})
        assert isinstance(wrong, tuple)
        told = [(each.problem.name, each.problem.hint()) for each in wrong]
        assert told == [("argument-out-of-bounds", None)]


def test_torchs_normalized_shape_is_answered() -> None:
    check = Check({})
    op("layer_norm", 768).infer((TensorType((variable("N"), 197, 768)),), check)
    (problem,) = check.problems
    assert problem.message() == (
        "layer_norm is to normalise the last 768 dims, and [N, 197, 768] has 3 dims"
    )
    assert "their sizes are read off the incoming shape" in str(problem.hint())
