"""A page of its own: the layers, to be opened, searched and asked, offline and from one file.

``content`` is what the page knows, as JSON; ``page.css`` is what it looks like, and the ``SCRIPTS``
together what it does. Nothing of a user's text is ever markup or code: it is JSON, and the page
sets it as text.
"""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from archc.pictures import pictured
from archc.pictures.html.content import document
from archc.pictures.palette import DARK, LIGHT, PRINT, Inks
from archir.base.record import replaced
from archir.cost.report import Costs
from archir.graph.bulk import require
from archir.shapes.dims import DimTooLargeError

if TYPE_CHECKING:
    from archc.pictures.looks import Looks
    from archir.graph.typed import TypedGraph

_HERE = Path(__file__).parent

SCRIPTS = ("sizes", "picture", "ushape", "page")
"""The parts of the page's one script, in the order in which they need each other."""

_BODY = """\
<header>
<h1>{name}</h1>
<label>Search <input id="search" type="search" placeholder="path or op  ( / )"></label>
<span id="found" role="status"></span>
<span id="total"></span>
<label>Colour <select id="heat">{heats}</select></label>
<span id="sizes"></span>
<span class="buttons"><button id="open">Open all</button><button id="close">Close all</button>
<button id="smaller" aria-label="smaller">&#8722;</button><button id="fit">Fit</button>
<button id="larger" aria-label="larger">+</button></span>
</header>
<main><div id="view"><div id="picture"></div></div>
<aside><div id="said"></div><pre id="text" tabindex="0"></pre></aside></main>
<footer>Enter opens and closes a block, / searches, arrows go from box to box, + and &#8722; zoom,
0 is life size, f fits, o and c open and close all. Costs are those at {which} sizes.</footer>
"""

_HEATS = (
    ("", "kinds of ops"),
    ("macs", "share of MACs"),
    ("parameters", "share of parameters"),
    ("memory", "share of activations"),
)


MOST_STEPS = 15_000
"""Steps of which a page works out the costs; the largest published networks have about 1,000."""


def html(typed: TypedGraph, looks: Looks) -> str:
    """The page of a model. With ``heat`` it begins with what costs most in colour."""
    bare = replaced(looks, heat=None)
    require(typed, "a page", MOST_STEPS)
    which = "these"
    try:
        costs = Costs(typed, None)
        picture = pictured(typed, bare, costs_in_general=True)
        data = document(costs, picture)
    except DimTooLargeError:  # more than a page should work out
        costs, picture, which = (
            Costs(typed, typed.graph.sizes),
            pictured(typed, bare),
            "the default",
        )
        data = document(costs, picture)
    theme = looks.theme
    code = script()
    style = _colours(theme) + (_HERE / "page.css").read_text(encoding="utf-8")
    # A policy by which nothing but this script runs, and nothing is fetched.
    allowed = b64encode(sha256(code.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{allowed}'"
    known = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    name = escape(picture.name)
    heats = "".join(
        f'<option value="{by}"{" selected" * (by == looks.heat)}>{word}</option>'
        for by, word in _HEATS
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{name}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f"{_BODY.format(name=name, heats=heats, which=which)}"
        f'<script id="model" type="application/json">{embedded(known)}</script>\n'
        f"<script>{code}</script>\n</body>\n</html>\n"
    )


def script() -> str:
    """The code of the page, which is the same for all models."""
    return "\n".join((_HERE / f"{one}.js").read_text(encoding="utf-8") for one in SCRIPTS)


def embedded(known: str) -> str:
    """JSON that ends no element: what could begin a tag or a remark is written as an escape."""
    return known.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _colours(theme: str) -> str:
    if theme == "auto":
        dark = _rules(DARK)
        return f"{_rules(LIGHT)}@media (prefers-color-scheme: dark) {{\n{dark}}}\n"
    return _rules({"light": LIGHT, "dark": DARK, "print": PRINT}[theme])


def _rules(inks: Inks) -> str:
    page, panel = ("#ffffff" if one == "none" else one for one in (inks.page, inks.panel))
    rules = [
        f":root {{ --page: {page}; --letters: {inks.letters}; --quiet: {inks.quiet}; "
        f"--wires: {inks.wires}; --panel: {panel}; --frames: {inks.frames}; }}"
    ]
    for kind, (fill, border) in inks.kinds.items():
        rules.append(f".kind-{kind} {{ background: {fill}; border-color: {border}; }}")
    return "\n".join(rules) + "\n"
