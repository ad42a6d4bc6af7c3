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

from collections.abc import Sequence
from heapq import heappop, heappush

from archir.base.record import Record
from archir.cost.simulate import Pass
from archir.ordering.greedy import Greedy
from archir.ordering.jobs import Job, bits, jobs_of

MOST_STATES = 20_000
"""How many sets of steps are looked at for one segment before the search is given up."""

MOST_LOOKS = 1_000_000
"""How often a step is considered next, in all segments, before the search is given up: a second."""


class Order(Record):
    """An order of the steps (their numbers in the model) and its peak in bytes."""

    steps: tuple[int, ...]
    peak: int
    is_exact: bool


def best_order(run: Pass) -> Order:
    """The order with the least peak; values go at their last use, whatever modules there are."""
    jobs = jobs_of(run)
    everything = (1 << len(jobs)) - 1
    search = _Search(jobs)
    segments: list[tuple[int, list[int]]] = []
    done = 0
    for cut in _cuts(jobs):
        if cut.before != done:
            segments.append((done, bits(cut.before & ~done)))
            done = cut.before
        segments.append((done, [cut.number]))
        done |= 1 << cut.number
    segments.append((done, bits(everything & ~done)))
    return search.run(segments)


def _cuts(jobs: Sequence[Job]) -> list[Job]:
    """The jobs for which all before them must be done first, and for which all others wait."""
    found: list[Job] = []
    awaited = -1  # by all that come later
    for job in reversed(jobs):
        if awaited >> job.number & 1 and job.before.bit_count() == job.number:
            found.append(job)
        awaited &= job.before
    return found[::-1]


class _Search:
    def __init__(self, jobs: Sequence[Job]) -> None:
        self.jobs = jobs
        self.exact = True
        self.looks = 0

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
        wanted = done | sum([1 << job for job in members])
        came: dict[int, tuple[int, int]] = {}
        # An entry: the peak so far, how few are done, its turn, the live bytes then, what was done
        # before the last job and could be next then, and that job.
        heap = [(max(floor, live), 0, 0, live, done, self._ready(done, members), -1)]
        turn = 0
        while heap:
            peak, few, _, now, previous, ready, job = heappop(heap)
            state = previous if job < 0 else previous | 1 << job
            if state in came:
                continue
            came[state] = (previous, job)
            if state == wanted:
                return self._way(came, state), peak
            if len(came) > MOST_STATES or self.looks > MOST_LOOKS:
                return self._greedy(done, live, members, floor)
            if job >= 0:
                ready = self._next(state, ready, job)
            for following, change in self._moves(state, now, ready, peak):
                most = max(peak, now + self.jobs[following].step.scratch)
                turn += 1
                heappush(heap, (most, few - 1, turn, now + change, state, ready, following))
        raise AssertionError("steps wait for each other in a circle")

    def _ready(self, state: int, members: list[int]) -> int:
        """The jobs of a segment that wait for nothing any more."""
        return sum([1 << job for job in members if not self.jobs[job].before & ~state])

    def _next(self, state: int, ready: int, job: int) -> int:
        """The same when one more has been done."""
        for other in self.jobs[job].behind:
            if not self.jobs[other].before & ~state:
                ready |= 1 << other
        return ready & ~(1 << job)

    def _moves(self, state: int, now: int, ready: int, peak: int) -> list[tuple[int, int]]:
        """The jobs that are worth doing next, each with the change that it makes to memory."""
        moves: list[tuple[int, int]] = []
        for job in bits(ready):
            self.looks += 1
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
        order = Greedy(self.jobs, done, live, members).order(floor)
        found = [(max(floor, self._follow(done, live, each)[0]), each) for each in (members, order)]
        peak, best = min(found, key=lambda pair: pair[0])
        return best, peak
