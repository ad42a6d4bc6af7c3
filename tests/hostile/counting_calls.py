"""A program that counts the calls of functions in a check: ``counting_calls.py SHAPE SIZE …``.

It prints a count for each size. Each is of a process of its own, so that none finds in a cache what
a smaller one left there; what is made once is made before.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from types import FrameType

from shapes import SHAPES

from archc import pipeline
from archir.base.source import Source


def calls(name: str, size: int) -> int:
    """How many functions are called to check a shape."""
    source = Source("main.arch", SHAPES[name](size)["main.arch"])
    counted: Counter[str] = Counter()

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        counted[event] += 1

    sys.setprofile(note)
    try:
        pipeline.check_source(source, None)
    finally:
        sys.setprofile(None)
    return counted["call"] + counted["c_call"]


def main() -> None:
    name, *sizes = sys.argv[1:]
    calls(name, 10)
    for size in sizes:
        child = os.fork()
        if child == 0:
            print(calls(name, int(size)), flush=True)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status:
            sys.exit(f"{name} of {size} ended with {status}")


if __name__ == "__main__":
    main()
