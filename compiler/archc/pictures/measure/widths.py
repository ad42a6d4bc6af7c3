"""Widths of letters in Helvetica, in thousandths of the font's size.

Arial and Liberation Sans were made to have the same, so one table is right wherever one of the
three is there. What is not in it is taken for as wide as such letters are at most.
"""

from __future__ import annotations

from functools import lru_cache

FONTS = "Helvetica, Arial, 'Liberation Sans', sans-serif"

_FIRST = 32
"""The first of the letters in the tables, which have all of ASCII that can be printed."""

_REGULAR = (
    (278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278)
    + (556,) * 10
    + (278, 278, 584, 584, 584, 556)
    + (1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778)
    + (667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556)
    + (333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556)
    + (556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584)
)
_BOLD = (
    (278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278)
    + (556,) * 10
    + (333, 333, 584, 584, 584, 611)
    + (975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778)
    + (667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556)
    + (333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611)
    + (611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584)
)
SIGNS = {
    "\N{MULTIPLICATION SIGN}": 584,
    "\N{MIDDLE DOT}": 278,
    "\N{DIVISION SIGN}": 549,
    "\N{MINUS SIGN}": 584,
    "\N{EN DASH}": 556,
    "\N{SUPERSCRIPT TWO}": 333,
    "\N{SUPERSCRIPT THREE}": 333,
    "\N{HORIZONTAL ELLIPSIS}": 1000,
}
"""Of the letters beyond ASCII those that pictures write themselves."""

_OTHER = 660
_WIDE = 1000
"""Chinese, Japanese, Korean, and pictures: as wide as the font is high."""

_FIRST_WIDE = 0x1100

ASCENT = 0.72
"""How high a capital stands above the line that letters stand on."""

DESCENT = 0.21
"""How far letters such as g hang below it."""


@lru_cache(16384)
def width(text: str, size: float, *, bold: bool = False) -> float:
    """How wide a text is that is set in one line."""
    table = _BOLD if bold else _REGULAR
    total = 0
    for letter in text:
        place = ord(letter) - _FIRST
        if 0 <= place < len(table):
            total += table[place]
        elif letter in SIGNS:
            total += SIGNS[letter]
        else:
            total += _WIDE if ord(letter) >= _FIRST_WIDE else _OTHER
    return total * size / 1000
