"""A trial's process, watched: it may end well, be killed, or never end.

``supervise`` is what executors run, wherever they do. It needs the search's folder alone.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from archc.searching.asked import Asked
from archc.searching.folder import Folder, TrialFolder
from archc.searching.trial import run_told

KILLED, TIMEOUT = "killed", "timeout"

PRELOADED = ("archc.torch.training.forking", "archc.searching.warming")
"""What is loaded before a trial's process is forked, so that it begins at once."""

SEARCH = "ARCHC_SEARCH"
"""What the environment calls the folder of the search while that is loaded."""

GRACE = 1.0
"""Seconds that a trial has behind its time, to say where it hangs."""

_running: set[BaseProcess] = set()
_ending: list[BaseProcess] = []
"""Those that have said that their trial is done."""

_waiting: deque[_Runner] = deque()
_stopping = threading.Event()
_drivers: set[int] = set()
"""Processes in which trial follows trial: there the next one's is forked before its time."""


class _Runner:
    """A process that runs one trial, as soon as it is told which."""

    def __init__(self, at: Folder, asked: Asked) -> None:
        context = _context(at, asked)
        theirs, self.ours = context.Pipe()
        self.process: BaseProcess = context.Process(target=run_told, args=(theirs,))
        self.process.start()
        theirs.close()
        _running.add(self.process)
        if _stopping.is_set():
            self.process.kill()

    def tell(self, **order: object) -> None:
        """Say which trial it is. Where the process has died meanwhile, its exit code says that."""
        with suppress(OSError):
            self.ours.send_bytes(json.dumps(order).encode())

    def end(self) -> None:
        """End a process for which there is no trial."""
        self.process.kill()
        self.process.join()
        _running.discard(self.process)
        self.process.close()


def supervise(folder: str, number: int) -> None:
    """Run a trial until it is known what came of it; again where its process was killed."""
    at = Folder(Path(folder))
    asked = at.asked()
    asked.open_paths()
    trial = at.trial(number)
    for attempt in range(1, asked.retries + 2):
        if trial.is_done or _stopping.is_set():
            return
        with trial.attempt() as place:
            died = _run(at, asked, number, place)
            if _stopping.is_set():
                return
            own = place / "own.json"
            if own.exists():
                result = json.loads(own.read_text("utf-8"))
                own.unlink()
            elif died == TIMEOUT or attempt > asked.retries:
                result = _failed(trial, asked, died)
            else:
                continue
            trial.keep(place, {**result, "attempts": attempt})
            return


def _run(at: Folder, asked: Asked, number: int, place: Path) -> str:
    """How a trial's process ended."""
    goes_on = os.getpid() in _drivers
    runner = None
    if goes_on:
        with suppress(IndexError):
            runner = _waiting.popleft()
    runner = runner or _Runner(at, asked)
    process = runner.process
    runner.tell(folder=str(at.path), number=number, place=str(place), environment=dict(os.environ))
    if goes_on:
        _waiting.append(_Runner(at, asked))
    try:
        within = None if asked.timeout is None else asked.timeout + GRACE
        if goes_on:
            ready = wait([runner.ours, process.sentinel], within)
            if runner.ours in ready and _says_done(runner.ours):
                _ending.append(process)
                return ""
            within = within if ready else 0
        process.join(within)
        if process.exitcode is None:
            process.kill()
            process.join()
            return TIMEOUT
        return _ended(process.exitcode)
    finally:
        runner.ours.close()
        _reap()
        if process not in _ending:
            _running.discard(process)
            if process.exitcode is not None:
                process.close()


def _says_done(orders: Connection) -> bool:
    """Whether a process has written all that is to come of its trial."""
    try:
        return orders.recv_bytes() == b"done"
    except (EOFError, OSError):
        return False


def _reap(within: float = 0) -> None:
    """Take leave of processes whose trials are done, and that have ended meanwhile."""
    for process in list(_ending):
        process.join(within)
        if process.exitcode is not None:
            _ending.remove(process)
            _running.discard(process)
            process.close()


def _context(at: Folder, asked: Asked) -> Any:
    """From where processes are forked: one that has torch loaded already, and nothing else."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    os.environ[SEARCH] = str(at.path.absolute())
    context.set_forkserver_preload([*PRELOADED, asked.train.partition(":")[0]])
    return context


def _ended(code: int) -> str:
    if code >= 0:
        return f"its process ended with the exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    often = ", as the system does where memory runs out" if name == "SIGKILL" else ""
    return f"its process was killed by {name}{often}"


def _failed(trial: TrialFolder, asked: Asked, died: str) -> dict[str, Any]:
    where = f"the log in {trial.run.name}/log.txt says where it was"
    said = f"it took more than {asked.timeout:g} s: {where}" if died == TIMEOUT else died
    return _without_values(TIMEOUT if died == TIMEOUT else KILLED, said)


def _without_values(outcome: str, said: str) -> dict[str, Any]:
    return {"outcome": outcome, "error": said, "values": {}, "steps": [], "seconds": None}


def lost(trial: TrialFolder, said: str, attempts: int) -> None:
    """Write down that whatever was to run a trial was lost again and again."""
    with trial.attempt() as place:
        trial.keep(place, {**_without_values(KILLED, said), "attempts": attempts})


@contextmanager
def stoppable() -> Iterator[None]:
    """Behind it, no process that this one has started runs on."""
    _stopping.clear()
    _drivers.add(os.getpid())
    try:
        yield
    finally:
        _drivers.discard(os.getpid())
        _stopping.set()
        while _waiting:
            _waiting.pop().end()
        _reap(GRACE)
        for process in list(_running):
            process.kill()
