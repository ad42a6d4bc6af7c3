"""Text to program: parse a file, follow its imports, and bind the names of every file.

Only two places are ever read: the standard library that travels with the compiler, and files in
the main file's folder or below it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from archdsl import rules
from archdsl.project.cycles import cycles
from archdsl.project.locate import (
    EXAMPLES,
    Located,
    ReadFile,
    StrPath,
    example_names,
    locate_beside,
    locate_example,
    locate_file,
    locate_library,
    read_file,
    undecodable,
    unreadable,
)
from archdsl.project.program import Declared, FileScope, Program
from archdsl.syntax.parser import read as read_tree
from archdsl.tree import ast
from archir.base.diagnostics import Diagnostic, Diagnostics, Label, Problem, Suggestions
from archir.base.record import Record, Struct, fresh
from archir.base.source import Source, Span, without_mark

if TYPE_CHECKING:
    from pathlib import Path


Parse: TypeAlias = Callable[[Source], tuple[ast.File | None, Diagnostics]]


class ImportLimits(Record):
    """How much a program may import. Far above any real one."""

    files: int = 1_000
    bytes: int = 4_000_000
    """Of one file."""

    total: int = 2_000_000
    """Of all files together, that which imports them included."""


def load(
    source: Source,
    path: StrPath | None,
    read: ReadFile | None = None,
    limits: ImportLimits | None = None,
    parse: Parse = read_tree,
) -> tuple[Program | None, Diagnostics]:
    """Parse ``source`` and all that it imports.

    ``path`` is where the source was read, or None for text from elsewhere (standard input): its
    relative imports are then looked for in the current folder. ``read`` gives a file's bytes, or
    raises OSError; it may be replaced to see files that are not on disk. ``parse`` gives a text's
    tree as ``syntax.parser.read`` does, of which somebody may know a part already.
    """
    loader = _Loader(source, path, read or read_file, limits or ImportLimits(), parse)
    program = loader.run()
    return program, loader.diagnostics


class _Edge:
    """An import statement, and the file that it leads to (None where there is none)."""

    __slots__ = ("family", "importer", "statement", "target")

    def __init__(self, importer: str, statement: ast.Import) -> None:
        self.importer = importer
        self.statement = statement
        self.target: str | None = None
        self.family: dict[str, str] = {}
        """Files that were looked into for names which the target does not declare."""


class _Loader(Struct):
    source: Source
    path: StrPath | None
    read: ReadFile
    limits: ImportLimits
    parse: Parse
    diagnostics: Diagnostics = fresh(factory=Diagnostics)
    scopes: dict[str, FileScope] = fresh(factory=dict)
    """By the identity of the file: its resolved path, or the library's dotted name."""

    own: dict[str, dict[str, Declared]] = fresh(factory=dict)
    """What each file declares itself."""

    edges: list[_Edge] = fresh(factory=list)
    edges_of: dict[str, list[_Edge]] = fresh(factory=dict)
    asked_by: dict[str, dict[str, str | tuple[str, ...]]] = fresh(factory=dict)
    """What a file imports itself, once another has asked it for a name in vain."""

    suggest: Suggestions = fresh(factory=Suggestions)
    total: int = 0
    """How many bytes have been read of all files."""

    @property
    def root(self) -> Path:
        from pathlib import Path

        return (Path() if self.path is None else Path(self.path).parent).resolve()

    def run(self) -> Program | None:
        main = "" if self.path is None else os.path.realpath(self.path)
        self.total = len(self.source.text)
        if self._enter_file(main, self.parse(self.source), self.path, is_library=False) is None:
            return None
        for edge in self.edges:  # grows while it is walked
            edge.target = self._follow(edge)
        self._report_cycles()
        for identity, scope in self.scopes.items():
            table = self.own.setdefault(identity, {})
            for declared in _own(scope):
                for name in declared.names:
                    table.setdefault(name.text, declared)
        for edge in self.edges:
            self.edges_of.setdefault(edge.importer, []).append(edge)
        for identity in self.scopes:
            self._bind(identity)
        wrong = [each for each in self.diagnostics if each.is_error]
        known = {span for scope in self.scopes.values() for span in scope.file.repaired}
        guesses = {each.span: _is_word_for_word(each) for each in wrong if each.span not in known}
        mistakes = tuple([each.span for each in wrong])
        return Program(self.scopes[main], self._files(), mistakes, guesses)

    def _files(self) -> dict[str, FileScope]:
        """All files by their names; a text in hand may be called like a file that it imports."""
        files: dict[str, FileScope] = {}
        for identity, scope in self.scopes.items():
            name = scope.file.source.name
            files[identity if name in files else name] = scope
        return files

    def _enter_file(
        self,
        identity: str,
        parsed: tuple[ast.File | None, Diagnostics],
        path: StrPath | None,
        *,
        is_library: bool,
    ) -> FileScope | None:
        file, problems = parsed
        self.diagnostics.extend(problems)
        if file is None:
            return None
        scope = FileScope(path, file, is_library)
        self.scopes[identity] = scope
        for declaration in file.declarations:
            if isinstance(declaration, ast.Import):
                self.edges.append(_Edge(identity, declaration))
        return scope

    # --- following imports ----------------------------------------------------------------------

    def _follow(self, edge: _Edge) -> str | None:
        """Load the file that an import names, if that has not been done yet."""
        located = self._locate(edge)
        if isinstance(located, Problem):
            self.diagnostics.report(located, edge.statement.path_span)
            return None
        target = self._loaded(located, edge)
        if target is not None and located.name.startswith(f"{EXAMPLES}."):
            self._follow_family(edge, target, located.name)
        return target

    def _follow_family(self, edge: _Edge, target: str, name: str) -> None:
        """Load the examples that take from the one that is named, where they are asked for.

        ``import examples.resnet: resnet50``: that file declares what the family shares.
        """
        declared = {name.text for own in _own(self.scopes[target]) for name in own.names}
        shared = f"./{name.partition('.')[2]}.arch"
        for wanted in edge.statement.names:
            if wanted.text in declared or wanted.text not in example_names():
                continue
            located = locate_example((EXAMPLES, wanted.text))
            member = None if isinstance(located, Problem) else self._loaded(located, edge)
            if member is not None and shared in _asked(self.scopes[member].file).values():
                edge.family[wanted.text] = member

    def _loaded(self, located: Located, edge: _Edge) -> str | None:
        """The identity of a file that is there, read if that has not been done yet."""
        span = edge.statement.path_span
        if located.identity in self.scopes:
            return located.identity
        if len(self.scopes) >= self.limits.files:
            self.diagnostics.report(rules.imports.TooManyFiles(self.limits.files), span)
            return None
        text = self._text(located, edge.statement)
        if text is None:
            return None
        is_library = located.path is None
        name = located.name
        parsed = _library(name, text) if is_library else self.parse(Source(name, text))
        scope = self._enter_file(located.identity, parsed, located.path, is_library=is_library)
        return None if scope is None else located.identity

    def _locate(self, edge: _Edge) -> Located | Problem:
        path = edge.statement.path
        if isinstance(path, tuple):
            if path[0] == EXAMPLES:
                return locate_example(path)
            return locate_library(path, [name.text for name in edge.statement.names])
        importer = self.scopes[edge.importer]
        if importer.file.source.name.startswith(f"{EXAMPLES}."):
            return locate_beside(path)
        if importer.is_library:
            return rules.imports.ImportOutsideProject(path, "a library imports libraries alone")
        from pathlib import Path, PurePosixPath

        if importer.path is None:
            return locate_file(path, Path(), self.root, PurePosixPath(), self.read)
        shown = PurePosixPath(importer.file.source.name.replace("\\", "/")).parent
        return locate_file(path, Path(importer.path).parent, self.root, shown, self.read)

    def _text(self, located: Located, statement: ast.Import) -> str | None:
        """The file's text, or None and the reason reported."""
        if located.path is not None and self.total > self.limits.total:
            self._report_too_large(statement)
            return None
        try:
            data = located.read(self.limits.bytes + 1)
        except OSError as error:
            self.diagnostics.report(unreadable(error, located, statement.path), statement.path_span)
            return None
        problem = undecodable(data, located.name, self.limits.bytes)
        if problem:
            self.diagnostics.report(problem, statement.path_span)
            return None
        self.total += 0 if located.path is None else len(data)
        if self.total > self.limits.total:
            self._report_too_large(statement)
            return None
        return without_mark(data).decode("utf-8")

    def _report_too_large(self, statement: ast.Import) -> None:
        problem = rules.imports.ProgramTooLarge(self.limits.total)
        self.diagnostics.report(problem, statement.path_span)

    # --- binding names --------------------------------------------------------------------------

    def _report_cycles(self) -> None:
        links: dict[str, list[tuple[str, Span]]] = {identity: [] for identity in self.scopes}
        for edge in self.edges:
            for target in (edge.target, *edge.family.values()):
                if target is not None:
                    links[edge.importer].append((target, edge.statement.path_span))
        for cycle in cycles(links):
            names = tuple(self.scopes[step.start].file.source.name for step in cycle)
            related = [
                Label(step.place, f"{name} imports {after}")
                for step, name, after in zip(cycle, names, names[1:] + names[:1], strict=True)
            ]
            self.diagnostics.report(rules.imports.ImportCycle(names), cycle[0].place, related[1:])

    def _bind(self, identity: str) -> None:
        """Enter all names of a file in the order of its text, own and imported."""
        scope = self.scopes[identity]
        edges = iter(self.edges_of.get(identity, ()))
        for node in scope.file.declarations:
            if isinstance(node, ast.Import):
                self._import(scope, next(edges))
                continue
            if isinstance(node, ast.Refused):
                scope.missing.update(name.text for name in node.names)
                if node.keyword == "IMPORT":
                    from archdsl.project.meant import meant  # a right file has no need of it

                    scope.missing.update(meant(scope, node, self.diagnostics.items))
                scope.words |= node.words
                continue
            declared = Declared(node, scope)
            for name in declared.names:
                # The first of two declarations of a name is the one that others import.
                own = self.own[identity][name.text]
                self._enter(scope, name, own if own.node is node else declared)

    def _import(self, scope: FileScope, edge: _Edge) -> None:
        """Enter the names that an import asks for."""
        for name in edge.statement.names:
            target = None if edge.target is None else self.scopes[edge.target]
            home = edge.family.get(name.text, edge.target)
            declared = None if home is None else self.own[home].get(name.text)
            if declared is not None:
                if scope.names.get(name.text) is not declared:
                    self._enter(scope, name, declared)
                continue
            scope.missing.add(name.text)
            if target is not None and edge.target is not None:
                self._report_not_found(scope, name, target, edge.target)

    def _report_not_found(
        self, scope: FileScope, name: ast.Identifier, target: FileScope, identity: str
    ) -> None:
        from archdsl.project.not_found import not_found  # a right program has none

        if identity not in self.asked_by:
            self.asked_by[identity] = _asked(target.file)
        shown, passed_on = target.file.source.name, self.asked_by[identity]
        problem, meant = not_found(name.text, shown, self.own[identity], passed_on, self.suggest)
        if meant is not None:
            scope.missing.add(meant)  # it may be what is used
        self.diagnostics.report(problem, name.span)

    def _enter(self, scope: FileScope, name: ast.Identifier, declared: Declared) -> None:
        first = scope.names.get(name.text)
        if first is None:
            if name.text != "_":
                scope.names[name.text] = declared
                if declared.home is not scope:
                    scope.imported[name.text] = name
            return
        place = scope.imported.get(name.text)
        where = next(n.span for n in first.names if n.text == name.text)
        label = Label(where if place is None else place.span, "the first is here")
        self.diagnostics.report(rules.names.NameDeclaredTwice(name.text), name.span, (label,))


def _is_word_for_word(found: Diagnostic) -> bool:
    """Whether the words of a line are meant as they stand, though their brackets are a guess."""
    return isinstance(found.problem, rules.brackets.UnclosedBracket) and found.span.text != "{"


@lru_cache(maxsize=64)
def _library(name: str, text: str) -> tuple[ast.File | None, Diagnostics]:
    """A file of the standard library, which a process reads many times alike."""
    return read_tree(Source(name, text))


def _asked(file: ast.File) -> dict[str, str | tuple[str, ...]]:
    """What a file imports: the names, and the path that is asked for each."""
    imports = [node for node in file.declarations if isinstance(node, ast.Import)]
    return {name.text: each.path for each in reversed(imports) for name in each.names}


def _own(scope: FileScope) -> list[Declared]:
    nodes = scope.file.declarations
    kinds = ast.Import | ast.Refused
    return [Declared(node, scope) for node in nodes if not isinstance(node, kinds)]
