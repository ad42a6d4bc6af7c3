"""The legend: what colours, signs and dashed lines mean, for those that are there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from archc.pictures.layout import glyphs
from archc.pictures.layout.marks import Frame, Glyph, Mark, Text, Wire
from archc.pictures.looks import HEATS
from archc.pictures.measure.widths import width
from archc.pictures.model.costs import HEAT, LEVELS
from archc.pictures.model.kinds import WORDS
from archc.pictures.model.tree import TIMES
from archir.base.record import Record

WIRES = {"optional": "in some of its uses", "training": "in training alone"}
"""What dashed lines mean."""

SIGNS = {"+": "add", TIMES: "multiply", "\N{DOUBLE VERTICAL LINE}": "concatenate"}
"""What signs mean; others are said by themselves."""

ALONE, TOGETHER = f"repeats ({TIMES} n)", f"repeat together ({TIMES} n)"
"""What a second sheet means, and a dashed frame."""

Sample: TypeAlias = "Glyph | Frame | Wire"

SAMPLE, AFTER, LINE = 15.0, 14.0, 15.0
"""What a sample takes, what is left behind a word, and a line's height."""


class Legend(Record):
    """Marks whose upper left corner is at (0, 0)."""

    marks: list[Mark]
    width: float
    height: float


def legend(marks: list[Mark], across: float, heat: str | None = None) -> Legend:
    """The legend of a picture, in lines of that width."""
    made: list[Mark] = []
    x, y, widest = 0.0, 8.0, 0.0
    for sample, word in _entries(marks, heat):
        long = SAMPLE + width(word, glyphs.SHAPE) + AFTER
        if x and x + long > across:
            x, y = 0.0, y + LINE
        if isinstance(sample, Wire):
            sample.points = [(x - 1, y), (x + 12, y)]
        else:
            sample.x, sample.y = x, y - sample.height / 2
            if isinstance(sample, Glyph) and sample.is_stack:
                sample.y += glyphs.STACK / 2
        made.append(sample)
        made.append(Text(x + SAMPLE, y + 3.2, word, glyphs.SHAPE, "small", anchor="start"))
        x += long
        widest = max(widest, x - AFTER)
    return Legend(made, widest, y + 10)


def _entries(marks: list[Mark], heat: str | None) -> list[tuple[Sample, str]]:
    """A sample of each colour, sign and line that a picture has, with what it means."""
    boxes = {one.kind for one in marks if isinstance(one, Glyph) and one.form != "sign"}
    found: list[tuple[Sample, str]] = []
    for kind, word in WORDS.items():
        if kind in boxes and kind != "end":
            form = "block" if kind == "block" else "box"
            found.append((Glyph(0, 0, 10, 10, kind, form), word))
    found += _shares(sorted(kind for kind in boxes if kind.startswith(HEAT)), heat)
    return [*found, *_repeats(marks), *_signs_and_wires(marks)]


def _repeats(marks: list[Mark]) -> Iterator[tuple[Sample, str]]:
    """A box with a second sheet, as volumes and as others have it, and a dashed frame."""
    boxes = [one for one in marks if isinstance(one, Glyph)]
    if any(one.is_stack for one in boxes):
        yield Glyph(0, 0, 8, 8, "end", "box", is_stack=True), ALONE
    if any(len(one.sheets) > 1 for one in boxes):
        sheets = [(0.0, 3.0), (4.5, 3.0)]
        yield Glyph(0, 0, 10, 10, "end", "solid", deep=2.5, sheets=sheets), ALONE
    if any(isinstance(one, Frame) and one.form == "times" for one in marks):
        yield Frame(0, 0, 12, 10, "times"), TOGETHER


def _signs_and_wires(marks: list[Mark]) -> Iterator[tuple[Sample, str]]:
    signs = {one.sign for one in marks if isinstance(one, Glyph) and one.form == "sign"}
    forms = {one.form for one in marks if isinstance(one, Wire)}
    forms.update("optional" for one in marks if isinstance(one, Glyph) and one.is_optional)
    for sign, word in SIGNS.items():
        if sign in signs:
            yield Glyph(0, 0, 10, 10, "merge", "sign", sign=sign), word
    for form, word in WIRES.items():
        if form in forms:
            yield Wire([(0, 0)], False, form), word


def _shares(kinds: list[str], heat: str | None) -> Iterator[tuple[Glyph, str]]:
    """A sample of each colour that says a share, with the share; the first says of what."""
    for kind in kinds:
        of = f" {HEATS[heat]}" if heat is not None and kind == kinds[0] else ""
        yield Glyph(0, 0, 10, 10, kind, "box"), _share(kind) + of


def _share(kind: str) -> str:
    """What a colour says of a share of the whole."""
    at = int(kind.removeprefix(HEAT))
    if at == 0:
        return "none"
    bounds = [f"{100 * bound:g}" for bound in LEVELS]
    return f"more than {bounds[-1]} %" if at == len(LEVELS) else f"up to {bounds[at]} %"
