"""What each word of a text is, so that editors can colour names by their meaning."""

from __future__ import annotations

from collections.abc import Iterator

from archc.editor.page import Page
from archc.editor.words import meaning
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


def words(page: Page) -> list[Coloured]:
    """All words that have a kind, in order; one of several lines is cut at their ends."""
    found = [*_tokens(page), *_comments(page)]
    return sorted(found, key=lambda one: one.start)


def _tokens(page: Page) -> Iterator[Coloured]:
    for number, token in enumerate(page.tokens):
        if token.type in ("INT", "FLOAT"):
            kind = "number"
        elif token.type == "DOC":
            kind = "comment"
        elif token.type == "STRING":
            kind = "string"
        elif token.type == "NAME":
            kind = _of_name(page, number)
        elif token.text in KEYWORDS:
            kind = "keyword"
        elif token.type in ("ARROW", "DOUBLE_COLON"):
            kind = "operator"
        else:
            continue
        if "\n" not in page.text[token.start : token.end]:
            yield Coloured(token.start, token.end, KINDS.index(kind))


def _of_name(page: Page, number: int) -> str:
    token = page.tokens[number]
    after = page.tokens[number + 1].type if number + 1 < len(page.tokens) else ""
    if number and page.tokens[number - 1].type == "DOT":
        return "property"
    found = meaning(page, token.start)
    if found is None:
        return "property" if after in ("COLON", "EQUALS") else "variable"
    if found.symbol is not None:
        return "parameter" if found.symbol.param is not None else "variable"
    if found.declared is not None:
        kind = found.declared.kind
        return (
            "class"
            if kind in ("block", "model")
            else "function"
            if kind == "function"
            else "variable"
        )
    return "function"


def _comments(page: Page) -> Iterator[Coloured]:
    """What stands between the tokens and begins with a number sign."""
    at = 0
    ends = [(token.start, token.end) for token in page.tokens if token.type != "_NL"]
    for start, end in [*ends, (len(page.text), len(page.text))]:
        between = page.text[at:start]
        offset = at
        for line in between.split("\n"):
            mark = line.find("#")
            if mark >= 0:
                yield Coloured(offset + mark, offset + len(line), KINDS.index("comment"))
            offset += len(line) + 1
        at = end
