"""Locks between builds at one time. They end with their process at the latest.

Nothing is locked but what is ours: who runs a build under a lock of the folder, as in
``flock build make``, would wait for himself. Where the system has no locks each is to be had, and
builds at one time into one folder may then mix.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_LOCK = ".archc-lock.tmp"


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Be the only build that looks through a folder, or replaces files in it.

    The lock is of an empty file, which whoever has it removes at the end. So a lock that was to be
    had may be of a file that is no longer there: then the next one is tried.
    """
    path = folder / _LOCK
    opened = None
    with suppress(OSError):  # where no file can be made none can be replaced either
        opened = _open(path)
        while opened is not None and not _has(opened, path):
            os.close(opened)
            opened = _open(path)
    try:
        yield
    finally:
        if opened is not None:
            with suppress(OSError):
                if _is_ours(opened):
                    path.unlink()
            os.close(opened)


def _open(path: Path) -> int | None:
    """The file, locked; None where there are no locks."""
    try:
        import fcntl
    except ImportError:
        return None
    # What somebody else may have put there is neither followed nor waited for.
    opened = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
    except BaseException:
        os.close(opened)
        raise
    return opened


def _has(opened: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(opened), path.lstat())
    except FileNotFoundError:
        return False


def _is_ours(opened: int) -> bool:
    status = os.fstat(opened)
    return stat.S_ISREG(status.st_mode) and status.st_size == 0


@contextmanager
def held(stage: Path) -> Iterator[bool]:
    """Mark a build's own folder as that of a living process; whether it was to be had."""
    try:
        import fcntl
    except ImportError:
        yield False
        return
    try:
        opened = os.open(stage, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        yield False
        return
    try:
        had = True
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            had = False
        yield had
    finally:
        os.close(opened)
