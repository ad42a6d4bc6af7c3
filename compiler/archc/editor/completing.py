"""What may stand at a place: names of values, blocks, ops, arguments, blocks of the library."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, TypeAlias

from archc.editor.explaining import signature
from archc.editor.page import Page
from archdsl.project.locate import libraries, library_names
from archdsl.project.program import Declared
from archdsl.syntax.docs import prose
from archdsl.syntax.keywords import KEYWORDS
from archir.base.record import Record
from archir.catalogue.registry import ops
from archir.program.builtins import BUILTINS
from archir.program.types import TYPES

Kind: TypeAlias = Literal[
    "value", "block", "model", "op", "function", "keyword", "argument", "type"
]


class Proposal(Record):
    """A word that may stand there; ``detail`` is a line about it."""

    word: str
    kind: Kind
    detail: str = ""


_KINDS: dict[str, Kind] = {
    "block": "block", "model": "model", "function": "function", "constant": "value",
}  # fmt: skip
_IMPORT = re.compile(r"^\s*import\s+([\w.]+|\"[^\"]*\")\s*:\s*[\w\s,]*$")
_LIBRARY = re.compile(r"^\s*import\s+[\w.]*$")
_PARAMETERS = re.compile(r"\b(model|block|fn)\s+\w+\s*\([^)]*$")
_TYPE = re.compile(r"[(,]\s*\w+\s*:\s*\w*$")


def proposals(page: Page, offset: int) -> list[Proposal]:
    """The words that may stand at an offset; the editor keeps those that begin as what is there."""
    line = page.text[page.text.rfind("\n", 0, offset) + 1 : offset]
    if "#" in re.sub(r'"[^"]*"', "", line):
        return []
    imported = _IMPORT.match(line)
    if imported is not None:
        return list(_of_library(imported[1]))
    if _LIBRARY.match(line):
        return [Proposal(name, "block", "of the library") for name in libraries()]
    if _TYPE.search(line) and _PARAMETERS.search(page.text[max(0, offset - 2_000) : offset]):
        return [Proposal(name, "type") for name in TYPES]
    found = list(_arguments(page, offset))
    found += _names(page, offset)
    found += [Proposal(name, "op", _summary(name)) for name in ops()]
    functions = [name for name in BUILTINS if name not in ops()]
    found += [Proposal(name, "function", BUILTINS[name].usage) for name in functions]
    found += [Proposal(word, "keyword") for word in sorted(KEYWORDS)]
    return list({each.word: each for each in reversed(found)}.values())[::-1]


def _arguments(page: Page, offset: int) -> Iterator[Proposal]:
    call = signature(page, offset)
    for each in () if call is None else call.parameters:
        name = re.match(r"\w+", each)
        if name is not None:
            yield Proposal(f"{name[0]} = ", "argument", each)


def _names(page: Page, offset: int) -> Iterator[Proposal]:
    at = page.checked(offset)
    for declared, symbols in page.met.bound.items():
        if declared.node.span.start <= at <= declared.node.span.end and page.own(declared.span):
            before = [symbol for symbol in symbols if symbol.span.start < at]
            yield from [Proposal(each.name, "value") for each in before if each.name != "_"]
    if page.program is not None:
        for word, declared in page.program.main.names.items():
            yield Proposal(word, _KINDS[declared.kind], _first_line(declared))


def _first_line(declared: Declared) -> str:
    return prose(declared.node.doc).strip().split("\n")[0]


def _summary(keyword: str) -> str:
    doc = ops()[keyword].__doc__ or ""
    return doc.strip().split("\n")[0]


def _of_library(path: str) -> Iterator[Proposal]:
    """The blocks of a file of the library."""
    for name, library in library_names().items():
        if library == path:
            yield Proposal(name, "block", f"of {path}")
