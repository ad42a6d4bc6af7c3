"""What can be done about what is wrong: the fixes of diagnostics, as edits of the text."""

from __future__ import annotations

from archc.editor.page import Page
from archir.base.diagnostics import Diagnostic
from archir.base.fixes import Edit
from archir.base.record import Record


class Action(Record):
    """Edits that put a diagnostic right; a safe one needs nobody to look at it."""

    title: str
    diagnostic: Diagnostic
    edits: tuple[Edit, ...]
    is_safe: bool


def actions(page: Page, start: int, end: int) -> list[Action]:
    """The fixes of what is wrong between two offsets."""
    found: list[Action] = []
    for each, span in page.diagnostics():
        if span.end < start or span.start > end:
            continue
        fix = each.fix
        if fix is not None and page.own(fix.edits[0].span):
            found.append(Action(fix.words, each, fix.edits, fix.is_safe))
    return found
