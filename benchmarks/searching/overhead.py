"""What a trial takes beside its training: its process, its network, what is written of it."""

from __future__ import annotations

from pathlib import Path

from .asking import TIMED, Clock, search

WARM = 5
"""Trials before which nothing is counted: a process from which the others are forked starts."""


def measured(into: Path, trials: int, rounds: int) -> None:
    """Run trials one after the other, and say what each takes on top of the training function."""
    for sampler in ("tpe", "random"):
        found = []
        for turn in range(rounds):
            clock = Clock()
            folder = into / f"{sampler}-{turn}"
            done = search(folder, trials, train=TIMED, sampler=sampler, parallel=1, ended=clock)
            logs = [each.folder / "run" / "log.txt" for each in done.trials[WARM + 1 :]]
            inside = sum(float(each.read_text("utf-8").split()[-1]) for each in logs)
            whole = clock.ends[-1] - clock.ends[WARM]
            found.append(((whole - inside) / len(logs), inside / len(logs)))
        (least, inside), *_ = sorted(found)
        said = ", ".join(f"{each * 1000:.1f}" for each, _ in sorted(found))
        print(
            f"{sampler}: {least * 1000:.1f} ms a trial beside {inside * 1000:.0f} ms of training"
            f" (rounds: {said})",
            flush=True,
        )
