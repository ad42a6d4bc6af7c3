"""The tokens of a text that became of another by an edit: what stands around it is not read again.

Where a line ends, the lexer knows nothing of what was before. So the lines that an edit touched are
read, and the tokens of all others are those of the earlier text, as far along as they have moved.
"""

from __future__ import annotations

from archdsl.syntax.lexer import tokens
from archdsl.syntax.tokens import Token
from archir.base.diagnostics import Problem
from archir.base.record import Record


class Lexed(Record):
    """A text and its tokens."""

    text: str
    tokens: list[Token]
    is_right: bool
    """Whether the lexer had nothing to say of it, and so nothing to mend."""


def edited(new: str, old: str) -> tuple[int, int]:
    """Up to where a text is as another, and from where on it is so again."""
    start = _alike(new, old, len(min(new, old, key=len)))
    rest = min(len(new), len(old)) - start
    return start, len(new) - _alike_behind(new, old, rest)


def lexed(text: str, before: Lexed | None = None) -> Lexed:
    """The tokens of a text, with what is known of one that it may have become of."""
    if before is None or not before.is_right:
        return _read(text, [], 0, len(text), [])
    if text == before.text:
        return before
    start, end = edited(text, before.text)
    moved = len(text) - len(before.text)
    known = before.tokens
    first = _line_end_before(known, start)
    begin = known[first].start if first >= 0 else 0
    kept = known[: max(first, 0)]
    for number in range(max(first, 0), len(known)):
        token = known[number]
        until = token.start + moved
        if token.type != "_NL" or until <= end:
            continue
        found = _read(text, kept, begin, until, [])
        last = found.tokens[-1] if found.tokens else None
        # Blanks behind a line end belong to it, and so do line ends behind those.
        if last is None or last.type != "_NL" or last.end < until:
            found.tokens.extend([_moved(each, moved) for each in known[number:]])
            return found
    return _read(text, kept, begin, len(text), [])


def _read(text: str, kept: list[Token], begin: int, end: int, said: list[Problem]) -> Lexed:
    found = tokens(text, begin, end, lambda problem, *_: said.append(problem))
    return Lexed(text, [*kept, *found], not said)


def _moved(token: Token, by: int) -> Token:
    return Token(token.type, token.text, token.start + by, token.end + by)


def _line_end_before(known: list[Token], offset: int) -> int:
    """The number of the last line end that an edit at an offset does not reach, -1 for none."""
    low, high = 0, len(known)
    while low < high:
        middle = (low + high) // 2
        if known[middle].end < offset:
            low = middle + 1
        else:
            high = middle
    number = low - 1
    while number >= 0 and known[number].type != "_NL":
        number -= 1
    return number


def _alike(one: str, two: str, most: int) -> int:
    """How many letters two texts have in common before they differ."""
    least = 0
    while least < most:
        middle = (least + most + 1) // 2
        if one[least:middle] == two[least:middle]:
            least = middle
        else:
            most = middle - 1
    return least


def _alike_behind(one: str, two: str, most: int) -> int:
    """How many letters two texts have in common at their ends, so many at most."""
    least = 0
    while least < most:
        middle = (least + most + 1) // 2
        if one[len(one) - middle :] == two[len(two) - middle :]:
            least = middle
        else:
            most = middle - 1
    return least
