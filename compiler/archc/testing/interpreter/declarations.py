"""Files and what they declare (section 2): imports, constants, functions, blocks and models."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from importlib.resources import files as resources
from pathlib import Path
from typing import Any

from archc.testing.interpreter import expressions
from archc.testing.interpreter.arguments import parameters_of
from archc.testing.interpreter.names import Names, Reading
from archc.testing.interpreter.refused import Refused, wrong
from archc.testing.interpreter.values import Function, Part, literal
from archdsl.syntax.parser import parse
from archdsl.tree import ast
from archir.base.source import Source


class Project:
    """All files of a project, read when they are imported."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts
        self.files: dict[str, File] = {}
        self._reading: list[str] = []

    def file(self, name: str, place: ast.Node | None = None) -> File:
        """A file by its path in the project, or a library by its dotted name."""
        if name in self._reading:
            raise Refused(f"{name} imports itself", None)
        if name not in self.files:
            self._reading.append(name)
            self.files[name] = File(self, name, self._tree(name, place))
            self._reading.pop()
        return self.files[name]

    def _tree(self, name: str, place: ast.Node | None) -> ast.File:
        text = self._text(name)
        if text is None:
            assert place is not None, name
            raise wrong(place, f"there is no {name}")
        tree, found = parse(Source(name, text))
        if tree is None:
            first = next(item for item in found if item.severity == "error")
            line, column = first.span.source.position(first.span.start)
            raise Refused(first.problem.message(), (name, line, column))
        return tree

    def _text(self, name: str) -> str | None:
        room, _, stem = name.partition(".")
        if room not in ("std", "examples") or name in self.texts:
            return self.texts.get(name)
        package = Path(str(resources("archdsl")))
        shipped = package / "shipped"
        examples = shipped if shipped.is_dir() else package.parent.parent / "examples"
        path = (package / "std" if room == "std" else examples) / f"{stem}.arch"
        return path.read_text("utf-8") if path.is_file() else None


class File:
    """One file: what its names mean."""

    def __init__(self, project: Project, name: str, tree: ast.File) -> None:
        self.name = name
        self.names: dict[str, tuple[File, ast.Declaration]] = {}
        self.own: dict[str, ast.Declaration] = {}
        self.imported: list[File] = []
        self._values: dict[str, Any] = {}
        self._working_out: list[ast.Let | ast.Variant] = []
        for node in tree.declarations:
            if isinstance(node, ast.Import):
                self._import(project, node)
                continue
            assert not isinstance(node, ast.Refused)  # the text is right
            named = node.names if isinstance(node, ast.Let) else (node.name,)
            for identifier in named:
                self._declare(identifier, (self, node))
                self.own[identifier.text] = node

    def _declare(self, name: ast.Identifier, meaning: tuple[File, ast.Declaration]) -> None:
        if name.text in self.names:
            raise wrong(name, f"{name.text} is declared twice")
        self.names[name.text] = meaning

    def _import(self, project: Project, node: ast.Import) -> None:
        """Names of another file of the project, of the standard library, or of an example.

        Of an example also the names of those that take from it.
        """
        if isinstance(node.path, tuple):
            path = ".".join(node.path)
        elif self.name.startswith("examples."):
            path = f"examples.{node.path.removeprefix('./').removesuffix('.arch')}"
        else:
            path = posixpath.normpath(posixpath.join(posixpath.dirname(self.name), node.path))
            if path.startswith(("..", "/")):
                raise wrong(node, f"{node.path} is outside of the project")
        other = project.file(path, node)
        self.imported.append(other)
        for name in node.names:
            home = other if name.text in other.own else self._relative(project, other, name)
            self._declare(name, (home, home.own[name.text]))

    @staticmethod
    def _relative(project: Project, other: File, name: ast.Identifier) -> File:
        """The example of that name, which takes from the other."""
        if other.name.startswith("examples."):
            found = project.file(f"examples.{name.text}", name)
            if other in found.imported and name.text in found.own:
                return found
        raise wrong(name, f"{other.name} declares no {name.text}")

    def value(self, name: str) -> Any:
        """What a name of this file means."""
        home, node = self.names[name]
        return home.meaning(name, node)

    def meaning(self, name: str, node: ast.Declaration) -> Any:
        """The value of something that this file declares itself."""
        if isinstance(node, ast.PartDeclaration):
            return Part(node.kind, node.name.text, (), node, self)
        if isinstance(node, ast.Function):
            return Function(node.name.text, node, self)
        if name not in self._values:
            assert isinstance(node, ast.Let | ast.Variant)
            if node in self._working_out:
                raise wrong(node, f"{name} needs itself")
            self._working_out.append(node)
            value = expressions.evaluate(node.value, Reading(self, Names()))
            self._working_out.pop()
            if isinstance(node, ast.Let):
                into = Names()
                expressions.bind_names(node.names, value, into)
                self._values.update(into.bound)
            else:
                self._values[name] = value
        return self._values[name]

    def model(self, name: str) -> Part:
        """A model, or what a variant fills in."""
        node = self.own.get(name)
        if not isinstance(node, ast.PartDeclaration | ast.Variant):
            raise Refused(f"{self.name} declares no model {name}", None)
        value = self.value(name)
        if not isinstance(value, Part) or value.kind != "model":
            raise wrong(node, f"{literal(value)} is no model")
        return value

    def models(self) -> tuple[str, ...]:
        """The models and variants that stand by themselves: all parameters have a value."""
        found: list[str] = []
        for name, node in self.own.items():
            is_model = isinstance(node, ast.PartDeclaration) and node.kind == "model"
            if is_model or isinstance(node, ast.Variant):
                part = self.model(name)
                _, required = parameters_of(part)
                if required <= dict(part.given).keys():
                    found.append(name)
        return tuple(found)
