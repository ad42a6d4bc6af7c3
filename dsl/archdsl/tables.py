"""The parser's tables, as ``build_tables`` made them of ``grammar.lark``.

They are plain data in the package, read with ``json``: nothing is worked out at start, and nothing
is taken from a cache that somebody else could have written.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from archir.record import Record

_TABLES = Path(__file__).with_name("tables.json")


class Rule(Record):
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
    rules: tuple[Rule, ...]
    states: tuple[dict[str, int], ...]
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
    """The tables of the package; read once a process."""
    saved = json.loads(_TABLES.read_bytes())
    symbol = saved["symbols"].__getitem__
    states = tuple(
        dict(zip(map(symbol, row[::2]), row[1::2], strict=True)) for row in saved["states"]
    )
    return Tables(
        re.compile(saved["pattern"]),
        saved["words"],
        saved["signs"],
        frozenset(saved["ignored"]),
        tuple(_rule(*rule) for rule in saved["rules"]),
        states,
        saved["end"],
        {},
    )


def _rule(origin: str, length: int, action: str, children: list[Any]) -> Rule:
    chosen = tuple((child[0],) if isinstance(child, list) else child for child in children)
    is_unit = length == 1 and action == "="
    return Rule(origin, length, action, chosen, chosen == tuple(range(length)), is_unit)
