"""What was said of a text that has become another: the same, at the places where it stands now."""

from __future__ import annotations

from collections.abc import Callable

from archir.base.diagnostics import Diagnostic, Label
from archir.base.fixes import Edit
from archir.base.record import replaced
from archir.base.source import Span


def moved(found: Diagnostic, place: Callable[[Span], Span | None]) -> Diagnostic | None:
    """A diagnostic with other places; None where one of them is nowhere any more."""
    span, repair = place(found.span), found.repair
    related = [Label(at, each.text) for each in found.related if (at := place(each.span))]
    if span is None or len(related) < len(found.related):
        return None
    if repair is not None:
        edits = [Edit(at, each.text) for each in repair.edits if (at := place(each.span))]
        if len(edits) < len(repair.edits):
            return None
        repair = replaced(repair, edits=tuple(edits))
    return replaced(found, span=span, related=tuple(related), repair=repair)
