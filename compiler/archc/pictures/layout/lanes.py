"""Lanes between a fork and a merge: at which height each runs, and the lines at its ends."""

from __future__ import annotations

from itertools import pairwise

from archc.pictures.layout import glyphs
from archc.pictures.layout.marks import Mark, Sketch, Wire
from archc.pictures.layout.spacing import Spacing
from archc.pictures.model.tree import Branch


def through(y: float, join: float, end: float, is_box: bool, form: str, fork: float) -> list[Mark]:
    """A branch without anything in it, from the fork to the merge."""
    if y == 0:
        return [Wire([(0, 0), (join if is_box else end, 0)], not is_box, form)]
    radius = 0.0 if is_box else glyphs.RADIUS
    end_y = radius if y > 0 else -radius
    return [Wire([(0, 0), (fork, 0), (fork, y), (join, y), (join, end_y)], not is_box, form)]


def into(x: float, y: float, join: float, end: float, is_box: bool, form: str) -> list[Mark]:
    """The line from a branch's end to the merge."""
    form = "line" if form == "skip" else form
    if y == 0:
        return [Wire([(x, 0), (join if is_box else end, 0)], not is_box, form)]
    radius = 0.0 if is_box else glyphs.RADIUS
    end_y = radius if y > 0 else -radius
    return [Wire([(x, y), (join, y), (join, end_y)], not is_box, form)]


def places_of(branches: list[Branch], sketches: list[Sketch], space: Spacing) -> list[float]:
    """The height of each branch's own axis."""
    if len(branches) == 2:
        # The longer one stays on the line, and the other goes around it.
        main = 0 if sketches[0].width >= sketches[1].width else 1
        if branches[0].is_sourced != branches[1].is_sourced:
            main = 0 if branches[0].is_sourced else 1
        other = 1 - main
        if branches[other].chain.items:
            y = -(sketches[main].up + space.lanes + sketches[other].down)
        else:
            y = -(max(sketches[main].up, glyphs.RADIUS) + space.arc)
        return [0.0, y] if main == 0 else [y, 0.0]
    tops = [0.0]
    for above, below in pairwise(sketches):
        tops.append(tops[-1] + max(above.down, 4) + space.lanes + max(below.up, 4))
    if len(branches) % 2:
        middle = tops[len(branches) // 2]
    else:
        half = len(branches) // 2
        low, high = tops[half - 1], tops[half]
        middle = (low + high) / 2
    return [round(top - middle, 2) for top in tops]
