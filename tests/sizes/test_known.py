"""Simpler forms of dims are the same dims, at the sizes at which what is known holds."""

from __future__ import annotations

from dims_of_sizes import dims
from hypothesis import given, settings
from hypothesis import strategies as st

from archir.rules.tensors import SliceEmpty
from archir.shapes.arithmetic import add, floor_div, maximum, minimum, multiply, subtract
from archir.shapes.choice import choice
from archir.shapes.conditions import Check
from archir.shapes.dims import Dim, evaluate, show, variable
from archir.sizes.cut import length
from archir.sizes.known import Known

H, W = variable("H"), variable("W")
SIZES = (*range(1, 60), 97, 1000, 10**6 + 1)


@settings(max_examples=150)
@given(st.lists(dims(), min_size=1, max_size=3), dims(depth=6))
def test_simplified_is_the_same_where_the_bounds_hold(bounds: list[Dim], dim: Dim) -> None:
    known = Known(*bounds)
    found = known.simplified(dim)
    for size in SIZES:
        sizes = {"H": size}
        if all(evaluate(bound, sizes) >= 0 for bound in bounds):
            assert not known.is_nothing
            assert evaluate(found, sizes) == evaluate(dim, sizes), show(dim)


@settings(max_examples=100)
@given(dims("H", 3), dims("W", 3), dims("H", 3), st.sampled_from((minimum, maximum, choice)))
def test_two_sizes(of_h: Dim, of_w: Dim, bound: Dim, kind: object) -> None:
    made = choice(of_w, of_h, of_w) if kind is choice else kind(of_h, of_w)  # type: ignore[operator]
    dim = add(floor_div(made, 3), of_h)
    known = Known(bound, subtract(W, 3))
    found = known.simplified(dim)
    for height in (1, 2, 3, 5, 8, 21):
        for width in (1, 3, 4, 7, 30):
            sizes = {"H": height, "W": width}
            if width >= 3 and evaluate(bound, sizes) >= 0:
                assert evaluate(found, sizes) == evaluate(dim, sizes)


def test_cases_that_are_not_met_fall_away() -> None:
    front, back = subtract(H, 4), subtract(multiply(H, 2), 4)
    once = choice(front, front, back)
    assert Known(subtract(H, 4)).simplified(once) == front
    assert Known(subtract(3, H)).simplified(once) == back
    assert Known().simplified(once) == once
    twice = choice(subtract(once, 4), subtract(once, 4), once)
    assert show(Known(subtract(H, 5)).simplified(twice)) == "(H - 8 if H >= 8 else H - 4)"
    assert Known(subtract(H, W)).simplified(minimum(H, add(W, 0))) == minimum(H, W), "not known"


def test_slices_of_slices_stay_short() -> None:
    """Each counts from the end where it is short: written out there would be 3**30 terms."""
    extent: Dim = H
    check = Check({"H": 500})
    for _ in range(30):
        end = subtract(extent, 4)
        found = length(extent, None, end, check, lambda: SliceEmpty("slice", 2, "", "", ""))
        assert found is not None
        extent = found
    assert len(show(extent)) < 60
    for size in range(1, 300):
        items = range(size)
        for _ in range(30):
            items = items[: len(items) - 4] if items else items
        runs = all(condition.holds({"H": size}) for condition in check.conditions)
        assert runs == (len(items) > 0)
        assert not runs or evaluate(extent, {"H": size}) == len(items)
