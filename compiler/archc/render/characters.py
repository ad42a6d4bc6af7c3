"""User text made fit for a terminal: nothing in a file can move the cursor or hide a line.

Every character gets a printed form and a width in columns. Controls, bidirectional marks,
unassigned and private characters are printed as escapes (``\\x1b``), as is whatever the output's
encoding lacks. Tabs go to the next multiple of four; wide characters take two columns and
combining ones none, so that an underline stands under what it points at.
"""

from __future__ import annotations

from archc.render.style import STAND_INS
from archir.base.record import Record

TAB = 4


class Cell(Record):
    """One character as printed, and the columns it takes."""

    text: str
    width: int


def cells(line: str, encoding: str = "utf-8") -> list[Cell]:
    """The printed form of each character of a line, in order."""
    result: list[Cell] = []
    column = 0
    for char in line:
        if char == "\t":
            gap = TAB - column % TAB
            cell = Cell(" " * gap, gap)
        else:
            cell = _cell(char, encoding)
        result.append(cell)
        column += cell.width
    return result


def printable(text: str, encoding: str = "utf-8") -> str:
    """Text fit for one line of output: printed forms, line ends as ``\\n``."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(cell.text for cell in cells(text, encoding))


def columns(text: str, encoding: str = "utf-8") -> int:
    """How many columns the text takes."""
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(cell.width for cell in cells(text, encoding))


def _cell(char: str, encoding: str) -> Cell:
    if " " <= char <= "~":
        return Cell(char, 1)
    if "\xa1" <= char <= "\xff" and char != "\xad" and _has(encoding, char):
        return Cell(char, 1)  # so are most signs: no need of the tables of Unicode
    from unicodedata import category, combining, east_asian_width

    kind = category(char)
    if kind[0] == "C" or kind in ("Zl", "Zp"):
        return _escaped(char)
    if not _has(encoding, char):
        stand_in = STAND_INS.get(char)
        return Cell(stand_in, len(stand_in)) if stand_in else _escaped(char)
    if kind in ("Mn", "Me") or combining(char):
        return Cell(char, 0)
    return Cell(char, 2 if east_asian_width(char) in "WF" else 1)


def _escaped(char: str) -> Cell:
    text = char.encode("unicode_escape").decode("ascii")
    return Cell(text, len(text))


def _has(encoding: str, char: str) -> bool:
    try:
        char.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


MOST_OF_A_WORD = 200
MOST_OF_A_TEXT = 4_000
"""Characters of a message that are shown: a name in a file may have a million of them."""


def cut(text: str) -> str:
    """A message with long words, and what is long as a whole, cut; it says how much is left out."""
    if len(text) <= MOST_OF_A_WORD:
        return text
    words = text.split(" ")
    text = " ".join(_cut(word, MOST_OF_A_WORD) for word in words)
    return _cut(text, MOST_OF_A_TEXT)


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    kept = most * 3 // 4
    return f"{text[:kept]}… ({len(text) - kept:,} more characters)"
