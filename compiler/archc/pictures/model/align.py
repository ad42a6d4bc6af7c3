"""Laying the uses of a block over its panel: where they have one form, and which numbers differ."""

from __future__ import annotations

from collections.abc import Iterator

from archc.pictures.model.fold import key
from archc.pictures.model.tree import (
    Box,
    Chain,
    Count,
    Item,
    Parallel,
    Part,
    Ref,
    Times,
    pairs,
)


def covers(panel: Chain, use: Chain, *, mark: bool = False) -> bool:
    """Whether a use is as the panel, but for branches of the panel that are empty there.

    With ``mark`` these branches are marked as optional.
    """
    if len(panel.items) != len(use.items):
        return False
    return all(_covers(one, other, mark) for one, other in zip(panel.items, use.items, strict=True))


def _covers(panel: Item, use: Item, mark: bool) -> bool:
    if not isinstance(panel, (Parallel, Part, Times)) or type(panel) is not type(use):
        return key(panel, exact=False) == key(use, exact=False)
    if not isinstance(panel, Parallel):
        assert isinstance(use, (Part, Times))
        return covers(panel.chain, use.chain, mark=mark)
    assert isinstance(use, Parallel)
    if len(panel.branches) != len(use.branches) or key(panel.merge, False) != key(use.merge, False):
        return False
    for one, other in zip(panel.branches, use.branches, strict=True):
        if one.chain.items and not other.chain.items and other.is_sourced:
            one.is_optional = one.is_optional or mark
        elif not covers(one.chain, other.chain, mark=mark):
            return False
    return True


def numbers(panel: Chain, use: Chain) -> Iterator[tuple[Count, int]]:
    """Each number of the panel with the one that a use has in its place, where it has one."""
    for one, other in pairs(panel, use):
        if isinstance(one, Box) and isinstance(other, Box):
            yield from _words(_all(one), _all(other))
        if isinstance(one, Ref) and isinstance(other, Ref):
            yield from _words(one.words, other.words)
        if isinstance(one, (Box, Ref)) and isinstance(other, (Box, Ref)):
            if one.times is not None and other.times is not None:
                yield one.times, other.times.value
        elif isinstance(one, Times) and isinstance(other, Times):
            yield one.count, other.count.value


def _all(box: Box) -> tuple[str | Count, ...]:
    return box.head + box.window + box.facts


def _words(
    panel: tuple[str | Count, ...], use: tuple[str | Count, ...]
) -> Iterator[tuple[Count, int]]:
    for one, other in zip(panel, use, strict=False):
        if isinstance(one, Count) and isinstance(other, Count):
            yield one, other.value
