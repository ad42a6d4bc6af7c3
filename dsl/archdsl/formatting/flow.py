"""Text in which lines may end: what a form says of its layout before it is known what fits.

A group stands on one line if it fits, and else ends its lines where it can; the groups inside of it
are decided by themselves. A run fills its lines, as words fill a paragraph.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from archdsl.formatting.comments import Comment
from archir.base.record import Record


class Line(Record):
    """Where a line may end, and what stands there if it does not."""

    flat: str = " "
    is_hard: bool = False
    """Whether it must end."""

    is_blank: bool = False
    """Whether a blank line follows where it ends."""


class Aside(Record):
    """A comment that ends the line on which it is met, or stands on a line of its own behind it."""

    text: str
    is_alone: bool


class Broken(Record):
    """What stands only where the lines of the group around it end."""

    text: str


class Group(Record):
    """What stands on one line if it fits."""

    inner: Flow
    is_hard: bool
    """Whether a line must end in it."""

    most: int | None = None
    """How many columns it may reach to on one line, where that is less than a line has."""


class Indent(Record):
    """What stands one step further in, where lines end in it."""

    inner: Flow
    is_hard: bool


class Leg(Record):
    """A part of a run: ``-> relu``."""

    lead: str
    inner: Flow
    is_hard: bool
    """Whether a line must end inside of it."""

    above: tuple[Flow, ...] = ()
    """Comments above it."""

    starts_line: bool = False
    """Whether a line must end before it."""

    opens: bool = False
    """Whether it has brackets that may be opened on the line on which it begins."""


class Run(Record):
    """Steps that fill lines, each of which goes on one line if it fits."""

    steps: tuple[Leg, ...]
    is_indented: bool
    """Whether all lines but the first stand further in."""

    is_hard: bool


Flow: TypeAlias = "str | Line | Aside | Broken | Group | Indent | Run | tuple[Flow, ...]"

SPACE = Line()
SOFT = Line("")
HARD = Line(is_hard=True)
BLANK = Line(is_hard=True, is_blank=True)


def close(parts: Sequence[Flow]) -> Flow:
    """Parts that stand close to each other: one text where all of them are, as most are."""
    try:
        return "".join(parts)  # type: ignore[arg-type]  # what is no text is asked for by trying
    except TypeError:
        return tuple(parts)


def must_break(flow: Flow) -> bool:
    """Whether a line must end in it."""
    if isinstance(flow, str):
        return False
    if isinstance(flow, tuple):
        return any(map(must_break, flow))
    return isinstance(flow, Line | Group | Indent | Run) and flow.is_hard


def group(*inner: Flow, is_hard: bool = False, most: int | None = None) -> Group:
    return Group(inner, is_hard or must_break(inner), most)


def indent(*inner: Flow) -> Indent:
    return Indent(inner, must_break(inner))


def run(steps: Sequence[Leg], *, is_indented: bool) -> Run:
    """Steps that go on one line if they fit, and else fill lines."""
    is_hard = any(each.is_hard or each.starts_line for each in steps)
    return Run(tuple(steps), is_indented, is_hard)


def joined(parts: Sequence[Flow], between: Flow) -> tuple[Flow, ...]:
    """Parts with something between each two."""
    flat: list[Flow] = []
    for number, part in enumerate(parts):
        flat += [between, part] if number else [part]
    return tuple(flat)


def asides(comments: Sequence[Comment], *, is_alone: bool = False) -> tuple[Aside, ...]:
    """Comments that are put off to the end of the line."""
    return tuple([Aside(comment.text, is_alone) for comment in comments]) if comments else ()


def on_line(flow: Flow) -> str:
    """It on one line, where no line must end."""
    match flow:
        case str():
            return flow
        case Line():
            return flow.flat
        case Group() | Indent():
            return on_line(flow.inner)
        case Run():
            return " ".join(each.lead + on_line(each.inner) for each in flow.steps)
        case tuple():
            return "".join(map(on_line, flow))
        case _:
            return ""
