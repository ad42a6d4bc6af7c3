"""What loops and conditions of a constructor do to the running count of channels."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from archc.python.follow.applying import Applying
from archc.python.follow.sinks import Layers
from archc.python.follow.state import Sink
from archc.python.text import INDENT
from archir.template import Unfollowable

Arm: TypeAlias = "tuple[str | None, Callable[[], None]]"
"""A condition (None: otherwise) and what is translated under it."""


class Control(Applying):
    """Writes lines under heads, and brings the count up to date at their ends."""

    @contextmanager
    def control(self, *, steady: bool) -> Iterator[None]:
        """The inside of a loop or condition; whether it runs may depend on an argument."""
        before = self.extents.fixed
        self.extents.varying += not steady
        try:
            yield
        finally:
            self.extents.varying -= not steady
        self.extents.fixed &= before or steady

    def name_if_needed(self, sink: Sink) -> str:
        """A name for the list of a chain's layers, where lines under a head are to fill it."""
        if isinstance(sink, Layers) and sink.variable is None:
            return self.list_name()
        return ""

    def under(
        self, head: list[str], translate: Callable[[], None], sink: Sink, running: str | None
    ) -> list[str]:
        """Lines under a head; the running count is brought up to date at their end."""
        outer, self.out.lines = self.out.lines, []
        self.out.indent += 1
        self.depth += 1
        translate()
        sink.flush()
        if running is not None and self.channels != running:
            if self.channels is None:
                raise Unfollowable("channels of which the text does not keep count")
            self.note(self.channels)
            self.out.text(_update(running, self.channels))
        self.depth -= 1
        self.out.indent -= 1
        lines, self.out.lines = self.out.lines, outer
        return [*head, *lines] if lines else []

    def branch(self, arms: list[Arm], sink: Sink) -> None:
        """An ``if``; where its arms end with different channels, a variable keeps count."""
        sink.gather(self.name_if_needed(sink))
        saved = self.save()
        start = self.channels
        ends = list(self._arms(arms, sink, None))
        complete = arms[-1][0] is None
        if all(end == ends[0] for end in ends) and (complete or ends[0] == start):
            self.channels = ends[0]
            return
        if not self.asked:
            self.channels = None
            return
        self.restore(saved)
        if start is None or any(end is None for end in ends):
            list(self._arms(arms, sink, None))
            self.channels = None
            return
        running = self.running(start)
        self.channels = running
        list(self._arms(arms, sink, running))
        self.channels = running

    def _arms(self, arms: list[Arm], sink: Sink, running: str | None) -> Iterator[str | None]:
        start = self.channels
        written: list[str] = []
        for index, (test, translate) in enumerate(arms):
            self.channels = start
            word = "else" if test is None else f"{'elif' if index else 'if'} {test}"
            head = [f"{INDENT * self.out.indent}{word}:"]
            lines = self.under(head, translate, sink, running)
            if not lines and not (index == len(arms) - 1 and written):
                margin = INDENT * self.out.indent
                lines = [f"{margin}{word}:", f"{margin}{INDENT}pass"]
            written += lines
            yield self.channels
        if any(not line.endswith(":") and line.strip() != "pass" for line in written):
            self.out.lines += written


def _update(running: str, channels: str) -> str:
    """The line that brings the running count up to date."""
    more = channels.removeprefix(f"{running} + ")
    if more != channels and re.fullmatch(r"[\w. *+]+", more):
        return f"{running} += {more}"
    return f"{running} = {channels}"
