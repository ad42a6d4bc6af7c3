"""The steps of a pass as jobs that wait for each other, and what each lets go of.

Sets of jobs are the bits of an integer.
"""

from __future__ import annotations

from collections.abc import Iterator

from archir.base.record import Struct, fresh
from archir.cost.simulate import Pass, SimulatedStep
from archir.memory.storage import Storage


class Job(Struct):
    """A step that waits for others."""

    number: int
    step: SimulatedStep
    grown: int
    """The bytes of what it makes that stays."""

    before: int
    """All jobs that must be done first."""

    behind: list[int] = fresh(factory=list)
    """The jobs that wait for this one itself."""

    uses: list[Holding] = fresh(factory=list)


class Holding(Struct):
    """A storage that is let go of when all of ``users`` are done."""

    nbytes: int
    users: int


def jobs_of(run: Pass) -> list[Job]:
    """The steps of a pass, and what each waits for."""
    jobs: list[Job] = []
    users: dict[Storage, list[int]] = {}
    for number, (step, near) in enumerate(zip(run.steps, _waits(run, users), strict=True)):
        before = 0
        for other in near:
            before |= jobs[other].before | 1 << other
            jobs[other].behind.append(number)
        grown = sum([storage.nbytes for storage in step.new])
        jobs.append(Job(number, step, grown, before))
    staying = run.storages(run.flat.outputs)
    for storage, numbers in users.items():
        if storage.kind == "value" and storage not in staying:
            use = Holding(storage.nbytes, sum([1 << number for number in numbers]))
            for number in numbers:
                jobs[number].uses.append(use)
    return jobs


def _waits(run: Pass, users: dict[Storage, list[int]]) -> Iterator[set[int]]:
    """For each step those that it waits for itself; ``users`` are noted on the way.

    A step waits for those that make what it reads. What overwrites a storage waits for all who
    used it before, and all who use it behind wait for that.
    """
    maker: dict[int, int] = {}
    writer: dict[Storage, int] = {}
    since: dict[Storage, int] = {}  # how many had used it when it was written last
    for number, step in enumerate(run.steps):
        flat = run.flat.steps[step.index]
        near = {maker[value] for value in flat.inputs if value in maker}
        for storage in {*step.reads, *step.gives}:
            used = users.setdefault(storage, [])
            if storage in writer:
                near.add(writer[storage])
            if step.writes and storage in step.reads:
                near.update(used[since.get(storage, 0) :])
                writer[storage], since[storage] = number, len(used)
            used.append(number)
        near.discard(number)
        for value in flat.outputs:
            maker[value] = number
        yield near


def bits(mask: int) -> list[int]:
    """The places of the ones, from the lowest."""
    found: list[int] = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found
