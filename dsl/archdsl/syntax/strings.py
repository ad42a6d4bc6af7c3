"""Strings: escapes, and expressions in braces."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from archdsl import rules
from archdsl.syntax.lexer import Report
from archdsl.syntax.tokens import Token

_ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}
_SPECIAL = r"\\.|\{\{|\}\}|[{}]"

Lex = Callable[[int, int], Iterable[Token]]
"""Takes the offsets of a part of the text and gives its tokens."""


def expand(tokens: Sequence[Token], lex: Lex, report: Report) -> Iterator[Token]:
    """Decode all strings; those with expressions in them become runs of tokens.

    The path of an import and the path pattern of an init rule are taken as they stand.
    """
    before = "_NL"
    for number, token in enumerate(tokens):
        if token.type != "STRING":
            yield token
        elif before == "IMPORT" or _is_pattern(before, tokens[number : number + 4]):
            yield Token("STRING", _plain(token, report), token.start, token.end)
        else:
            yield from _holed(token, lex, report)
        before = token.type


def _is_pattern(before: str, tokens: Sequence[Token]) -> bool:
    """Whether tokens are the beginning of an init rule: ``"path".parameter:``."""
    starts = before in ("_NL", "LBRACE") and len(tokens) == 4
    return starts and tokens[1].type == "DOT" and tokens[3].type == "COLON"


def _plain(token: Token, report: Report) -> str:
    if "\\" not in token.text:
        return token.text[1:-1]
    decoded = [part for part, _, _ in _parts(token, report, holes=False)]
    return "".join(part for part in decoded if part is not None)


def _holed(token: Token, lex: Lex, report: Report) -> Iterator[Token]:
    """A string without holes stays one token."""
    parts = list(_parts(token, report, holes=True))
    if all(part is not None for part, _, _ in parts):
        yield Token("STRING", "".join(str(part) for part, _, _ in parts), token.start, token.end)
        return
    yield Token("TEXT_BEGIN", "", token.start, token.start + 1)
    for part, start, end in parts:
        if part is not None:
            yield Token("CHUNK", part, start, end)
        else:
            yield Token("_HOLE", "{", start, start + 1)
            yield from lex(start + 1, end - 1)
            yield Token("_HOLE_END", "}", end - 1, end)
    yield Token("TEXT_END", "", token.end - 1, token.end)


def _parts(token: Token, report: Report, holes: bool) -> Iterator[tuple[str | None, int, int]]:
    """The pieces of a string with their offsets: plain text decoded, None for a hole."""
    text, offset = token.text, token.start
    at, end = 1, len(text) - 1
    chunk: list[str] = []
    begun = at
    special = re.compile(_SPECIAL)  # here: most files have no such text
    while at < end:
        match = special.search(text, at, end)
        if match is None:
            chunk.append(text[at:end])
            break
        chunk.append(text[at : match.start()])
        at = match.end()
        found = match.group()
        place = (offset + match.start(), offset + at)
        if found[0] == "\\":
            chunk.append(_escape(found, place, report))
        elif not holes or len(found) == 2:
            chunk.append(found[0] if holes else found)
        elif (close := text.find("}", at, end)) < 0 or found == "}":
            report(rules.literals.LoneBrace(found), *place)
        elif not text[at:close].strip():
            report(rules.literals.EmptyHole(), place[0], offset + close + 1)
            at = close + 1
        else:
            if any(chunk):
                yield "".join(chunk), offset + begun, offset + match.start()
            yield None, offset + match.start(), offset + close + 1
            at = begun = close + 1
            chunk = []
    if any(chunk):
        yield "".join(chunk), offset + begun, offset + end


def _escape(found: str, place: tuple[int, int], report: Report) -> str:
    if found[1] not in _ESCAPES:
        report(rules.literals.UnknownEscape(found), *place)
        return found
    return _ESCAPES[found[1]]
