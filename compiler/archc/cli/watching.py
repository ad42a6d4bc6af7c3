"""Checking again whenever a file changes: a look at the files' times, twice in a second.

Looked at are the files that are named and all files of the language in their folders and below,
since they may be imported. What a look costs is that of listing these folders.

A look is all there is, and no package that asks the system to be told of changes: such a package is
a compiled one to install, and a project in this language has few files. A look sees a change on
every file system alike, on those of a network and of a container too, where nobody is told.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from archc.cli import guard

PERIOD = 0.5
"""Seconds between two looks."""

MOST = 10_000
"""So many names are looked at: a folder of more is not one project."""

_ENDING = ".arch"

State = dict[Path, tuple[int, int]]
"""The time and the size of each file."""


def watched(
    files: Sequence[str],
    check: Callable[[], int],
    wait: Callable[[], None] = lambda: time.sleep(PERIOD),
) -> int:
    """Check now and after each change, until it is interrupted: then the last check's code."""
    code = guard.OK
    try:
        _hear_of_interrupts()
        while True:
            before = state(files)
            code = check()
            sys.stdout.flush()
            sys.stderr.write(f"watching {', '.join(files)}; Ctrl-C ends it\n")
            sys.stderr.flush()
            while state(files) == before:
                wait()
            sys.stderr.write("\n")
    except KeyboardInterrupt:
        return code


def _hear_of_interrupts() -> None:
    """A command dies of Ctrl-C where it stands, and this one has a code to give."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def state(files: Sequence[str]) -> State:
    """How the files are that a check may read."""
    found: State = {}
    for path in {*map(Path, files), *_beside(files)}:
        try:
            stat = path.stat()
        except OSError:
            continue  # it is gone, or not there yet
        found[path] = (stat.st_mtime_ns, stat.st_size)
    return found


def _beside(files: Sequence[str]) -> Iterator[Path]:
    """The files of the language in the folders of these and below."""
    count = 0
    for top in sorted({Path(file).parent for file in files}):
        for folder, folders, names in os.walk(top):
            folders[:] = [each for each in folders if not each.startswith((".", "__"))]
            count += len(names) + len(folders)
            if count > MOST:
                return
            yield from (Path(folder) / name for name in names if name.endswith(_ENDING))
