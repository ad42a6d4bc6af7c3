"""One file out of several: a model's text, with what it takes from other files of its project.

The result depends on the standard library alone. Text is cut at declarations and joined again, so
that comments, documentation and layout stay as they were written; only names are replaced, where
the model gets a new one or two files call different things the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from archdsl.project.program import Declared, FileScope
from archdsl.resolve.resolved import Resolved
from archdsl.syntax.keywords import KEYWORDS
from archdsl.syntax.lexer import tokens
from archdsl.tree import ast
from archir.base.record import Struct, fresh
from archir.base.source import Source
from archir.catalogue.registry import ops
from archir.init.initialisers import FANS, GIVEN
from archir.program.builtins import BUILTINS


def flatten(program: Resolved, model: Declared, name: str) -> str:
    """The text of a file that declares ``model`` under a new name, and all that it needs.

    Where the name has a meaning in the text already, what it
    stood for gets another one; see ``means_something`` for names that cannot be given.
    """
    return _Flat(program, model, name).text()


def means_something(name: str) -> bool:
    """Whether a name is a word of the language, an op, a function or an initialiser."""
    return (
        name in KEYWORDS
        or name == "_"
        or name in BUILTINS
        or name in GIVEN
        or name in FANS
        or name in ops()
    )


class _Chunk(Struct):
    """A declaration with the comments before it: a range of whole lines of its file."""

    declared: Declared
    start: int
    end: int
    follows: Declared | None
    """The declaration directly above, with no empty line between."""


class _Flat(Struct):
    program: Resolved
    model: Declared
    name: str
    names: dict[tuple[Declared, str], str] = fresh(factory=dict)
    """What each name of each declaration is called in the result."""

    def text(self) -> str:
        """The file."""
        needed = self._needed()
        # What others take from comes before them; the main file is the first of all files.
        scopes = [scope for scope in self.program.files.values() if not scope.is_library]
        scopes.reverse()
        chunks = {id(scope): _chunks(scope, needed) for scope in scopes}
        libraries = self._libraries(needed)
        self._rename(scopes, chunks, {name for names in libraries.values() for name in names})
        main = self.program.main
        parts = [f"arch {main.file.edition or 1}\n"]
        head = _head(main)
        if head:
            parts.append(f"\n{head}\n")
        if libraries:
            parts.append("\n")
        parts += [f"import {path}: {', '.join(names)}\n" for path, names in libraries.items()]
        for scope in scopes:
            own = chunks[id(scope)]
            head = "" if scope is main or not own else _as_remark(_head(scope))
            if head:
                parts.append(f"\n{head}\n")
            parts += self._joined(own)
        return "".join(parts).replace("\r\n", "\n")

    # --- what is needed -------------------------------------------------------------------------

    def _needed(self) -> dict[Declared, None]:
        """The model and all that it refers to, directly or not."""
        needed = {self.model: None}
        waiting = [self.model]
        while waiting:
            for other, _ in self.program.references.get(waiting.pop(), ()):
                if other not in needed:
                    needed[other] = None
                    if not other.home.is_library:
                        waiting.append(other)
        return needed

    def _libraries(self, needed: Iterable[Declared]) -> dict[str, list[str]]:
        """The names that are taken from each library, in the order of the alphabet."""
        found: dict[str, set[str]] = {}
        for declared in needed:
            for other, span in self.program.references.get(declared, ()):
                if other.home.is_library and not declared.home.is_library:
                    found.setdefault(other.home.file.source.name, set()).add(span.text)
        return {path: sorted(names) for path, names in sorted(found.items())}

    # --- names ----------------------------------------------------------------------------------

    def _rename(
        self, scopes: list[FileScope], chunks: Mapping[int, list[_Chunk]], taken: set[str]
    ) -> None:
        """Give every name of a declaration one of its own: to the model's file its names first."""
        words = {
            word
            for scope in scopes
            for chunk in chunks[id(scope)]
            for word in _words(scope.file.source, chunk)
        }
        chosen = self.name
        has_meaning = chosen in words and not self._is_declared(chosen, scopes, chunks)
        if chosen in taken or (has_meaning and self._is_used()):
            chosen = _unused(f"{chosen}_net", taken | words)
        self.names[self.model, self.model.name] = chosen
        taken = {*taken, chosen}
        several = sum(bool(own) for own in chunks.values()) > 1
        for scope in reversed(scopes):
            for chunk in chunks[id(scope)]:
                for name in (identifier.text for identifier in chunk.declared.names):
                    if name == "_" or (chunk.declared, name) in self.names:
                        continue
                    new = name
                    if name in taken or (several and means_something(name)):
                        new = _unused(name, taken | words)
                    taken.add(new)
                    self.names[chunk.declared, name] = new

    def _is_declared(
        self, name: str, scopes: list[FileScope], chunks: Mapping[int, list[_Chunk]]
    ) -> bool:
        """Whether a declaration has the name, which then gets another one."""
        return any(
            identifier.text == name
            for scope in scopes
            for chunk in chunks[id(scope)]
            for identifier in chunk.declared.names
        )

    def _is_used(self) -> bool:
        """Whether another declaration refers to the model."""
        return any(
            other is self.model for uses in self.program.references.values() for other, _ in uses
        )

    # --- text -----------------------------------------------------------------------------------

    def _joined(self, chunks: list[_Chunk]) -> Iterator[str]:
        before: Declared | None = None
        for chunk in chunks:
            if chunk.follows is None or chunk.follows is not before:
                yield "\n"
            yield self._renamed(chunk).strip("\r\n") + "\n"
            before = chunk.declared

    def _renamed(self, chunk: _Chunk) -> str:
        """The text of a declaration with the new names."""
        declared = chunk.declared
        places = [(declared, identifier.span) for identifier in declared.names]
        places += self.program.references.get(declared, ())
        text = declared.home.file.source.text
        parts: list[str] = []
        at = chunk.start
        for other, span in sorted(places, key=lambda place: place[1].start):
            if span.start < at:
                continue  # noted twice
            parts += [text[at : span.start], self.names.get((other, span.text), span.text)]
            at = span.end
        parts.append(text[at : chunk.end])
        return "".join(parts)


