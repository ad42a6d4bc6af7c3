"""What each word of a text is, so that editors can colour names by their meaning."""

from __future__ import annotations

from collections.abc import Iterator

from archc.editor.page import Page
from archc.editor.words import stands_for
from archdsl.project.program import Declared
from archdsl.resolve.scope import Symbol
from archdsl.syntax.keywords import KEYWORDS
from archir.base.record import Record

KINDS = (
    "keyword", "function", "class", "parameter", "variable", "property", "number", "string",
    "comment", "operator",
)  # fmt: skip
"""The kinds, in the words of the editors' protocol: an op is a function, a block a class."""


class Coloured(Record):
    """A word of one line, and the number of its kind."""

    start: int
    end: int
    kind: int


_KINDS_OF = {
    "INT": KINDS.index("number"),
    "FLOAT": KINDS.index("number"),
    "DOC": KINDS.index("comment"),
    "STRING": KINDS.index("string"),
    "ARROW": KINDS.index("operator"),
    "DOUBLE_COLON": KINDS.index("operator"),
}
"""Of tokens whose own kind says all."""

_KEYWORD, _FUNCTION, _CLASS = map(KINDS.index, ("keyword", "function", "class"))
_PARAMETER, _VARIABLE, _PROPERTY = map(KINDS.index, ("parameter", "variable", "property"))
_COMMENT = KINDS.index("comment")


def words(page: Page) -> list[Coloured]:
    """All words that have a kind, in order; one of several lines is cut at their ends."""
    found = [*_tokens(page), *_comments(page)]
    return sorted(found, key=lambda one: one.start)


def _tokens(page: Page) -> Iterator[Coloured]:
    for number, token in enumerate(page.tokens):
        kind = _KINDS_OF.get(token.type)
        if token.type == "NAME":
            kind = _of_name(page, number)
        elif kind is None and token.text in KEYWORDS:
            kind = _KEYWORD
        if kind is not None and "\n" not in token.text:
            yield Coloured(token.start, token.end, kind)


def _of_name(page: Page, number: int) -> int:
    tokens = page.tokens
    if number and tokens[number - 1].type == "DOT":
        return _PROPERTY
    found = stands_for(page, number)
    if found is None:
        after = tokens[number + 1].type if number + 1 < len(tokens) else ""
        return _PROPERTY if after in ("COLON", "EQUALS") else _VARIABLE
    if isinstance(found, Symbol):
        return _VARIABLE if found.param is None else _PARAMETER
    if isinstance(found, Declared):
        if found.kind in ("block", "model"):
            return _CLASS
        return _FUNCTION if found.kind == "function" else _VARIABLE
    return _FUNCTION


def _comments(page: Page) -> Iterator[Coloured]:
    """What begins with a number sign between the tokens, to the end of its line."""
    text = page.text
    mark = text.find("#")
    while mark >= 0:
        number = page.token(mark)
        token = None if number is None else page.tokens[number]
        if token is not None and token.type != "_NL" and token.start <= mark < token.end:
            end = token.end
        else:
            end = text.find("\n", mark)
            end = len(text) if end < 0 else end
            yield Coloured(mark, end, _COMMENT)
        mark = text.find("#", end)
