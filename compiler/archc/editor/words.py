"""The name at a place, what it means there, and where else it stands, as it was resolved."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from archc.editor.page import Page
from archdsl.project.locate import ENDING, EXAMPLES, examples_folder, library_path
from archdsl.project.program import Declared, FileScope
from archdsl.resolve.scope import Symbol
from archdsl.syntax.tokens import Token
from archir.base.record import Record
from archir.base.source import Span
from archir.catalogue.registry import built_in
from archir.program.builtins import BUILTINS


class Meaning(Record):
    """What a name stands for: a declaration, what a body binds, an op, or a function."""

    word: str
    span: Span
    """Where the name stands."""

    declared: Declared | None = None
    symbol: Symbol | None = None
    op: str | None = None
    builtin: str | None = None


def meaning(page: Page, offset: int) -> Meaning | None:
    """What the name at an offset means; None where there is no name."""
    number = page.token(offset)
    if number is None or page.tokens[number].type != "NAME":
        return None
    token = page.tokens[number]
    word, span = token.text, Span(page.source, token.start, token.end)
    found = stands_for(page, number)
    if isinstance(found, Symbol):
        return Meaning(word, span, symbol=found)
    if isinstance(found, Declared):
        return Meaning(word, span, declared=found)
    if found is None:
        return None
    return Meaning(word, span, op=word) if found == "op" else Meaning(word, span, builtin=word)


def stands_for(page: Page, number: int) -> Symbol | Declared | Literal["op", "builtin"] | None:
    """What the name that a token is means; ``op`` and ``builtin`` are those of its text."""
    token = page.tokens[number]
    word = token.text
    symbol = _symbols(page).get(token.start)
    if symbol is not None and symbol.name == word:
        return symbol
    declared = _declared(page).get(token.start)
    if declared is not None and (page.before is None or word in _names(page)):
        return declared
    if _is_no_name(page, number):
        return None
    if page.before is not None and word in _names(page):  # written since the text was checked
        return _names(page)[word]
    if word in built_in():
        return "op"
    return "builtin" if word in BUILTINS else None


def _names(page: Page) -> dict[str, Declared]:
    """The names that the file can see."""
    return {} if page.program is None else page.program.main.names


def _symbols(page: Page) -> dict[int, Symbol]:
    """What bodies bind, by where names mean it in this text: where it is bound, and its uses."""
    if page.symbols is None and page.before is not None:
        page.symbols = page.now(_symbols(page.before))
    if page.symbols is None:
        found = {
            symbol.span.start: symbol
            for symbols in page.met.bound.values()
            for symbol in symbols
            if page.own(symbol.span)
        }
        uses = page.met.symbols.items()
        found.update({span.start: symbol for span, symbol in uses if page.own(span)})
        page.symbols = found
    return page.symbols


def _declared(page: Page) -> dict[int, Declared]:
    """What files declare, by where names mean it in this text: declarations, imports, uses."""
    if page.declared is None and page.before is not None:
        page.declared = page.now(_declared(page.before))
    if page.declared is None:
        found = {
            span.start: declared for span, declared in page.met.declared.items() if page.own(span)
        }
        if page.program is not None:
            main = page.program.main
            for declared in main.declarations():
                found.update({name.span.start: declared for name in declared.names})
            for word, identifier in main.imported.items():
                if word in main.names:
                    found[identifier.span.start] = main.names[word]
        page.declared = found
    return page.declared


def uses(page: Page, found: Meaning) -> list[Span]:
    """All places of this text at which a name means the same, its binding among them."""
    spans: list[Span] = []
    for token in page.tokens:
        if token.type == "NAME" and token.text == found.word:
            other = meaning(page, token.start)
            if other is not None and _same(other, found):
                spans.append(Span(page.source, token.start, token.end))
    return spans


def _same(one: Meaning, two: Meaning) -> bool:
    if one.symbol is not None and two.symbol is not None:
        return bool(_twins(one.symbol) & _twins(two.symbol))
    if one.declared is not None and two.declared is not None:
        return is_one(one.declared, two.declared)
    return (one.symbol, one.declared, one.op, one.builtin) == (
        two.symbol,
        two.declared,
        two.op,
        two.builtin,
    )


def is_one(one: Declared, two: Declared) -> bool:
    """Whether two are the same declaration, which pages of several files have each read anew."""
    if one is two:
        return True
    return one.name == two.name and _home(one.home) == _home(two.home)


def file_of(home: FileScope) -> Path | None:
    """Where a file of a program is, also one of the library or an example; None for a bare text."""
    if home.path is not None:
        return Path(home.path).absolute()
    name = home.file.span.source.name
    path = library_path(name)
    if path is None and name.startswith(f"{EXAMPLES}."):
        path = f"{examples_folder()}/{name.removeprefix(EXAMPLES)[1:]}{ENDING}"
    return None if path is None else Path(path)


def _home(home: FileScope) -> str | Path:
    path = file_of(home)
    return home.file.span.source.name if path is None else path.resolve()


def _twins(symbol: Symbol) -> set[int]:
    """A symbol, and those of its name in other arms of a condition."""
    found: set[int] = set()
    each: Symbol | None = symbol
    while each is not None:
        found.add(each.span.start)
        each = each.twin
    return found


def _is_no_name(page: Page, number: int) -> bool:
    """Whether a word is an attribute, a label, or the name of an argument."""
    before = page.tokens[number - 1].type if number else ""
    after = page.tokens[number + 1].type if number + 1 < len(page.tokens) else ""
    return before == "DOT" or after in ("COLON", "EQUALS")


def callee(page: Page, offset: int) -> tuple[Token, int, str | None] | None:
    """The name whose parentheses are open at an offset: its token, how many commas are before
    the place, and the argument that is being written, if it has a name.
    """
    open_at: list[int] = []
    for number, token in enumerate(page.tokens):
        if token.start >= offset:
            break
        if token.type in ("LPAR", "LSQB"):
            open_at.append(number)
        elif token.type in ("RPAR", "RSQB") and open_at and token.end <= offset:
            open_at.pop()
    if not open_at or page.tokens[open_at[-1]].type != "LPAR":
        return None
    start = open_at[-1]
    if start == 0 or page.tokens[start - 1].type != "NAME":
        return None
    depth, commas, name = 0, 0, None
    for number in range(start + 1, len(page.tokens)):
        token = page.tokens[number]
        if token.start >= offset:
            break
        depth += (token.type in ("LPAR", "LSQB")) - (token.type in ("RPAR", "RSQB"))
        if depth == 0 and token.type == "COMMA":
            commas, name = commas + 1, None
        elif depth == 0 and token.type == "EQUALS":
            name = page.tokens[number - 1].text
    return page.tokens[start - 1], commas, name
