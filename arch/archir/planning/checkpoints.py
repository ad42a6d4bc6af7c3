"""Which modules to checkpoint, so that a training step fits, at the least recomputation.

By dynamic programming along the chain, exact up to a number of ways. Where a place of it is
reached, what is behind it needs depends on two things alone: which storages are kept that it meets,
and how much is kept in all. So of two ways to a place with the same storages, one that keeps no
less and computes no less again is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from archir.base.record import Record, Struct
from archir.cost.training import Kept, Segment, TrainingStep
from archir.graph.flat import FlatStep
from archir.op.contract import concrete
from archir.planning.chain import Candidate, candidates, pieces
from archir.shapes.dims import Dim

Work: TypeAlias = "tuple[int, int]"
"""What is computed again: multiply-accumulates, and where these are equal, steps."""


class Checkpoints(Record):
    """The modules to checkpoint, by their paths; ``macs`` is what they compute again, ``peak`` the
    most bytes of a training step. ``is_exact`` says that no others compute less again: there were
    not too many ways to look at.
    """

    paths: tuple[str, ...]
    segments: tuple[Segment, ...]
    macs: int
    peak: int
    is_exact: bool = True


MOST_WAYS = 1_000
"""How many ways to one place are gone on with. That which keeps least is always among them, so
whether a step fits at all is exact in any case."""


class _Way(Struct):
    """A way to a place: bytes that are kept in all, what it costs, and how it goes."""

    nbytes: int
    cost: tuple[int, ...]
    segment: Segment | None = None
    before: _Way | None = None


def cheapest(training: TrainingStep, macs: Sequence[Dim], budget: int) -> Checkpoints | None:
    """The least recomputation with which a training step fits in so many bytes; None if none does.

    ``macs`` are those of the flat model's steps.
    """
    if training.at_least > budget:
        return None
    found = candidates(training.run)
    whole = pieces(training.flat, found)
    work = {each.segment: _work(training.flat.steps, macs, each.segment) for each in found}

    def extended(way: _Way, segment: Segment, most: int) -> tuple[int, ...] | None:
        if most > budget:
            return None
        added = work[segment] if segment.recomputes else (0, 0)
        return tuple([one + other for one, other in zip(way.cost, added, strict=True)])

    ends, is_exact = _ways(training, whole, found, (0, 0), extended)
    if not ends:
        return None
    return _chosen(training, found, macs, min(ends, key=lambda way: way.cost), is_exact)


def can_fit(training: TrainingStep, budget: int) -> bool:
    """Whether there are checkpoints with which a training step fits in so many bytes."""
    if training.at_least > budget:
        return False
    found = candidates(training.run)

    def extended(way: _Way, _segment: Segment, most: int) -> tuple[int, ...] | None:
        return way.cost if most <= budget else None

    ends, _ = _ways(training, pieces(training.flat, found), found, (), extended)
    return bool(ends)


def least(training: TrainingStep, macs: Sequence[Dim]) -> Checkpoints:
    """The checkpoints with which a training step needs the least memory at its peak."""
    found = candidates(training.run)
    whole = pieces(training.flat, found)

    def extended(way: _Way, _segment: Segment, most: int) -> tuple[int, ...]:
        return (max(way.cost[0], most),)

    ends, is_exact = _ways(training, whole, found, (training.at_least,), extended)
    peak = min(ends, key=lambda way: way.cost).cost[0]
    if not is_exact:
        peak = _lowest(training, peak)
    chosen = cheapest(training, macs, peak)
    assert chosen is not None, "the least peak fits in itself"
    return chosen


def _lowest(training: TrainingStep, high: int) -> int:
    """The fewest bytes with which a training step can fit, where it fits in so many."""
    low = training.at_least - 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if can_fit(training, middle) else (middle, high)
    return high


Extend: TypeAlias = Callable[["_Way", Segment, int], "tuple[int, ...] | None"]


def _ways(
    training: TrainingStep,
    whole: Sequence[Segment],
    found: Sequence[Candidate],
    cost: tuple[int, ...],
    extended: Extend,
) -> tuple[list[_Way], bool]:
    """The ways to the end of the chain that none beats, and whether all were gone on with.

    ``extended`` is what a way costs with one segment more, which needs so many bytes; None where
    there is no such way.
    """
    segments: dict[int, list[Segment]] = {}
    for segment in (*whole, *[each.segment for each in found]):
        segments.setdefault(segment.first, []).append(segment)
    kept, nbytes = training.start
    reached: dict[int, dict[Kept, list[_Way]]] = {0: {kept: [_Way(nbytes, cost)]}}
    end = len(training.flat.steps)
    is_exact = True
    for place in sorted({*segments}):
        here = reached.pop(place, {})
        for kept, ways in here.items():
            every = _best(ways)
            best = _thinned(every, max(MOST_WAYS // len(here), 1))
            is_exact = is_exact and len(best) == len(every)
            for segment in segments[place]:
                needs = training.needs(segment, kept)
                there = reached.setdefault(segment.end, {}).setdefault(needs.kept, [])
                for way in best:
                    most = training.state + way.nbytes + needs.most
                    more = extended(way, segment, most)
                    if more is not None:
                        there.append(_Way(way.nbytes + needs.nbytes, more, segment, way))
    return [way for ways in reached.get(end, {}).values() for way in ways], is_exact


def _thinned(ways: list[_Way], most: int) -> list[_Way]:
    """At most so many of some ways, evenly, the first among them."""
    if len(ways) <= most:
        return ways
    return [ways[number * len(ways) // most] for number in range(most)]


def _best(ways: Sequence[_Way]) -> list[_Way]:
    """Those than which none keeps less and costs less."""
    found: list[_Way] = []
    for way in sorted(ways, key=lambda each: (each.nbytes, each.cost)):
        if not found or way.cost < found[-1].cost:
            found.append(way)
    return found


def _chosen(
    training: TrainingStep,
    found: Sequence[Candidate],
    macs: Sequence[Dim],
    way: _Way,
    is_exact: bool,
) -> Checkpoints:
    """What a way says."""
    segments: list[Segment] = []
    while way.before is not None:
        assert way.segment is not None
        segments.append(way.segment)
        way = way.before
    segments.reverse()
    paths = {each.segment: each.path for each in found}
    again = [segment for segment in segments if segment.recomputes]
    return Checkpoints(
        tuple([paths[segment] for segment in again]),
        tuple(segments),
        sum([_work(training.flat.steps, macs, segment)[0] for segment in again]),
        training.peak(segments),
        is_exact,
    )


def _work(steps: Sequence[FlatStep], macs: Sequence[Dim], segment: Segment) -> Work:
    counted = [concrete(macs[at]) for at in range(segment.first, segment.end)]
    running = sum(steps[at].op is not None for at in range(segment.first, segment.end))
    return sum(counted), running
