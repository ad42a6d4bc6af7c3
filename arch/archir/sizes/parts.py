"""Valid sizes taken into parts that can be said and checked one by one.

First what each variable must be whatever the others are, then the groups of sizes of which one
must hold, then what has no closed form. A refusal, its words and the check in printed Python all
follow this order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from archir.base.record import Record
from archir.shapes.conditions import Condition
from archir.sizes.sets import EVERYTHING, BeyondExactError, Piece, SizeSet
from archir.sizes.valid import ValidSizes


class Parts(Record):
    """The sizes are valid where ``each`` holds, one of ``groups`` (if any), and all of ``open``."""

    each: Mapping[str, SizeSet]
    groups: tuple[Mapping[str, SizeSet], ...]
    open: tuple[Condition, ...]


def parts(valid: ValidSizes) -> Parts:
    """The parts of a set that is not empty."""
    each = _common(valid)
    groups: list[Mapping[str, SizeSet]] = [
        {name: _beyond(each[name], sizes) for name, sizes in box.items() if sizes != each[name]}
        for box in valid.boxes
    ]
    if not all(groups):
        groups = []  # one box is all that they have in common, and holds the others
    place = {name: number for number, name in enumerate(valid.names)}
    groups.sort(key=lambda group: _order(group, place))
    return Parts(each, tuple(groups), tuple(_once(one.condition for one in valid.open)))


def _beyond(known: SizeSet, sizes: SizeSet) -> SizeSet:
    """What a set asks beside what is known: of the multiples of 4 from 8 on the 8 alone."""
    if known.is_everything or not sizes:
        return sizes
    stretch = SizeSet((Piece(sizes.pieces[0].first, sizes.pieces[-1].last),))
    with suppress(BeyondExactError):
        if known.intersect(stretch) == sizes:
            return stretch
    return sizes


def _once(conditions: Iterable[Condition]) -> Iterator[Condition]:
    """The conditions, without those that say the same with their sides exchanged."""
    seen: set[object] = set()
    for one in conditions:
        sides = {one.left, one.right} if one.relation in ("equal", "broadcast") else None
        key = one if sides is None else (one.relation, frozenset(sides), one.training)
        if key not in seen:
            seen.add(key)
            yield one


def _order(
    group: Mapping[str, SizeSet], place: Mapping[str, int]
) -> tuple[bool, list[tuple[int, int]]]:
    """Squares go first, then it goes by the variables and their smallest sizes."""
    alike = len(set(group.values())) == 1
    return not alike, [(place[name], group[name].smallest or 0) for name in group]


def _common(valid: ValidSizes) -> dict[str, SizeSet]:
    """For each variable the set that holds those of all boxes, where one of them does."""
    found = {}
    for name in valid.names:
        sets = list(dict.fromkeys(box[name] for box in valid.boxes))
        holds_all = (one for one in sets if all(each.intersect(one) == each for each in sets))
        found[name] = next(holds_all, EVERYTHING)
    return found
