"""What the generator gives: the files of a project, which model is meant, and what stands in it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from archc.testing.generator.pen import Pen

MAIN = "main.arch"


@dataclass(frozen=True)
class Project:
    """Files by name, of which ``main.arch`` is the main one."""

    files: dict[str, str]
    model: str
    """The model that is meant."""

    parameters: dict[str, object] = field(default_factory=dict)
    """Arguments for it from outside."""

    constructs: Counter[str] = field(default_factory=Counter)
    ops: Counter[str] = field(default_factory=Counter)
    expected: str | None = None
    """The name of the mistake that was put in, where torch could not see it."""

    @property
    def main(self) -> str:
        """The main file's text."""
        return self.files[MAIN]

    def text(self) -> str:
        """All files as one text, for people."""
        if len(self.files) == 1 and not self.parameters:
            return self.main
        asked = ", ".join(f"{name} = {value!r}" for name, value in self.parameters.items())
        head = f"# model {self.model}" + (f", with {asked}" if asked else "") + "\n"
        return head + "\n".join(f"# --- {name}\n{text}" for name, text in self.files.items())


def assembled(
    pen: Pen, model: str, parameters: dict[str, object], expected: str | None = None
) -> Project:
    """The files for what was declared, some of it perhaps in a file of its own."""
    choose = pen.choices
    files = {MAIN: list(pen.declarations)}
    if choose.chance(25):
        _move_out(pen, files)
    lines: list[str] = []
    if choose.chance(30):
        pen.note("edition line")
        lines.append("arch 1\n")
    if choose.chance(20):
        pen.note("comment")
        lines.insert(0, "# A network that nobody has asked for.")
    texts = {}
    for name, declared in files.items():
        body = "\n\n".join(text for _, text in declared)
        head = [*(lines if name == MAIN else []), *_imports(pen, files, name, body)]
        texts[name] = "\n".join([*head, *([""] if head else []), body]) + "\n"
    return Project(texts, model, parameters, pen.constructs, pen.ops, expected)


def _words(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z_]\w*", text))


def _move_out(pen: Pen, files: dict[str, list[tuple[str, str]]]) -> None:
    """Move a declaration, and all that it needs, to a file of its own."""
    declared = files[MAIN]
    movable = [name for name, text in declared if not re.match(r"(##.*\n)*model ", text)]
    if not movable:
        return
    moved = {pen.choices.pick(movable)}
    texts = {name: text for names, text in declared for name in names.split(", ")}
    owner = {name: names for names, _ in declared for name in names.split(", ")}
    waiting = list(moved)
    while waiting:
        text = dict(declared)[waiting.pop()]
        for word in sorted(_words(text) & set(texts)):
            if owner[word] not in moved:
                moved.add(owner[word])
                waiting.append(owner[word])
    if any(re.match(r"(##.*\n)*model ", dict(declared)[name]) for name in moved):
        return
    file = pen.choices.pick(["parts.arch", "shared/parts.arch"])
    files[file] = [each for each in declared if each[0] in moved]
    files[MAIN] = [each for each in declared if each[0] not in moved]
    pen.note("import of a file")


def _imports(pen: Pen, files: dict[str, list[tuple[str, str]]], name: str, body: str) -> list[str]:
    """The import lines that a file needs."""
    words, found = _words(body), []
    for path, names in pen.libraries.items():
        used = [each for each in names if each in words]
        if used:
            found.append(f"import {path}: {', '.join(used)}")
    for other, declared in files.items():
        if other == name:
            continue
        known = [each for names, _ in declared for each in names.split(", ")]
        used = [each for each in known if each in words]
        if used and name == MAIN:
            found.append(f'import "./{other}": {", ".join(used)}')
    return found
