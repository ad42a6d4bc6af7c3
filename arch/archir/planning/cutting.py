"""Where to cut a model into stages of a pipeline: balanced by MACs, with little crossing.

Exact, by dynamic programming over the places where it may be cut: of all ways the largest stage is
to have the fewest MACs of a training step, up to a tolerance, and of those ways that is taken with
which the fewest bytes cross.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from archir.base.record import Record
from archir.graph.flat import Flat, last_uses
from archir.memory.storage import BYTES
from archir.planning.chain import ChainUnit
from archir.shapes.types import TensorType

TOLERANCE = Fraction(1, 20)
"""By how much more than it must the largest stage may have, for fewer bytes to cross."""


class CutPoint(Record):
    """A place between two units where a model may be cut: before the step ``step``, with which the
    module ``path`` begins.

    ``values`` are the numbers of those that cross it, ``nbytes`` what they take.
    """

    path: str
    step: int
    values: tuple[int, ...]
    nbytes: int


class Cuts(Record):
    """The places where a model is cut, in order."""

    places: tuple[CutPoint, ...]
    largest: int
    """The MACs of the stage that has most."""

    crossing: int
    """The bytes that cross in a forward pass; as many come back as gradients."""


def places(
    flat: Flat, types: Sequence[TensorType], units: Sequence[ChainUnit], dtype: str
) -> tuple[CutPoint, ...]:
    """The places between units where a model may be cut.

    A module that runs on both sides, and a tensor of parameters that both sides have, would have to
    be on two machines: there is no place between. Nor is one before a function, which has no name.
    """
    last = last_uses(flat)
    made: dict[int, int] = dict.fromkeys(flat.inputs, -1)
    for number, step in enumerate(flat.steps):
        made.update(dict.fromkeys(step.outputs, number))
    spans = list(_spans(flat))
    found: list[CutPoint] = []
    for unit in units[1:]:
        at = unit.first
        if not unit.path or any(first < at <= end for first, end in spans):
            continue
        # What is an output of the model crosses to the last stage, which gives them all.
        values = tuple([value for value in made if made[value] < at <= last.get(value, -1)])
        sent = [types[value] for value in values]
        if any(flat.steps[made[value]].op is None for value in values if made[value] >= 0):
            continue  # a parameter is read before and used behind
        found.append(CutPoint(unit.path, at, values, sum([_bytes(each, dtype) for each in sent])))
    return tuple(found)


def _bytes(given: TensorType, dtype: str) -> int:
    elements = 1
    for extent in given.extents:
        elements *= extent
    return elements * BYTES[dtype if given.dtype == "float32" else given.dtype]


def _spans(flat: Flat) -> Iterator[tuple[int, int]]:
    """From the first to the last step that has need of each tensor of parameters or buffers."""
    owners: dict[str, set[str]] = defaultdict(set)
    for module in flat.modules:
        prefix = f"{module.path}." if module.path else ""
        for spec in module.state:
            owners[module.path].add(flat.ties.get(prefix + spec.name, prefix + spec.name))
    steps: dict[str, list[int]] = defaultdict(list)
    for number, step in enumerate(flat.steps):
        if step.parameter is not None:
            steps[flat.ties.get(step.parameter, step.parameter)].append(number)
        elif step.module is not None:
            for key in (f"{step.module}\0", *owners[step.module]):
                steps[key].append(number)
    for found in steps.values():
        if len(found) > 1:
            yield found[0], found[-1]


def best_cuts(
    macs: Sequence[int],
    found: Sequence[CutPoint],
    stages: int,
    tolerance: Fraction = TOLERANCE,
) -> Cuts | None:
    """The cuts into so many stages; None where there are fewer places than that takes.

    ``macs`` are those of each step in a training step.
    """
    if stages < 1 or len(found) < stages - 1:
        return None
    sums = [0]
    for each in macs:
        sums.append(sums[-1] + each)
    steps = [0, *[place.step for place in found], len(macs)]
    done = [sums[step] for step in steps]  # the MACs before each place, both ends among them
    least = _least(done, stages)
    most = least + int(least * tolerance)
    chosen = _fewest(done, [place.nbytes for place in found], stages, most)
    ends = [0, *chosen, len(steps) - 1]
    largest = max(done[end] - done[begin] for begin, end in itertools.pairwise(ends))
    taken = tuple([found[at - 1] for at in chosen])
    return Cuts(taken, largest, sum([place.nbytes for place in taken]))


def _least(done: Sequence[int], stages: int) -> int:
    """The fewest MACs that the largest of so many stages can have."""
    best: Mapping[int, int] = {0: 0}
    for stage in range(1, stages + 1):
        behind = len(done) - 1 - (stages - stage)
        ends = range(stage, behind + 1) if stage < stages else [len(done) - 1]
        best = {
            end: min(
                max(before, done[end] - done[begin])
                for begin, before in best.items()
                if begin < end
            )
            for end in ends
        }
    return best[len(done) - 1]


def _fewest(done: Sequence[int], nbytes: Sequence[int], stages: int, most: int) -> tuple[int, ...]:
    """The places with the fewest bytes where no stage has more than so many MACs; of ways that are
    equal in that, the one with the earliest cuts.
    """
    best: dict[int, tuple[int, tuple[int, ...]]] = {0: (0, ())}
    for stage in range(1, stages + 1):
        following: dict[int, tuple[int, tuple[int, ...]]] = {}
        is_last = stage == stages
        for end in range(1, len(done)):
            if is_last != (end == len(done) - 1):
                continue
            ways = [
                (crossed, cuts if is_last else (*cuts, end))
                for begin, (crossed, cuts) in best.items()
                if begin < end and done[end] - done[begin] <= most
            ]
            if ways:
                crossed, cuts = min(ways)
                following[end] = (crossed + (0 if is_last else nbytes[end - 1]), cuts)
        best = following
    return best[len(done) - 1][1]
