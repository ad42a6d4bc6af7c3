"""What stays known of a text from one key to the next: what no edit has touched.

A typed graph follows from the texts of the declarations that its model needs, in the order in which
they need each other, and so does what is said of it. Where these are the same again, so are both;
only the places in them are those of an older text, and ``Kept.here`` says where they are now.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TypeAlias

from archc.editor.keeping.lexing import Lexed
from archc.editor.keeping.trees import Right, Tree, tree
from archdsl.project.program import Declared, Program
from archdsl.resolve.kept.again import Again
from archdsl.resolve.resolved import Resolved
from archdsl.syntax.parser import read
from archdsl.tree import ast
from archir.base.diagnostics import Diagnostic, Diagnostics
from archir.base.moving import moved
from archir.base.record import Struct, fresh
from archir.base.source import Source, Span
from archir.cost.report import Costs
from archir.cost.rows import Row
from archir.graph.typed import TypedGraph

Key: TypeAlias = tuple[tuple[str, str, str], ...]
"""Of each declaration that is needed: its file, the doc comments of both, its text."""

Parsed: TypeAlias = tuple[ast.File | None, Diagnostics]


class KeptModel(Struct):
    """A model: its graph, what is said of it, and where its declarations stand."""

    key: Key
    typed: TypedGraph | None
    found: tuple[Diagnostic, ...]
    places: tuple[Span, ...]
    is_counted: bool = False
    """Whether it is known what it costs: nothing, where it is too large for that."""

    costs: Costs | None = None
    runs: dict[Span, list[Row]] | None = None
    shapes: list[tuple[Span, str]] | None = None
    """These three once they have been asked for, by places of the text that it was made of."""


class Moved(Struct):
    """Where the declarations of a text stand now that it is another."""

    by_start: dict[int, tuple[Span, Span]] = fresh(factory=dict)
    """By where each began: its place then, and now."""

    starts: list[int] = fresh(factory=list)
    """The same in order, once that has been asked."""

    def add(self, old: Span, new: Span) -> None:
        """Note where a declaration stands now."""
        if old.start not in self.by_start:
            self.by_start[old.start] = old, new
            self.starts = []

    def place(self, span: Span) -> Span | None:
        """Where a place is now; None where it is in no declaration that is known."""
        self.starts = self.starts or sorted(self.by_start)
        number = bisect_right(self.starts, span.start) - 1
        if number < 0:
            return None
        old, new = self.by_start[self.starts[number]]
        moved = new.start - old.start
        return Span(new.source, span.start + moved, span.end + moved) if old.covers(span) else None


class Kept:
    """What is known of a text, for the check of what becomes of it (``pipeline.Earlier``)."""

    def __init__(self, source: Source, lexed: Lexed, before: Kept | None = None) -> None:
        """``lexed`` are the tokens of the source."""
        self._source = source
        self._lexed = lexed
        self._before: dict[str, KeptModel] = {} if before is None else before.models
        self._files_before: dict[tuple[str, str], Parsed] = {} if before is None else before.files
        self.models: dict[str, KeptModel] = dict(self._before)
        """The last of each name of which all was known."""

        self.files: dict[tuple[str, str], Parsed] = {}
        """The trees of files that are imported, by their names and texts."""

        self.right: Right | None = None if before is None else before.right
        """The last text in which nothing was wrong."""

        self._tree: Tree | None = None
        self._is_anew = False
        self._moved: dict[Source, Moved] = {}

    # --- trees and names --------------------------------------------------------------------------

    def parse(self, source: Source) -> Parsed:
        """The tree of a text: of its own tokens, or of an imported file that is as it was."""
        if source is not self._source:
            key = source.name, source.text
            self.files[key] = self._files_before.get(key) or read(source)
            return self.files[key]
        if not self._lexed.is_right:
            return read(source)
        parts = () if self.right is None or self._is_anew else self.right.parts
        self._tree = tree(source, self._lexed.tokens, parts)
        if self._tree is None:
            return read(source, self._lexed.tokens)
        return self._tree.file, Diagnostics()

    def again(self, program: Program, found: Diagnostics) -> Again | None:
        """What is known of the names of a program; None where it is to be read from nothing.

        What was taken over of an older text holds only beside the same files, and no mistakes.
        """
        taken = {} if self._tree is None else self._tree.known
        others = {} if self.right is None else self.right.others
        is_same = not found and self.right is not None and self.right.is_beside(program)
        if taken and not is_same:
            self._is_anew = True
            return None
        for old, new in () if self._tree is None else self._tree.moves:
            self._moved.setdefault(old.source, Moved()).add(old, new)
        return Again({**taken, **others} if is_same else {})

    def resolved(self, program: Program, found: Diagnostics, again: Again) -> None:
        """Keep what has become of the declarations of a program in which all is well read."""
        if self._tree is None or found:
            return
        for part in self._tree.parts:
            nodes = [each for each in part.file.declarations if not isinstance(each, ast.Import)]
            if part.span.source is program.main.file.source:
                onces = [again.made.get(id(each)) for each in nodes]
                known = tuple([each for each in onces if each is not None])
                part.onces = known if len(known) == len(nodes) else None
        self.right = Right.of(program, self._tree.parts, again)

    # --- models -----------------------------------------------------------------------------------

    def known(
        self, program: Resolved, model: Declared
    ) -> tuple[TypedGraph | None, list[Diagnostic]] | None:
        """What became of a model, and what is said of it here, if it is as it was."""
        kept = self._before.get(model.name)
        if kept is None or program.is_wrong(model):
            return None
        needed = [*program.needs(model)]
        if kept.key != _key(needed):
            return None
        for old, declared in zip(kept.places, needed, strict=True):
            self._moved.setdefault(old.source, Moved()).add(old, declared.node.span)
        found = [moved(each, self._place) for each in kept.found]
        said = [each for each in found if each is not None]
        return (kept.typed, said) if len(said) == len(found) else None

    def note(
        self,
        program: Resolved,
        model: Declared,
        typed: TypedGraph | None,
        found: list[Diagnostic],
    ) -> list[Diagnostic]:
        """Remember a model of which all has been said; gives what is said of it here."""
        said = [moved(each, self.here) or each for each in found]
        if program.mistakes or program.guesses or program.is_wrong(model):
            return said  # of what stands beside a mistake not all is said
        needed = [*program.needs(model)]
        places = [program.declarations[each].span for each in needed]
        shared = [at for at, each in zip(places, needed, strict=True) if each.kind == "constant"]
        # Of what models share it is said in the first alone that needs it.
        if not any(place.covers(each.span) for each in found for place in shared):
            kept = KeptModel(_key(needed), typed, tuple(found), tuple(places))
            self.models[model.name] = kept
        return said

    def of(self, typed: TypedGraph) -> KeptModel | None:
        """What is kept of a graph."""
        model = self.models.get(typed.graph.root.name)
        return model if model is not None and model.typed is typed else None

    def here(self, span: Span) -> Span:
        """Where a place of a graph is now."""
        return self._place(span) or span

    @property
    def is_whole(self) -> bool:
        """Whether nothing of an older text stands in what was made of this one."""
        return not self._moved

    def _place(self, span: Span) -> Span | None:
        known = self._moved.get(span.source)
        return None if known is None else known.place(span)


def _key(needed: list[Declared]) -> Key:
    return tuple([_said(each) for each in needed])


def _said(declared: Declared) -> tuple[str, str, str]:
    node, file = declared.node, declared.home.file
    return file.span.source.name, f"{file.doc}\n{node.doc}", node.span.text
