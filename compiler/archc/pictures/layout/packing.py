"""Panels on a page: each where it comes to stand highest, and then as far left as it can."""

from __future__ import annotations

from collections.abc import Sequence

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
    for at in order:
        panel = panels[at]
        beside = [places[one][0] + panels[one].width + SHELF for one in places]
        found: list[tuple[float, float]] = []
        for x in (0.0, right + ASIDE, *beside):
            if x and x + panel.width > across:
                continue
            under = [
                top + panels[one].down + SHELF
                for one, (left, top) in places.items()
                if left < x + panel.width + SHELF and x < left + panels[one].width + SHELF
            ]
            under += [foot + SHELF] if x < right + SHELF else []
            found.append((max(under, default=0.0), x))
        top, x = min(found)
        places[at] = (x, top)
    return [places[at] for at in range(len(panels))]
