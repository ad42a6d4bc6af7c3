"""One search on each engine: all results there, nothing invalid trained, the same proposals."""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import archc

from .asking import BUDGET, MOST_MACS, SPACE, Clock, search

ENGINES = ("local", "ray", "submitit")
KILLED_AT = 0.3
"""The share of the trials behind which one of Ray's workers is killed."""


def compared(into: Path, trials: int, engines: tuple[str, ...]) -> None:
    """Run the search on each engine and say what came of it."""
    said = archc.space(SPACE).variants(archc.space(SPACE).sample(2_000, 0), "macs", BUDGET)
    print(f"of 2,000 points {said.refused / 20:.1f} % are no networks", flush=True)
    first: list[str] | None = None
    for engine in engines:
        found, took, killed = _run(engine, into / engine, trials)
        outcomes = dict(Counter(each.outcome for each in found.trials))
        wrong = sum(not _is_right(each) for each in found.trials)
        proposed = [each.arguments for each in found.trials]
        first = proposed if first is None else first
        print(
            f"{engine}: {len(found.trials)} results {outcomes}, {wrong} invalid,"
            f" {'the same proposals' if proposed == first else 'OTHER PROPOSALS'},"
            f" {killed}{took:.0f} s",
            flush=True,
        )


def _is_right(trial: archc.Trial) -> bool:
    """Whether a trial's file by itself is a network within the budget."""
    checked = archc.check(trial.file)
    macs = archc.summary(trial.file).totals.macs if checked.ok else None
    return isinstance(macs, int) and macs <= MOST_MACS


def _run(engine: str, folder: Path, trials: int) -> tuple[archc.Search, float, str]:
    """The search, the seconds that it took, and what was killed."""
    clock = Clock()
    if engine == "submitit":
        found = search(folder, trials, engine=engine, address="local", ended=clock)
        return found, clock.ends[-1], ""
    if engine == "local":
        return search(folder, trials, ended=clock), clock.ends[-1], ""
    killer = _Killer(int(trials * KILLED_AT), clock)
    found = _on_ray(folder, trials, killer)
    return found, clock.ends[-1], f"a worker was killed (process {killer.killed}), "


def _on_ray(folder: Path, trials: int, ended: Callable[[archc.Trial], object]) -> archc.Search:
    """On a cluster of one machine that has two workers."""
    import ray

    paths = os.pathsep.join([str(Path.cwd()), *filter(None, sys.path)])
    ray.init(
        num_cpus=2, include_dashboard=False, log_to_driver=False,
        runtime_env={"env_vars": {"PYTHONPATH": paths}},
    )  # fmt: skip
    try:
        return search(folder, trials, engine="ray", ended=ended)
    finally:
        ray.shutdown()


class _Killer:
    """Kills a worker that runs a trial, once so many have ended."""

    def __init__(self, behind: int, also: Callable[[archc.Trial], object]) -> None:
        self._behind, self._also = behind, also
        self.killed: int | None = None

    def __call__(self, trial: archc.Trial) -> None:
        self._also(trial)
        self._behind -= 1
        if self._behind < 0 and self.killed is None:
            for process in _below(os.getpid()):
                if Path(f"/proc/{process}/cmdline").read_bytes().startswith(b"ray::supervise"):
                    os.kill(process, signal.SIGKILL)
                    self.killed = process
                    return


def _below(top: int) -> list[int]:
    """The processes that this one has started, and those that these have."""
    parents: dict[int, int] = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = place.read_text("utf-8").rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        parents[int(place.parent.name)] = int(fields[1])
    found: Any = [top]
    for process in found:
        found += [each for each, parent in parents.items() if parent == process]
    return [each for each in found if each != top]
