"""What items have in common that look alike, with or without their numbers."""

from __future__ import annotations

from collections.abc import Hashable

from archc.pictures.model.tree import (
    EACH,
    Box,
    Chain,
    Count,
    Item,
    Parallel,
    Part,
    Ref,
    Sign,
    Tangle,
    Times,
    Words,
)


def key(item: Item, exact: bool = True) -> Hashable:
    """What two items have in common that look alike; without numbers if not ``exact``."""
    if isinstance(item, Box) and item.kind == "end":
        return ("end", words_key(item.head, exact))  # its shape is that of one use
    if isinstance(item, Box):
        words = tuple(words_key(one, exact) for one in (item.head, item.window, item.facts))
        words = (*words, item.factors)
        return ("box", item.kind, words, item.before, item.after, _counted(item.times, exact))
    if isinstance(item, Sign):
        return ("sign", item.sign)
    if isinstance(item, Ref):
        return (
            "ref",
            item.definition.name,
            item.told,
            chain_key(item.chain, exact),
            _counted(item.times, exact),
        )
    if isinstance(item, Parallel):
        branches = tuple((chain_key(one.chain, exact), one.is_sourced) for one in item.branches)
        return ("parallel", branches, key(item.merge, exact))
    if isinstance(item, Tangle):
        return ("tangle", tuple(key(one, exact) for one in item.items), tuple(item.arcs))
    if isinstance(item, Times):
        return ("times", item.count.value if exact else 0, chain_key(item.chain, exact))
    if isinstance(item, Part):
        return ("part", chain_key(item.chain, exact))
    return ("tap", chain_key(item.chain, exact), item.is_training)


def chain_key(chain: Chain, exact: bool = True) -> Hashable:
    """The same for all of a chain."""
    return tuple(key(item, exact) for item in chain.items)


def words_key(words: Words, exact: bool) -> Hashable:
    return tuple(
        piece if isinstance(piece, str) else (piece.before, *_number(piece, exact))
        for piece in words
    )


def _number(count: Count, exact: bool) -> tuple[Hashable, ...]:
    """Its axes count for what is not usual alone, which says the same of all."""
    pattern = count.pattern if count.value != count.usual else EACH
    return count.value if exact else 0, pattern


def _counted(count: Count | None, exact: bool) -> Hashable:
    return None if count is None else count.value if exact else 0
