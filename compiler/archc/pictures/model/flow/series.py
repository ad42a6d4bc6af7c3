"""From units to a chain: where all ways meet the line is cut, and between two cuts are branches.

In any order of running a value through which everything flows is, when it is made, the only one
that is still to be read. So one scan finds the cuts, and what lies between two of them falls apart
into branches once its ends are taken away. What does not fall apart is a tangle.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from archc.pictures.model.costs import cost_of
from archc.pictures.model.flow.grid import grid_of
from archc.pictures.model.flow.units import Unit
from archc.pictures.model.flow.ways import NO_SERIES
from archc.pictures.model.tree import Box, Branch, Chain, Item, Parallel, Part, Tangle, Tap

MAX_TANGLED = 24
"""Items of a tangle that are drawn one by one; a larger one is said to be so many steps."""

MAX_NESTING = 30
"""Branches in branches; what lies deeper is not taken apart."""

Fold = Callable[[Chain], Chain]


def series(
    units: Sequence[Unit],
    entry: Unit | None,
    fold: Fold,
    taps: dict[Unit | None, list[Tap]] | None = None,
    depth: int = 0,
    *,
    is_late: bool = False,
) -> Chain:
    """The chain of units that all lead to the last of them; ``fold`` is applied to each chain.

    Where it is not ``is_late``, inputs stand side by side at the chain's beginning.
    """
    items: list[Item] = []
    taps = {} if taps is None else taps
    if depth == 0 and entry is not None:
        items += taps.get(entry, [])
    last: dict[Unit, int] = {}
    for place, unit in enumerate(units):
        for one in unit.inputs:
            last[one] = place
    places = [place for place, unit in enumerate(units) if unit.is_input]
    begins = max(places, default=0) if not is_late else 0
    start, source, live = 0, entry, set[Unit]()
    if entry in last:
        live.add(entry)
    for place, unit in enumerate(units):
        live -= {one for one in unit.inputs if last[one] == place}
        if place < len(units) - 1:
            live.add(unit)
            if live != {unit} or place < begins:
                continue
        items += _segment(units[start : place + 1], source, fold, taps, depth, is_late=is_late)
        items += taps.get(unit, [])
        start, source = place + 1, unit
    return fold(Chain(items))


def _segment(
    units: Sequence[Unit],
    source: Unit | None,
    fold: Fold,
    taps: dict[Unit | None, list[Tap]],
    depth: int,
    *,
    is_late: bool,
) -> list[Item]:
    *inner, merge = units
    assert merge.item is not None
    if not inner and len(set(merge.inputs)) < 2:
        return [merge.item]
    branches = _branches(inner, merge, source)
    if branches is None or depth > MAX_NESTING:
        return [_tangle(units, source, fold)]
    made = [
        Branch(
            bare(series(units, source, fold, taps, depth + 1, is_late=is_late)),
            source is None or not units or any(source in unit.inputs for unit in units),
        )
        for units in branches
    ]
    if source is None:
        for branch in made:
            branch.is_sourced = False
    return [Parallel(made, merge.item, merge.item.shape)]  # type: ignore[arg-type]


def bare(chain: Chain) -> Chain:
    """A chain without a frame around all of it."""
    if len(chain.items) == 1 and isinstance(chain.items[0], Part):
        return chain.items[0].chain
    return chain


def _branches(inner: Sequence[Unit], merge: Unit, source: Unit | None) -> list[list[Unit]] | None:
    """The units of each branch in the order of what the merge reads; None for a tangle."""
    root = {unit: unit for unit in inner}

    def find(unit: Unit) -> Unit:
        while root[unit] is not unit:
            root[unit] = root[root[unit]]
            unit = root[unit]
        return unit

    for unit in inner:
        for one in unit.inputs:
            if one in root:
                root[find(unit)] = find(one)
    members: dict[Unit, list[Unit]] = {}
    for unit in inner:
        members.setdefault(find(unit), []).append(unit)
    found: list[list[Unit]] = []
    for one in dict.fromkeys(merge.inputs):
        if one is source or one not in root:
            found.append([])
            continue
        branch = members.pop(find(one), None)
        if branch is None or branch[-1] is not one:
            return None  # two ways into the merge from one branch
        found.append(branch)
    return found if len(found) > 1 and not members else None


def _tangle(units: Sequence[Unit], source: Unit | None, fold: Fold) -> Tangle | Box:
    place = {unit: number for number, unit in enumerate(units)}
    arcs: list[tuple[int, int]] = []
    breaks: set[int] = set()
    for number, unit in enumerate(units):
        before = {place.get(one, -1) for one in unit.inputs if one in place or one is source}
        arcs += [(one, number) for one in sorted(before) if one != number - 1]
        if number - 1 not in before:
            breaks.add(number)
    items = [
        item for unit in units if unit.item is not None for item in fold(Chain([unit.item])).items
    ]
    made = Tangle(items, arcs, frozenset(breaks), items[-1].shape)
    if len(items) > MAX_TANGLED and grid_of(made) is None:
        box = Box("other", (f"{len(items)} steps",), (NO_SERIES,), shape=items[-1].shape)
        box.stands_for = len(items)
        box.cost = cost_of(Chain(items))
        return box
    return made
