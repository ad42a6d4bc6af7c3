"""A search at work: trials proposed, handed to an executor, and waited for."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from typing import Any

from archc.searching.asked import Asked
from archc.searching.folder import Folder, TrialFolder
from archc.searching.proposing import Proposer
from archc.searching.supervising import lost, supervise

Progress = Callable[[TrialFolder], object]


class Driver:
    """Runs the trials of a search that are not done yet."""

    def __init__(
        self, folder: Folder, asked: Asked, executor: Executor, progress: Progress | None
    ) -> None:
        self._folder, self._asked = folder, asked
        self._executor, self._progress = executor, progress
        self._running: dict[Future[Any], int] = {}
        self._losses: dict[int, int] = {}

    def run(self) -> None:
        """Propose and run all trials, and wait for them; fewer where there are no more points."""
        proposer = Proposer(self._folder, self._asked)
        for number in range(self._asked.trials):
            self._wait(number - self._asked.ahead)
            proposal = proposer.propose(number)
            if proposal is None:
                break
            trial = self._folder.trial(number)
            trial.propose(proposal.data(), proposer.text(proposal))
            if not trial.is_done:
                self._submit(number)
        self._wait(self._asked.trials)

    def _submit(self, number: int) -> None:
        future = self._executor.submit(supervise, str(self._folder.path.absolute()), number)
        self._running[future] = number

    def _wait(self, last: int) -> None:
        """Wait for all trials up to this one."""
        while any(number <= last for number in self._running.values()):
            done, _ = wait(self._running, return_when=FIRST_COMPLETED)
            for future in done:
                self._end(self._running.pop(future), future.exception())

    def _end(self, number: int, error: BaseException | None) -> None:
        """A trial that was handed in has ended, or what was to run it was lost."""
        trial = self._folder.trial(number)
        if not trial.is_done:
            said = f"{type(error).__name__}: {error}" if error else "what ran it has left nothing"
            self._losses[number] = self._losses.get(number, 0) + 1
            if self._losses[number] <= self._asked.retries:
                self._submit(number)
                return
            lost(trial, f"what ran it was lost: {said}", self._losses[number])
        if self._progress is not None:
            self._progress(trial)
