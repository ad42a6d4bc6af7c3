"""Equal stages behind each other become ``repeat``, and labels that count become a loop."""

from __future__ import annotations

import re
from typing import Any

from archc.importing.nodes import (
    BodyText,
    Chain,
    DenseStage,
    Hole,
    Item,
    Loop,
    OpStage,
    ResidualStage,
    ScopeStage,
    TrainOnly,
    UseStage,
)
from archc.importing.write import Facts, Labels

LONGEST = 6
"""How many stages a turn has at most."""


def fold(text: BodyText, facts: Facts) -> None:
    """Fold the chains of a body, and of those inside it."""
    numbered = Labels(text, facts.keyed).numbered
    text.numbered = numbered
    for module in text.modules:
        if isinstance(module.stage, ScopeStage):
            fold(module.stage.body, facts)
    text.chain = _folded(text.chain, numbered, facts)


def _folded(chain: Chain, numbered: bool, facts: Facts) -> Chain:
    for item in chain:
        branches = getattr(item, "branches", None)
        if branches:
            branches[:] = [_folded(each, numbered, facts) for each in branches]
        if isinstance(item, ScopeStage):
            fold(item.body, facts)
        elif isinstance(item, ResidualStage):
            item.body = _folded(item.body, numbered, facts)
            item.shortcut = (
                None if item.shortcut is None else _folded(item.shortcut, numbered, facts)
            )
        elif isinstance(item, DenseStage):
            item.body = _folded(item.body, numbered, facts)
        elif isinstance(item, TrainOnly):
            item.chain = _folded(item.chain, numbered, facts)
    made: Chain = []
    place = 0
    while place < len(chain):
        loop = _best(chain, place, numbered)
        if loop is None:
            made.append(chain[place])
            place += 1
        else:
            made.append(loop)
            place += _turns(loop) * len(loop.chain)
    return made


def _best(chain: Chain, place: int, numbered: bool) -> Loop | None:
    """The loop that leaves out most, of those that begin here."""
    best: Loop | None = None
    saved = 0
    for period in range(1, LONGEST + 1):
        turn = chain[place : place + period]
        if len(turn) < period:
            break
        found = _counted(chain, place) if period == 1 and not numbered else None
        if found is None:
            key = [key_of(each, numbered) for each in turn]
            if any(each is None for each in key):
                break
            count = 1
            while True:
                start = place + count * period
                other = [key_of(each, numbered) for each in chain[start : start + period]]
                if other != key:
                    break
                count += 1
            found = Loop(count, turn) if count > 1 else None
        if found is not None and (_turns(found) - 1) * period > saved:
            best, saved = found, (_turns(found) - 1) * period
    return best


def _turns(loop: Loop) -> int:
    """How many turns a loop has that was found here: it is the same in all instances."""
    assert isinstance(loop.count, int)
    return loop.count


def _counted(chain: Chain, place: int) -> Loop | None:
    """``denselayer1``, ``denselayer2`` and on, alike in all but the number."""
    first = chain[place]
    match = re.fullmatch(r"(.*?)(\d+)", label_of(first) or "")
    if match is None:
        return None
    number = int(match[2])
    key = key_of(labelled(first, ""), numbered=False)
    if key is None:
        return None
    count = 1
    while place + count < len(chain):
        item = chain[place + count]
        if label_of(item) != f"{match[1]}{number + count}":
            break
        if key_of(labelled(item, ""), numbered=False) != key:
            break
        count += 1
    if count < 2:
        return None
    turn = labelled(first, f"{match[1]}{{i}}")
    return Loop(count, [turn], (number, number + count - 1))


def label_of(item: Item) -> str | None:
    """The label that may count: of a use or scope, or of the only one that a ``dense`` has."""
    if isinstance(item, DenseStage):
        return label_of(item.body[0]) if len(item.body) == 1 else None
    return item.label if isinstance(item, UseStage | ScopeStage) else None


def labelled(item: Item, label: str) -> Item:
    """The same with another label."""
    if isinstance(item, DenseStage):
        return DenseStage([labelled(item.body[0], label)], item.names)
    if isinstance(item, UseStage):
        given, body = item.arguments, item.body
        return UseStage(label, item.name, given, body, item.branches, item.names, item.when)
    assert isinstance(item, ScopeStage)
    return ScopeStage(label, item.body, item.branches, item.names, item.when)


def key_of(item: Item, numbered: bool) -> Any:
    """What two stages share that are written alike; None where there is more to it."""
    if getattr(item, "names", ()) or getattr(item, "branches", None) or getattr(item, "tied", {}):
        return None
    label = getattr(item, "label", None)
    label = "#" if numbered and label is not None else label
    when = getattr(item, "when", None)
    rest = None if when is None else when.text
    if isinstance(item, OpStage):
        label = label if item.op.weights or numbered else None
        return (item.op.keyword, label, _values(item.arguments), rest)
    if isinstance(item, UseStage):
        return (item.name, label, _values(item.arguments), rest)
    return _key_around(item, label, rest, numbered)


def _key_around(item: Item, label: Any, rest: Any, numbered: bool) -> Any:
    """The same of a stage with a body of its own."""
    if isinstance(item, ScopeStage):
        if item.body.declared or item.body.modules:
            return None
        inner = bool(item.body.numbered)
        return _whole("scope", label, [key_of(each, inner) for each in item.body.chain], rest)
    if isinstance(item, ResidualStage):
        ways = [*item.body, None, *(item.shortcut or [])]
        keys = ["|" if each is None else key_of(each, numbered) for each in ways]
        return _whole("residual", label, keys, rest)
    if isinstance(item, DenseStage):
        return _whole("dense", label, [key_of(each, numbered) for each in item.body], rest)
    if isinstance(item, Loop):
        if item.names:
            return None
        count = item.count.text if isinstance(item.count, Hole) else item.count
        return _whole("loop", count, [key_of(each, numbered) for each in item.chain], rest)
    return None


def _whole(word: str, label: Any, keys: list[Any], rest: Any) -> Any:
    return None if any(each is None for each in keys) else (word, label, tuple(keys), rest)


def _values(arguments: Any) -> Any:
    return tuple(
        (name, value.text if isinstance(value, Hole) else repr(value))
        for name, value in sorted(arguments.items())
    )
