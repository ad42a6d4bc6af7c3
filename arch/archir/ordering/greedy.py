"""An order of jobs that is found at once, for segments of more orders than can be searched.

It takes at every turn the job that adds the least memory, as the search would. What each job adds
changes only where one of two last users of a storage is done, so nothing is worked out anew at each
turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush

from archir.ordering.jobs import Holding, Job


class Greedy:
    """An order that takes at every turn what adds the least memory: fast, and often a good one."""

    def __init__(self, jobs: Sequence[Job], done: int, live: int, members: list[int]) -> None:
        self.jobs = jobs
        self.state = done
        self.live = live
        self.change = {job: jobs[job].grown for job in members}
        self.left: dict[Holding, int] = {}
        """How many are still to use a storage."""
        for use in {use: None for job in members for use in jobs[job].uses}:
            self.left[use] = (use.users & ~done).bit_count()
            self._freed(use)
        # By what they add; and those alone that add nothing, by their numbers.
        self.least: list[tuple[int, int, int]] = []
        self.free: list[int] = []
        self.ready: set[int] = set()
        for job in members:
            if not jobs[job].before & ~done:
                self._offer(job)

    def order(self, floor: int) -> list[int]:
        found: list[int] = []
        while len(found) < len(self.change):
            job = self._pick(floor)
            found.append(job)
            self._do(job)
        return found

    def _pick(self, floor: int) -> int:
        while self.free and self.free[0] not in self.ready:
            heappop(self.free)
        if self.free and self.live + self.jobs[self.free[0]].step.scratch <= floor:
            return heappop(self.free)
        while True:
            change, _, job = heappop(self.least)
            if job in self.ready and self.change[job] == change:
                return job

    def _do(self, job: int) -> None:
        self.ready.remove(job)
        self.state |= 1 << job
        self.live += self.change[job]
        for use in self.jobs[job].uses:
            self.left[use] -= 1
            last = self._freed(use)
            if last in self.ready:
                self._offer(last)
        for other in self.jobs[job].behind:
            if other in self.change and not self.jobs[other].before & ~self.state:
                self._offer(other)

    def _freed(self, use: Holding) -> int:
        """The one job that is still to use a storage, which will let go of it; -1 for none."""
        if self.left[use] != 1:
            return -1
        last = (use.users & ~self.state).bit_length() - 1
        if last not in self.change:
            return -1
        self.change[last] -= use.nbytes
        return last

    def _offer(self, job: int) -> None:
        self.ready.add(job)
        heappush(self.least, (self.change[job], self.jobs[job].step.scratch, job))
        if self.change[job] <= 0:
            heappush(self.free, job)
