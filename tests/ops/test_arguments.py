"""Arguments of ops: what is refused, how it is told, and that equal uses share one instance."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archc.testing.op_arguments import bind, check_partial, make_op
from archir.catalogue.registry import ops
from archir.init.values import Part
from archir.op.binding import ArgumentProblem, bind_names
from archir.op.contract import Op
from archir.shapes.dims import variable

CONV = ops()["conv"]


def problems(found: object) -> list[tuple[object, str]]:
    assert isinstance(found, tuple), found
    return [(each.argument, each.problem.name) for each in found]


def made(keyword: str, *positional: object, **keywords: object) -> Op:
    result = make_op(ops()[keyword], positional, keywords)
    assert isinstance(result, Op), result
    return result


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("positional", "keywords", "expected"),
    [
        (2, [], []),
        (0, ["kernel_size", "out_channels"], []),
        (1, [], [(None, "missing-argument")]),
        (0, [], [(None, "missing-argument")]),
        (2, ["strides"], [("strides", "unknown-argument")]),
        (2, ["out_channels"], [("out_channels", "argument-given-twice")]),
        (2, ["bias", "bias"], [("bias", "argument-given-twice")]),
        (9, [], [(8, "too-many-arguments")]),
        (9, ["bias"], [(8, "too-many-arguments"), ("bias", "argument-given-twice")]),
    ],
)
def test_bind(positional: int, keywords: list[str], expected: list[tuple[object, str]]) -> None:
    assert problems(bind(CONV, positional, keywords)) == expected


def test_bind_of_a_part_may_leave_arguments_out() -> None:
    assert bind(CONV, 0, ["bias"], partial=True) == ()
    assert problems(bind(CONV, 0, ["biass"], partial=True)) == [("biass", "unknown-argument")]


def test_bind_names_serves_whatever_is_called() -> None:
    known = ("planes", "stride")
    found = bind_names("Bottleneck", known, frozenset({"planes"}), 0, ["strides"])
    assert [each.problem.message() for each in found] == [
        "Bottleneck has no argument called strides",
        "Bottleneck needs planes",
    ]
    assert found[0].problem.hint() == "did you mean stride?"


def test_inferred_arguments_are_told_to_be_left_out() -> None:
    (found,) = bind(CONV, 2, ["in_channels"])
    assert found.problem.hint() == "leave it out: it is read off the incoming shape"


# --- values ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keyword", "arguments", "expected"),
    [
        ("conv", {"out_channels": 64.0}, "float-for-count"),
        ("conv", {"out_channels": 0}, "argument-out-of-bounds"),
        ("conv", {"out_channels": -3}, "argument-out-of-bounds"),
        ("conv", {"out_channels": 2**31}, "argument-out-of-bounds"),
        ("conv", {"out_channels": 10**400}, "argument-out-of-bounds"),
        ("conv", {"out_channels": True}, "wrong-argument-type"),
        ("conv", {"out_channels": "64"}, "wrong-argument-type"),
        ("conv", {"out_channels": None}, "wrong-argument-type"),
        ("conv", {"out_channels": (64,)}, "wrong-argument-type"),
        ("conv", {"out_channels": Part("op", "relu")}, "wrong-argument-type"),
        ("conv", {"out_channels": variable("H")}, "argument-depends-on-size"),
        ("conv", {"kernel_size": (3, variable("H"))}, "argument-depends-on-size"),
        ("conv", {"kernel_size": (3, 0)}, "argument-out-of-bounds"),
        ("conv", {"kernel_size": (3, 3.0)}, "float-for-count"),
        ("conv", {"kernel_size": ()}, "argument-out-of-bounds"),
        ("conv", {"kernel_size": (1, 1, 1, 1)}, "argument-out-of-bounds"),
        ("conv", {"kernel_size": (3, (3,))}, "wrong-argument-type"),
        ("conv", {"kernel_size": (3, Part("op", "relu"))}, "wrong-argument-type"),
        ("conv", {"padding": "sam"}, "argument-out-of-bounds"),
        ("conv", {"padding": -1}, "argument-out-of-bounds"),
        ("conv", {"bias": 1}, "wrong-argument-type"),
        ("conv", {"padding_mode": "zero"}, "argument-out-of-bounds"),
        ("dropout", {"p": 1.5}, "argument-out-of-bounds"),
        ("dropout", {"p": -1}, "argument-out-of-bounds"),
        ("dropout", {"p": float("nan")}, "argument-out-of-bounds"),
        ("dropout", {"p": 10**400}, "argument-out-of-bounds"),
        ("dropout", {"p": True}, "wrong-argument-type"),
        ("dropout", {"p": "0.5"}, "wrong-argument-type"),
        ("batch_norm", {"eps": 0.0}, "argument-out-of-bounds"),
        ("batch_norm", {"eps": float("inf")}, "argument-out-of-bounds"),
        ("batch_norm", {"momentum": 99}, "argument-out-of-bounds"),
        ("max_pool", {"kernel_size": None}, "wrong-argument-type"),
        ("adaptive_avg_pool", {"output_size": (None, 0)}, "argument-out-of-bounds"),
        ("flatten", {"start_dim": 1.0}, "float-for-count"),
    ],
)
def test_value_is_refused(keyword: str, arguments: dict[str, object], expected: str) -> None:
    ((name, _),) = arguments.items()
    assert problems(check_partial(ops()[keyword], (), arguments)) == [(name, expected)]


@pytest.mark.parametrize(
    ("keyword", "arguments"),
    [
        ("conv", {"kernel_size": (3, 1)}),
        ("conv", {"padding": "same"}),
        ("conv", {"padding": (0, 3)}),
        ("dropout", {"p": 0}),
        ("dropout", {"p": 1}),
        ("batch_norm", {"momentum": None}),
        ("max_pool", {"stride": None}),
        ("adaptive_avg_pool", {"output_size": (None, 1)}),
        ("flatten", {"start_dim": -3}),
    ],
)
def test_value_is_taken(keyword: str, arguments: dict[str, object]) -> None:
    assert check_partial(ops()[keyword], (), arguments) == ()


def test_problems_are_told_where_the_call_has_them() -> None:
    assert problems(make_op(CONV, (0,), {"kernel_size": 3.0, "bias": 1})) == [
        (0, "argument-out-of-bounds"),
        ("kernel_size", "float-for-count"),
        ("bias", "wrong-argument-type"),
    ]


def test_the_float_among_the_items_is_the_one_that_is_told() -> None:
    found = make_op(CONV, (8, (3, 4.0)), {})
    assert isinstance(found, tuple)
    assert ["its item [1] is the float 4.0" in each.problem.message() for each in found] == [True]


def test_names_and_values_are_told_together() -> None:
    assert problems(make_op(CONV, (0, 3), {"biass": True})) == [
        ("biass", "unknown-argument"),
        (0, "argument-out-of-bounds"),
    ]


def test_messages_say_what_is_wanted() -> None:
    (found,) = check_partial(CONV, (), {"kernel_size": (3, 0)})
    assert found.problem.message() == (
        "kernel_size of conv must be an integer of at least 1 or a list of 1 to 3 of them,"
        " and [3, 0] is not"
    )
    (found,) = check_partial(CONV, (), {"out_channels": 32.0})
    assert "32.0 is a float" in found.problem.message()
    assert "//" in (found.problem.hint() or "")
    (found,) = check_partial(CONV, (), {"padding_mode": "zero"})
    assert found.problem.hint() == 'did you mean "zeros"?'


# --- sharing --------------------------------------------------------------------------------------


def test_equal_uses_share_an_instance() -> None:
    assert made("conv", 64, 3) is made("conv", 64, kernel_size=3)
    assert made("conv", 64, 3) is made("conv", 64, 3, 1, bias=True)
    assert made("dropout", 1) is made("dropout", 1.0)


def test_scalars_of_other_types_are_other_arguments() -> None:
    assert isinstance(make_op(CONV, (1, 1), {}), CONV)
    assert problems(make_op(CONV, (1.0, 1), {})) == [(0, "float-for-count")]
    assert problems(make_op(CONV, (True, 1), {})) == [(0, "wrong-argument-type")]
    assert isinstance(make_op(CONV, (1, (1, 1)), {}), CONV)
    assert problems(make_op(CONV, (1, (1, True)), {})) == [(1, "wrong-argument-type")]


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-4, 4)
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["same", "valid", "zeros", variable("H"), Part("block", "Stem")])
)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4).map(tuple), max_leaves=6)


@given(st.data())
def test_no_arguments_raise_an_exception(data: st.DataObject) -> None:
    """Whatever is given, the answer is an op or problems with a place, a message and a name."""
    op = data.draw(st.sampled_from(list(ops().values())))
    names = st.sampled_from([*op.arguments(), "unknown", "in_channels"])
    positional: list[Any] = data.draw(st.lists(values, max_size=4))
    keywords: dict[str, Any] = data.draw(st.dictionaries(names, values, max_size=4))
    result = make_op(op, positional, keywords)
    if isinstance(result, Op):
        assert make_op(op, positional, keywords) is result
        return
    assert result
    for found in result:
        assert isinstance(found, ArgumentProblem)
        assert found.problem.message()
        assert found.argument in (None, *range(len(positional)), *keywords)
        found.problem.hint()
        found.problem.label()
