"""Mutants tried in processes of their own, one range of them after the other."""

from __future__ import annotations

import gc
import signal
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection, wait
from typing import Any

from archc.testing.fuzz.bounds import limit_memory
from archc.testing.fuzz.corpus import Corpus
from archc.testing.fuzz.mutate import mutant
from archc.testing.fuzz.shrink import TRIES, shrunk
from archc.testing.fuzz.state import State
from archc.testing.fuzz.trial import Fault, attempt, tried

SLOW_TRIES = 12
"""How often a text that took too much is tried smaller: each try may take as much again."""

_FROM_OUTSIDE = (-signal.SIGTERM, -signal.SIGINT)
"""How a process ends that somebody has stopped: it is not the text that has done it."""

_WARM = (b"model one() {\n  input x: [N, 3, H = 8, W = 8]\n  conv(4, 3)\n}\n", b"model one( {")
"""Texts that are tried before there are processes, which then need not import what these need."""

_COLLECTED = 50
"""After so many texts garbage is looked for: the command itself looks for none."""

Told = Callable[[State], None]


class Worker:
    """A process that tries one range of mutants."""

    def __init__(self, state: State, begin: int, end: int) -> None:
        context: Any = get_context("fork" if "fork" in get_all_start_methods() else "spawn")
        self.begin, self.end = begin, end
        self.found: list[tuple[Fault, int, bytes]] = []
        """Faults of a range that is not done: where it is stopped, they are found once more."""
        self.at = context.Value("q", begin, lock=False)
        self.answers, given = context.Pipe(duplex=False)
        self.process = context.Process(
            target=_work,
            args=(given, self.at, state.seed, state.corpus, begin, end, frozenset(state.keys)),
            daemon=True,
        )
        self.process.start()
        given.close()


def run(state: State, executions: int, processes: int, tell: Told) -> None:
    """Try the mutants that are still to be tried; what is done is on disk, whatever happens."""
    waiting: Iterator[tuple[int, int]] = iter(list(state.open(executions)))
    again: list[tuple[int, int]] = []
    running: dict[Connection, Worker] = {}
    state.save()
    for text in _WARM:
        attempt(text)
    try:
        while True:
            while len(running) < processes:
                following = again.pop() if again else next(waiting, None)
                if following is None:
                    break
                worker = Worker(state, *following)
                running[worker.answers] = worker
            if not running:
                return
            for ready in wait(list(running)):
                assert isinstance(ready, Connection)
                rest = _read(state, running[ready], ready)
                if rest is None:
                    continue
                running.pop(ready).process.join()
                if rest[0] < rest[1]:
                    again.append(rest)
                state.save()
                tell(state)
    finally:
        for worker in running.values():
            worker.process.kill()
        state.save()


def _read(state: State, worker: Worker, answers: Connection) -> tuple[int, int] | None:
    """One answer of a worker; what it has left to do where it has ended."""
    try:
        what, *told = answers.recv()
    except EOFError:
        # It is gone without a word: the system has killed it, or the interpreter has crashed.
        number = worker.at.value
        text = mutant(state.seed, number, state.corpus)
        worker.process.join()
        if worker.process.exitcode in _FROM_OUTSIDE:
            raise KeyboardInterrupt from None
        said = f"the process ended with {worker.process.exitcode}"
        worker.found.append((Fault("died", said, "", ""), number, text))
        what, told = "done", [number + 1, Counter(fault=1)]
    if what == "fault":
        fault, number, text = told
        worker.found.append((fault, number, text))
        return None
    upto, reached = told
    state.finish(worker.begin, upto, reached)
    for fault, number, text in worker.found:
        state.find(fault.key, fault.kind, number, text, f"{fault.what}\n\n{fault.trace}")
    return upto, worker.end


def _work(
    answers: Connection,
    at: Any,
    seed: int,
    corpus: Corpus,
    begin: int,
    end: int,
    known: Collection[str],
) -> None:
    """Try a range of mutants. After a text that took too much, a fresh process does the rest."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one that started it says when to stop
    limit_memory()
    gc.freeze()
    gc.disable()
    seen = set(known)
    reached: Counter[str] = Counter()
    for number in range(begin, end):
        at.value = number
        text = mutant(seed, number, corpus)
        stage, fault = tried(text)
        if number % _COLLECTED == 0:
            gc.collect()
        reached[stage] += 1
        if fault is None:
            continue
        if fault.key not in seen:
            seen.add(fault.key)
            text = _smaller(text, fault)
        answers.send(("fault", fault, number, text))
        if fault.kind != "internal":
            end = number + 1
            break
    answers.send(("done", end, reached))
    sys.stdout.flush()


def _smaller(text: bytes, fault: Fault) -> bytes:
    tries = TRIES if fault.kind == "internal" else SLOW_TRIES

    def same(candidate: bytes) -> bool:
        found = attempt(candidate)[1]
        return found is not None and found.key == fault.key

    gc.collect()
    try:
        return shrunk(text, same, tries)
    except MemoryError:
        return text  # what it took is not given back