def _chunks(scope: FileScope, needed: Mapping[Declared, None]) -> list[_Chunk]:
    """The needed declarations of a file, with their comments, in the order of the text."""
    text = scope.file.source.text
    declared_of = {id(declared.node): declared for declared in scope.declarations()}
    found: list[_Chunk] = []
    start = _head_end(scope)
    above: Declared | None = None
    for node in scope.file.declarations:
        end = _line_end(text, node.span.end)
        declared = declared_of.get(id(node))
        if declared is not None and declared in needed:
            gap = text[start : node.span.start]
            follows = None if gap.startswith(("\n", "\r\n")) else above
            found.append(_Chunk(declared, start, end, follows))
        above, start = declared, end
    if found and found[-1].declared is above:
        found[-1].end = len(text.rstrip())  # comments at the end of the file
    return found


def _head(scope: FileScope) -> str:
    """The comments at the top of a file that belong to no declaration."""
    text, edition = scope.file.source.text, scope.file.edition_span
    end = _head_end(scope)
    if edition is None:
        return text[:end].strip()
    rest = text[_line_end(text, edition.end) : end].strip()
    return "\n\n".join(filter(None, (text[: edition.start].strip(), rest)))


def _head_end(scope: FileScope) -> int:
    """Where the comments of the first declaration begin."""
    text, edition = scope.file.source.text, scope.file.edition_span
    first = scope.file.declarations[0] if scope.file.declarations else None
    least = 0 if edition is None else _line_end(text, edition.end)
    end = len(text) if first is None else text.rfind("\n", 0, first.span.start) + 1
    if first is None or isinstance(first, ast.Import):
        return max(end, least)
    # Up to the last empty line.
    lines = text[least:end].splitlines(keepends=True)
    kept = max((at + 1 for at, line in enumerate(lines) if not line.strip()), default=0)
    return least + sum(map(len, lines[:kept]))


def _as_remark(head: str) -> str:
    """The comments of another file's top, which document nothing here."""
    lines = (line.strip() for line in head.splitlines())
    return "\n".join(f"#{line.lstrip('#')}" if line else "" for line in lines)


def _line_end(text: str, at: int) -> int:
    """The offset behind the line in which an offset lies."""
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1


def _words(source: Source, chunk: _Chunk) -> Iterator[str]:
    """All words of a declaration that could be names, those in its strings included."""

    def ignore(*_: object) -> None:
        """What is wrong with the text has been said: nothing."""

    waiting = [(chunk.start, chunk.end)]
    while waiting:
        for token in tokens(source.text, *waiting.pop(), ignore):
            if token.type == "NAME":
                yield token.text
            elif token.type == "STRING":
                waiting.append((token.start + 1, token.end - 1))


def _unused(name: str, taken: set[str]) -> str:
    """The name, or with a number behind it if it is taken."""
    number = 2
    found = name
    while found in taken:
        found = f"{name}_{number}"
        number += 1
    return found
