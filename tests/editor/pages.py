"""Texts with a mark at a place, as pages."""

from __future__ import annotations

from archc.editor.page import Page

MARK = "^"


def marked(text: str) -> tuple[Page, int]:
    """A text without its mark, as a page, and where the mark stood."""
    at = text.index(MARK)
    return Page(text.replace(MARK, "", 1)), at
