"""A program: the main file and all that it imports, with the names each file can see.

Names are lexical. A name is looked for among the names of the body, innermost braces first, then
among the parameters of its block, model or function, then among the file's names, which are here;
behind those stand the names that every file has: ops, built-in functions and initialisers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from archdsl import rules
from archdsl.project.locate import StrPath
from archdsl.tree import ast
from archir.base.diagnostics import Diagnostic
from archir.base.record import Struct, fresh
from archir.base.source import Span

DeclarationNode: TypeAlias = "ast.PartDeclaration | ast.Variant | ast.Function | ast.Let"


class Declared(Struct):
    """One declaration of a file, where it stands. Two are equal only when they are the same."""

    node: DeclarationNode
    home: FileScope

    @property
    def kind(self) -> str:
        """``block``, ``model``, ``function`` or ``constant``, as messages say it."""
        if isinstance(self.node, ast.PartDeclaration):
            return self.node.kind
        if isinstance(self.node, ast.Variant):
            return "model"
        return "function" if isinstance(self.node, ast.Function) else "constant"

    @property
    def is_model(self) -> bool:
        """Whether it is a model or a variant, and so may be built by itself."""
        return self.kind == "model"

    @property
    def names(self) -> tuple[ast.Identifier, ...]:
        """The names it declares: one, but for ``let a, b = …``."""
        return self.node.names if isinstance(self.node, ast.Let) else (self.node.name,)

    @property
    def name(self) -> str:
        """Its (first) name."""
        return self.names[0].text

    @property
    def span(self) -> Span:
        """Where its (first) name stands."""
        return self.names[0].span


class FileScope(Struct):
    """One file: its syntax tree and its names, own and imported, in the order of the text."""

    path: StrPath | None
    """Where it was read; None for standard input and for the standard library."""

    file: ast.File
    is_library: bool = False
    """Whether it is part of the standard library."""

    names: dict[str, Declared] = fresh(factory=dict)
    imported: dict[str, ast.Identifier] = fresh(factory=dict)
    """The places of the names that come from an import."""

    missing: set[str] = fresh(factory=set)
    """Names that an import asked for in vain: reported there, and unknown but no news here."""

    words: set[str] = fresh(factory=set)
    """The words of what has no sense between declarations: it may have declared any of them."""

    def declarations(self) -> Iterator[Declared]:
        """The file's own declarations, once each, in the order of the text."""
        last: Declared | None = None
        for declared in self.names.values():
            if declared.home is self and declared is not last:
                last = declared
                yield declared


class Program(Struct):
    """All files that one main file needs."""

    main: FileScope
    files: dict[str, FileScope]
    """Every file by the name under which messages speak of it; the main file first."""

    mistakes: tuple[Span, ...] = ()
    """Where the texts are wrong, or ask for what is not there."""

    guesses: Mapping[Span, bool] = fresh(factory=dict)
    """Those of them of which nobody knows what was meant, and whether the words are sure."""

    @property
    def is_whole(self) -> bool:
        """Whether all of it could be loaded. If not, nothing can be said of what is unused."""
        return not self.mistakes

    def told(self, found: Iterable[Diagnostic]) -> list[Diagnostic]:
        """What is found behind the text, but for lines of which the text is wrong.

        Such a line is read by a guess, and what follows from the guess is no news. A name that
        means nothing means nothing wherever a bracket ends.
        """
        if not self.guesses:
            return list(found)
        lines: dict[tuple[str, int], bool] = {}
        for span, has_names in self.guesses.items():
            lines[_line(span)] = has_names and lines.get(_line(span), True)
        return [each for each in found if _is_told(each, lines.get(_line(each.span)))]

    def models(self) -> tuple[Declared, ...]:
        """The models and variants that the main file declares, in the order of its text."""
        return tuple(declared for declared in self.main.declarations() if declared.is_model)


def _is_told(found: Diagnostic, has_names: bool | None) -> bool:
    """Whether something is said of a line: where it is no guess, or of a name there."""
    return has_names is None or (has_names and isinstance(found.problem, rules.names.UnknownName))


def _line(span: Span) -> tuple[str, int]:
    return span.source.name, span.source.position(span.start)[0]
