"""Sets of sizes: membership, intersection, neighbours, against plain Python sets."""

from __future__ import annotations

from itertools import takewhile

from hypothesis import given
from hypothesis import strategies as st

from archir.sizes.sets import (
    EVERYTHING,
    NOTHING,
    SizeSet,
    at_least,
    between,
    eventually_periodic,
)

SEEN = 160


@st.composite
def sets(draw: st.DrawFn) -> tuple[SizeSet, set[int]]:
    """A set, and its members up to SEEN."""
    head = draw(st.lists(st.booleans(), max_size=12))
    turn = draw(st.lists(st.booleans(), min_size=1, max_size=8))
    truths = head + turn * SEEN
    made = eventually_periodic(head + turn, len(head) + 1, len(turn))
    return made, {size for size in range(1, SEEN) if truths[size - 1]}


@given(sets())
def test_members(pair: tuple[SizeSet, set[int]]) -> None:
    made, members = pair
    assert {size for size in range(1, SEEN) if size in made} == members
    assert set(takewhile(lambda size: size < SEEN, made)) == members
    assert bool(made) == bool(members)
    assert made.smallest == min(members, default=None)


@given(sets(), sets(), st.integers(1, 40), st.integers(0, 40))
def test_intersection(
    one: tuple[SizeSet, set[int]], other: tuple[SizeSet, set[int]], first: int, length: int
) -> None:
    both = one[0].intersect(other[0])
    assert {size for size in range(1, SEEN) if size in both} == one[1] & other[1]
    assert both == other[0].intersect(one[0])
    assert both.intersect(one[0]) == both
    cut = both.intersect(between(first, first + length))
    wanted = {size for size in one[1] & other[1] if first <= size <= first + length}
    assert {size for size in range(1, SEEN) if size in cut} == wanted
    assert cut.is_finite


@given(sets(), st.integers(1, SEEN // 2))
def test_nearest(pair: tuple[SizeSet, set[int]], size: int) -> None:
    made, members = pair
    if size in members:
        assert made.nearest(size) == (size,)
        return
    below = max((each for each in members if each < size), default=None)
    above = min((each for each in members if each > size), default=None)
    assert made.nearest(size) == tuple(each for each in (below, above) if each is not None)


def test_sets_that_are_equal_have_one_form() -> None:
    assert eventually_periodic([True] * 7, 4, 4) == EVERYTHING == at_least(1)
    assert eventually_periodic([False] * 7, 4, 4) == NOTHING == between(5, 4)
    evens = eventually_periodic([False, True, False, True, False, True], 3, 4)
    assert evens == eventually_periodic([False, True], 1, 2)
    assert evens.pieces[0].first == 2
