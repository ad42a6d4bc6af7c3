"""How much time and memory a command may take, held by the system where it can be."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

SECONDS = 10.0
"""How much processor time it may take to check a text, or to make one form of a model."""

BYTES = 1 << 30
"""How much memory a process may take for its texts, beside what it has when it begins."""


class TooLongError(BaseException):
    """A text takes more than its time. Not for any handler of exceptions on the way."""


def _stop(_: int, __: FrameType | None) -> None:
    raise TooLongError(f"over {SECONDS:g} s")


@contextmanager
def bounded() -> Iterator[None]:
    """TooLongError where what is done within takes more processor time."""
    if not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def limit_memory(more: int = BYTES) -> None:
    """From now on this process has a MemoryError where it wants so many bytes more than it has."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (_taken() + more, most))


def _taken() -> int:
    """The bytes of addresses that the process has; nothing where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except OSError:
        return 0
    import resource

    return pages * resource.getpagesize()
