"""Laying the uses of a block over each other: a form that has all of them, and what differs."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import TypeAlias

from archc.pictures.model.keys import key
from archc.pictures.model.panels.copies import copied
from archc.pictures.model.panels.followers import aligned, followed
from archc.pictures.model.tree import (
    Box,
    Branch,
    Chain,
    Count,
    Item,
    Panel,
    Parallel,
    Part,
    Ref,
    Sign,
    Tangle,
    Tap,
    Times,
    everything,
)
from archir.graph.graph import Definition

SHARE = 0.5
"""How much of a form its uses have in common at least."""

MOST = 2_000
"""Pairs of items that are looked at, to find what two chains have in common."""

Drawn: TypeAlias = "Mapping[Definition, Panel]"

Steps: TypeAlias = "list[tuple[Item | None, Item | None]]"


# --- one form for two ----------------------------------------------------------------------------


def together(one: Chain, other: Chain, drawn: Drawn | None = None) -> Chain | None:
    """A form of which both are cases, or None where they have too little in common.

    What one of them lacks is optional: boxes, blocks, the way around, what a branch holds.
    ``drawn`` has the panels of the blocks in them: one box stands for blocks of one panel.
    """
    return Form(drawn).chain(one, other)


class Form:
    """Forms of pairs of chains, each worked out once."""

    def __init__(self, drawn: Drawn | None = None) -> None:
        self.drawn = drawn or {}
        self.known: dict[tuple[int, int], tuple[Chain, Chain, Chain | None]] = {}
        self.keys: dict[int, tuple[Item, Hashable]] = {}

    def chain(self, one: Chain, other: Chain) -> Chain | None:
        # As deep as the trees, which unfolding bounds.
        at = (id(one), id(other))
        if at not in self.known:
            made = self._chain(one.items, other.items)
            self.known[at] = (one, other, made)  # whose identities are kept
        return self.known[at][2]

    def _chain(self, one: list[Item], other: list[Item]) -> Chain | None:
        made = self._made(one, other)
        if made is None and any(isinstance(item, Part) for item in everything(Chain(one + other))):
            made = self._made(unframed(one), unframed(other))
        return made

    def _made(self, one: list[Item], other: list[Item]) -> Chain | None:
        steps = self.steps(one, other)
        if _is_enough(steps):
            return Chain([self._joint(*step) for step in steps])
        for around, plain in ((one, other), (other, one)):
            place = way_around(around)
            if place is None or way_around(plain) is not None:
                continue
            steps = self.steps(without_way(around, place), plain)
            if _is_enough(steps):
                made = [self._joint(*(step if around is one else step[::-1])) for step in steps]
                return _with_way(made, steps, around[place])
        return None

    def _joint(self, one: Item | None, other: Item | None) -> Item:
        """A new item that stands for both, or for the one that is there, which is optional."""
        only = one or other
        assert only is not None
        (made,) = copied(Chain([only])).items
        if one is None or other is None:
            assert isinstance(made, (Box, Ref))
            made.is_optional = True
            return made
        if isinstance(made, Box) and isinstance(other, Box):
            _join_boxes(made, other)
        if isinstance(made, (Box, Ref)) and isinstance(other, (Box, Ref)):
            made.is_optional = made.is_optional or other.is_optional
        elif (
            isinstance(made, Parallel) and isinstance(one, Parallel) and isinstance(other, Parallel)
        ):
            ways = zip(made.branches, one.branches, other.branches, strict=True)
            for branch, first, second in ways:
                self._join_branch(branch, first, second)
        else:
            self._join_insides(made, one, other)
        return made

    def _join_insides(self, made: Item, one: Item, other: Item) -> None:
        if isinstance(made, (Part, Times, Tap)):
            assert isinstance(one, (Part, Times, Tap)) and isinstance(other, (Part, Times, Tap))
            made.chain = self.chain(one.chain, other.chain) or made.chain
        elif isinstance(made, Tangle) and isinstance(one, Tangle) and isinstance(other, Tangle):
            made.items = list(map(self._joint, one.items, other.items))

    def _join_branch(self, branch: Branch, one: Branch, other: Branch) -> None:
        branch.is_optional = one.is_optional or other.is_optional
        if bool(one.chain.items) != bool(other.chain.items):
            branch.chain = copied(one.chain if one.chain.items else other.chain)
            # Where it is empty what comes in goes on: the way is there, what is on it is not.
            plain = [each for each in branch.chain.items if isinstance(each, (Box, Ref))]
            if branch.is_sourced and len(plain) == len(branch.chain.items):
                for each in plain:
                    each.is_optional = True
            else:
                branch.is_optional = True
        else:
            branch.chain = self.chain(one.chain, other.chain) or branch.chain

    def steps(self, one: list[Item], other: list[Item]) -> Steps:
        """Two lists side by side, as much of the one as can be beside the like in the other."""
        if len(one) == len(other) and all(map(self.fits, one, other)):
            return list(zip(one, other, strict=True))
        if len(one) * len(other) > MOST:
            return [(item, None) for item in one] + [(None, item) for item in other]
        sizes = [[_likeness(a, b) if self.fits(a, b) else 0 for b in other] for a in one]
        return _aligned(one, other, sizes)

    def fits(self, one: Item, other: Item) -> bool:
        """Whether one item can stand for both: but for numbers, and for words in order."""
        if isinstance(one, Box) and isinstance(other, Box):
            return _form(one) == _form(other) and _may_be_one(one, other)
        if isinstance(one, Ref) and isinstance(other, Ref):
            is_same = self._panel_of(one) == self._panel_of(other)
            return is_same and (one.told, one.times is None) == (other.told, other.times is None)
        if self._key(one) == self._key(other):
            return True
        if isinstance(one, Parallel) and isinstance(other, Parallel):
            is_same = len(one.branches) == len(other.branches) and self.fits(one.merge, other.merge)
            return is_same and all(map(self._branches_fit, one.branches, other.branches))
        if isinstance(one, Tangle) and isinstance(other, Tangle):
            return self._tangles_fit(one, other)
        if isinstance(one, (Part, Times)) and type(one) is type(other):
            assert isinstance(other, (Part, Times))
            return self.chain(one.chain, other.chain) is not None
        return False

    def _key(self, item: Item) -> Hashable:
        if id(item) not in self.keys:
            self.keys[id(item)] = (item, key(item, exact=False))  # whose identity is kept
        return self.keys[id(item)][1]

    def _panel_of(self, ref: Ref) -> object:
        panel = self.drawn.get(ref.definition)
        return ref.definition.name if panel is None else id(panel)

    def _tangles_fit(self, one: Tangle, other: Tangle) -> bool:
        is_same = (one.arcs, one.breaks) == (other.arcs, other.breaks)
        is_as_long = len(one.items) == len(other.items)
        return is_same and is_as_long and all(map(self.fits, one.items, other.items))

    def _branches_fit(self, one: Branch, other: Branch) -> bool:
        if one.is_sourced != other.is_sourced:
            return False
        if bool(one.chain.items) != bool(other.chain.items):
            return one.is_sourced
        return self.chain(one.chain, other.chain) is not None


def _aligned(one: list[Item], other: list[Item], sizes: list[list[int]]) -> Steps:
    """The longest common subsequence, and what is between; ``sizes`` are 0 where none fits."""
    best = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i in reversed(range(len(one))):
        for j in reversed(range(len(other))):
            here = sizes[i][j] + best[i + 1][j + 1] if sizes[i][j] else 0
            best[i][j] = max(here, best[i + 1][j], best[i][j + 1])
    steps: Steps = []
    i = j = 0
    while i < len(one) and j < len(other):
        if sizes[i][j] and best[i][j] == sizes[i][j] + best[i + 1][j + 1]:
            steps.append((one[i], other[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            steps.append((one[i], None))
            i += 1
        else:
            steps.append((None, other[j]))
            j += 1
    return [*steps, *((item, None) for item in one[i:]), *((None, item) for item in other[j:])]


def _likeness(one: Item, other: Item) -> int:
    """How much it is worth that one stands beside the other; the same words are worth more."""
    if isinstance(one, Box) and isinstance(other, Box):
        return 2 + ((one.before, one.after) == (other.before, other.after))
    return 2 * _size(one)


def _join_boxes(made: Box, other: Box) -> None:
    made.before = followed(made.before, other.before)
    made.after = followed(made.after, other.after)
    made.factors = tuple(sorted({*made.factors, *other.factors}))
    for mine, same in _counts(made, other):
        mine.pattern = mine.pattern if mine.value != mine.usual else same.pattern


def _form(box: Box) -> tuple[object, ...]:
    words = (box.head, box.window, () if box.kind == "end" else box.facts)
    said = [tuple(one if isinstance(one, str) else one.before for one in line) for line in words]
    return (box.kind, *said, bool(box.factors), box.times is None)


def _may_be_one(one: Box, other: Box) -> bool:
    """Whether one may stand for both in what belongs to them, and in the axes of numbers."""
    are_alike = all(
        mine.pattern == same.pattern or mine.usual in (mine.value, same.value)
        for mine, same in _counts(one, other)
    )
    pairs = ((one.before, other.before), (one.after, other.after))
    return are_alike and all(aligned(*pair) is not None for pair in pairs)


def _counts(one: Box, other: Box) -> Iterator[tuple[Count, Count]]:
    for mine, same in zip(one.facts, other.facts, strict=True):
        if isinstance(mine, Count) and isinstance(same, Count):
            yield mine, same


def _is_enough(steps: Steps) -> bool:
    """Whether what only one has is boxes and blocks, and less than what both have.

    What each has in the place of what the other has is not there in some: it is something else.
    """
    shared = alone = 0
    lacks_before = None
    for one, other in steps:
        only = one or other
        if only is not None and one is not None and other is not None:
            shared += _size(only)
            lacks_before = None
            continue
        if not isinstance(only, (Box, Ref)) or only.kind == "end":
            return False
        if lacks_before not in (None, one is None):
            return False
        alone += 1
        lacks_before = one is None
    return shared >= SHARE * (shared + alone)


def _size(item: Item) -> int:
    """How many glyphs there are in it."""
    return sum(isinstance(one, (Box, Ref, Sign)) for one in everything(Chain([item])))


# --- the way around ------------------------------------------------------------------------------


def way_around(items: list[Item]) -> int | None:
    """The place of what something leads around, which some uses may have without that."""
    for place, item in enumerate(items):
        if isinstance(item, Parallel) and isinstance(item.merge, Sign):
            empty = [one for one in item.branches if not one.chain.items and one.is_sourced]
            if len(empty) == len(item.branches) - 1:
                return place
    return None


def unframed(items: list[Item]) -> list[Item]:
    """The items without frames around parts."""
    # As deep as the tree, which unfolding bounds.
    found: list[Item] = []
    for item in items:
        if isinstance(item, Part):
            found += unframed(item.chain.items)
        elif isinstance(item, Parallel):
            ways = [
                Branch(Chain(unframed(one.chain.items)), one.is_sourced, one.is_optional)
                for one in item.branches
            ]
            found.append(Parallel(ways, item.merge, item.shape))
        else:
            found.append(item)
    return found


def without_way(items: list[Item], place: int) -> list[Item]:
    return [*items[:place], *_around(items[place]), *items[place + 1 :]]


def _around(skip: Item) -> list[Item]:
    assert isinstance(skip, Parallel)
    return next(branch.chain.items for branch in skip.branches if branch.chain.items)


def _with_way(made: list[Item], steps: Steps, skip: Item) -> Chain:
    """The items with a way that is optional around those that it leads around."""
    within = {id(item) for item in _around(skip)}
    inside = [at for at, (item, _) in enumerate(steps) if id(item) in within]
    start, end = inside[0], inside[-1] + 1
    (form,) = copied(Chain([skip])).items
    assert isinstance(form, Parallel)
    for branch in form.branches:
        if branch.chain.items:
            branch.chain = Chain(made[start:end])
        else:
            branch.is_optional = True
    return Chain([*made[:start], form, *made[end:]])
