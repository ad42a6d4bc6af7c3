"""The TikZ writer: a ``tikzpicture`` that LaTeX sets with the package tikz, and none of ours."""

from __future__ import annotations

from collections.abc import Collection

from archc.pictures.layout.marks import Frame, Glyph, Text, Wire
from archc.pictures.layout.page import Page
from archc.pictures.palette import DARK, LIGHT, PRINT, Inks, sides_of
from archc.pictures.strokes import Point, corner_of, course, faces, head, rim_of, strokes_of_sign

WIDTH = 455.0
"""How wide a large picture is set, in points: the text of an A4 page with small margins."""

LARGEST = 0.9
"""The most that a unit is, in points: letters of a small picture are those of its caption."""

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': "''",
    "\N{MULTIPLICATION SIGN}": r"$\times$",
    "\N{DIVISION SIGN}": r"$\div$",
    "\N{MINUS SIGN}": "$-$",
    "\N{MIDDLE DOT}": r"$\cdot$",
    "\N{DOUBLE VERTICAL LINE}": r"$\|$",
    "\N{SUPERSCRIPT TWO}": "$^2$",
    "\N{SUPERSCRIPT THREE}": "$^3$",
    "\N{EN DASH}": "--",
    "\N{HORIZONTAL ELLIPSIS}": r"\ldots{}",
}

_LAST = 0x17F
"""Letters up to here are in LaTeX's fonts: those of Western and Central Europe."""

_STROKES = {
    "optional": ", dash pattern=on 4\\archcunit off 2.5\\archcunit",
    "rule": ", line width=0.6\\archcunit",
    "training": ", dash pattern=on 1.5\\archcunit off 2.5\\archcunit",
}


def tikz(page: Page, theme: str = "auto") -> str:
    """The page as LaTeX, to be read by ``\\input``. ``auto`` is light."""
    inks = {"dark": DARK, "print": PRINT}.get(theme, LIGHT)
    unit = min(LARGEST, WIDTH / page.width)
    head = [
        f"% {_plain(page.name)}: \\usepackage{{tikz}} is all that it needs.",
        "\\begingroup",
        f"\\newdimen\\archcunit \\archcunit={unit:.4f}pt",
        *_colours(inks, {mark.kind for mark in page.marks if isinstance(mark, Glyph)}),
        *_FITS,
        *(
            f"\\def\\archc{role}{{\\archcfont{shape}"
            f"\\fontsize{{{size * unit:.2f}pt}}{{{size * unit * 1.2:.2f}pt}}\\selectfont}}"
            for role, size, shape in _FONTS
        ),
    ]
    # A line's end in a paragraph is a space, unless it is a comment's.
    lines = [
        head[0],
        *(f"{line}%" for line in head[1:]),
        "\\begin{tikzpicture}[x=\\archcunit, y=-\\archcunit, line width=1.1\\archcunit,",
        "  every node/.style={inner sep=0pt, outer sep=0pt}]",
    ]
    if inks.page != "none":
        lines.append(f"\\fill[archcpage] (0,0) rectangle {_at((page.width, page.height))};")
    for kind in (Frame, Wire, Glyph, Text):
        for mark in page.marks:
            if isinstance(mark, kind):
                lines += _written(mark)
    lines += ["\\end{tikzpicture}", "\\endgroup"]
    return "\n".join(lines) + "\n"


_FITS = (
    # A plain LaTeX has no Helvetica, after which texts are measured, so they are set in the
    # document's own sans serif, and what is wider in it is made as wide as it was measured.
    "\\providecommand\\archcfont{\\sffamily}",
    "\\def\\archcfit#1#2{\\setbox0=\\hbox{#2}\\ifdim\\wd0>#1\\archcunit"
    "\\resizebox{#1\\archcunit}{\\height}{\\copy0}\\else\\copy0\\fi}",
)

_FONTS = (
    ("title", 15.0, "\\bfseries"),
    ("head", 11.0, "\\bfseries"),
    ("call", 11.0, "\\bfseries"),
    ("name", 9.5, "\\bfseries"),
    ("fact", 9.5, "\\mdseries"),
    ("shape", 9.0, "\\mdseries"),
    ("small", 9.0, "\\mdseries"),
)
"""Sizes and weights of texts by what they are."""


