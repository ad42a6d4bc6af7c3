"""What is drawn, with its place: boxes, circles, frames, texts and wires.

A ``Sketch`` is laid out around an axis, as a line of type is around its baseline: what flows comes
in at (0, 0) and goes out at (width, 0).
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from archc.pictures.measure.widths import ASCENT, width
from archir.base.record import Struct, fresh

Anchor: TypeAlias = Literal["start", "middle", "end"]


class Text(Struct):
    """One line of text; y is the line that the letters stand on."""

    x: float
    y: float
    text: str
    size: float
    role: str
    """What it is: ``head``, ``fact``, ``shape``, ``name``, ``title``."""

    bold: bool = False
    anchor: Anchor = "middle"

    @property
    def width(self) -> float:
        return width(self.text, self.size, bold=self.bold)

    @property
    def left(self) -> float:
        return self.x - self.width * {"start": 0, "middle": 0.5, "end": 1}[self.anchor]


class Glyph(Struct):
    """A box or a circle, with its texts.

    ``form`` is box, block (drawn apart), end, sign, or solid (a box in perspective).
    """

    x: float
    y: float
    width: float
    height: float
    kind: str
    form: str
    path: str = ""
    title: str = ""
    texts: list[Text] = fresh(factory=list)
    sign: str = ""
    is_stack: bool = False
    is_optional: bool = False
    """Whether some uses of the panel do not have it."""

    deep: float = 0.0
    """Of a solid: how far its back is to the right of its front, and above it."""

    sheets: list[tuple[float, float]] = fresh(factory=list)
    """Of a solid: where each of its sheets begins, and how wide it is."""

    @property
    def middle_above(self) -> float:
        """Where a line from above meets it."""
        return self.x + (self.width + self.deep) / 2

    @property
    def middle_below(self) -> float:
        """Where a line to below leaves it."""
        return self.x + self.width / 2


class Frame(Struct):
    """A frame around a part: ``part``, ``times`` or ``panel``."""

    x: float
    y: float
    width: float
    height: float
    form: str
    path: str = ""
    texts: list[Text] = fresh(factory=list)


class Wire(Struct):
    """A line through points, with rounded corners; an arrow's head at its end where it has one."""

    points: list[tuple[float, float]]
    has_head: bool = True
    form: str = "line"
    """``line``, ``skip``, ``training`` or ``optional``; ``rule`` in a table."""


Mark: TypeAlias = "Text | Glyph | Frame | Wire"


class Sketch(Struct):
    """Marks around an axis. ``takes_head`` says that what comes in ends in an arrow's head here."""

    width: float
    up: float
    down: float
    marks: list[Mark] = fresh(factory=list)
    takes_head: bool = True
    out: tuple[float, float] | None = None
    """Where what flows out leaves, if not at the end of the axis."""

    overhang: float = 0.0
    """How far to the right something below the line reaches, if farther than the line."""

    indent: float = 0.0
    """How far to the left of its entry it reaches."""

    lonely: int = 0
    """How many of its rows are a single box."""

    port: Glyph | None = None
    """The glyph, where it is a single one: lines may then meet it from above and below."""

    @property
    def reach(self) -> float:
        """How wide it is with what hangs below the line."""
        return max(self.width, self.overhang)

    def add(self, other: Sketch, x: float, y: float) -> None:
        """Put another sketch's marks here, its entry at a place."""
        for mark in other.marks:
            shift(mark, x, y)
        self.marks += other.marks


def shift(mark: Mark, x: float, y: float) -> None:
    """Move a mark."""
    if isinstance(mark, Wire):
        mark.points = [(px + x, py + y) for px, py in mark.points]
        return
    mark.x += x
    mark.y += y
    if not isinstance(mark, Text):
        for text in mark.texts:
            text.x += x
            text.y += y


def middle(
    text: str, x: float, centre: float, size: float, role: str, *, bold: bool = False
) -> Text:
    """A text whose capitals are centred on a height."""
    return Text(x, centre + size * ASCENT / 2, text, size, role, bold)
