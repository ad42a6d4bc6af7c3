"""Uses of a block one behind the other of which a number grows: one box says them all."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from archc.pictures.model.costs import stand_for
from archc.pictures.model.tree import Chain, Count, Item, Panel, Ref, chains
from archir.graph.graph import Definition

LEAST = 3
"""Uses that a reader sees growing."""

SHORT = 4
"""Numbers that are all said; of more the first two and the last."""


def in_runs(chain: Chain, panels: Mapping[Definition, Panel]) -> None:
    """Let one box stand for uses in which one number is doubled, or grows by as much, each time."""
    # As deep as parts lie inside each other, which unfolding bounds.
    for item in chain.items:
        for inner in chains(item):
            in_runs(inner, panels)
    found: list[Item] = []
    place = 0
    while place < len(chain.items):
        run = _run(chain.items, place, panels)
        if len(run) >= LEAST:
            for other in run[1:]:
                stand_for([run[0]], [other])
            _say(run)
        found.append(chain.items[place])
        place += len(run) if len(run) >= LEAST else 1
    chain.items[:] = found


def _run(items: list[Item], place: int, panels: Mapping[Definition, Panel]) -> list[Ref]:
    """The longest run that begins at a place."""
    run: list[Ref] = []
    for item in items[place:]:
        if not isinstance(item, Ref) or (run and not _is_like(run[0], item, panels)):
            break
        if len(run) > 1 and not _grows([*run, item]):
            break
        run.append(item)
    return run if len(run) >= LEAST else []


def _is_like(first: Ref, other: Ref, panels: Mapping[Definition, Panel]) -> bool:
    """Whether two uses differ in nothing but one number that is said of them."""
    is_same = panels.get(first.definition) is panels.get(other.definition) is not None
    shapes = [one.shape.text if one.shape is not None else "" for one in (first, other)]
    if not is_same or shapes[0] != shapes[1] or first.told != other.told:
        return False
    if any(one.times is not None or one.is_optional or _label(one) for one in (first, other)):
        return False
    return len(first.words) == len(other.words) and _place(first, other) is not None


def _label(ref: Ref) -> bool:
    return ref.is_named and not ref.name.isdecimal()


def _place(first: Ref, other: Ref) -> int | None:
    """Where the only number stands in which two uses differ."""
    found: list[int] = []
    for at, (one, another) in enumerate(zip(first.words, other.words, strict=True)):
        if isinstance(one, Count) and isinstance(another, Count):
            if one.before != another.before or one.pattern != another.pattern:
                return None
            if one.value != another.value:
                found.append(at)
        elif one != another:
            return None
    return found[0] if len(found) == 1 else None


def _numbers(run: list[Ref]) -> list[int]:
    places = {_place(run[0], other) for other in run[1:]}
    at = places.pop()
    if places or at is None:
        return []
    return [one.value for ref in run if isinstance(one := ref.words[at], Count)]


def _grows(run: list[Ref]) -> bool:
    numbers = _numbers(run)
    if len(numbers) < LEAST:
        return False
    first, second, *_rest = numbers
    steps = {two - one for one, two in pairwise(numbers)}
    doubled = all(two == 2 * one for one, two in pairwise(numbers))
    return second > first and (doubled or len(steps) == 1)


def _say(run: list[Ref]) -> None:
    first, at = run[0], _place(run[0], run[1])
    assert at is not None
    numbers = [str(number) for number in _numbers(run)]
    if len(numbers) > SHORT:
        numbers = [*numbers[:2], "\N{HORIZONTAL ELLIPSIS}", numbers[-1]]
    count = first.words[at]
    assert isinstance(count, Count)
    said = count.before + count.said(", ".join(numbers))
    first.words = (*first.words[:at], said, *first.words[at + 1 :])
    first.times = Count(len(run))
    first.shape = run[-1].shape
