"""Two scores of variants as a plot in SVG: each a dot, those than which none is better marked."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10
from xml.sax.saxutils import escape, quoteattr

from archir.base.record import Record

WIDTH, HEIGHT = 560, 400
LEFT, RIGHT, TOP, BOTTOM = 74, 20, 20, 52
SPREAD = 20
"""From so many times the smallest on, an axis has powers of ten at equal distances."""

_STYLE = """\
text{font:12px Helvetica,Arial,"Liberation Sans",sans-serif;fill:#333}
.axis{stroke:#999;fill:none}.grid{stroke:#e5e5e5}.dot{fill:#9db4c9}
.front{fill:#c1440e}.line{stroke:#c1440e;fill:none;stroke-opacity:.5}
@media (prefers-color-scheme:dark){text{fill:#ddd}.grid{stroke:#3a3a3a}.dot{fill:#5f7d99}
.front{fill:#ff8a5c}.line{stroke:#ff8a5c}}"""


class Dot(Record):
    """A variant at its two scores; ``title`` is shown by a pointer over it, ``link`` goes to it."""

    x: float
    y: float
    title: str
    on_front: bool
    link: str = ""


class _Scale(Record):
    """Where numbers stand on an axis."""

    low: float
    high: float
    is_log: bool
    start: float
    end: float

    def at(self, value: float) -> float:
        if self.is_log:
            part = (log10(value) - log10(self.low)) / (log10(self.high) - log10(self.low))
        else:
            part = (value - self.low) / (self.high - self.low)
        return round(self.start + part * (self.end - self.start), 1)

    def ticks(self) -> list[float]:
        if self.is_log:
            first, last = floor(log10(self.low)), floor(log10(self.high))
            many = last - first < 4
            steps = (1, 2, 5) if many else (1,)
            found = [by * 10.0**power for power in range(first, last + 1) for by in steps]
            return [each for each in found if self.low <= each <= self.high]
        step = 10 ** floor(log10(self.high - self.low))
        step = next(
            by * step for by in (0.1, 0.2, 0.5, 1) if (self.high - self.low) / by / step <= 8
        )
        first = int(self.low // step) + (self.low % step > 0)
        count = int((self.high - first * step) / step + 1e-9) + 1
        return [(first + number) * step for number in range(count)]


def scatter(dots: Sequence[Dot], x_title: str, y_title: str) -> str:
    """The plot of some variants; there must be one at least."""
    across = _scale([dot.x for dot in dots], LEFT, WIDTH - RIGHT)
    up = _scale([dot.y for dot in dots], HEIGHT - BOTTOM, TOP)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}"'
        f' viewBox="0 0 {WIDTH} {HEIGHT}">',
        f"<style>{_STYLE}</style>",
    ]
    for tick in across.ticks():
        x = across.at(tick)
        lines.append(f'<path class="grid" d="M{x} {TOP}V{HEIGHT - BOTTOM}"/>')
        lines.append(_text(x, HEIGHT - BOTTOM + 18, _short(tick), "middle"))
    for tick in up.ticks():
        y = up.at(tick)
        lines.append(f'<path class="grid" d="M{LEFT} {y}H{WIDTH - RIGHT}"/>')
        lines.append(_text(LEFT - 8, y + 4, _short(tick), "end"))
    lines.append(f'<path class="axis" d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}"/>')
    lines.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, x_title, "middle"))
    lines.append(_text(LEFT, TOP - 6, y_title, "end"))
    best = sorted((dot for dot in dots if dot.on_front), key=lambda dot: (dot.x, dot.y))
    if len(best) > 1:
        points = " ".join(f"{across.at(dot.x)},{up.at(dot.y)}" for dot in best)
        lines.append(f'<polyline class="line" points="{points}"/>')
    for dot in sorted(dots, key=lambda dot: dot.on_front):
        name, radius = ("front", 4) if dot.on_front else ("dot", 3)
        circle = (
            f'<circle class="{name}" cx="{across.at(dot.x)}" cy="{up.at(dot.y)}" r="{radius}">'
            f"<title>{escape(dot.title)}</title></circle>"
        )
        lines.append(f"<a href={quoteattr(dot.link)}>{circle}</a>" if dot.link else circle)
    return "\n".join([*lines, "</svg>"]) + "\n"


def _scale(values: Sequence[float], start: float, end: float) -> _Scale:
    low, high = min(values), max(values)
    if low == high:
        low, high = (low * 0.9, high * 1.1) if low > 0 else (low - 1, high + 1)
    is_log = low > 0 and high / low >= SPREAD
    if is_log:
        return _Scale(low / 1.2, high * 1.2, is_log, start, end)
    room = (high - low) * 0.05
    return _Scale(low - room, high + room, is_log, start, end)


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{round(x, 1)}" y="{round(y, 1)}" text-anchor="{anchor}">{escape(text)}</text>'


def _short(number: float) -> str:
    """``2.5M``: a number in three digits."""
    for power, unit in ((12, "T"), (9, "G"), (6, "M"), (3, "K")):
        if abs(number) >= 10**power:
            return f"{number / 10**power:.3g}{unit}"
    return f"{number:.3g}"
