"""What other counters print for a model, and what makes the difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archc.render.characters import printable
from archc.render.style import Style

if TYPE_CHECKING:
    from archir.cost.report import Totals
    from archir.counters.printed import Told, ToldStep


def told_card(name: str, told: Told, totals: Totals, style: Style) -> str:
    """Their number, and how it comes of ours."""
    title = style.paint(
        f"{printable(name, style.encoding)} as {told.tool} {told.version}", "strong"
    )
    lines = [f"{title}    {told.note}", "", "  MACs", *_sum(told.tool, told)]
    if told.training is not None:
        lines += ["", "  MACs of a training step", *_sum(told.tool, told.training)]
    if told.parameters is not None:
        lines += ["", f"  parameters  {told.parameters:,}"]
        lost = totals.parameters - told.parameters
        if lost:
            lines[-1] += f", {lost:,} fewer than there are: those of modules that it does not see"
            lines[-1] += " run in evaluation, or has no rule for"
    return "\n".join(lines) + "\n"


def _sum(tool: str, told: Told | ToldStep) -> list[str]:
    """Our number, what makes the difference, and theirs."""
    rows = [("ours", f"{told.ours:,}", "multiply-accumulates of convolution, linear and matmul")]
    rows += [(one.op, f"{one.amount:+,}", one.why) for one in told.differences]
    rows.append((tool, f"{told.macs:,}", ""))
    if told.printed != told.macs:
        rows[-1] = (tool, f"{told.macs:,}", f"which it prints as {told.printed:,} operations")
    left = max(len(row[0]) for row in rows)
    right = max(len(row[1]) for row in rows)
    return [f"    {what:<{left}}  {count:>{right}}  {why}".rstrip() for what, count, why in rows]
