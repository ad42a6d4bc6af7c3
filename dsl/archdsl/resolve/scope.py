"""The names that one declaration can see, while it is walked from top to bottom."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, TypeAlias

from archdsl import ast
from archir.record import Struct, fresh
from archir.source import Span

Kind: TypeAlias = Literal["value", "let", "loop variable", "parameter", "module", "dim"]

Arms: TypeAlias = tuple[tuple[int, int], ...]
"""The conditions around a place: (which condition, which of its arms), from the outside."""


def may_both_be(first: Arms, second: Arms) -> bool:
    """Whether what stands in ``first`` is there whenever ``second`` is, or the other way round.

    Arms of one condition exclude each other; and two conditions beside each other may do so too,
    which only their values can tell.
    """
    shorter, longer = sorted((first, second), key=len)
    return longer[: len(shorter)] == shorter


class Claims:
    """The places at which one name is taken, none of them there together with another.

    ``within`` holds the arms around a place that is taken, and that place.
    """

    def __init__(self) -> None:
        self.exact: dict[Arms, Span] = {}
        self.within: dict[Arms, Span] = {}

    def claim(self, arms: Arms, span: Span) -> Span | None:
        """Take the name at a place; gives the earlier place that forbids it, if there is one."""
        for length in range(len(arms) + 1):
            if arms[:length] in self.exact:
                return self.exact[arms[:length]]
        if arms in self.within:
            return self.within[arms]
        self.exact[arms] = span
        for length in range(len(arms)):
            self.within.setdefault(arms[:length], span)
        return None


class Symbol(Struct):
    """A name that is bound in a body, and where."""

    name: str
    span: Span
    kind: Kind
    arms: Arms = ()
    param: ast.Param | None = None
    literal: str | None = None
    """What it is, in words, where its value is a literal: ``the number 3``."""

    is_training: bool = False
    is_used: bool = False
    twin: Symbol | None = None
    """The same name in another arm of a condition."""

    @property
    def is_value(self) -> bool:
        return self.kind == "value"


class Scope(Struct):
    """Parameters, the frames of the braces, and the values of one body.

    ``ended`` are the names whose braces have ended, kept for the message about a late use.
    """

    params: dict[str, Symbol] = fresh(factory=dict)
    frames: list[dict[str, Symbol]] = fresh(factory=lambda: [{}])
    values: dict[str, Symbol] = fresh(factory=dict)
    arms: Arms = ()
    ended: dict[str, Symbol] = fresh(factory=dict)
    bound: list[Symbol] = fresh(factory=list)
    """All symbols ever bound, in the order of the text."""

    _conditions: int = 0

    def find(self, name: str) -> Symbol | None:
        """The nearest symbol of that name: of the body first, then of the parameters."""
        for frame in reversed(self.frames):
            if name in frame:
                return frame[name]
        return self.values.get(name) or self.params.get(name)

    def clash(self, name: str) -> Symbol | None:
        """The symbol of the body that forbids to bind the name here once more."""
        for frame in reversed(self.frames):
            if name in frame:
                return frame[name]
        earlier = self.values.get(name)
        return earlier if earlier and may_both_be(earlier.arms, self.arms) else None

    def bind(self, symbol: Symbol) -> None:
        """Bind in the innermost braces, or in the whole body for what lives that long."""
        symbol.arms = self.arms
        lasting = symbol.kind in ("value", "module")
        (self.values if lasting else self.frames[-1])[symbol.name] = symbol
        self.bound.append(symbol)

    def names(self) -> Iterator[str]:
        """All names in sight."""
        for frame in reversed(self.frames):
            yield from frame
        yield from self.values
        yield from self.params

    @contextmanager
    def braces(self) -> Iterator[None]:
        """What is bound by ``let``, ``for`` or a shape inside ends with the braces."""
        self.frames.append({})
        yield
        self.ended.update(self.frames.pop())

    def condition(self) -> int:
        """A number for a new condition."""
        self._conditions += 1
        return self._conditions

    @contextmanager
    def arm(self, condition: int, number: int) -> Iterator[None]:
        """What is met inside is there only if that arm of the condition is taken."""
        before = self.arms
        self.arms = (*before, (condition, number))
        yield
        self.arms = before
