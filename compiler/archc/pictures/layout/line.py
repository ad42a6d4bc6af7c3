"""The layout of a chain in one line: boxes, lanes between a fork and a merge, frames, taps."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeAlias

from archc.pictures.layout import glyphs
from archc.pictures.layout.lanes import into, places_of, through
from archc.pictures.layout.marks import Frame, Sketch, Text, Wire
from archc.pictures.layout.solids import solid, without_stub
from archc.pictures.layout.spacing import ROOMY, Spacing
from archc.pictures.layout.tangles.arcs import tangle
from archc.pictures.layout.tangles.grid import grid
from archc.pictures.measure.widths import width
from archc.pictures.model.flow.grid import grid_of
from archc.pictures.model.tree import (
    TIMES,
    Box,
    Chain,
    Count,
    Item,
    Parallel,
    Part,
    Ref,
    Sign,
    Tap,
    Times,
)
from archir.base.record import Record, replaced
from archir.graph.graph import Definition

FRAME = 8.0
"""Inside a frame."""

ASIDE = 16.0
"""What the beginning of a tap takes of the line."""

UNDER = 8.0
"""How far below the line a tap hangs."""

TALLEST = 3
"""Things that hang below each other."""


class Style(Record):
    """What is said where: names of panels, numbers that have names, whether shapes are shown."""

    names: Mapping[Definition, str]
    symbols: dict[Count, str]
    with_shapes: bool
    with_volumes: bool = False
    space: Spacing = ROOMY
    tabled: Collection[Definition] = ()
    """Blocks whose numbers stand in their panel's table."""

    ways_in_words: bool = False
    """Whether what changes the resolution between two rows of a U is a word on its line."""


def item(one: Item, style: Style, before: str = "") -> Sketch:
    """The sketch of one item; ``before`` is the shape of what flows into it."""
    if isinstance(one, Box):
        if style.with_volumes:
            return solid(one, style.space)
        return glyphs.box(one, style.symbols, style.space)
    if isinstance(one, Ref):
        name = style.names.get(one.definition, one.definition.name)
        words = one.words
        if one.definition in style.tabled:
            words = tuple(word for word in words if isinstance(word, str))
        return glyphs.ref(one, name, words, style.symbols, style.space)
    if isinstance(one, Sign):
        return glyphs.sign(one)
    if isinstance(one, Parallel):
        return lanes(one, _quiet(style))
    if isinstance(one, (Part, Times)):
        return framed(one, style, before)
    if isinstance(one, Tap):
        return tap(one, _quiet(style))
    sketches = [item(each, _quiet(style)) for each in one.items]
    rows = grid_of(one)
    return tangle(one, sketches) if rows is None else grid(one, sketches, rows)


def _quiet(style: Style) -> Style:
    return replaced(style, with_shapes=False)


# --- one behind the other ------------------------------------------------------------------------


def chain(given: Chain, style: Style, before: str = "") -> Sketch:
    """Items one behind the other. A chain of nothing is a line."""
    return joined(sketched(given.items, style, before), style, before)


Pairs: TypeAlias = "list[tuple[Item, Sketch]]"


def sketched(items: list[Item], style: Style, before: str = "") -> Pairs:
    """Items with their sketches."""
    pairs: Pairs = []
    for one in items:
        pairs.append((one, item(one, style, before)))
        before = text_of(one, before)
    return pairs


def joined(pairs: Pairs, style: Style, before: str = "") -> Sketch:
    """Sketches of items joined by arrows, with a shape above each where it changes."""
    made = Sketch(0, 0, 0)
    taps: list[tuple[float, Sketch, str]] = []
    labels = said(pairs, style, before)
    for place, (one, sketch) in enumerate(pairs):
        if place == 0:
            made.takes_head, made.port = sketch.takes_head, sketch.port
        if isinstance(one, Tap):
            made.marks.append(Wire([(made.width, 0), (made.width + ASIDE, 0)], False))
            taps.append((made.width + ASIDE / 2, sketch, "training" if one.is_training else "line"))
            made.width += ASIDE
            made.takes_head = made.takes_head and place > 0
            continue
        if place:
            made.width += link(made, made.width, labels[place - 1], sketch, style.space)
        made.add(sketch, made.width, 0)
        made.width += sketch.width
        made.up = max(made.up, sketch.up)
        made.down = max(made.down, sketch.down)
    if len(pairs) != 1:
        made.port = None
    _hang(made, taps, style.space)
    return made


def _hang(made: Sketch, taps: list[tuple[float, Sketch, str]], space: Spacing) -> None:
    """Put what leaves a line below it: the last highest, of which no other's line is in the way."""
    base, feet = made.down, list[tuple[float, float, float]]()  # where each leaves, its axis, foot
    for x, sketch, _form in reversed(taps):
        end = x + space.fork + sketch.indent + sketch.reach + space.gap
        y = max(base, *(foot for begin, _y, foot in feet if begin < end), 0.0) + UNDER + sketch.up
        feet.append((x, y, y + sketch.down))
    for (x, sketch, form), (_x, y, foot) in zip(taps, reversed(feet), strict=True):
        left = x + space.fork + sketch.indent
        made.marks.append(Wire([(x, 0), (x, y), (left, y)], sketch.takes_head, form))
        made.add(sketch, left, y)
        made.down = max(made.down, foot)
        made.overhang = max(made.overhang, left + sketch.reach)


def text_of(one: Item, before: str) -> str:
    """The shape of what flows out of an item, into which that before it flows."""
    return before if isinstance(one, Tap) or one.shape is None else one.shape.text


