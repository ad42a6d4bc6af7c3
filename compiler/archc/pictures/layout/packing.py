"""Panels on a page: each where it comes to stand highest, and then as far left as it can."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import TypeAlias

from archc.pictures.layout.marks import Sketch

SHELF = 12.0
"""Between two panels."""

ASIDE = 24.0
"""Between the network and a panel beside it."""


def packed(
    panels: Sequence[Sketch], across: float, taken: tuple[float, float]
) -> list[tuple[float, float]]:
    """The place of each panel's corner, in a strip of this width.

    They are put down in their order, or the high ones first where the strip is shorter then;
    ``taken`` are the width and the height of what stands in the strip's corner.
    """
    order = list(range(len(panels)))
    high = sorted(order, key=lambda at: (-panels[at].down, at))
    wide = sorted(order, key=lambda at: (-panels[at].width, at))
    return min(
        (_placed(panels, one, across, taken) for one in (order, high, wide)),
        key=lambda places: max(
            (top + panel.down for (_x, top), panel in zip(places, panels, strict=True)), default=0.0
        ),
    )


def _placed(
    panels: Sequence[Sketch], order: Sequence[int], across: float, taken: tuple[float, float]
) -> list[tuple[float, float]]:
    places: dict[int, tuple[float, float]] = {}
    right, foot = taken
    columns = {0.0, right + ASIDE}
    outline = [(-inf, right, foot)]
    """How far down each part of the strip is taken: from left to right."""
    for at in order:
        panel = panels[at]
        fitting = [x for x in columns if not x or x + panel.width <= across]
        top, x = min((_top(outline, x, panel.width), x) for x in fitting)
        places[at] = (x, top)
        columns.add(x + panel.width + SHELF)
        outline = _covered(outline, x, x + panel.width, top + panel.down)
    return [places[at] for at in range(len(panels))]


_Part: TypeAlias = tuple[float, float, float]
"""A part of a strip, from left to right, and how far down it is taken."""


def _top(outline: Sequence[_Part], x: float, width: float) -> float:
    """Where what stands there begins: below all that is taken above it, and nearer than a shelf."""
    taken = [
        down for left, right, down in outline if left < x + width + SHELF and x < right + SHELF
    ]
    return max(taken) + SHELF if taken else 0.0


def _covered(outline: Sequence[_Part], left: float, right: float, down: float) -> list[_Part]:
    """The outline with a part taken further down than all that it covers."""
    before = [(start, min(end, left), to) for start, end, to in outline if start < left]
    behind = [(max(start, right), end, to) for start, end, to in outline if end > right]
    return [*before, (left, right, down), *behind]
