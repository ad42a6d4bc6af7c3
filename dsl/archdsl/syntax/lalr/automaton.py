"""The LALR automaton: shifts and reductions as the tables say, the values made by actions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from operator import itemgetter
from typing import Any

from archdsl.syntax.lalr.tables import Lazily, Production, load
from archdsl.syntax.tokens import END, Token

Maker = Callable[[Any, list[Any]], Any]
"""Makes a rule's value of the values of its symbols; the first argument has the actions."""


class Automaton:
    """One parse. It holds a stack of states and one of values, and never recurses."""

    __slots__ = ("_actions", "_makers", "_tables", "result", "states", "values")

    def __init__(self, actions: Any) -> None:
        self._tables = load()
        self._actions = actions
        self._makers = _makers(actions.__class__)
        self.states = [0]
        self.values: list[Any] = []
        self.result: Any = None

    def feed(self, token: Token) -> bool:
        """Take the next token; False where the grammar has no place for it."""
        return self.read((token,))

    def read(self, tokens: Iterable[Token]) -> bool:
        """Take tokens; False at the first for which the grammar has no place."""
        tables, makers, actions = self._tables, self._makers, self._actions
        rows, rules, chains = tables.states, tables.rules, tables.chains
        states, values = self.states, self.values
        for token in tokens:
            kind = token.type
            top = states[-1]
            while True:
                try:
                    action = rows[top][kind]
                except KeyError:
                    return False
                if action >= 0:
                    break
                number = -1 - action
                rule = rules[number]
                length = rule.length
                if rule.is_unit:
                    chain = (states[-2], top, kind)
                    top = chains.get(chain, 0) or tables.through(*chain)
                    states[-1] = top
                    continue
                if length == 1:
                    values[-1] = makers[number](actions, values[-1:])
                    top = states[-1] = rows[states[-2]][rule.origin]
                else:
                    symbols = values[-length:] if length else []
                    if length:
                        del states[-length:], values[-length:]
                    values.append(makers[number](actions, symbols))
                    top = rows[states[-1]][rule.origin]
                    states.append(top)
                if kind == END and top == tables.end:
                    self.result = values[-1]
                    return True
            states.append(action)
            values.append(token)
        return True

    def begins(self, symbol: str) -> bool:
        """Whether a symbol can begin just here."""
        return symbol in self._tables.states[self.states[-1]]

    def expected(self) -> frozenset[str]:
        """All terminals that could be fed now."""
        row = self._tables.states[self.states[-1]]
        return frozenset(name for name in row if name.isupper() and self._accepts(name))

    def _accepts(self, kind: str) -> bool:
        """Go through the reductions that a terminal would cause, with the states alone."""
        rows, rules, end = self._tables.states, self._tables.rules, self._tables.end
        kept = len(self.states)
        above: list[int] = []
        while True:
            top = above[-1] if above else self.states[kept - 1]
            action = rows[top].get(kind)
            if action is None:
                return False
            if action >= 0:
                return True
            rule = rules[-1 - action]
            dropped = min(rule.length, len(above))
            if dropped:
                del above[-dropped:]
            kept -= rule.length - dropped
            top = above[-1] if above else self.states[kept - 1]
            above.append(rows[top][rule.origin])
            if above[-1] == end and kind == END:
                return True

    def back_to(self, height: int) -> None:
        """Forget all that was read since the stack of states had a height."""
        del self.states[height:]
        del self.values[height - 1 :]


@cache
def _makers(actions: type) -> Lazily[Maker]:
    """How the values of rules are made, by the actions of a class.

    Where it has one action for all rules, ``any_rule``, that gets the rule and all of its symbols.
    """
    rules = load().rules
    whole = getattr(actions, "any_rule", None)
    if whole is not None:
        return Lazily(lambda n: _whole(rules[n], whole))
    return Lazily(lambda n: _maker(rules[n], getattr(actions, rules[n].action, None)))


def _whole(rule: Production, action: Callable[[Any, Production, list[Any]], Any]) -> Maker:
    return lambda actions, symbols: action(actions, rule, symbols)


def _maker(rule: Production, action: Maker | None) -> Maker:
    if rule.action == "=":
        (only,) = rule.children
        assert isinstance(only, int)
        return lambda _, symbols: symbols[only]
    if rule.is_plain:
        return action or _itself
    choose = _chooser(rule.children)
    if action is None:
        return lambda _, symbols: choose(symbols)
    return lambda actions, symbols: action(actions, choose(symbols))


def _itself(_: object, symbols: list[Any]) -> list[Any]:
    return symbols


def _chooser(children: tuple[int | tuple[int], ...]) -> Callable[[list[Any]], list[Any]]:
    """Gives those of the symbols that the action gets.

    Helpers come first, and their lists are taken over: the list of a long repetition is made once.
    """
    match children:
        case ():
            return lambda _: []
        case (int(child),) if child >= 0:
            return lambda symbols: [symbols[child]]
        case ((helper,), int(child)) if child >= 0:
            return lambda symbols: _and(symbols[helper], symbols[child])
    if len(children) < 2 or any(isinstance(child, tuple) for child in children):
        return lambda symbols: _with_helpers(children, symbols)
    several = itemgetter(*children)
    # What is absent is the last of them: -1.
    return lambda symbols: list(several([*symbols, None]))


def _and(items: list[Any], item: object) -> list[Any]:
    items.append(item)
    return items


def _with_helpers(children: tuple[int | tuple[int], ...], symbols: list[Any]) -> list[Any]:
    chosen: list[Any] = []
    for child in children:
        if isinstance(child, tuple):
            inner = symbols[child[0]]
            if chosen:
                chosen += inner
            else:
                chosen = inner
        else:
            chosen.append(symbols[child] if child >= 0 else None)
    return chosen
