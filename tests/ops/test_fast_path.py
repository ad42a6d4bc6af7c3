"""What is taken without pydantic is what pydantic takes, value for value."""

from __future__ import annotations

import subprocess
import sys
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError, field_validator

from archir.catalogue.registry import built_in, ops
from archir.op.contract import Op, arguments_of
from archir.op.fast_path import fast_path
from archir.op.validate import validate
from archir.shapes.dims import variable

INTEGERS = st.one_of(
    st.integers(-3, 8), st.sampled_from([2**31 - 1, 2**31, -(2**31), 2**53, 2**53 + 1, 2**2000])
)
FLOATS = st.one_of(st.floats(-2, 2), st.sampled_from([1e-5, 0.5, 1.0, 1e300, -0.0]), st.floats())
WORDS = ["same", "valid", "zeros", "none", "row", "nearest", "constant", "reflect", "x", ""]
SIMPLE = st.one_of(
    st.none(), st.booleans(), INTEGERS, FLOATS, st.sampled_from(WORDS), st.just(variable("N"))
)
VALUES = st.one_of(SIMPLE, st.lists(SIMPLE, max_size=4).map(tuple))
NUMBERS = st.one_of(INTEGERS, FLOATS)
LIKELY = st.one_of(VALUES, NUMBERS, st.lists(NUMBERS, min_size=1, max_size=3).map(tuple))


def typed(value: object) -> object:
    """A value that shows its types, and that is equal to itself even if it is no number."""
    if isinstance(value, tuple):
        return tuple(map(typed, value))
    return type(value), repr(value)


def pydantics(op: type[Op], values: dict[str, Any]) -> Op | None:
    try:
        return op(**values)
    except ValidationError:
        return None


@given(st.data())
def test_it_takes_what_pydantic_takes(data: st.DataObject) -> None:
    op = data.draw(st.sampled_from(list(ops().values())))
    names = [name for name in op.arguments() if data.draw(st.booleans(), label=name)]
    values: dict[str, Any] = {name: data.draw(LIKELY, label=name) for name in names}
    mine, theirs = fast_path(op, values), pydantics(op, values)
    if mine is None:
        return
    assert theirs is not None, f"{op.keyword} {values}"
    for name in op.arguments():
        assert typed(getattr(mine, name)) == typed(getattr(theirs, name))


EASY = (1, 2, 0.5, True, False, "zeros", "constant", (1, 2), (1, 2, 3, 4), (0, 1), 1.0)


@pytest.mark.parametrize("keyword", built_in())
def test_plainly_right_arguments_of_every_op_are_seen(keyword: str) -> None:
    op = ops()[keyword]
    for name, field in arguments_of(op).items():
        needed = {
            other: next(v for v in EASY if _fits(op, other, v))
            for other, o in arguments_of(op).items()
            if o.is_required() and other != name
        }
        values = [*EASY, None] + ([] if field.is_required() else [field.default])
        for value in values:
            given_values = {**needed, name: value}
            theirs = pydantics(op, given_values)
            if theirs is not None:
                assert fast_path(op, given_values) == theirs


def _fits(op: type[Op], name: str, value: object) -> bool:
    try:
        op(**{name: value})
    except ValidationError as error:
        return all(item["loc"][:1] != (name,) for item in error.errors())
    return True


class Validated(Op):
    """Has a validator, which must run."""

    keyword = "validated"
    size: Annotated[int, Field(ge=1)] = 2

    @field_validator("size")
    @classmethod
    def even(cls, value: int) -> int:
        return value * 2


class Odd(Op):
    """Has a constraint that only pydantic knows."""

    keyword = "odd"
    size: Annotated[int, Field(multiple_of=3)] = 3


@pytest.mark.parametrize("op", [Validated, Odd])
def test_what_only_pydantic_knows_is_left_to_it(op: type[Op]) -> None:
    assert fast_path(op, {"size": 3}) is None


def test_an_own_validator_runs_once() -> None:
    made = validate(Validated, {"size": 3})
    assert isinstance(made, Validated) and made.size == 6
    assert validate(Validated, {"size": 3}) is made


def test_right_files_need_no_pydantic() -> None:
    code = (
        "import sys, archc; "
        "from archc.request import examples; "
        "assert all(archc.check(path).ok for path in sorted(examples.folder().glob('*.arch'))); "
        "sys.exit('pydantic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
