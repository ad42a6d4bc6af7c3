"""The reference of the standard library, made from its files, with a picture of each block.

``python -m archc.pages.library docs/std.md`` writes the page, and the pictures into a folder of its
name beside it; with ``--check`` it only says whether they are up to date.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from pathlib import Path

from archc import pipeline
from archc.api.formats import FORMATS
from archc.output import writing
from archc.pages import command
from archdsl.project.locate import Located, libraries, library_names, locate_library
from archdsl.syntax.docs import examples, prose
from archdsl.syntax.parser import parse
from archdsl.tree import ast
from archdsl.tree.unparse import parameter
from archir.base.record import Record
from archir.base.source import Source
from archir.check.summary import summarise
from archir.graph.typed import TypedGraph

Member = ast.PartDeclaration | ast.Function

_HEAD = """\
# The standard library

<!-- Made from the files in dsl/archdsl/std by `python -m archc.pages.library docs/std.md`. -->

Blocks that many networks share, written in the language itself. A file takes them by name:

```
import std.blocks: ConvNormAct
```

The text of each block is a few lines, and can be copied into a file and changed. Each picture
shows the example above it, with the shapes along its arrows.
"""

MAX_BYTES = 1 << 20
"""How much of a file of the library is read."""

_WIDTH = 96
"""How long a signature may be on one line."""


class Library(Record):
    """One file of the standard library, without what it has for itself (``_name``)."""

    name: str
    doc: str
    members: tuple[Member, ...]


def read_libraries() -> list[Library]:
    """All files of the standard library, in the order of their names."""
    return [_library(name) for name in libraries()]


def declared(name: str) -> tuple[Library, Member] | None:
    """What the library declares for others under a name, and the file that does."""
    library = library_names().get(name)
    if library is None:
        return None
    found = _library(library)
    return next(((found, each) for each in found.members if each.name.text == name), None)


def _library(name: str) -> Library:
    located = locate_library(tuple(name.split(".")))
    assert isinstance(located, Located)
    file, found = parse(Source(name, located.read(MAX_BYTES).decode("utf-8")))
    assert file is not None, f"{name}: {next(iter(found)).problem.message()}"
    members = tuple(
        one
        for one in file.declarations
        if isinstance(one, ast.PartDeclaration | ast.Function) and one.name.text[0] != "_"
    )
    return Library(name, file.doc, members)


def signature(member: Member) -> str:
    """How it is called: its parameters with types, domains and defaults."""
    shown = [parameter(param) for param in member.params]
    line = f"{member.name.text}({', '.join(shown)})"
    if len(line) <= _WIDTH:
        return line
    return "\n".join([f"{member.name.text}(", *(f"  {one}," for one in shown), ")"])


def example(member: Member) -> str | None:
    """The example in its doc comment: a whole file with one model."""
    return next(iter(examples(member.doc)), None)


def compiled_example(member: Member) -> TypedGraph | None:
    """The model of the example; None where there is no example, or it is wrong."""
    text = example(member)
    if text is None:
        return None
    typed, _ = pipeline.compile_source(Source(f"{member.name.text}.arch", text), None)
    return typed


def page(folder: str) -> str:
    """The whole reference, in Markdown; ``folder`` is where its pictures are."""
    read = read_libraries()
    lines = [_HEAD, *_contents(read), ""]
    for library in read:
        lines.append(f"## {library.name}\n")
        if library.doc:
            lines.append(f"{prose(library.doc)}\n")
        for member in library.members:
            lines += _section(library, member, folder)
    return "\n".join(lines)


def _contents(read: list[Library]) -> Iterator[str]:
    for library in read:
        links = (f"[`{one.name.text}`](#{one.name.text.lower()})" for one in library.members)
        yield f"- [{library.name}](#{library.name.replace('.', '')}): {', '.join(links)}"


def _section(library: Library, member: Member, folder: str) -> Iterator[str]:
    name = member.name.text
    yield f"### {name}\n"
    yield f"```\nimport {library.name}: {name}\n\n{signature(member)}\n```\n"
    yield f"{prose(member.doc)}\n"
    text, typed = example(member), compiled_example(member)
    if text is None:
        return
    yield f"```arch\n{text}```\n"
    if typed is not None:
        yield f"`{summarise(typed)}`\n"
        yield f'<img src="{folder}/{name}.svg" alt="the example of {name}">\n'


def pictures() -> Iterator[tuple[str, str]]:
    """The name of each picture's file, and the picture."""
    for library in read_libraries():
        for member in library.members:
            typed = compiled_example(member)
            if typed is not None:
                yield f"{member.name.text}.svg", FORMATS["svg"].text(typed)


def write(path: Path) -> None:
    """Write the page and its pictures, and take away the pictures of what is no more."""
    folder, shown = path.with_suffix(""), dict(pictures())
    contents: dict[Path, writing.Content] = {path: page(folder.name)}
    writing.write_all(contents | {folder / name: text for name, text in shown.items()})
    for stale in _stale(folder, shown):
        stale.unlink()


def outdated(path: Path) -> list[Path]:
    """What is missing, is not as it would be written, or should not be there."""
    folder, shown = path.with_suffix(""), dict(pictures())
    found = [folder / name for name, text in shown.items() if not _is(folder / name, text)]
    if not path.is_file() or path.read_text("utf-8") != page(folder.name):
        found.insert(0, path)
    return found + _stale(folder, shown)


def _is(picture: Path, text: str) -> bool:
    return picture.is_file() and picture.read_text("utf-8") == text


def _stale(folder: Path, names: Collection[str]) -> list[Path]:
    return [path for path in sorted(folder.glob("*.svg")) if path.name not in names]


def main(arguments: list[str]) -> int:
    """Write the reference to the file that is named, or check that it is up to date."""
    return command.run("archc.pages.library", "FILE", arguments, write, outdated)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
