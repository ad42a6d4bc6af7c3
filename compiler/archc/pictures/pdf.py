"""The PDF writer: one page of the picture's size, with vectors and text that can be searched.

Its letters are in it (``embedding``), so that nothing has to be installed; each text is set as wide
as it was measured. The file is plain text but for its fonts, the same each time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from archc.pictures.embedding import Font, fonts_of, stream
from archc.pictures.layout.marks import Frame, Glyph, Mark, Text, Wire
from archc.pictures.layout.page import Page
from archc.pictures.palette import DARK, LIGHT, PRINT, Inks, sides_of
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

UNIT = 0.75
"""Points for a unit, which is a pixel of a screen."""

_ROUND = 0.5523
"""How far a curve's handle is from its end, for the radius of a quarter of a circle."""

_DASHES = {"optional": "[4 2.5] 0 d", "training": "[1.5 2.5] 0 d"}


Fonts: TypeAlias = Mapping[bool, Font]
"""By whether they are bold."""


def pdf(page: Page, theme: str = "auto") -> bytes:
    """The page as a PDF document. ``auto`` is light."""
    inks = {"dark": DARK, "print": PRINT}.get(theme, LIGHT)
    wide, high = page.width * UNIT, page.height * UNIT
    lines = [f"{_n(UNIT)} 0 0 {_n(-UNIT)} 0 {_n(high)} cm", "1 j 1 J"]
    if inks.page != "none":
        lines.append(f"{_rgb(inks.page)} rg 0 0 {_n(page.width)} {_n(page.height)} re f")
    fonts = fonts_of(_texts(page))
    for kind in (Frame, Wire, Glyph, Text):
        for mark in page.marks:
            if isinstance(mark, kind):
                lines += _written(mark, inks, fonts)
    return _document("\n".join(lines), wide, high, page.name, list(fonts.values()))


def _texts(page: Page) -> Iterator[Text]:
    for mark in page.marks:
        if isinstance(mark, Text):
            yield mark
        elif isinstance(mark, (Frame, Glyph)):
            yield from mark.texts


def _document(content: str, wide: float, high: float, title: str, fonts: list[Font]) -> bytes:
    described = [font.objects(6 + 5 * at) for at, font in enumerate(fonts)]
    labels = " ".join(f"/{font.label} {6 + 5 * at} 0 R" for at, font in enumerate(fonts))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {_n(wide)} {_n(high)}] "
        f"/Resources << /Font << {labels} >> >> /Contents 4 0 R >>".encode(),
        stream(content.encode()),
        f"<< /Title <{_utf16(title)}> /Producer (archc) >>".encode(),
        *(each for font in described for each in font),
    ]
    made = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places: list[int] = []
    for number, body in enumerate(objects, 1):
        places.append(len(made))
        made += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(made)
    made += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    made += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    made += (
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info 5 0 R >>\n"
        f"startxref\n{start}\n%%EOF\n"
    ).encode()
    return bytes(made)


def _written(mark: Mark, inks: Inks, fonts: Fonts) -> Iterator[str]:
    if isinstance(mark, Frame):
        yield from _frame(mark, inks, fonts)
    elif isinstance(mark, Wire):
        yield from _wire(mark, inks)
    elif isinstance(mark, Glyph):
        yield from _glyph(mark, inks, fonts)
    else:
        yield _letters(mark, inks, fonts)


def _frame(frame: Frame, inks: Inks, fonts: Fonts) -> Iterator[str]:
    is_panel = frame.form == "panel" and inks.panel != "none"
    fill = f"{_rgb(inks.panel)} rg " if is_panel else ""
    dash = _DASHES["optional"] if frame.form == "times" else "[] 0 d"
    shape = _rounded(frame.x, frame.y, frame.width, frame.height, rim_of(frame))
    yield f"1 w {dash} {fill}{_rgb(inks.frames)} RG {shape} {'B' if is_panel else 'S'} [] 0 d"
    yield from (_letters(text, inks, fonts) for text in frame.texts)


