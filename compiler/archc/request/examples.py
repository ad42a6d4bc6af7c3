"""The examples that travel with archc, by their names.

They are files on disk, which other files can import by their names too (``archdsl.project.locate``
says where they are).
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from archdsl.project.locate import ENDING as ENDING
from archdsl.project.locate import example_names, examples_folder
from archir.base.diagnostics import nearest
from archir.base.record import Record
from archir.base.source import Source

if TYPE_CHECKING:
    from pathlib import Path

SHOWN = "<examples>"
"""The folder's name in messages: it is nobody's own, and may lie deep in an installation."""

_PAPER = r', "[A-Z][^"]*"'
# A stop behind an initial or "et al" ends none.
_SENTENCE = r"(?<![ .][A-Z])(?<!\bal)\.\s+(?=[A-Z`])"


class Example(Record):
    """One file: its name, the family that it belongs to, and what its model says it is."""

    name: str
    family: str
    doc: str
    imports: tuple[str, ...]
    """The names of the examples that its text takes from."""

    @property
    def sentence(self) -> str:
        """The first sentence of its doc comment, without its stop."""
        text = " ".join(self.doc.split())
        return re.split(_SENTENCE, text, maxsplit=1)[0].removesuffix(".")

    @property
    def title(self) -> str:
        """The first sentence without the titles of papers."""
        return re.sub(_PAPER, "", self.sentence)


def folder() -> Path:
    """Where the examples are: in the installation, or in the checkout."""
    from pathlib import Path  # a file that is named needs none of it

    return Path(examples_folder())


def names() -> list[str]:
    """The names of all examples, sorted."""
    return example_names()


def find(word: str) -> Path | None:
    """The file of the example of that name."""
    path = folder() / f"{word}{ENDING}"
    return path if is_bare(word) and path.is_file() else None


def shown(path: Path) -> str:
    """How messages call an example's file."""
    return f"{SHOWN}/{path.name}"


def is_bare(word: str) -> bool:
    """Whether a word can be an example's name: it has neither an ending nor a folder."""
    if word in ("", "-", ".") or "\\" in word or os.path.basename(word) != word:
        return False
    return not 0 < word.rfind(".") < len(word) - 1


def suggestion(word: str) -> str | None:
    """The example that was likely meant by a path or name that leads to nothing."""
    stem = os.path.splitext(os.path.basename(word))[0]
    if (folder() / f"{stem}{ENDING}").is_file():
        return stem
    return nearest(stem, names()) if is_bare(word) else None


def read(name: str) -> str:
    """The text of an example; FileNotFoundError where there is none of that name."""
    return (folder() / f"{name}{ENDING}").read_text("utf-8")


def listing() -> list[Example]:
    """All examples by families: in each, what others take from before those that do."""
    found = {name: _example(name) for name in names()}
    roots = {name: _root(name, found) for name in found}
    listed = [
        Example(name, _letters(roots[name]), one.doc, one.imports) for name, one in found.items()
    ]
    taken = {name for one in listed for name in one.imports}

    def place(one: Example) -> tuple[object, ...]:
        rank = bool(one.imports) if one.name in taken else 2
        return (one.family, rank, _natural(one.name))

    return sorted(listed, key=place)


def _example(name: str) -> Example:
    from archdsl.syntax.docs import prose
    from archdsl.syntax.parser import parse
    from archdsl.tree import ast

    file, _ = parse(Source(f"{SHOWN}/{name}{ENDING}", read(name)))
    if file is None:  # in a checkout, while somebody writes it
        return Example(name, "", "", ())
    paths = [one.path for one in file.declarations if isinstance(one, ast.Import)]
    imports = tuple(
        os.path.splitext(os.path.basename(path))[0] for path in paths if isinstance(path, str)
    )
    models = [
        one
        for one in file.declarations
        if isinstance(one, ast.Variant)
        or (isinstance(one, ast.PartDeclaration) and one.kind == "model")
    ]
    models.sort(key=lambda model: model.name.text != name)  # its own first
    return Example(name, "", prose(models[0].doc) if models else file.doc, imports)


def _root(name: str, found: dict[str, Example]) -> str:
    """The example at the end of the imports."""
    seen = {name}
    while found[name].imports and found[name].imports[0] in found.keys() - seen:
        name = found[name].imports[0]
        seen.add(name)
    return name


def _letters(name: str) -> str:
    """A name up to its first number, version or underscore: what a family's names share."""
    found = re.match(r"[^\W\d_]+?(?=v?\d|_|$)", name)
    return found[0] if found else name


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    """A key by which 9 comes before 10."""
    parts = re.findall(r"\d+|\D", name)
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in parts)
