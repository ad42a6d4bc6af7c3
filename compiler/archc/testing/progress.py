"""How far a long run is, said now and then; and how many of something a command is to make."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from typing import Protocol


class Stateful(Protocol):
    """A run that can say in a line how it stands."""

    def line(self) -> str: ...


class Progress:
    """A line every ten seconds on standard error."""

    def __init__(self, done: Callable[[], int], wanted: int) -> None:
        self.done = done
        self.first = done()
        self.wanted = wanted
        self.began = self.said = time.monotonic()

    def __call__(self, state: Stateful) -> None:
        now = time.monotonic()
        if now - self.said < 10:
            return
        self.said = now
        rate = (self.done() - self.first) / (now - self.began)
        line = f"{state.line()}; of {self.wanted:,}, {rate:,.1f} a second"
        print(line, file=sys.stderr, flush=True)


def positive(text: str) -> int:
    """A number of networks, of processes, as it is written on a command line."""
    try:
        number = int(text.replace("_", "").replace(",", ""))
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"a whole number above 0 is meant, and not {text}")
    return number
