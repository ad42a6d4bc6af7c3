"""The layout of what is no series of branches: items in a line, and arcs above it."""

from __future__ import annotations

from archc.pictures.layout.marks import Sketch, Wire
from archc.pictures.model.tree import Tangle

GAP = 26.0
STEP = 7.0
"""Between two arcs above each other."""

SIDE = 7.0
"""How far from a box an arc leaves the line, and comes back to it."""


def tangle(one: Tangle, sketches: list[Sketch]) -> Sketch:
    """Items in the order of running. An arc leaves behind an item and arrives before another."""
    made = Sketch(0, 0, 0, takes_head=False)
    lefts: list[float] = []
    x = GAP
    for place, sketch in enumerate(sketches):
        lefts.append(x)
        if place not in one.breaks:
            start = lefts[place - 1] + sketches[place - 1].width if place else 0.0
            made.marks.append(Wire([(start, 0), (x, 0)], sketch.takes_head))
        x += sketch.width + GAP
    rights = [left + sketch.width for left, sketch in zip(lefts, sketches, strict=True)]
    for left, sketch in zip(lefts, sketches, strict=True):
        made.add(sketch, left, 0)
        made.up = max(made.up, sketch.up)
        made.down = max(made.down, sketch.down)
    levels = _levels(one.arcs)
    top = made.up
    for (tail, head), level in zip(one.arcs, levels, strict=True):
        y = -(top + 8 + STEP * level)
        begin = rights[tail] if tail >= 0 else 0.0
        end, takes_head = lefts[head], sketches[head].takes_head
        points = [(begin, 0.0), (begin + SIDE, 0.0), (begin + SIDE, y), (end - SIDE, y)]
        made.marks.append(Wire([*points, (end - SIDE, 0.0), (end, 0.0)], takes_head, "skip"))
        made.up = max(made.up, -y + 2)
    made.width = rights[-1]
    return made


def _levels(arcs: list[tuple[int, int]]) -> list[int]:
    """A height for each arc, so that no two at one height overlap; short ones are low."""
    levels: dict[int, int] = {}
    order = sorted(range(len(arcs)), key=lambda at: (arcs[at][1] - arcs[at][0], arcs[at]))
    taken: list[list[tuple[int, int]]] = []
    for place in order:
        tail, head = arcs[place]
        for level, spans in enumerate(taken):
            if all(head <= one[0] or one[1] <= tail for one in spans):
                spans.append((tail, head))
                levels[place] = level
                break
        else:
            levels[place] = len(taken)
            taken.append([(tail, head)])
    return [levels[place] for place in range(len(arcs))]
