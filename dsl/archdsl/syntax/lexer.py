"""From text to tokens. What no program may contain is refused here, once, and mended."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from archdsl import rules
from archdsl.syntax.lalr.tables import load
from archdsl.syntax.limits import MAX_NUMBER_CHARACTERS
from archdsl.syntax.tokens import Token
from archir.base.diagnostics import Problem

Report = Callable[[Problem, int, int], None]
"""Takes a problem and the offsets of its place."""

_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f"
_UNSEEN = "\x80-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff"
_LONE_RETURN = r"\r(?!\n)"

_FOREIGN_OPERATORS = {"&&": "AND", "||": "OR", "!": "NOT"}


def clean(text: str, report: Report) -> str:
    """The text with a blank for each character that may stand nowhere in a file."""
    # Patterns take a while to compile, that for all characters most of all; few files need one.
    if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return text
    found = _CONTROLS if text.isascii() else _CONTROLS + _UNSEEN
    forbidden = re.compile(f"[{found}]|{_LONE_RETURN}")
    if forbidden.search(text) is None:
        return text
    for match in forbidden.finditer(text):
        at = match.start()
        if at or match.group() != "\ufeff":  # a byte order mark is what some editors begin with
            report(rules.text.ForbiddenCharacter(ord(match.group())), at, at + 1)
    return forbidden.sub(" ", text)


def tokens(text: str, start: int, end: int, report: Report) -> list[Token]:
    """The tokens of a part of the text; offsets are those of the whole."""
    tables = load()
    found: list[Token] = []
    kinds: dict[str, str] = {}  # by the text: most of a file's words stand in it many times
    for match in tables.pattern.finditer(text, start, end):
        word = match.group()
        kind = kinds.get(word)
        if kind is None:
            group = match.lastgroup or "UNKNOWN"
            if group in tables.ignored:
                kinds[word] = ""
                continue
            one = tables.signs.get(word) or tables.words.get(word)
            token = Token(one or group, word, match.start(), match.end())
            check = _CHECKS.get(token.type)
            if check is None or check(token, report):
                kinds[word] = token.type
            found.append(token)
        elif kind:
            found.append(Token(kind, word, match.start(), match.end()))
    return found


# Checks report what is wrong with a token and mend it; they say whether it was right.


def _name(token: Token, report: Report) -> bool:
    if token.text.isascii():
        return True
    report(rules.text.NonAsciiName(token.text), token.start, token.end)
    return False


def _number(token: Token, report: Report) -> bool:
    if len(token.text) > MAX_NUMBER_CHARACTERS:
        report(rules.literals.NumberTooLong(MAX_NUMBER_CHARACTERS), token.start, token.end)
        token.text = "1"
        return False
    if token.type == "FLOAT" and math.isinf(float(token.text)):
        report(rules.literals.NumberTooLarge(token.text), token.start, token.end)
        token.text = "1.0"
        return False
    return True


def _bad_number(token: Token, report: Report) -> bool:
    report(rules.literals.MalformedNumber(token.text), token.start, token.end)
    digits = re.match(r"[0-9]*", token.text.replace("_", ""))
    assert digits is not None
    small = digits[0] and len(digits[0]) <= MAX_NUMBER_CHARACTERS
    token.type, token.text = "INT", str(int(digits[0])) if small else "1"
    return False


def _quoted(token: Token, report: Report) -> bool:
    problem = rules.literals.SingleQuotes(token.text[1:-1])
    report(problem, token.start, token.end)
    token.type, token.text = "STRING", f'"{problem.text}"' if problem.is_plain else '""'
    return False


def _unterminated(token: Token, report: Report) -> bool:
    report(rules.literals.UnterminatedString(), token.start, token.end)
    return False


def _unknown(token: Token, report: Report) -> bool:
    if token.text == ";":
        return False  # said once for all of a file's, where its tokens are read with care
    report(rules.text.UnknownCharacter(token.text), token.start, token.end)
    token.type = _FOREIGN_OPERATORS.get(token.text, token.type)
    return False


_CHECKS: dict[str, Callable[[Token, Report], bool]] = {
    "NAME": _name,
    "INT": _number,
    "FLOAT": _number,
    "BAD_NUMBER": _bad_number,
    "QUOTED": _quoted,
    "UNTERMINATED": _unterminated,
    "UNKNOWN": _unknown,
}
