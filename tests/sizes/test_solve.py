"""Conditions on one variable: the set that is found is what holds, at each size and for z3."""

from __future__ import annotations

import z3
from dims_of_sizes import conditions
from hypothesis import assume, example, given
from hypothesis import strategies as st
from z3_sizes import holds, member, proven

from archir.shapes.arithmetic import add, floor_div, multiply, subtract
from archir.shapes.conditions import Condition
from archir.shapes.dims import variable
from archir.sizes.sets import BeyondExactError, at_least, between
from archir.sizes.solve import solve

H = variable("H")


@given(conditions(), st.lists(st.integers(300, 10**9), max_size=20))
def test_members_are_the_sizes_at_which_it_holds(condition: Condition, far: list[int]) -> None:
    try:
        found = solve(condition)
    except BeyondExactError:
        assume(False)
    for size in [*range(1, 300), *far]:
        assert (size in found) == condition.holds({"H": size}), size


@given(conditions())
@example(Condition("at-least", floor_div(subtract(H, 3), 2), 5))
@example(Condition("equal", multiply(2, floor_div(H, 16)), floor_div(H, 8)))
def test_z3_proves_the_closed_form_in_both_directions(condition: Condition) -> None:
    # z3 goes on for ever about a size divided by a size.
    assume(condition.relation != "divisible" or isinstance(condition.right, int))
    try:
        found = solve(condition)
    except BeyondExactError:
        assume(False)
    size = z3.Int("H")
    claim = holds(condition, {"H": size}) == member(found, size)
    assert proven(z3.Implies(size >= 1, claim)) is not False


def test_z3_would_object_to_a_wrong_form() -> None:
    size = z3.Int("H")
    window = holds(Condition("at-least", floor_div(subtract(H, 3), 2), 5), {"H": size})
    assert proven(z3.Implies(size >= 1, window == member(at_least(13), size))) is True
    assert proven(z3.Implies(size >= 1, window == member(at_least(12), size))) is False


def test_a_large_stride_is_no_matter() -> None:
    assert solve(Condition("at-least", floor_div(H, 2**40), 3)) == at_least(3 * 2**40)


def test_a_long_period_is_said_to_be_beyond() -> None:
    condition = Condition("equal", multiply(2**40, floor_div(H, 2**40)), H)
    try:
        solve(condition)
    except BeyondExactError as error:
        assert str(2**40) in str(error)
    else:
        raise AssertionError("it cannot be in closed form")


def test_divisors_of_a_number() -> None:
    """Few of a large number, whatever stands beside the size."""
    found = solve(Condition("divisible", 10**9 + 7, add(H, 2)))
    assert list(found) == [10**9 + 5], "a prime; 1 is too small"
    assert list(solve(Condition("divisible", 12, H))) == [1, 2, 3, 4, 6, 12]
    assert solve(Condition("divisible", 12, floor_div(H, 2))) == solve(
        Condition("divisible", -12, floor_div(H, 2))
    )


def test_what_falls_is_bounded_from_above() -> None:
    assert solve(Condition("at-least", subtract(10, H), 3)) == between(1, 7)
