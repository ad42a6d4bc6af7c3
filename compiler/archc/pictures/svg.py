"""The SVG writer: elements with classes and paths, titles, and no script."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from archc.pictures.layout.marks import Frame, Glyph, Mark, Text, Wire
from archc.pictures.layout.page import Page
from archc.pictures.palette import DARK, FONTS, LIGHT, PRINT, Inks, sides_of
from archc.pictures.strokes import (
    Point,
    corner_of,
    course,
    faces,
    head,
    rim_of,
    rounding,
    short,
    strokes_of_sign,
)

ROOT = "archc"
"""The class of all of it, so that its rules are no other picture's on the same page."""

SHAPES = f"""\
text {{ font-family: {FONTS}; text-anchor: middle; }}
.start {{ text-anchor: start; }}
.end-anchor {{ text-anchor: end; }}
.title {{ font-size: 15px; font-weight: bold; }}
.head, .call {{ font-size: 11px; font-weight: bold; }}
.fact {{ font-size: 9.5px; }}
.name {{ font-size: 9.5px; font-weight: bold; }}
.shape, .small {{ font-size: 9px; }}
.wire, .sign-stroke, .inner {{ fill: none; }}
.wire {{ stroke-width: 1.1; }}
.wire.optional, .glyph.optional rect {{ stroke-dasharray: 4 2.5; }}
.wire.rule {{ stroke-width: 0.6; }}
.wire.training {{ stroke-dasharray: 1.5 2.5; }}
.sign-stroke {{ stroke-width: 1.3; }}
.inner {{ stroke-width: 0.6; }}
.solid polygon {{ stroke-width: 0.7; stroke-linejoin: round; }}
.times rect {{ stroke-dasharray: 4 2.5; }}
"""
"""The rules that all themes have."""


def svg(page: Page, theme: str = "auto") -> str:
    """The page as an SVG document."""
    wide, high = _n(page.width), _n(page.height)
    kinds = {mark.kind for mark in page.marks if isinstance(mark, Glyph)}
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{ROOT}" width="{wide}" height="{high}" '
        f'viewBox="0 0 {wide} {high}" role="img" aria-label="{_text(page.name)}">',
        f"<title>{_text(page.name)}</title>",
        f"<style>\n{_style_sheet(theme, kinds)}</style>",
        f'<rect class="page" width="{wide}" height="{high}"/>',
    ]
    taken: set[str] = set()
    for kind in (Frame, Wire, Glyph, Text):
        lines += _elements((mark for mark in page.marks if isinstance(mark, kind)), taken)
    lines.append("</svg>")
    return "\n".join(lines) + "\n"


def _elements(marks: Iterable[Mark], taken: set[str]) -> Iterator[str]:
    for mark in marks:
        if isinstance(mark, Frame):
            yield _frame(mark, taken)
        elif isinstance(mark, Wire):
            yield _wire(mark)
        elif isinstance(mark, Glyph):
            yield _glyph(mark, taken)
        else:
            yield _letters(mark)


def _frame(frame: Frame, taken: set[str]) -> str:
    texts = "".join(_letters(text) for text in frame.texts)
    rect = _rect(frame.x, frame.y, frame.width, frame.height, rim_of(frame))
    return f'<g class="frame {frame.form}"{_path(frame.path, taken)}>{rect}{texts}</g>'


def _glyph(glyph: Glyph, taken: set[str]) -> str:
    x, y, wide, high = glyph.x, glyph.y, glyph.width, glyph.height
    body = [f"<title>{_text(glyph.title)}</title>"] if glyph.title else []
    if glyph.form == "sign":
        radius = wide / 2
        body.append(f'<circle cx="{_n(x + radius)}" cy="{_n(y + radius)}" r="{_n(radius)}"/>')
        strokes = "".join(f"M{_at(one)}L{_at(other)}" for one, other in strokes_of_sign(glyph))
        body.append(f'<path class="sign-stroke" d="{strokes}"/>')
    elif glyph.form == "solid":
        for face, corners in faces(glyph):
            body.append(f'<polygon class="{face}" points="{" ".join(map(_pair, corners))}"/>')
    else:
        corner = corner_of(glyph)
        if glyph.is_stack:
            body.append(_rect(x + 3.5, y - 3.5, wide, high, corner))
        body.append(_rect(x, y, wide, high, corner))
        if glyph.form == "block":
            inner = _rect(x + 2, y + 2, wide - 4, high - 4, 2)
            body.append(inner.replace("<rect", '<rect class="inner"'))
    body += [_letters(text) for text in glyph.texts]
    classes = f"glyph {glyph.form} kind-{glyph.kind}" + " optional" * glyph.is_optional
    return f'<g class="{classes}"{_path(glyph.path, taken)}>{"".join(body)}</g>'


