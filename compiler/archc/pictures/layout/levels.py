"""Networks that go down and come up again: skips whose bodies hold others at lower resolutions."""

from __future__ import annotations

from archc.pictures.model.tree import Box, Chain, Item, Parallel
from archir.base.record import Record

LEAST = 2
"""The levels above the lowest that make a U."""


class Level(Record):
    """One row: what stands left, the skip and its merge, and what stands right."""

    left: list[Item]
    skip: Chain
    merge: Item
    right: list[Item]
    down: list[Item]
    """What stands on the way down from it, and up to it."""

    up: list[Item]


class U(Record):
    """All rows from the top, and the lowest."""

    levels: list[Level]
    bottom: list[Item]


def levels_of(given: Chain) -> U | None:
    """The chain as a U, if it is one."""
    levels: list[Level] = []
    items = given.items
    while True:
        place = next((at for at, one in enumerate(items) if _is_level(one)), None)
        if place is None:
            break
        one = items[place]
        assert isinstance(one, Parallel) and not isinstance(one.merge, Parallel)
        body, skip = _sides(one)
        down, inner, up = _ways(body.items, one)
        levels.append(Level(items[:place], skip, one.merge, items[place + 1 :], down, up))
        items = inner
    if len(levels) < LEAST or not all(level.left for level in levels) or not items:
        return None
    return U(levels, items)


def _is_level(one: Item) -> bool:
    """Whether it is a skip over something of a lower resolution."""
    if not isinstance(one, Parallel) or len(one.branches) != 2 or one.shape is None:
        return False
    if not all(branch.is_sourced for branch in one.branches):
        return False
    body, _skip = _sides(one)
    least = min((_size(each) for each in body.items if each.shape is not None), default=0)
    return len(body.items) >= 2 and least < _size(one)


def _size(one: Item) -> int:
    return one.shape.extents[-1] if one.shape is not None and one.shape.extents else 0


def _sides(one: Parallel) -> tuple[Chain, Chain]:
    first, second = (branch.chain for branch in one.branches)
    return (first, second) if len(first.items) >= len(second.items) else (second, first)


def _ways(items: list[Item], above: Item) -> tuple[list[Item], list[Item], list[Item]]:
    """What changes the resolution at both ends of a level's body, and what lies between."""
    up = 0
    for at in (1, 2):
        if len(items) > at and isinstance(items[-at], Box):
            before = items[-at - 1]
            if before.shape is not None and _size(items[-at]) > _size(before):
                up = at
                break
    first = items[0]
    follows = len(items) - up > 1 and not _is_level(items[1])
    down = int(follows and isinstance(first, Box) and _size(first) < _size(above))
    end = len(items) - up
    return items[:down], items[down:end], items[end:]
