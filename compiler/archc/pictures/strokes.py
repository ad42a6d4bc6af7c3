"""What writers share of the look of things: arrows' heads, corners, signs, faces of solids."""

from __future__ import annotations

import math
from typing import TypeAlias

from archc.pictures.layout.marks import Frame, Glyph, Wire

Point: TypeAlias = "tuple[float, float]"

CORNER = 6.0
"""The radius of a wire's corners."""

HEAD = 5.5
"""The length of an arrow's head."""

SLIM = 0.42
"""Half of its width, for its length."""


def short(value: float, places: int) -> str:
    """A number as short as it can be said to so many places."""
    text = f"{value:.{places}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def corner_of(glyph: Glyph) -> float:
    """The radius of a box's corners."""
    return min(glyph.height / 2, 9.0) if glyph.form == "end" else 3.5


def rim_of(frame: Frame) -> float:
    """The radius of a frame's corners; the legend has small ones."""
    return min(8.0 if frame.form == "panel" else 7.0, frame.height / 3)


def course(wire: Wire) -> list[Point]:
    """The points of a wire, each once; before an arrow's head it ends a little earlier."""
    points = [one for at, one in enumerate(wire.points) if at == 0 or one != wire.points[at - 1]]
    if wire.has_head and len(points) > 1:
        short = min(HEAD * 0.8, _far(points[-2], points[-1]))
        points[-1] = towards(points[-1], points[-2], short)
    return points


def rounding(before: Point, corner: Point, after: Point) -> tuple[Point, Point]:
    """Where the curve around a corner begins and ends."""
    radius = min(CORNER, _far(before, corner) / 2, _far(corner, after) / 2)
    return towards(corner, before, radius), towards(corner, after, radius)


def head(wire: Wire) -> list[Point]:
    """The corners of an arrow's head."""
    (x0, y0), (x, y) = wire.points[-2:]
    long = math.hypot(x - x0, y - y0) or 1.0
    dx, dy = (x - x0) / long, (y - y0) / long
    back, side = HEAD, HEAD * SLIM
    return [
        (x, y),
        (x - dx * back - dy * side, y - dy * back + dx * side),
        (x - dx * back + dy * side, y - dy * back - dx * side),
    ]


def strokes_of_sign(glyph: Glyph) -> list[tuple[Point, Point]]:
    """The strokes of the sign in a circle."""
    radius = glyph.width / 2
    x, y = glyph.x + radius, glyph.y + radius
    arm, slant, gap = radius * 0.5, radius * 0.4, radius * 0.2
    level = ((x - arm, y), (x + arm, y))
    rising = ((x - slant, y + slant), (x + slant, y - slant))
    return {
        "+": [level, ((x, y - arm), (x, y + arm))],
        "\N{MINUS SIGN}": [level],
        "\N{MULTIPLICATION SIGN}": [rising, ((x - slant, y - slant), (x + slant, y + slant))],
        "\N{DOUBLE VERTICAL LINE}": [
            ((x - gap, y - arm), (x - gap, y + arm)),
            ((x + gap, y - arm), (x + gap, y + arm)),
        ],
        "\N{DIVISION SIGN}": [rising],
    }.get(glyph.sign, [])


def faces(glyph: Glyph) -> list[tuple[str, list[Point]]]:
    """What is seen of a solid: of each sheet the top, the right side and the front."""
    deep, foot = glyph.deep, glyph.y + glyph.height
    top = glyph.y + deep
    found: list[tuple[str, list[Point]]] = []
    for left, wide in glyph.sheets:
        x0, x1 = glyph.x + left, glyph.x + left + wide
        above, below = top - deep, foot - deep
        found += [
            ("top", [(x0, top), (x0 + deep, above), (x1 + deep, above), (x1, top)]),
            ("side", [(x1, top), (x1 + deep, above), (x1 + deep, below), (x1, foot)]),
            ("front", [(x0, top), (x1, top), (x1, foot), (x0, foot)]),
        ]
    return found


def _far(one: Point, other: Point) -> float:
    return math.hypot(one[0] - other[0], one[1] - other[1])


def towards(one: Point, other: Point, by: float) -> Point:
    """The place so far on the way from one point to another."""
    far = _far(one, other) or 1.0
    return one[0] + (other[0] - one[0]) * by / far, one[1] + (other[1] - one[1]) * by / far
