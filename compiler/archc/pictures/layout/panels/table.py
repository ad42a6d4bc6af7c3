"""The table of a panel: the uses of its block in rows, and its parameters in columns."""

from __future__ import annotations

from archc.pictures.layout import glyphs
from archc.pictures.layout.marks import Anchor, Sketch, Text, Wire
from archc.pictures.measure.widths import width

COLUMN = 9.0
"""Between two columns."""

LINE = 12.0
"""A row's height."""


def table(rows: tuple[tuple[str, tuple[int, ...]], ...], columns: tuple[str, ...]) -> Sketch:
    """The table, its corner at (0, 0): names at the left, numbers below their names."""
    made = Sketch(0, 0, 0)
    rights = [max(width(glyphs.cut(name), glyphs.SHAPE) for name, _values in rows)]
    for at, column in enumerate(columns):
        said = [str(values[at]) for _name, values in rows]
        wide = max(width(text, glyphs.SHAPE) for text in (glyphs.cut(column), *said))
        rights.append(rights[-1] + COLUMN + wide)
    made.width, made.down = rights[-1], LINE * (len(rows) + 1) + 4
    baseline = LINE - 3.0
    for column, right in zip(columns, rights[1:], strict=True):
        made.marks.append(_text(right, baseline, column, "end"))
    made.marks.append(Wire([(0, LINE + 1), (made.width, LINE + 1)], False, "rule"))
    for place, (name, values) in enumerate(rows, 1):
        y = baseline + 3 + LINE * place
        made.marks.append(_text(0, y, name, "start"))
        for value, right in zip(values, rights[1:], strict=True):
            made.marks.append(_text(right, y, str(value), "end"))
    return made


def _text(x: float, y: float, text: str, anchor: Anchor) -> Text:
    return Text(x, y, glyphs.cut(text), glyphs.SHAPE, "shape", anchor=anchor)
