"""How many diagnostics are said of a run: more than these nobody reads."""

from __future__ import annotations

from collections.abc import Iterable

from archir.base.diagnostics import Diagnostic

SHOWN = 50


def most(diagnostics: Iterable[Diagnostic], shown: int = SHOWN) -> tuple[list[Diagnostic], int]:
    """Those that are said, in their order, and how many are left out: warnings before errors."""
    found = list(diagnostics)
    if len(found) <= shown:
        return found, 0
    by_weight = sorted(range(len(found)), key=lambda at: not found[at].is_error)
    return [found[at] for at in sorted(by_weight[:shown])], len(found) - shown