def _wire(wire: Wire, inks: Inks) -> Iterator[str]:
    points = course(wire)
    parts = [f"{_at(points[0])} m"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        begin, end = rounding(before, corner, after)
        parts.append(f"{_at(begin)} l {_quadratic(begin, corner, end)}")
    parts.append(f"{_at(points[-1])} l")
    dash = _DASHES.get(wire.form, "[] 0 d")
    yield f"1.1 w {dash} {_rgb(inks.wires)} RG {' '.join(parts)} S [] 0 d"
    if wire.has_head:
        yield f"{_rgb(inks.wires)} rg {_polygon(head(wire))} f"


def _glyph(glyph: Glyph, inks: Inks, fonts: Fonts) -> Iterator[str]:
    fill, border = inks.kinds[glyph.kind]
    x, y, wide, high = glyph.x, glyph.y, glyph.width, glyph.height
    dash = _DASHES["optional"] if glyph.is_optional else "[] 0 d"
    looks = f"1 w {dash} {_rgb(fill)} rg {_rgb(border)} RG"
    if glyph.form == "sign":
        yield f"{looks} {_rounded(x, y, wide, high, wide / 2)} B"
        for one, other in strokes_of_sign(glyph):
            yield f"1.3 w {_rgb(inks.wires)} RG {_at(one)} m {_at(other)} l S"
    elif glyph.form == "solid":
        lit, shaded = sides_of(fill, border)
        for face, corners in faces(glyph):
            colour = {"top": lit, "side": shaded}.get(face, fill)
            yield f"0.7 w {_rgb(colour)} rg {_rgb(border)} RG {_polygon(corners)} b"
    else:
        corner = corner_of(glyph)
        if glyph.is_stack:
            yield f"{looks} {_rounded(x + 3.5, y - 3.5, wide, high, corner)} B"
        yield f"{looks} {_rounded(x, y, wide, high, corner)} B"
        if glyph.form == "block":
            yield f"0.6 w {_rgb(border)} RG {_rounded(x + 2, y + 2, wide - 4, high - 4, 2)} S"
    yield from (_letters(text, inks, fonts) for text in glyph.texts)


def _letters(text: Text, inks: Inks, fonts: Fonts) -> str:
    colour = inks.quiet if text.role in ("fact", "shape", "small") else inks.letters
    font = fonts[text.bold]
    # Upright again, since the page is turned so that y goes down.
    place = f"1 0 0 -1 {_n(text.left)} {_n(text.y)} Tm"
    looks = f"/{font.label} {_n(text.size)} Tf {_rgb(colour)} rg"
    return f"BT {looks} {place} {font.shown(text)} ET"


# --- shapes --------------------------------------------------------------------------------------


def _rounded(x: float, y: float, wide: float, high: float, radius: float) -> str:
    """A rectangle with rounded corners, as a closed path."""
    r, k = radius, radius * (1 - _ROUND)
    right, foot = x + wide, y + high
    return (
        f"{_at((x + r, y))} m {_at((right - r, y))} l "
        f"{_curve((right - k, y), (right, y + k), (right, y + r))} {_at((right, foot - r))} l "
        f"{_curve((right, foot - k), (right - k, foot), (right - r, foot))} {_at((x + r, foot))} l "
        f"{_curve((x + k, foot), (x, foot - k), (x, foot - r))} {_at((x, y + r))} l "
        f"{_curve((x, y + k), (x + k, y), (x + r, y))} h"
    )


def _quadratic(begin: Point, corner: Point, end: Point) -> str:
    """A curve with one handle, which PDF has with two."""
    one, other = (
        (at[0] + (corner[0] - at[0]) * 2 / 3, at[1] + (corner[1] - at[1]) * 2 / 3)
        for at in (begin, end)
    )
    return _curve(one, other, end)


def _curve(one: Point, other: Point, end: Point) -> str:
    return f"{_at(one)} {_at(other)} {_at(end)} c"


def _polygon(corners: Sequence[Point]) -> str:
    first, *rest = corners
    return f"{_at(first)} m {' '.join(f'{_at(one)} l' for one in rest)} h"


def _at(point: Point) -> str:
    return f"{_n(point[0])} {_n(point[1])}"


def _n(value: float) -> str:
    return short(value, 3)


def _rgb(colour: str) -> str:
    return " ".join(_n(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))


def _utf16(text: str) -> str:
    return ("\N{ZERO WIDTH NO-BREAK SPACE}" + text).encode("utf-16-be", "replace").hex()