def said(pairs: Pairs, style: Style, before: str = "") -> list[str]:
    """The shape behind each item, where it changes and no box says it already."""
    labels: list[str] = []
    for place, (one, _sketch) in enumerate(pairs):
        text = text_of(one, before)
        before = text if _says(one, text) else before
        following = pairs[place + 1][0] if place + 1 < len(pairs) else None
        ends = any(isinstance(each, Box) and each.kind == "end" for each in (one, following))
        is_said = style.with_shapes and text != before and not ends
        labels.append(text if is_said else "")
        before = text
    return labels


def _says(one: Item, text: str) -> bool:
    """Whether a frame has the shape of what leaves it inside already."""
    if not isinstance(one, (Part, Times)) or len(one.chain.items) < 2:
        return False
    inner = one.chain.items[-2]
    return not isinstance(inner, Parallel) and text_of(inner, "") == text


def length(label: str, space: Spacing) -> float:
    """How long an arrow is that has this text above it."""
    return max(space.gap, width(label, glyphs.SHAPE) + space.beside if label else 0.0)


def link(into: Sketch, x: float, label: str, to: Sketch, space: Spacing) -> float:
    """An arrow along the axis into a sketch, with a text above it; how long it is."""
    long = length(label, space)
    into.marks.append(Wire([(x, 0), (x + long, 0)], to.takes_head))
    if label:
        into.marks.append(Text(x + long / 2 - 1, -4, label, glyphs.SHAPE, "shape"))
        into.up = max(into.up, 4 + glyphs.SHAPE)
    return long


# --- side by side --------------------------------------------------------------------------------


def lanes(one: Parallel, style: Style) -> Sketch:
    """Branches between a fork and a merge. One of two is on the axis, the other above it."""
    merge, space = item(one.merge, style), style.space
    sketches = [chain(branch.chain, style) for branch in one.branches]
    places = places_of(one.branches, sketches, space)
    widest = max(sketch.reach for sketch in sketches)
    sourced = any(branch.is_sourced for branch in one.branches)
    start = space.fork + space.gap * 0.8 if sourced else 0.0
    end = start + widest + space.gap
    is_box = not isinstance(one.merge, Sign)
    join = end + (space.gap * 0.6 if is_box else glyphs.RADIUS)
    made = Sketch(0, merge.up, merge.down, takes_head=False)
    for branch, sketch, y in zip(one.branches, sketches, places, strict=True):
        form = "optional" if branch.is_optional else "skip" if not branch.chain.items else "line"
        x = start + (widest - sketch.reach) / 2
        if not branch.is_sourced:
            without_stub(sketch, 0.0)
        if not branch.chain.items and branch.is_sourced:
            made.marks += through(y, join, end, is_box, form, space.fork)
        else:
            if branch.is_sourced:
                points = [(0.0, 0.0), (x, y)]
                if y:
                    points[1:1] = [(space.fork, 0.0), (space.fork, y)]
                made.marks.append(Wire(points, sketch.takes_head, form))
            made.add(sketch, x, y)
            made.marks += into(x + sketch.width, y, join, end, is_box, form)
        made.up = max(made.up, sketch.up - y + 2)
        made.down = max(made.down, sketch.down + y + 2)
    if is_box:
        made.marks.append(Wire([(join, 0), (join + space.gap * 0.7, 0)], merge.takes_head))
        end = join + space.gap * 0.7
    made.add(merge, end, 0)
    made.width = end + merge.width
    return made


# --- frames and taps -----------------------------------------------------------------------------


def framed(one: Part | Times, style: Style, before: str = "") -> Sketch:
    """A frame with a name, or with how often what is in it repeats."""
    inner = chain(one.chain, style, before)
    if isinstance(one, Part):
        label, form = glyphs.cut(one.name), "part"
    else:
        count = style.symbols.get(one.count, str(one.count.value))
        label, form = f"{TIMES} {count}", "times"
    pad = FRAME if inner.takes_head else FRAME * 0.5
    wide = max(inner.reach + pad + FRAME, width(label, glyphs.NAME, bold=True) + 2 * FRAME)
    up, down = inner.up + FRAME + glyphs.NAME + 3, inner.down + FRAME
    made = Sketch(wide, up, down, takes_head=False)
    text = Text(FRAME - 2, -up + glyphs.NAME + 1, label, glyphs.NAME, "name", True, "start")
    path = one.path if isinstance(one, Part) else ""
    made.marks.append(Frame(0, -up, wide, up + down, form, path, [text]))
    x = pad + (wide - inner.reach - pad - FRAME) / 2
    made.marks.append(Wire([(0, 0), (x, 0)], inner.takes_head))
    made.add(inner, x, 0)
    made.marks.append(Wire([(x + inner.width, 0), (wide, 0)], False))
    return made


def tap(one: Tap, style: Style) -> Sketch:
    """What leaves the line: from above to below, or in a line where it is more than boxes."""
    sketches = [item(each, style) for each in one.chain.items]
    if len(sketches) > TALLEST or any(each.port is None for each in sketches[1:]):
        return chain(one.chain, style)
    form = "training" if one.is_training else "line"
    made = Sketch(0, sketches[0].up, 0, takes_head=sketches[0].takes_head)
    centre, y = sketches[0].width / 2, 0.0
    left = min(0.0, *(centre - sketch.width / 2 for sketch in sketches))
    for place, sketch in enumerate(sketches):
        if place:
            foot = y + sketches[place - 1].down
            y = foot + 14 + sketch.up
            made.marks.append(Wire([(centre, foot), (centre, y - sketch.up)], True, form))
        made.add(sketch, centre - sketch.width / 2, y)
        made.down = y + sketch.down
        made.width = max(made.width, centre + sketch.width / 2)
    made.overhang = made.width
    made.indent = -left
    return made
