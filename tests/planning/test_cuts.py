"""Where to cut: of all ways one with the smallest largest stage, and then the fewest bytes."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from archir.planning.cutting import CutPoint, best_cuts


@given(
    macs=st.lists(st.integers(0, 30), min_size=1, max_size=9),
    nbytes=st.lists(st.integers(0, 30), min_size=8, max_size=8),
    closed=st.sets(st.integers(1, 8)),
    stages=st.integers(1, 5),
    tolerance=st.sampled_from([Fraction(0), Fraction(1, 20), Fraction(1, 2)]),
)
def test_all_other_cuts_are_no_better(
    macs: list[int],
    nbytes: list[int],
    closed: set[int],
    stages: int,
    tolerance: Fraction,
) -> None:
    places = [
        CutPoint(str(step), step, (), nbytes[step - 1])
        for step in range(1, len(macs))
        if step not in closed
    ]
    tried = []
    for cuts in combinations(places, stages - 1):
        ends = [0, *[place.step for place in cuts], len(macs)]
        sums = [sum(macs[begin:end]) for begin, end in pairwise(ends)]
        tried.append((max(sums), sum(place.nbytes for place in cuts)))
    found = best_cuts(macs, places, stages, tolerance)
    if not tried:
        assert found is None
        return
    assert found is not None and len(found.places) == stages - 1
    most = min(largest for largest, _ in tried)
    most += int(most * tolerance)
    assert found.largest <= most
    assert found.crossing == min(crossing for largest, crossing in tried if largest <= most)
    assert (found.largest, found.crossing) in tried
