"""What all of these searches ask, and how they are run."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import archc

SPACE = Path(__file__).parent / "digits.arch"
FIT = "benchmarks.searching.fitting:fit"
TIMED = "benchmarks.searching.fitting:timed"

MOST_MACS = 300_000
BUDGET = f"macs <= {MOST_MACS}"
"""So that no training takes longer than others by much."""


def search(
    folder: Path, trials: int, *, ended: Callable[[archc.Trial], object] | None = None, **other: Any
) -> archc.Search:
    """A search for networks that know many digits and have few parameters."""
    asked = {"train": FIT, "parallel": 2, "budget": BUDGET, **other}
    return archc.search(
        SPACE, trials=trials, folder=folder, score="accuracy, params", most="accuracy",
        progress=ended, **asked,
    )  # fmt: skip


class Clock:
    """When each trial has ended, in seconds from when it was made."""

    def __init__(self) -> None:
        self.begun = time.monotonic()
        self.ends: list[float] = []

    def __call__(self, _: archc.Trial) -> None:
        self.ends.append(time.monotonic() - self.begun)
