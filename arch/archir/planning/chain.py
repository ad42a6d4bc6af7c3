"""A model as a chain: its blocks in the order of running, and what may be done with each."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence

from archir.base.record import Record
from archir.cost.rows import Row
from archir.cost.simulate import Pass
from archir.cost.training import Segment
from archir.graph.flat import Flat, FlatCall


class ChainUnit(Record):
    """A block of the chain, or what stands between blocks: the steps from ``first`` to ``end``.

    ``path`` is that of its module; of a function it is empty.
    """

    path: str
    first: int
    end: int
    is_block: bool


def units(root: Row) -> tuple[ChainUnit, ...]:
    """The outermost blocks, and each op and function outside of blocks, in the order of running.

    Labelled groups are entered: they say how blocks are sorted, and not what a block is.
    """
    return tuple(_units(root))


def _units(row: Row) -> Iterator[ChainUnit]:
    for inside in row.inside:
        if inside.kind == "group":
            yield from _units(inside)
        else:
            is_module = inside.kind in ("op", "block")
            path = inside.path if is_module else ""
            is_block = inside.kind == "block"
            yield ChainUnit(path, inside.steps.start, inside.steps.stop, is_block)


class Candidate(Record):
    """A module that may be checkpointed: running it again gives what it gave."""

    path: str
    segment: Segment


def candidates(run: Pass) -> tuple[Candidate, ...]:
    """The blocks and groups that may be checkpointed, inner ones too.

    Not one that runs several times in a pass, nor one that overwrites what it was given, or whose
    inputs something behind it overwrites: it would be given other numbers when it runs again.
    """
    times = Counter(call.module for call in run.flat.calls)
    found = [
        Candidate(call.module, Segment(call.first, call.end, True, call.inputs))
        for call in run.flat.calls
        if times[call.module] == 1 and call.first < call.end and _is_pure(run, call)
    ]
    return tuple(sorted(found, key=lambda each: (each.segment.first, -each.segment.end)))


def _is_pure(run: Pass, call: FlatCall) -> bool:
    """Whether what a call was given is the same behind it, to the end of the pass."""
    given = [run.values[value] for value in call.inputs if value in run.values]
    if len(given) < len(call.inputs):  # it runs in training alone, and so does what it is given
        return False
    return all(step < call.first for tensor in given for step in tensor.storage.written)


def pieces(flat: Flat, found: Sequence[Candidate]) -> tuple[Segment, ...]:
    """The whole model in segments, of which each candidate is one or several in turn."""
    places = {0, len(flat.steps)}
    for each in found:
        places |= {each.segment.first, each.segment.end}
    ordered = sorted(places)
    return tuple([Segment(*pair) for pair in itertools.pairwise(ordered)])
