"""The order of the steps in which a forward pass needs the least memory.

Steps before which or behind which all others must run cut the model into segments, and the search
is for the best order of each segment alone. In a segment it goes through the sets of steps that may
be done first, those first that have needed the least memory so far: the first way to its end is a
best one. A step that ends with no more memory than it found, and meanwhile takes no more than was
needed before, may always run at once. So the search branches only where memory grows, and networks
with some branches are searched through; where there are too many sets, the best of the given order
and of a greedy one is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import heappop, heappush

from archir.cost.play import Pass, Played
from archir.record import Record, Struct, fresh
from archir.storage import Storage

MOST_STATES = 20_000
"""How many sets of steps are looked at for one segment before the search is given up."""


class Order(Record):
    """An order of the steps (their numbers in the model) and its peak in bytes."""

    steps: tuple[int, ...]
    peak: int
    is_exact: bool


class _Job(Struct):
    """A step that waits for others. Sets of jobs are the bits of an integer."""

    number: int
    step: Played
    grown: int
    """The bytes of what it makes that stays."""

    before: int
    """All jobs that must be done first."""

    uses: list[_Use] = fresh(factory=list)


class _Use(Struct):
    """A storage that is let go of when all of ``users`` are done."""

    nbytes: int
    users: int


def best_order(run: Pass) -> Order:
    """The order with the least peak; values go at their last use, whatever modules there are."""
    jobs = _jobs(run)
    everything = (1 << len(jobs)) - 1
    search = _Search(jobs)
    segments: list[tuple[int, list[int]]] = []
    done = 0
    for cut in _cuts(jobs):
        if cut.before != done:
            segments.append((done, _bits(cut.before & ~done)))
            done = cut.before
        segments.append((done, [cut.number]))
        done |= 1 << cut.number
    segments.append((done, _bits(everything & ~done)))
    return search.run(segments)


def _cuts(jobs: Sequence[_Job]) -> list[_Job]:
    """The jobs for which all before them must be done first, and for which all others wait."""
    found: list[_Job] = []
    awaited = -1  # by all that come later
    for job in reversed(jobs):
        if awaited >> job.number & 1 and job.before.bit_count() == job.number:
            found.append(job)
        awaited &= job.before
    return found[::-1]


class _Search:
    def __init__(self, jobs: Sequence[_Job]) -> None:
        self.jobs = jobs
        self.exact = True

    def run(self, segments: Sequence[tuple[int, list[int]]]) -> Order:
        orders = [members for _, members in segments]
        starts: list[int] = []
        peaks: list[int] = []
        live = 0
        for done, members in segments:
            starts.append(live)
            peak, live = self._follow(done, live, members)
            peaks.append(peak)
        # What cannot be ordered otherwise comes first: nothing below its peak is worth a search.
        floor = max((peak for peak, o in zip(peaks, orders, strict=True) if len(o) < 2), default=0)
        open_ = [at for at, order in enumerate(orders) if len(order) > 1]
        for at in sorted(open_, key=lambda at: (-peaks[at], at)):
            if peaks[at] > floor:
                done, members = segments[at]
                orders[at], peaks[at] = self._best(done, starts[at], members, floor)
                floor = max(floor, peaks[at])
        steps = tuple(self.jobs[job].step.index for order in orders for job in order)
        return Order(steps, floor if peaks else 0, self.exact)

    def _change(self, done: int, job: int) -> int:
        """By how much memory grows when a job is done behind others."""
        change = self.jobs[job].grown
        waiting = ~(done | 1 << job)
        for use in self.jobs[job].uses:
            if not use.users & waiting:
                change -= use.nbytes
        return change

    def _follow(self, done: int, live: int, order: Sequence[int]) -> tuple[int, int]:
        """The peak of an order, and the bytes that are there behind it."""
        most = live
        for job in order:
            most = max(most, live + self.jobs[job].step.scratch)
            live += self._change(done, job)
            done |= 1 << job
        return most, live

    def _best(self, done: int, live: int, members: list[int], floor: int) -> tuple[list[int], int]:
        """The best order of a segment and its peak; what is below the floor is as good as it."""
        wanted = done | sum(1 << job for job in members)
        came: dict[int, tuple[int, int]] = {}
        # An entry: the peak so far, what is done, the live bytes then, and the last job before.
        heap = [(max(floor, live), -done.bit_count(), done, live, done, -1)]
        while heap:
            peak, _, state, now, previous, job = heappop(heap)
            if state in came:
                continue
            came[state] = (previous, job)
            if state == wanted:
                return self._way(came, state), peak
            if len(came) > MOST_STATES:
                return self._greedy(done, live, members, floor)
            for job, change in self._moves(state, now, members, peak):
                after = state | 1 << job
                most = max(peak, now + self.jobs[job].step.scratch)
                heappush(heap, (most, -after.bit_count(), after, now + change, state, job))
        raise AssertionError("steps wait for each other in a circle")

    def _moves(self, state: int, now: int, members: list[int], peak: int) -> list[tuple[int, int]]:
        """The jobs that are worth doing next, each with the change that it makes to memory."""
        moves: list[tuple[int, int]] = []
        for job in members:
            if state >> job & 1 or self.jobs[job].before & ~state:
                continue
            change = self._change(state, job)
            if change <= 0 and now + self.jobs[job].step.scratch <= peak:
                return [(job, change)]  # it is never wrong to do this at once
            moves.append((job, change))
        return moves

    def _way(self, came: dict[int, tuple[int, int]], state: int) -> list[int]:
        found: list[int] = []
        while came[state][1] >= 0:
            state, job = came[state]
            found.append(job)
        return found[::-1]

    def _greedy(
        self, done: int, live: int, members: list[int], floor: int
    ) -> tuple[list[int], int]:
        """The better of the given order and of that which takes the least at every turn."""
        self.exact = False
        order: list[int] = []
        state, now = done, live
        while len(order) < len(members):
            moves = self._moves(state, now, members, floor)
            scratch = {job: self.jobs[job].step.scratch for job, _ in moves}
            job, change = min(moves, key=lambda move: (move[1], scratch[move[0]], move[0]))
            order.append(job)
            state, now = state | 1 << job, now + change
        found = [(max(floor, self._follow(done, live, each)[0]), each) for each in (members, order)]
        peak, best = min(found, key=lambda pair: pair[0])
        return best, peak


def _jobs(run: Pass) -> list[_Job]:
    """The steps of a pass, and what each waits for."""
    jobs: list[_Job] = []
    users: dict[Storage, list[int]] = {}
    for number, (step, near) in enumerate(zip(run.steps, _waits(run, users), strict=True)):
        before = 0
        for other in near:
            before |= jobs[other].before | 1 << other
        grown = sum([storage.nbytes for storage in step.new])
        jobs.append(_Job(number, step, grown, before))
    staying = run.storages(run.flat.outputs)
    for storage, numbers in users.items():
        if storage.kind == "value" and storage not in staying:
            use = _Use(storage.nbytes, sum([1 << number for number in numbers]))
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


def _bits(mask: int) -> list[int]:
    """The places of the ones, from the lowest."""
    found: list[int] = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found