def _wire(wire: Wire) -> str:
    points = course(wire)
    parts = [f"M{_at(points[0])}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        begin, end = rounding(before, corner, after)
        parts.append(f"L{_at(begin)}Q{_at(corner)} {_at(end)}")
    if len(points) > 1:
        parts.append(f"L{_at(points[-1])}")
    line = f'<path class="wire {wire.form}" d="{"".join(parts)}"/>'
    if not wire.has_head:
        return line
    return f'{line}<polygon class="tip" points="{" ".join(map(_pair, head(wire)))}"/>'


def _letters(text: Text) -> str:
    anchor = {"middle": "", "start": " start", "end": " end-anchor"}[text.anchor]
    return (
        f'<text class="{text.role}{anchor}" x="{_n(text.x)}" y="{_n(text.y)}" '
        f'textLength="{_n(text.width)}" lengthAdjust="spacingAndGlyphs">{_text(text.text)}</text>'
    )


def _rect(x: float, y: float, wide: float, high: float, corner: float) -> str:
    return (
        f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(wide)}" height="{_n(high)}" rx="{_n(corner)}"/>'
    )


def _path(path: str, taken: set[str]) -> str:
    """The path of a module, which the first element of it has as its id too."""
    if not path:
        return ""
    said = f' data-path="{_text(path)}"'
    if path in taken or not path.isprintable() or " " in path:
        return said
    taken.add(path)
    return f' id="{ROOT}-{_text(path)}"{said}'


# --- colours -------------------------------------------------------------------------------------


def _style_sheet(theme: str, used: Collection[str]) -> str:
    """The rules of a theme; ``auto`` is light, and dark where the reader's page is."""
    if theme == "auto":
        light, dark = _scoped(SHAPES + _rules(LIGHT, used)), _scoped(_rules(DARK, used))
        return f"{light}@media (prefers-color-scheme: dark) {{\n{dark}}}\n"
    inks = {"light": LIGHT, "dark": DARK, "print": PRINT}[theme]
    return _scoped(SHAPES + _rules(inks, used))


def _scoped(rules: str) -> str:
    """Each rule for what is in a picture of ours alone."""
    lines = []
    for line in rules.splitlines():
        selectors, _brace, body = line.partition(" {")
        scoped = ", ".join(f".{ROOT} {selector}" for selector in selectors.split(", "))
        lines.append(f"{scoped} {{{body}\n")
    return "".join(lines)


def _rules(inks: Inks, used: Collection[str]) -> str:
    rules = [
        f".page {{ fill: {inks.page}; }}",
        f"text {{ fill: {inks.letters}; }}",
        f".fact, .shape, .small {{ fill: {inks.quiet}; }}",
        f".wire, .sign-stroke {{ stroke: {inks.wires}; }}",
        f".tip {{ fill: {inks.wires}; }}",
        f".frame rect {{ fill: none; stroke: {inks.frames}; }}",
        f".panel rect {{ fill: {inks.panel}; }}",
    ]
    for kind, (fill, border) in inks.kinds.items():
        if kind not in used:
            continue
        name = f".kind-{kind}"
        rules.append(
            f"{name} rect, {name} circle, {name} polygon {{ fill: {fill}; stroke: {border}; }}"
        )
        lit, shaded = sides_of(fill, border)
        rules.append(f"{name} .top {{ fill: {lit}; }}")
        rules.append(f"{name} .side {{ fill: {shaded}; }}")
    rules.append(".glyph .inner { fill: none; }")
    return "\n".join(rules) + "\n"


# --- numbers and texts ---------------------------------------------------------------------------


def _at(point: Point) -> str:
    return f"{_n(point[0])} {_n(point[1])}"


def _pair(point: Point) -> str:
    return f"{_n(point[0])},{_n(point[1])}"


def _n(value: float) -> str:
    return short(value, 2)


def _text(text: str) -> str:
    """The text without what cannot stand in an SVG, such as control characters."""
    replaced = "\N{REPLACEMENT CHARACTER}"
    if not text.isprintable():
        text = "".join(c if c.isprintable() or c == "\n" else replaced for c in text)
    return text.translate(_WRITTEN)


# As ``html.escape`` does, whose module reads a dictionary of all names of characters.
_WRITTEN = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"})
