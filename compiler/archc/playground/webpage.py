"""The page: one file of HTML, whichever way its questions go.

Nothing of a text is ever markup or code: what the page knows is JSON, and it sets what it is told
as text. By its policy no script runs but those that stand here, and nothing is fetched but answers.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path

from archc.pages.starter import starter
from archc.pictures.html import embedded, script
from archc.playground.asking import NAME
from archc.render.data import Json
from archc.request import examples
from archdsl.syntax.keywords import KEYWORDS
from archir.base.record import Record
from archir.base.source import Source
from archir.catalogue.registry import built_in

WEB = Path(__file__).parent / "web"

SCRIPTS = ("dom", "share", "asking", "helping", "editor", "problems", "panes", "page")
"""The parts of the page's one script, in the order in which they need each other."""


@cache
def _examples() -> tuple[tuple[str, str, str], ...]:
    """The examples by families: name, title and text."""
    return tuple((one.name, one.title, examples.read(one.name)) for one in examples.listing())


class Transport(Record):
    """A way to answers: its name in the page, and what the page's policy allows for it."""

    name: str
    scripts: tuple[str, ...]
    rules: tuple[str, ...]


HTTP = Transport("http", (), ("connect-src 'self'",))
WORKER = Transport("worker", ("blob:", "'wasm-unsafe-eval'"), ("worker-src blob:",))


def page(transport: Transport, parts: Mapping[str, str], file: Source | None = None) -> str:
    """The page. ``parts`` are texts that it carries, ``file`` is one to begin with."""
    known: dict[str, Json] = {
        "transport": transport.name,
        "name": NAME,
        "file": None if file is None else file.name,
        "text": starter("net") if file is None else file.text,
        "words": {"keywords": [*sorted(KEYWORDS)], "ops": [*built_in()]},
        "examples": [
            {"name": name, "title": title, "text": text} for name, title, text in _examples()
        ],
    }
    editor = _web("codemirror.js")
    ours = "\n".join(_web(f"{one}.js") for one in SCRIPTS)
    held = "".join(
        f'<script id="part-{name}" type="text/plain">{part}</script>\n'
        for name, part in parts.items()
    )
    title = "archc playground" if file is None else f"{file.name} - archc playground"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy(transport, editor, ours)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<link rel="icon" href="data:,">\n'
        f"<title>{escape(title)}</title>\n<style>\n{_web('page.css')}</style>\n</head>\n<body>\n"
        f"{_web('page.html')}"
        f'<script id="facts" type="application/json">{embedded(json.dumps(known))}</script>\n'
        f"{held}<script>{editor}</script>\n<script>{ours}</script>\n</body>\n</html>\n"
    )


def policy(transport: Transport, editor: str, ours: str) -> str:
    """What the page may: its scripts, and that of a picture to look around in, by their hashes."""
    scripts = " ".join([*(_hashed(one) for one in (editor, ours, script())), *transport.scripts])
    rules = (
        "default-src 'none'",
        f"script-src {scripts}",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        *transport.rules,
    )
    return "; ".join(rules)


def _hashed(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _web(name: str) -> str:
    return (WEB / name).read_text(encoding="utf-8")
