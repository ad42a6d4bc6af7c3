"""Imports as Python and JavaScript write them."""

from __future__ import annotations

from collections.abc import Sequence

from archdsl.rules.imports import RenamedImport
from archdsl.rules.syntax import PACKAGES, ImportForm
from archdsl.syntax.explain.forms import Mended
from archdsl.syntax.tokens import CLOSERS, OPENERS, Token


def other_order(tokens: Sequence[Token], at: int, text: str) -> Mended | None:
    """``from PATH import A, B``, ``import A from PATH`` and ``import { A, B } from PATH``."""
    if at and tokens[at - 1].type != "_NL":
        return None
    is_python = tokens[at].text == "from"
    if not is_python and tokens[at].type != "IMPORT":
        return None
    behind, depth = at + 1, 0
    while behind < len(tokens) and (depth or tokens[behind].type != "_NL"):
        depth += (tokens[behind].type in OPENERS) - (tokens[behind].type in CLOSERS)
        behind += 1
    line = [token for token in tokens[at + 1 : behind] if token.type != "_NL"]
    words = [token.text if token.type != "STRING" else "" for token in line]
    between = "import" if is_python else "from"
    if between not in words:
        return None
    cut = words.index(between)
    path, names = (line[:cut], line[cut + 1 :]) if is_python else (line[cut + 1 :], line[:cut])
    if names and names[0].type in ("LPAR", "LBRACE"):
        names = names[1:-1]
    names = names[:-1] if names and names[-1].type == "COMMA" else names
    kinds = [token.type for token in names]
    if not path or kinds[::2] != ["NAME"] * len(kinds[::2]) or set(kinds[1::2]) > {"COMMA"}:
        return None
    start, end = tokens[at].start, line[-1].end
    if path[0].text in PACKAGES:
        return Mended(ImportForm(path[0].text), start, end, behind, ())
    if path[0].text.startswith("std/") and path[0].type == "STRING":
        parts = path[0].text.removesuffix(".arch").replace("/", " . ").split()
        sort = {".": "DOT"}
        path = [Token(sort.get(each, "NAME"), each, path[0].start, path[0].end) for each in parts]
        written = "".join(parts)
    else:
        written = text[path[0].start : path[-1].end]
    instead = f"import {written}: {', '.join(token.text for token in names[::2])}"
    head, colon = Token("IMPORT", "import", start, start), Token("COLON", ":", end, end)
    kept = (head, *path, colon, *names)
    return Mended(ImportForm(instead=instead), start, end, behind, kept)


def renamed(tokens: Sequence[Token], at: int, _: str) -> Mended | None:
    """``import PATH: A as B``, of which each B is to be A."""
    kinds = [token.type for token in tokens[at : at + 3]]
    if kinds != ["NAME", "AS", "NAME"] or at == 0 or tokens[at - 1].type not in ("COLON", "COMMA"):
        return None
    first = at
    while first and tokens[first - 1].type != "_NL":
        first -= 1
    if tokens[first].type != "IMPORT":
        return None
    name, other = tokens[at], tokens[at + 2]
    uses = [each for each in tokens[at + 3 :] if (each.type, each.text) == ("NAME", other.text)]
    places = tuple([(each.start, each.end) for each in uses])
    for each in uses:
        each.text = name.text
    problem = RenamedImport(name.text, other.text, places)
    return Mended(problem, name.start, other.end, at + 3, (name,))
