"""The size of boxes and circles, and the lines of text in them."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

from archc.pictures.layout.marks import Glyph, Sketch, Text, middle
from archc.pictures.layout.spacing import ROOMY, Spacing
from archc.pictures.measure.widths import width
from archc.pictures.model.tree import DOT, TIMES, Box, Count, Ref, Sign, Words, head_text, say

HEAD, FACT, SHAPE, NAME, TITLE = 11.0, 9.5, 9.0, 9.5, 15.0
"""Sizes of letters."""

LINE = {HEAD: 13.5, FACT: 11.5}
RIM = 1.5
"""What the second edge of a block takes."""

NARROWEST = 40.0
RADIUS = 8.0
WIDEST_FACT = 96.0
"""Where a quiet line is broken."""

STACK = 3.5
"""How far the second sheet of a box that repeats looks out."""

LONGEST = 40
"""Letters of a name; a longer one ends in an ellipsis."""

Symbols = dict[Count, str]


def box(item: Box, symbols: Symbols | None = None, space: Spacing = ROOMY) -> Sketch:
    """An op's box: what stands before it, its name in bold, its numbers, and what follows it."""
    head = head_text(item, symbols)
    facts = say(item.facts, symbols)
    lines = [(one, FACT) for one in _wrapped(item.before)]
    lines.append((cut(head) + _times(item.times, symbols), HEAD))
    lines += [(one, FACT) for one in _wrapped(tuple(facts.split(", ")), ", ")]
    lines += [(one, FACT) for one in _wrapped(item.after)]
    form = "end" if item.kind in ("end", "parameter") else "box"
    return _glyph(lines, item, form, space)


def ref(
    item: Ref,
    name: str,
    words: Words,
    symbols: Symbols | None = None,
    space: Spacing = ROOMY,
) -> Sketch:
    """The box of a block that is drawn in a panel, with what is said of this use."""
    label = item.name if item.name and not item.name.isdecimal() and item.is_named else ""
    lines = [(cut(label), FACT)] if label else []
    lines.append((cut(name) + _times(item.times, symbols), HEAD))
    lines += [(one, FACT) for one in _wrapped(tuple(say(words, symbols).split(", ")), ", ")]
    return _glyph(lines, item, "block", space)


def titled(item: Box | Ref) -> str:
    """What is told of a box where a reader points at it: what it is, and what it costs."""
    title = item.title if isinstance(item, Box) else f"{item.path}: {item.definition.name}"
    if item.kind in ("end", "parameter"):
        return title
    cost = item.cost
    said = (
        f"{cost.parameters:,} parameters" if cost.parameters else "",
        f"{cost.macs:,} MACs" if cost.macs else "",
        f"{cost.memory:,} bytes" if cost.memory else "",
    )
    return "\n".join(one for one in (title, ", ".join(one for one in said if one)) if one)


def lines_of(given: tuple[str, ...]) -> list[str]:
    """A quiet text in lines, broken behind its commas."""
    return _wrapped(tuple(one for text in given for one in text.split(", ")), ", ")


def word(text: str) -> Sketch:
    """A word on a line, which leaves room for it."""
    wide = width(text, SHAPE)
    label = Text(wide / 2, SHAPE * 0.3, text, SHAPE, "small")
    return Sketch(wide, SHAPE * 0.6, SHAPE * 0.6, [label], takes_head=False)


def sign(item: Sign) -> Sketch:
    """A circle in which branches meet."""
    glyph = Glyph(0, -RADIUS, 2 * RADIUS, 2 * RADIUS, item.kind, "sign", item.path, item.title)
    glyph.sign = item.sign
    return Sketch(2 * RADIUS, RADIUS, RADIUS, [glyph], port=glyph)


def cut(text: str) -> str:
    """A name that fits."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _times(count: Count | None, symbols: Symbols | None) -> str:
    if count is None:
        return ""
    said = symbols.get(count, str(count.value)) if symbols else str(count.value)
    return f" {TIMES} {said}"


@lru_cache(4096)  # a picture is laid out for several widths
def _wrapped(given: tuple[str, ...], between: str = DOT) -> list[str]:
    """Words in as few lines as they need, which are then as even as can be."""
    words = [cut(word) for word in given if word]
    widths = [width(word, FACT) for word in words]
    gap = width(between, FACT)
    starts = _filled(widths, gap, WIDEST_FACT)
    for limit in range(int(WIDEST_FACT), 0, -4):
        narrower = _filled(widths, gap, limit)
        if len(narrower) > len(starts):
            break
        starts = narrower
    lines = [between.join(words[at:end]) for at, end in pairwise([*starts, len(words)])]
    comma = "," if between == ", " else ""
    return [line + comma for line in lines[:-1]] + lines[-1:]


def _filled(widths: list[float], gap: float, limit: float) -> list[int]:
    """The words with which lines begin, where each line has all that is within the limit."""
    starts: list[int] = []
    taken = 0.0
    for at, wide in enumerate(widths):
        taken += gap + wide
        if not starts or taken > limit:
            starts.append(at)
            taken = wide
    return starts


def _glyph(lines: list[tuple[str, float]], item: Box | Ref, form: str, space: Spacing) -> Sketch:
    is_stack = item.times is not None
    pad = space.pad + (RIM if form == "block" else 0.0)
    wide = max(width(text, size, bold=size == HEAD) for text, size in lines) + 2 * pad
    wide = max(round(wide, 1), NARROWEST)
    high = sum(LINE[size] for _text, size in lines) + 2 * space.edge
    glyph = Glyph(0, -high / 2, wide, high, item.kind, form, item.path, titled(item))
    glyph.is_stack, glyph.is_optional = is_stack, item.is_optional
    top = -high / 2 + space.edge
    for text, size in lines:
        role = "head" if size == HEAD else "fact"
        glyph.texts.append(_line(text, wide / 2, top + LINE[size] / 2, size, role))
        top += LINE[size]
    extra = STACK if is_stack else 0.0
    return Sketch(wide + extra, high / 2 + extra, high / 2, [glyph], port=glyph)


def _line(text: str, x: float, centre: float, size: float, role: str) -> Text:
    return middle(text, x, centre, size, role, bold=role == "head")
