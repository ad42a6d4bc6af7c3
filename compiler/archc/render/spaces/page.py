"""A search as a page: the front, a plot, all trials with their pictures, in one file.

Nothing in it runs, and nothing is fetched. Pictures are images of their own, so that neither their
styles nor their names meet; all that is a user's is text.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from html import escape

from archc.render.spaces.table import FRONT, Sheet
from archir.base.record import Record

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

_STYLE = """\
:root{color-scheme:light dark}
body{font:14px/1.5 Helvetica,Arial,"Liberation Sans",sans-serif}
body{max-width:1100px;margin:24px auto;padding:0 16px}
.wide{overflow-x:auto}table{border-collapse:collapse}
td,th{padding:3px 10px;text-align:left;white-space:nowrap}
th{border-bottom:1px solid #999}.number{text-align:right;font-variant-numeric:tabular-nums}
.best{background:#c1440e22}section{border-top:1px solid #9995;margin-top:20px}h2{font-size:16px}
section img{max-width:100%;max-height:80vh;background:#fff}code{white-space:pre-wrap}
"""


class Entry(Record):
    """A trial on the page. ``picture`` is its network as SVG, or in words why there is none."""

    number: int
    title: str
    said: tuple[str, ...]
    arguments: str
    picture: str


def anchor(number: int) -> str:
    """Where a trial stands on the page."""
    return f"trial-{number}"


def page(title: str, card: Sequence[str], plot: str, sheet: Sheet, entries: Sequence[Entry]) -> str:
    """The page; the first column of the sheet is the trial's number."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{escape(title)}</h1>\n"
        + "".join(f"<p>{escape(line)}</p>\n" for line in card)
        + f"{plot}{_table(sheet) if sheet.rows else ''}"
        + "".join(map(_section, entries))
        + "</body>\n</html>\n"
    )


def _table(sheet: Sheet) -> str:
    sides = [' class="number"' if side == ">" else "" for side in sheet.sides()]
    head = "".join(
        f"<th{side}>{escape(cell)}</th>" for cell, side in zip(sheet.head(), sides, strict=True)
    )
    lines = [f'<div class="wide"><table>\n<tr>{head}</tr>\n']
    for row in sheet.rows:
        first, *others = map(escape, sheet.cells(row))
        cells = [f'<a href="#{anchor(int(first))}">{first}</a>', *others]
        told = "".join(f"<td{side}>{one}</td>" for one, side in zip(cells, sides, strict=True))
        best = ' class="best"' if row.on_front else ""
        lines.append(f"<tr{best}>{told}</tr>\n")
    return "".join([*lines, "</table></div>\n"])


def _section(entry: Entry) -> str:
    said = "".join(f"<p>{escape(line)}</p>\n" for line in entry.said)
    return (
        f'<section id="{anchor(entry.number)}">\n<h2>{escape(entry.title)}</h2>\n{said}'
        f"<p><code>{escape(entry.arguments)}</code></p>\n{_picture(entry)}</section>\n"
    )


def _picture(entry: Entry) -> str:
    if not entry.picture.startswith("<svg"):
        return f"<p>{escape(entry.picture)}</p>\n"
    data = b64encode(entry.picture.encode("utf-8")).decode("ascii")
    name = f"The network of trial {entry.number}"
    return f'<img loading="lazy" alt="{name}" src="data:image/svg+xml;base64,{data}">\n'


def heading(number: int, outcome: str, on_front: bool) -> str:
    """What stands above a trial."""
    return f"Trial {number}: {outcome}{f' {FRONT}' * on_front}"
