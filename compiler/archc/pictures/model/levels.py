"""Networks that go down and come up again: skips whose bodies hold others at lower resolutions."""

from __future__ import annotations

from archc.pictures.model.tree import Box, Chain, Item, Parallel, Part, Sign, everything
from archir.base.record import Record

LEAST = 2
"""The levels above the lowest that make a U."""


DEEP = 3
"""The levels of a U whose encoder is opened for it."""

FEW = 2
"""Boxes of a part that may stand on the way between two rows."""


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
        above = levels[-1].merge if len(levels) >= LEAST else None
        place = next((at for at, one in enumerate(items) if _is_level(one, above)), None)
        if place is None or not (place or above is None):
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


def is_deep(given: Chain) -> bool:
    """Whether the chain is a U of so many levels that nothing else shows it as well."""
    u = levels_of(given)
    return u is not None and len(u.levels) >= DEEP


def _is_level(one: Item, above: Item | None = None) -> bool:
    """Whether it is a skip over something of a lower resolution.

    In a U a skip over what has its own is one too, where it ends as that ``above`` it does.
    """
    if not isinstance(one, Parallel) or len(one.branches) != 2 or one.shape is None:
        return False
    if not all(branch.is_sourced for branch in one.branches):
        return False
    body, skip = _sides(one)
    inside = everything(body)  # a lower one may lie in a further skip
    least = min((_size(each) for each in inside if each.shape is not None), default=0)
    merge = one.merge
    is_alike = isinstance(merge, Sign) and isinstance(above, Sign) and merge.sign == above.sign
    is_alike = is_alike and not skip.items
    return least < _size(one) or (len(body.items) >= 2 and is_alike)


def _size(one: Item) -> int:
    return one.shape.extents[-1] if one.shape is not None and one.shape.extents else 0


def _sides(one: Parallel) -> tuple[Chain, Chain]:
    first, second = (branch.chain for branch in one.branches)
    return (first, second) if len(first.items) >= len(second.items) else (second, first)


def _ways(items: list[Item], above: Parallel) -> tuple[list[Item], list[Item], list[Item]]:
    """What changes the resolution at both ends of a level's body, and what lies between."""
    up: list[Item] = []
    rest = items
    for at in (1, 2):
        boxes = _boxes(items[-at]) if len(items) > at else []
        before = items[-at - 1] if boxes else None
        if before is not None and before.shape is not None and _size(boxes[-1]) > _size(before):
            rest, up = items[:-at], [one for each in items[-at:] for one in _boxes(each) or [each]]
            break
    is_alone = len(rest) > 1 and not _is_level(rest[1], above.merge)  # no skip begins at it
    down = _boxes(rest[0]) if is_alone else []
    if down and _size(down[-1]) < _size(above):
        return down, rest[1:], up
    return [], rest, up


def _boxes(one: Item) -> list[Item]:
    """The boxes that may stand below each other on a way: one, or a part of few."""
    if isinstance(one, Box):
        return [one]
    if isinstance(one, Part) and len(one.chain.items) <= FEW:
        inner = one.chain.items
        return inner if all(isinstance(each, Box) for each in inner) else []
    return []
