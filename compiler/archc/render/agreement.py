"""How two models compare, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from archc.render.characters import printable
from archc.render.style import Style
from archir.weights.agreement import Agreement

NAME = 17
"""Columns for what is compared: ``initial weights`` and a gap."""

VERDICT = 14
ROLES = {"agree": "good", "differ": "error", "unclear": "warning", "not compared": "warning"}


def head(model: str, against: str, seed: int, inputs: Sequence[str], style: Style) -> str:
    """What is compared, and how."""
    title = style.paint(printable(f"{model} against {against}", style.encoding), "strong")
    how = printable(f"{', '.join(inputs)}, seed {seed}", style.encoding)
    return f"{title}\n  {how}\n\n"


def row(check: Agreement, style: Style) -> str:
    """One thing that was compared."""
    verdict = style.paint(check.verdict, ROLES[check.verdict])
    gap = " " * (VERDICT - len(check.verdict))
    detail = printable(check.detail, style.encoding)
    return f"  {check.name:<{NAME}}{verdict}{gap}{detail}".rstrip() + "\n"


def verdict(checks: Sequence[Agreement], style: Style) -> str:
    """The last line: whether all agrees, or how much does not."""
    if all(check.holds for check in checks):
        return "\n" + style.paint("all agree", "good") + "\n"
    counts = {word: sum(check.verdict == word for check in checks) for word in ROLES}
    said = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    return f"\n{said}\n"
