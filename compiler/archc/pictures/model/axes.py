"""Which axis of a value has its channels: the last for tokens, the first for maps and signals.

A shape alone does not say; what makes a value does. A layer of weights for features and attention
work on the last axis, a convolution gives its width wherever it then stands.
"""

from __future__ import annotations

from archc.pictures.model.tree import (
    Box,
    Chain,
    Count,
    Item,
    Parallel,
    Part,
    Ref,
    Shape,
    Tangle,
    Times,
    everything,
)

BY_FEATURES = ("linear", "attention")
"""The kinds of ops that work on the last axis."""


def read_axes(chain: Chain) -> None:
    """Let the shapes along a chain say which of their axes has the channels."""
    _along(chain.items, _before(chain))


def _before(chain: Chain) -> bool:
    """Whether what flows in has its channels last: what first reads them by their axis says so."""
    for item in everything(chain):
        inside = list(everything(item.chain)) if isinstance(item, Ref) else [item]
        for one in inside:
            if isinstance(one, Box) and one.kind in (*BY_FEATURES, "convolution"):
                return one.kind in BY_FEATURES
    return False


def _along(items: list[Item], last: bool) -> bool:
    # As deep as parts and branches lie inside each other.
    for place, item in enumerate(items):
        following = items[place + 1] if place + 1 < len(items) else None
        last = _behind(item, last)
        if item.shape is not None and _counts(item, following):
            item.shape = _of(item.shape, item.shape.axes, 1)
        elif item.shape is not None and last and len(item.shape.axes) > 1:
            *extents, channels = item.shape.axes
            item.shape = _of(item.shape, tuple(extents), channels)
    return last


def _behind(item: Item, last: bool) -> bool:
    """Whether what an item gives has its channels last, by whether what flows into it has."""
    if isinstance(item, Box):
        if item.kind in BY_FEATURES:
            return True
        return _stands_last(item) if item.kind == "convolution" else last
    if isinstance(item, Ref):
        return _looked_along(item.chain.items, last)
    if isinstance(item, (Part, Times)):
        return _along(item.chain.items, last)
    if isinstance(item, Tangle):
        return _along(item.items, last)
    if isinstance(item, Parallel):
        ways = [_along(branch.chain.items, last) for branch in item.branches]
        sides = [branch.is_sourced for branch in item.branches]
        behind = [way for way, is_sourced in zip(ways, sides, strict=True) if is_sourced]
        return _along([item.merge], all(behind or ways))
    return last


def _looked_along(items: list[Item], last: bool) -> bool:
    """The same of a block, whose insides are those of its other uses too."""
    for item in items:
        if isinstance(item, (Part, Times)):
            last = _looked_along(item.chain.items, last)
        elif isinstance(item, Parallel):
            ways = [_looked_along(one.chain.items, last) for one in item.branches]
            last = _looked_along([item.merge], all(ways))
        elif isinstance(item, Tangle):
            last = _looked_along(item.items, last)
        else:
            last = _behind(item, last)
    return last


def _stands_last(item: Box) -> bool:
    """Whether a convolution's width is the last axis of what its box gives, and no other."""
    widths = [one.value for one in item.facts if isinstance(one, Count) and not one.before]
    axes = item.shape.axes if item.shape is not None else ()
    return bool(widths and axes) and axes[-1] == widths[0] and widths[0] not in axes[:-1]


def _counts(item: Item, following: Item | None) -> bool:
    """Whether a single axis is a sequence: what reads it gives each place features."""
    if not isinstance(item, Box) or item.kind != "end" or item.shape is None:
        return False
    if following is not None and isinstance(following, Part):
        following = following.chain.items[0]
    made = following.shape if following is not None else None
    own = item.shape.axes
    return len(own) == 1 and made is not None and len(made.axes) == 2 and made.axes[:1] == own


def _of(shape: Shape, extents: tuple[int, ...], channels: int) -> Shape:
    return Shape(shape.text, shape.general, extents, channels, shape.dims, shape.axes)
