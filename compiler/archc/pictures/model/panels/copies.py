"""Copies of chains, since numbers in words are told apart by identity and boxes carry paths."""

from __future__ import annotations

from archc.pictures.model.tree import (
    Box,
    Branch,
    Chain,
    Count,
    Item,
    Parallel,
    Part,
    Ref,
    Sign,
    Tangle,
    Tap,
    Times,
    Words,
)


def copied(chain: Chain, prefix: str = "") -> Chain:
    """A chain of its own, its paths below ``prefix``."""
    return Chain([_item(item, prefix) for item in chain.items])


def _item(item: Item, prefix: str) -> Item:
    # As deep as the tree, which unfolding bounds.
    made: Item
    if isinstance(item, Box):
        made = Box(
            item.kind,
            words(item.head),
            words(item.facts),
            item.before,
            item.after,
            _below(prefix, item.path),
            item.title,
            count(item.times),
        )
        made.window, made.cost, made.spans = words(item.window), item.cost, item.spans
        made.is_optional, made.factors = item.is_optional, item.factors
    elif isinstance(item, Sign):
        made = Sign(item.sign, _below(prefix, item.path), item.title, None, item.cost, item.spans)
    elif isinstance(item, Ref):
        made = Ref(item.definition, item.chain, _below(prefix, item.path), item.name)
        made.times, made.words, made.told = count(item.times), words(item.words), item.told
        made.is_named, made.same, made.spans = item.is_named, item.same, item.spans
        made.is_optional = item.is_optional
    elif isinstance(item, Parallel):
        branches = [
            Branch(copied(one.chain, prefix), one.is_sourced, one.is_optional)
            for one in item.branches
        ]
        merge = _item(item.merge, prefix)
        made = Parallel(branches, merge)  # type: ignore[arg-type]
    elif isinstance(item, Part):
        made = Part(item.name, _below(prefix, item.path), copied(item.chain, prefix))
    elif isinstance(item, Times):
        made = Times(Count(item.count.value), copied(item.chain, prefix))
    elif isinstance(item, Tap):
        made = Tap(copied(item.chain, prefix), item.is_training)
    else:
        inner = [_item(one, prefix) for one in item.items]
        made = Tangle(inner, list(item.arcs), item.breaks)
    made.shape = item.shape
    return made


def words(given: Words) -> Words:
    """The same words, each number an object of its own."""
    return tuple(one if isinstance(one, str) else one.fresh() for one in given)


def count(given: Count | None) -> Count | None:
    """The same number, an object of its own."""
    return None if given is None else given.fresh()


def _below(prefix: str, path: str) -> str:
    return f"{prefix}.{path}" if prefix and path else path or prefix