def _colours(inks: Inks, used: Collection[str]) -> list[str]:
    named = {
        "letters": inks.letters,
        "quiet": inks.quiet,
        "wires": inks.wires,
        "frames": inks.frames,
        "page": inks.page,
        "panel": inks.panel,
    }
    for kind, (fill, border) in inks.kinds.items():
        if kind not in used:
            continue
        lit, shaded = sides_of(fill, border)
        named |= {kind: fill, f"{kind}top": lit, f"{kind}side": shaded, f"{kind}edge": border}
    return [
        f"\\definecolor{{archc{name}}}{{HTML}}{{{colour.removeprefix('#').upper()}}}"
        if colour != "none"
        else f"\\colorlet{{archc{name}}}{{white}}"
        for name, colour in named.items()
    ]


def _written(mark: Frame | Wire | Glyph | Text) -> list[str]:
    if isinstance(mark, Frame):
        return _frame(mark)
    if isinstance(mark, Wire):
        return _wire(mark)
    if isinstance(mark, Glyph):
        return _glyph(mark)
    return [_letters(mark)]


def _frame(frame: Frame) -> list[str]:
    looks = f"archcframes, line width=1\\archcunit, rounded corners={rim_of(frame):.2g}\\archcunit"
    if frame.form == "panel":
        looks += ", fill=archcpanel"
    if frame.form == "times":
        looks += _STROKES["optional"]
    corner = (frame.x + frame.width, frame.y + frame.height)
    drawn = f"\\draw[{looks}] {_at((frame.x, frame.y))} rectangle {_at(corner)};"
    return [drawn, *(_letters(text) for text in frame.texts)]


def _wire(wire: Wire) -> list[str]:
    looks = f"archcwires, rounded corners=6\\archcunit{_STROKES.get(wire.form, '')}"
    lines = [f"\\draw[{looks}] {' -- '.join(map(_at, course(wire)))};"]
    if wire.has_head:
        lines.append(f"\\fill[archcwires] {' -- '.join(map(_at, head(wire)))} -- cycle;")
    return lines


def _glyph(glyph: Glyph) -> list[str]:
    looks = f"draw=archc{glyph.kind}edge, line width=1\\archcunit, fill=archc{glyph.kind}"
    if glyph.is_optional:
        looks += _STROKES["optional"]
    lines: list[str] = []
    if glyph.form == "sign":
        radius = glyph.width / 2
        centre = _at((glyph.x + radius, glyph.y + radius))
        lines.append(f"\\path[{looks}] {centre} circle[radius={radius:.2f}\\archcunit];")
        for one, other in strokes_of_sign(glyph):
            lines.append(f"\\draw[archcwires] {_at(one)} -- {_at(other)};")
    elif glyph.form == "solid":
        for face, corners in faces(glyph):
            fill = f"archc{glyph.kind}{face if face != 'front' else ''}"
            shape = " -- ".join(map(_at, corners))
            edge = f"draw=archc{glyph.kind}edge, line width=0.7\\archcunit, line join=round"
            lines.append(f"\\path[{edge}, fill={fill}] {shape} -- cycle;")
    else:
        rounded = f"{looks}, rounded corners={corner_of(glyph):.2f}\\archcunit"
        if glyph.is_stack:
            lines.append(_rectangle(rounded, glyph, 3.5, -3.5, 0))
        lines.append(_rectangle(rounded, glyph, 0, 0, 0))
        if glyph.form == "block":
            thin = f"draw=archc{glyph.kind}edge, line width=0.6\\archcunit"
            lines.append(_rectangle(f"{thin}, rounded corners=2\\archcunit", glyph, 0, 0, 2))
    return [*lines, *(_letters(text) for text in glyph.texts)]


def _rectangle(looks: str, glyph: Glyph, right: float, down: float, inside: float) -> str:
    x, y = glyph.x + right + inside, glyph.y + down + inside
    corner = (x + glyph.width - 2 * inside, y + glyph.height - 2 * inside)
    return f"\\path[{looks}] {_at((x, y))} rectangle {_at(corner)};"


def _letters(text: Text) -> str:
    anchor = {"middle": "base", "start": "base west", "end": "base east"}[text.anchor]
    colour = "archcquiet" if text.role in ("fact", "shape", "small") else "archcletters"
    place = _at((text.x, text.y))
    return (
        f"\\node[anchor={anchor}, text={colour}, font=\\archc{text.role}] at {place} "
        f"{{\\archcfit{{{text.width:.2f}}}{{{_latex(text.text)}}}}};"
    )


def _at(point: Point) -> str:
    return f"({point[0]:.2f},{point[1]:.2f})"


def _latex(text: str) -> str:
    """The text as LaTeX sets it; letters that its fonts do not have are a question mark."""
    return "".join(_SPECIAL.get(c, c if c.isprintable() and ord(c) <= _LAST else "?") for c in text)


def _plain(text: str) -> str:
    """The text for a comment, which ends with its line."""
    return "".join(c if c.isascii() and c.isprintable() else "?" for c in text)
