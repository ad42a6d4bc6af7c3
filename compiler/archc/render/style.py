"""How text may look where it goes: colours or none, which characters, and how wide."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TextIO

from archir.base.record import Record

CODES = {
    "error": "1;31",
    "warning": "1;33",
    "help": "1;36",
    "good": "32",
    "frame": "34",
    "strong": "1",
}
"""The terminal's colour for each role of a piece of text."""

PLAIN_WIDTH = 120
"""Columns where the text goes to no terminal, so that the same input gives the same output."""

STAND_INS = {
    "\u2026": "...",  # ellipsis
    "\u00d7": "x",  # multiplication sign
    "\u2192": "->",
    "\u2264": "<=",
    "\u2265": ">=",
    "\u2013": "-",  # en dash
    "\u201c": '"',
    "\u201d": '"',
}
"""What is written for our own punctuation where the output's encoding lacks it."""


class Style(Record):
    """What the output can show. The default is what a file in UTF-8 can."""

    colour: bool = False
    encoding: str = "utf-8"
    width: int = PLAIN_WIDTH

    def paint(self, text: str, role: str) -> str:
        """The text in the role's colour, or as it is where there are no colours."""
        return f"\x1b[{CODES[role]}m{text}\x1b[0m" if self.colour and text else text


def style_of(stream: TextIO, environ: Mapping[str, str] | None = None) -> Style:
    """The style for a stream: what its encoding, its terminal and the environment allow."""
    environ = os.environ if environ is None else environ
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return Style(_has_colour(stream, environ), encoding, _width(stream))


def _has_colour(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """NO_COLOR and FORCE_COLOR as no-color.org and Python itself read them; NO_COLOR wins."""
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return True
    return environ.get("TERM") != "dumb" and _is_terminal(stream)


def _is_terminal(stream: TextIO) -> bool:
    return not stream.closed and stream.isatty()


def _width(stream: TextIO) -> int:
    if not _is_terminal(stream):
        return PLAIN_WIDTH
    from shutil import get_terminal_size

    return max(get_terminal_size((PLAIN_WIDTH, 24)).columns, 40)
