"""Imports as Python and JavaScript write them."""

from __future__ import annotations

from collections.abc import Sequence

from archdsl.rules.imports import RenamedImport
from archdsl.rules.syntax import PACKAGES, ImportForm
from archdsl.syntax.explain.forms import Mended
from archdsl.syntax.tokens import CLOSERS, OPENERS, Token


def other_order(tokens: Sequence[Token], at: int, text: str) -> Mended | None:
    """``from PATH import A, B``, ``import A from PATH`` and ``import { A, B } from PATH``."""
    is_python = tokens[at].text == "from"
    if (at and tokens[at - 1].type != "_NL") or not (is_python or tokens[at].type == "IMPORT"):
        return None
    behind = _line(tokens, at)
    line = [token for token in tokens[at + 1 : behind] if token.type != "_NL"]
    words = [token.text if token.type != "STRING" else "" for token in line]
    between = "import" if is_python else "from"
    if between not in words:
        return None
    cut = words.index(between)
    path, asked = (line[:cut], line[cut + 1 :]) if is_python else (line[cut + 1 :], line[:cut])
    names = _names(asked)
    if not path or names is None:
        return None
    start, end = tokens[at].start, line[-1].end
    if path[0].text in PACKAGES:
        return Mended(ImportForm(path[0].text), start, end, behind, ())
    read, written = _path(path, text)
    instead = f"import {written}: {', '.join(token.text for token in names[::2])}"
    head, colon = Token("IMPORT", "import", start, start), Token("COLON", ":", end, end)
    kept = (head, *read, colon, *names)
    return Mended(ImportForm(instead=instead), start, end, behind, kept)


def _line(tokens: Sequence[Token], at: int) -> int:
    """The index of the line end behind a token, outside of brackets."""
    behind, depth = at + 1, 0
    while behind < len(tokens) and (depth or tokens[behind].type != "_NL"):
        depth += (tokens[behind].type in OPENERS) - (tokens[behind].type in CLOSERS)
        behind += 1
    return behind


def _names(asked: Sequence[Token]) -> Sequence[Token] | None:
    """Names with commas between them, without the brackets around them."""
    names = asked[1:-1] if asked and asked[0].type in ("LPAR", "LBRACE") else asked
    names = names[:-1] if names and names[-1].type == "COMMA" else names
    kinds = [token.type for token in names]
    is_list = set(kinds[::2]) == {"NAME"} and set(kinds[1::2]) <= {"COMMA"}
    return names if is_list else None


def _path(path: Sequence[Token], text: str) -> tuple[Sequence[Token], str]:
    """The path of a library without quotes, and any other as it is; and how it is written."""
    first = path[0]
    if first.type != "STRING" or not first.text.startswith("std/"):
        return path, text[first.start : path[-1].end]
    parts = first.text.removesuffix(".arch").replace("/", " . ").split()
    kinds = {".": "DOT"}
    made = [Token(kinds.get(each, "NAME"), each, first.start, first.end) for each in parts]
    return made, "".join(parts)


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
