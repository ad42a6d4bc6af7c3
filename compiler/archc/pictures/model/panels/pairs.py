"""What of a use stands for what of its panel, and the numbers that differ there."""

from __future__ import annotations

from collections.abc import Iterator

from archc.pictures.model.panels.align import Form, Steps, unframed, way_around, without_way
from archc.pictures.model.tree import (
    Box,
    Chain,
    Count,
    Item,
    Parallel,
    Part,
    Ref,
    Tangle,
    Tap,
    Times,
    Words,
)


def pairs(panel: Chain, use: Chain) -> Iterator[tuple[Item, Item]]:
    """Each item of a panel with the one that a use has in its place, where it has one."""
    # As deep as the tree, which unfolding bounds.
    for one, other in _laid_over(panel.items, use.items):
        if one is None or other is None:
            continue
        yield one, other
        if isinstance(one, Parallel) and isinstance(other, Parallel):
            for branch, same in zip(one.branches, other.branches, strict=True):
                if same.chain.items:
                    yield from pairs(branch.chain, same.chain)
            yield from pairs(Chain([one.merge]), Chain([other.merge]))
        elif isinstance(one, (Part, Times, Tap)) and isinstance(other, (Part, Times, Tap)):
            yield from pairs(one.chain, other.chain)
        elif isinstance(one, Tangle) and isinstance(other, Tangle):
            yield from pairs(Chain(one.items), Chain(other.items))


def _laid_over(panel: list[Item], use: list[Item]) -> Steps:
    """The items of a panel beside those of a use, of which each has a place."""
    form = Form()
    steps: Steps = []
    for items, own in ((panel, use), (unframed(panel), unframed(use))):
        place = way_around(items)
        for laid in [items] if place is None else [items, without_way(items, place)]:
            steps = form.steps(laid, own)
            if all(item is not None for item, _ in steps):
                return steps
    return steps


# --- numbers -------------------------------------------------------------------------------------


def numbers(panel: Chain, use: Chain) -> Iterator[tuple[Count, int]]:
    """Each number of the panel with the one that a use has in its place, where it has one."""
    for one, other in pairs(panel, use):
        if isinstance(one, Box) and isinstance(other, Box):
            yield from _counts(one.head, other.head)
            yield from _counts(one.window, other.window)
            yield from _counts(one.facts, other.facts)
        if isinstance(one, Ref) and isinstance(other, Ref):
            yield from _counts(one.words, other.words)
        if isinstance(one, (Box, Ref)) and isinstance(other, (Box, Ref)):
            if one.times is not None and other.times is not None:
                yield one.times, other.times.value
        elif isinstance(one, Times) and isinstance(other, Times):
            yield one.count, other.count.value


def _counts(panel: Words, use: Words) -> Iterator[tuple[Count, int]]:
    for one, other in zip(panel, use, strict=False):
        if isinstance(one, Count) and isinstance(other, Count):
            yield one, other.value
