"""Text to program: parse a file, follow its imports, and bind the names of every file.

Only two places are ever read: the standard library that travels with the compiler, and files in
the main file's folder or below it.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path, PurePosixPath

from archdsl import ast, rules
from archdsl.cycles import cycles
from archdsl.locate import (
    Located,
    ReadFile,
    declaring,
    libraries,
    locate_file,
    locate_library,
    missing,
    read_file,
)
from archdsl.parser import parse
from archdsl.program import Declared, FileScope, Program
from archir.diagnostics import Diagnostics, Label, Problem, Suggestions
from archir.record import Record, Struct, fresh
from archir.source import Source, Span, without_mark


class ImportLimits(Record):
    """How much a program may import. Far above any real one."""

    files: int = 1_000
    bytes: int = 4_000_000
    """Of one file."""

    total: int = 2_000_000
    """Of all files together, that which imports them included."""


def load(
    source: Source,
    path: Path | None,
    read: ReadFile = read_file,
    limits: ImportLimits | None = None,
) -> tuple[Program | None, Diagnostics]:
    """Parse ``source`` and all that it imports.

    ``path`` is where the source was read, or None for text from elsewhere (standard input): its
    relative imports are then looked for in the current folder. ``read`` gives a file's bytes, or
    raises OSError; it may be replaced to see files that are not on disk.
    """
    loader = _Loader(source, path, read, limits or ImportLimits())
    program = loader.run()
    return program, loader.diagnostics


class _Edge:
    """An import statement, and the file that it leads to (None where there is none)."""

    __slots__ = ("importer", "statement", "target")

    def __init__(self, importer: str, statement: ast.Import) -> None:
        self.importer = importer
        self.statement = statement
        self.target: str | None = None


class _Loader(Struct):
    source: Source
    path: Path | None
    read: ReadFile
    limits: ImportLimits
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
        return (Path() if self.path is None else self.path.parent).resolve()

    def run(self) -> Program | None:
        main = "" if self.path is None else str(self.path.resolve())
        self.total = len(self.source.text)
        if self._enter_file(main, parse(self.source), self.path, is_library=False) is None:
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
        files = {scope.file.source.name: scope for scope in self.scopes.values()}
        return Program(self.scopes[main], files, not self.diagnostics.has_errors)

    def _enter_file(
        self,
        identity: str,
        parsed: tuple[ast.File | None, Diagnostics],
        path: Path | None,
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
        span = edge.statement.path_span
        located = self._locate(edge)
        if isinstance(located, Problem):
            self.diagnostics.report(located, span)
            return None
        if located.identity in self.scopes:
            return located.identity
        if len(self.scopes) >= self.limits.files:
            self.diagnostics.report(rules.imports.TooManyFiles(self.limits.files), span)
            return None
        text = self._text(located, edge.statement)
        if text is None:
            return None
        is_library = located.path is None
        parsed = (_library if is_library else _parsed)(located.name, text)
        scope = self._enter_file(located.identity, parsed, located.path, is_library=is_library)
        return None if scope is None else located.identity

    def _locate(self, edge: _Edge) -> Located | Problem:
        path = edge.statement.path
        if isinstance(path, tuple):
            return locate_library(path)
        importer = self.scopes[edge.importer]
        if importer.is_library:
            return rules.imports.ImportOutsideProject(path, "a library imports libraries alone")
        if importer.path is None:
            return locate_file(path, Path(), self.root, PurePosixPath(), self.read)
        shown = PurePosixPath(importer.file.source.name.replace("\\", "/")).parent
        return locate_file(path, importer.path.parent, self.root, shown, self.read)

    def _text(self, located: Located, statement: ast.Import) -> str | None:
        """The file's text, or None and the reason reported."""
        if located.path is not None and self.total > self.limits.total:
            self._report_too_large(statement)
            return None
        try:
            data = located.read(self.limits.bytes + 1)
        except OSError as error:
            self.diagnostics.report(_unreadable(error, located, statement), statement.path_span)
            return None
        problem = _undecodable(data, located.name, self.limits.bytes)
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
            if edge.target is not None:
                links[edge.importer].append((edge.target, edge.statement.path_span))
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
            declared = Declared(node, scope)
            for name in declared.names:
                # The first of two declarations of a name is the one that others import.
                own = self.own[identity][name.text]
                self._enter(scope, name, own if own.node is node else declared)

    def _import(self, scope: FileScope, edge: _Edge) -> None:
        """Enter the names that an import asks for."""
        for name in edge.statement.names:
            target = None if edge.target is None else self.scopes[edge.target]
            declared = None if edge.target is None else self.own[edge.target].get(name.text)
            if declared is not None:
                if scope.names.get(name.text) is not declared:
                    self._enter(scope, name, declared)
                continue
            scope.missing.add(name.text)
            if target is not None and edge.target is not None:
                self._report_not_found(name, target, edge.target)

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

    def _report_not_found(self, name: ast.Identifier, target: FileScope, identity: str) -> None:
        own = self.own[identity]
        passed_on = self.asked_by.get(identity)
        if passed_on is None:
            passed_on = self.asked_by[identity] = _asked(target.file)
        source = passed_on.get(name.text)
        comes_from = ".".join(source) if isinstance(source, tuple) else source
        shown = target.file.source.name
        elsewhere = declaring(name.text) if shown in libraries() else None
        near = self.suggest(name.text, own)
        problem = rules.imports.UnknownImport(name.text, shown, near, comes_from, elsewhere)
        self.diagnostics.report(problem, name.span)


def _parsed(name: str, text: str) -> tuple[ast.File | None, Diagnostics]:
    return parse(Source(name, text))


@lru_cache(maxsize=64)
def _library(name: str, text: str) -> tuple[ast.File | None, Diagnostics]:
    """The same for a file of the standard library, which a process reads many times alike."""
    return _parsed(name, text)


def _asked(file: ast.File) -> dict[str, str | tuple[str, ...]]:
    """What a file imports: the names, and the path that is asked for each."""
    imports = [node for node in file.declarations if isinstance(node, ast.Import)]
    return {name.text: each.path for each in reversed(imports) for name in each.names}


def _own(scope: FileScope) -> list[Declared]:
    nodes = scope.file.declarations
    return [Declared(node, scope) for node in nodes if not isinstance(node, ast.Import)]


def _unreadable(error: OSError, located: Located, statement: ast.Import) -> Problem:
    if isinstance(error, FileNotFoundError | NotADirectoryError) and located.path is not None:
        assert isinstance(statement.path, str)
        return missing(statement.path, located.path)
    return rules.imports.UnreadableFile(located.name, (error.strerror or str(error)).lower())


def _undecodable(data: bytes, name: str, limit: int) -> Problem | None:
    if len(data) > limit:
        return rules.imports.ImportTooLarge(name, limit)
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return rules.imports.FileNotUtf8(name, line, data[error.start])
    return None
