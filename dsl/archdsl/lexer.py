"""From text to tokens. What no program may contain is refused here, once, and mended."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator

from archdsl import rules
from archdsl.syntax_limits import MAX_NUMBER_CHARACTERS
from archdsl.tables import load
from archdsl.tokens import Token
from archir.diagnostics import Problem

Report = Callable[[Problem, int, int], None]
"""Takes a problem and the offsets of its place."""

_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"
    "\ud800-\udfff]|\r(?!\n)"
)

_FOREIGN_OPERATORS = {"&&": "AND", "||": "OR", "!": "NOT"}


def clean(text: str, report: Report) -> str:
    """The text with a blank for each character that may stand nowhere in a file."""
    if _FORBIDDEN.search(text) is None:
        return text
    for match in _FORBIDDEN.finditer(text):
        at = match.start()
        if at or match.group() != "\ufeff":  # a byte order mark is what some editors begin with
            report(rules.text.ForbiddenCharacter(ord(match.group())), at, at + 1)
    return _FORBIDDEN.sub(" ", text)


def tokens(text: str, start: int, end: int, report: Report) -> Iterator[Token]:
    """The tokens of a part of the text; offsets are those of the whole."""
    tables = load()
    words, ignored = tables.words, tables.ignored
    for match in tables.pattern.finditer(text, start, end):
        kind = match.lastgroup or "UNKNOWN"
        if kind in ignored:
            continue
        word = match.group()
        if kind == "NAME":
            kind = words.get(word, kind)
        token = Token(kind, word, match.start(), match.end())
        check = _CHECKS.get(kind)
        if check is not None:
            check(token, report)
        yield token


def _name(token: Token, report: Report) -> None:
    if not token.text.isascii():
        report(rules.text.NonAsciiName(token.text), token.start, token.end)


def _number(token: Token, report: Report) -> None:
    if len(token.text) > MAX_NUMBER_CHARACTERS:
        report(rules.text.NumberTooLong(MAX_NUMBER_CHARACTERS), token.start, token.end)
        token.text = "1"
    elif token.type == "FLOAT" and math.isinf(float(token.text)):
        report(rules.text.NumberTooLarge(token.text), token.start, token.end)
        token.text = "1.0"


def _bad_number(token: Token, report: Report) -> None:
    report(rules.text.MalformedNumber(token.text), token.start, token.end)
    token.type, token.text = "INT", "1"


def _quoted(token: Token, report: Report) -> None:
    report(rules.text.SingleQuotes(token.text[1:-1]), token.start, token.end)
    token.type, token.text = "STRING", '""'


def _unterminated(token: Token, report: Report) -> None:
    report(rules.text.UnterminatedString(), token.start, token.end)


def _unknown(token: Token, report: Report) -> None:
    report(rules.text.UnknownCharacter(token.text), token.start, token.end)
    token.type = _FOREIGN_OPERATORS.get(token.text, token.type)


_CHECKS: dict[str, Callable[[Token, Report], None]] = {
    "NAME": _name,
    "INT": _number,
    "FLOAT": _number,
    "BAD_NUMBER": _bad_number,
    "QUOTED": _quoted,
    "UNTERMINATED": _unterminated,
    "UNKNOWN": _unknown,
}
