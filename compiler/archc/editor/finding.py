"""Where things are: declarations of names, the outline of a text, what can be folded."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from archc.editor.page import Page
from archc.editor.words import file_of, meaning, uses
from archdsl.syntax.keywords import KEYWORDS
from archir.base.record import Record
from archir.base.source import Span


class Target(Record):
    """A place in a file; ``path`` is None for the text itself."""

    path: Path | None
    span: Span


class Symbol(Record):
    """A declaration: its name, its kind, its whole text and where the name stands."""

    name: str
    kind: str
    """``model``, ``block``, ``function`` or ``constant``."""

    span: Span
    name_span: Span


class NotRenamed(Exception):  # noqa: N818  (no error: it says to a person why nothing was done)
    """Why a name cannot be changed."""


def definition(page: Page, offset: int) -> Target | None:
    """Where the name at an offset is declared or gets its value."""
    found = meaning(page, offset)
    if found is None:
        return None
    if found.symbol is not None:
        return Target(None, found.symbol.span)
    if found.declared is None:
        return None
    if page.own(found.declared.span):
        return Target(None, found.declared.span)
    path = file_of(found.declared.home)
    return None if path is None else Target(path, found.declared.span)


def references(page: Page, offset: int, others: Iterable[Page] = ()) -> list[tuple[Page, Span]]:
    """All places of the text, and of others, at which the name at an offset means the same."""
    found = meaning(page, offset)
    if found is None:
        return []
    here = [(page, span) for span in uses(page, found)]
    if found.declared is None:
        return here
    return here + [(other, span) for other in others for span in uses(other, found)]


def rename(
    page: Page, offset: int, name: str, others: Iterable[Page] = ()
) -> list[tuple[Page, Span]]:
    """The places that another name is to stand at. ``NotRenamed`` where it cannot."""
    found = meaning(page, offset)
    if found is None or (found.symbol is None and found.declared is None):
        raise NotRenamed("there is no name of this text that could be changed")
    if found.declared is not None and found.declared.home.path is None:
        home = found.declared.home.file.span.source.name
        if not page.own(found.declared.span):
            raise NotRenamed(f"{found.word} is declared in {home}, which is not yours to change")
    if not name.isidentifier() or name in KEYWORDS or name == "_":
        raise NotRenamed(f"{name} is no name")
    places = references(page, offset, others)
    for changed in {id(each): each for each, _ in places}.values():
        taken = {symbol.name for each in changed.met.bound.values() for symbol in each}
        if changed.program is not None:
            taken |= changed.program.main.names.keys()
        if name in taken:
            where = "this text" if changed is page else Path(changed.source.name).name
            raise NotRenamed(f"{name} means something else in {where} already")
    return places


def symbols(page: Page) -> list[Symbol]:
    """The declarations of the text, in order."""
    if page.program is None:
        return []
    return [
        Symbol(declared.name, declared.kind, declared.node.span, declared.span)
        for declared in page.program.main.declarations()
    ]


def folds(page: Page) -> list[tuple[int, int]]:
    """The first and the last line of what can be folded: braces, and comments of several lines."""
    found: list[tuple[int, int]] = []
    open_at: list[int] = []
    for token in page.tokens:
        if token.type in ("LBRACE", "LPAR", "LSQB"):
            open_at.append(page.lines.place(token.start).line)
        elif token.type in ("RBRACE", "RPAR", "RSQB") and open_at:
            first, last = open_at.pop(), page.lines.place(token.start).line
            if last - first > 1:
                found.append((first, last - 1))
    begin: int | None = None
    lines = page.text.split("\n")
    for number, line in enumerate([*lines, ""]):
        if line.lstrip().startswith("#"):
            begin = number if begin is None else begin
        elif begin is not None:
            if number - begin > 1:
                found.append((begin, number - 1))
            begin = None
    return sorted(set(found))
