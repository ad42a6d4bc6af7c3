"""A plan as a picture in SVG: what a training step needs while it is at each block of the chain.

A bar for each block, as it is and with the plan's checkpoints; the memory of a device as a line
across, cuts of a pipeline as lines between bars.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, log2
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from archc.render.costs.numbers import memory
from archir.base.record import Record

if TYPE_CHECKING:
    from archir.planning.planned import Planned

WIDTH, HEIGHT = 720, 360
LEFT, RIGHT, TOP, BOTTOM = 84, 20, 48, 44
TICKS = 6
GAP = 0.2
"""How much of a bar's room is left empty."""

_STYLE = """\
text{font:12px Helvetica,Arial,"Liberation Sans",sans-serif;fill:#333}
.axis{stroke:#999;fill:none}.grid{stroke:#e5e5e5}.plain{fill:#c9d6e2}.kept{fill:#5b86ad}
.again{fill:#c1440e}.limit{stroke:#333;stroke-dasharray:6 3}.cut{stroke:#777;stroke-dasharray:2 3}
@media (prefers-color-scheme:dark){text{fill:#ddd}.grid{stroke:#3a3a3a}.plain{fill:#3c4c5a}
.kept{fill:#6f9cc4}.again{fill:#ff8a5c}.limit{stroke:#ddd}.cut{stroke:#aaa}}"""


class _Bar(Record):
    """A block of the chain: its bytes as it is and with checkpoints, and whether it has one."""

    name: str
    plain: int
    chosen: int
    again: bool


def chart(plan: Planned) -> str:
    """The picture of a plan. With checkpoints that fit, or those with the lowest peak."""
    bars = list(_bars(plan))
    highest = max([plan.wanted.memory, *[bar.plain for bar in bars], *[bar.chosen for bar in bars]])
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}"'
        f' viewBox="0 0 {WIDTH} {HEIGHT}">',
        f"<style>{_STYLE}</style>",
        f"<title>{escape(plan.name)}: memory of a training step, block by block</title>",
        *_axis(highest),
    ]
    room = (WIDTH - LEFT - RIGHT) / len(bars)
    for number, bar in enumerate(bars):
        lines += _drawn(bar, LEFT + (number + GAP / 2) * room, (1 - GAP) * room, highest)
    starts = [unit.first for unit in plan.units]
    for place in () if plan.cuts is None else plan.cuts.places:
        x = round(LEFT + starts.index(place.step) * room, 1)
        lines.append(f'<path class="cut" d="M{x} {TOP}V{HEIGHT - BOTTOM}"/>')
    limit = _height(plan.wanted.memory, highest)
    lines.append(f'<path class="limit" d="M{LEFT} {limit}H{WIDTH - RIGHT}"/>')
    lines += _legend(plan, any(bar.again for bar in bars))
    return "\n".join([*lines, "</svg>"]) + "\n"


def _bars(plan: Planned) -> Iterator[_Bar]:
    found = plan.checkpoints or plan.smallest
    plain = plan.profile((plan.training.whole,))
    chosen = plan.profile(found.segments)
    again = [segment for segment in found.segments if segment.recomputes]
    for unit, one, other in zip(plan.units, plain, chosen, strict=True):
        is_again = any(each.first < unit.end and unit.first < each.end for each in again)
        yield _Bar(unit.path or "a function", one, other, is_again)


def _axis(highest: int) -> Iterator[str]:
    """Lines across at even numbers of bytes, each with its number."""
    step = 2 ** max(ceil(log2(highest / TICKS)), 0)
    for tick in range(0, highest + 1, step):
        y = _height(tick, highest)
        yield f'<path class="grid" d="M{LEFT} {y}H{WIDTH - RIGHT}"/>'
        yield _text(LEFT - 8, y + 4, memory(tick) or "0", "end")
    yield f'<path class="axis" d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}"/>'


def _drawn(bar: _Bar, x: float, width: float, highest: int) -> Iterator[str]:
    kind = "again" if bar.again else "kept"
    said = f"{bar.name}: {memory(bar.plain)}"
    if bar.chosen != bar.plain:
        said += f", {memory(bar.chosen)} with checkpoints"
    yield f"<g><title>{escape(said)}</title>"
    for name, nbytes in (("plain", bar.plain), (kind, bar.chosen)):
        y = _height(nbytes, highest)
        high = round(HEIGHT - BOTTOM - y, 1)
        size = f'width="{round(width, 2)}" height="{high}"'
        yield f'<rect class="{name}" x="{round(x, 2)}" y="{y}" {size}/>'
    yield "</g>"


def _legend(plan: Planned, has_checkpoints: bool) -> Iterator[str]:
    said: Sequence[tuple[str, str]] = [("kept", "as it is")]
    if has_checkpoints:
        said = [("plain", "as it is"), ("kept", "with checkpoints"), ("again", "computed again")]
    x = LEFT
    for kind, words in said:
        yield f'<rect class="{kind}" x="{x}" y="14" width="12" height="12"/>'
        yield _text(x + 18, 24, words, "start")
        x += 40 + 7 * len(words)
    yield _text(WIDTH - RIGHT, 24, f"- - - {memory(plan.wanted.memory)} of a device", "end")
    yield _text(LEFT, HEIGHT - 14, f"{plan.name}, from its first block to its last", "start")


def _height(nbytes: int, highest: int) -> float:
    return round(HEIGHT - BOTTOM - nbytes / highest * (HEIGHT - TOP - BOTTOM), 1)


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{round(x, 1)}" y="{round(y, 1)}" text-anchor="{anchor}">{escape(text)}</text>'
