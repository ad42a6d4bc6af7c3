"""What of a use stands for what of its panel, and the numbers that differ there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

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

Pairs: TypeAlias = "list[tuple[Item, Item]]"


def pairs(panel: Chain, use: Chain) -> Pairs:
    """Each item of a panel with the one that a use has in its place, where it has one."""
    return list(_pairs(panel, use, Form()))


def _pairs(panel: Chain, use: Chain, form: Form) -> Iterator[tuple[Item, Item]]:
    # As deep as the tree, which unfolding bounds.
    for one, other in _laid_over(panel.items, use.items, form):
        if one is None or other is None:
            continue
        yield one, other
        if isinstance(one, Parallel) and isinstance(other, Parallel):
            for branch, same in zip(one.branches, other.branches, strict=True):
                if same.chain.items:
                    yield from _pairs(branch.chain, same.chain, form)
            yield from _pairs(Chain([one.merge]), Chain([other.merge]), form)
        elif isinstance(one, (Part, Times, Tap)) and isinstance(other, (Part, Times, Tap)):
            yield from _pairs(one.chain, other.chain, form)
        elif isinstance(one, Tangle) and isinstance(other, Tangle):
            yield from _pairs(Chain(one.items), Chain(other.items), form)


def _laid_over(panel: list[Item], use: list[Item], form: Form) -> Steps:
    """The items of a panel beside those of a use, of which each has a place."""
    steps: Steps = []
    for items, own in ((panel, use), (unframed(panel), unframed(use))):
        place = way_around(items)
        for laid in [items] if place is None else [items, without_way(items, place)]:
            steps = form.steps(laid, own)
            if all(item is not None for item, _ in steps):
                return steps
    return steps


# --- numbers -------------------------------------------------------------------------------------


def numbers(laid: Pairs) -> Iterator[tuple[Count, int]]:
    """Each number of a panel with the one that a use has in its place, of pairs of their items."""
    for one, other in laid:
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
