"""The parser's tables, as ``make_tables`` made them of ``grammar.lark``.

They are plain data in the package: nothing is worked out at start, and nothing is taken from a
cache that somebody else could have written.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import TypeVar

from archdsl.syntax.lalr import grammar_tables as made
from archir.base.record import Record

T = TypeVar("T")


class Lazily(dict[int, T]):
    """A table whose entries are made when they are first asked for: a short file needs a few."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[[int], T]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, number: int) -> T:
        entry = self[number] = self._make(number)
        return entry


class Production(Record):
    """What is done when the symbols of a rule have been read."""

    origin: str
    length: int
    action: str
    """The name of the action that makes the value; ``""`` for none, ``"="`` for the only child."""

    children: tuple[int | tuple[int], ...]
    """Which symbols the action gets: -1 stands for an absent one, ``(n,)`` for all of a helper."""

    is_plain: bool
    """Whether the action gets just all of the symbols."""

    is_unit: bool
    """Whether it gives its only symbol another name."""


class Tables(Record):
    """All that the lexer and the automaton are driven by."""

    pattern: re.Pattern[str]
    words: dict[str, str]
    """Terminals of one text each that looks like a name."""

    signs: dict[str, str]
    """All others of one text; the pattern has them as one group."""

    ignored: frozenset[str]
    rules: Lazily[Production]
    states: Lazily[dict[str, int]]
    """By state and symbol: the state to go to, or -1-n to reduce by rule n."""

    end: int
    chains: dict[tuple[int, int, str], int]
    """What ``through`` has found so far."""

    def through(self, below: int, top: int, kind: str) -> int:
        """The state that units lead to, from the top of two states and before a terminal.

        A number alone is an atom, a power, a product, a sum, … up to an argument.
        """
        end = top
        while (action := self.states[end].get(kind, 0)) < 0:
            rule = self.rules[-1 - action]
            if not rule.is_unit:
                break
            end = self.states[below][rule.origin]
        self.chains[below, top, kind] = end
        return end


@cache
def load() -> Tables:
    """The tables of the package; one object for all of the process."""
    return Tables(
        re.compile(made.PATTERN),
        made.WORDS,
        made.SIGNS,
        frozenset(made.IGNORED),
        Lazily(_rule),
        Lazily(_state),
        made.END,
        {},
    )


def _rule(number: int) -> Production:
    origin, length, action, children = made.RULES[number]
    is_unit = length == 1 and action == "="
    return Production(origin, length, action, children, children == tuple(range(length)), is_unit)


def _state(number: int) -> dict[str, int]:
    row = made.STATES[number]
    return dict(zip(map(made.SYMBOLS.__getitem__, row[::2]), row[1::2], strict=True))
