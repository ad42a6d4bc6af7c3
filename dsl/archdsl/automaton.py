"""The LALR automaton: shifts and reductions as the tables say, the values made by actions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from archdsl.tables import Rule, Tables
from archdsl.tokens import Token

Action = Callable[[list[Any]], Any]


class Automaton:
    """One parse. It holds a stack of states and one of values, and never recurses."""

    __slots__ = ("_actions", "_end", "_rows", "_rules", "result", "states", "values")

    def __init__(self, tables: Tables, actions: object) -> None:
        self._rows = tables.states
        self._rules = tables.rules
        self._end = tables.end
        self._actions: list[Action | None] = [
            getattr(actions, rule.action) if rule.action not in ("", "=") else None
            for rule in tables.rules
        ]
        self.states = [0]
        self.values: list[Any] = []
        self.result: Any = None

    def feed(self, token: Token) -> bool:
        """Take the next token; False where the grammar has no place for it."""
        kind = token.type
        rows, states, values = self._rows, self.states, self.values
        while True:
            action = rows[states[-1]].get(kind)
            if action is None:
                return False
            if action >= 0:
                states.append(action)
                values.append(token)
                return True
            number = -1 - action
            rule = self._rules[number]
            length = rule.length
            if length == 1 and rule.action == "=":
                states[-1] = rows[states[-2]][rule.origin]
                continue
            if length:
                symbols = values[-length:]
                del states[-length:], values[-length:]
            else:
                symbols = []
            children = symbols if rule.is_plain else _chosen(rule, symbols)
            make = self._actions[number]
            value: Any = children if make is None else make(children)
            if rule.action == "=":
                value = children[0]
            states.append(rows[states[-1]][rule.origin])
            values.append(value)
            if states[-1] == self._end and kind == "$END":
                self.result = value
                return True

    def begins(self, symbol: str) -> bool:
        """Whether a symbol can begin just here."""
        return symbol in self._rows[self.states[-1]]

    def expected(self) -> frozenset[str]:
        """All terminals that could be fed now."""
        row = self._rows[self.states[-1]]
        return frozenset(name for name in row if name.isupper() and self._accepts(name))

    def _accepts(self, kind: str) -> bool:
        """Go through the reductions that a terminal would cause, with the states alone."""
        rows = self._rows
        kept = len(self.states)
        above: list[int] = []
        while True:
            top = above[-1] if above else self.states[kept - 1]
            action = rows[top].get(kind)
            if action is None:
                return False
            if action >= 0:
                return True
            rule = self._rules[-1 - action]
            dropped = min(rule.length, len(above))
            if dropped:
                del above[-dropped:]
            kept -= rule.length - dropped
            top = above[-1] if above else self.states[kept - 1]
            above.append(rows[top][rule.origin])
            if above[-1] == self._end and kind == "$END":
                return True

    def back_to(self, height: int) -> None:
        """Forget all that was read since the stack of states had a height."""
        del self.states[height:]
        del self.values[height - 1 :]


def _chosen(rule: Rule, symbols: list[Any]) -> list[Any]:
    """The children that the action gets. Helpers come first, and their lists are taken over: the
    list of a long repetition is made once.
    """
    chosen: list[Any] = []
    for child in rule.children:
        if isinstance(child, tuple):
            inner = symbols[child[0]]
            if chosen:
                chosen += inner
            else:
                chosen = inner
        else:
            chosen.append(symbols[child] if child >= 0 else None)
    return chosen
