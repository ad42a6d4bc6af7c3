"""Signals that stop the program, while it has things to put away first."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any


class StoppedBySignal(BaseException):
    """A signal came that ends the program; it is raised again once all is put away."""


class Stopping:
    """Within, a signal that would end the program unwinds it first, and ends it behind.

    ``held()`` puts that off: what is done within is done wholly.
    """

    def __init__(self) -> None:
        self._before: dict[int, Any] = {}
        self._came: int | None = None
        self._holds = False

    def __enter__(self) -> Stopping:
        import signal

        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            ends = (signal.SIG_DFL, signal.default_int_handler)
            if number is None or signal.getsignal(number) not in ends:
                continue  # whoever has called us has plans of its own
            try:
                self._before[number] = signal.signal(number, self._note)
            except ValueError:  # not in the main thread: signals are not ours
                break
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        import signal

        for number, handler in self._before.items():
            signal.signal(number, handler)
        if self._came is not None:
            os.kill(os.getpid(), self._came)

    def _note(self, number: int, _: FrameType | None) -> None:
        first = self._came is None
        self._came = number
        if first and not self._holds:
            raise StoppedBySignal

    @contextmanager
    def held(self) -> Iterator[None]:
        """What is done within is not stopped in its middle."""
        self._holds = True
        try:
            yield
        finally:
            self._holds = False
        if self._came is not None:
            raise StoppedBySignal
