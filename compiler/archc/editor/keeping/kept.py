"""What stays known of a text from one key to the next: what no edit has touched.

A typed graph follows from the texts of the declarations that its model needs, in the order in which
they need each other, and so does what is said of it. Where these are the same again, so are both;
only the places in them are those of an older text, and ``Kept.here`` says where they are now.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TypeAlias

from archc.editor.keeping.lexing import Lexed
from archdsl.project.program import Declared
from archdsl.resolve.resolved import Resolved
from archdsl.syntax.parser import read
from archdsl.tree import ast
from archir.base.diagnostics import Diagnostic, Diagnostics, Label
from archir.base.fixes import Edit
from archir.base.record import Struct, fresh, replaced
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

    def __init__(self, lexed: Lexed, before: Kept | None = None) -> None:
        self._lexed = lexed
        self._before: dict[str, KeptModel] = {} if before is None else before.models
        self._files_before: dict[tuple[str, str], Parsed] = {} if before is None else before.files
        self.models: dict[str, KeptModel] = dict(self._before)
        """The last of each name of which all was known."""

        self.files: dict[tuple[str, str], Parsed] = {}
        """The trees of files that are imported, by their names and texts."""

        self._moved: dict[Source, Moved] = {}

    def parse(self, source: Source) -> Parsed:
        """The tree of a text: of its own tokens, or of an imported file that is as it was."""
        if source.text is self._lexed.text:
            return read(source, self._lexed.tokens if self._lexed.is_right else None)
        key = source.name, source.text
        self.files[key] = self._files_before.get(key) or read(source)
        return self.files[key]

    def known(
        self, program: Resolved, model: Declared
    ) -> tuple[TypedGraph | None, tuple[Diagnostic, ...]] | None:
        """What became of a model, and what is said of it here, if it is as it was."""
        kept = self._before.get(model.name)
        if kept is None or program.is_wrong(model):
            return None
        needed = [*program.needs(model)]
        if kept.key != _key(needed):
            return None
        for old, declared in zip(kept.places, needed, strict=True):
            self._moved.setdefault(old.source, Moved()).add(old, declared.node.span)
        found = [self._said_here(each) for each in kept.found]
        said = tuple([each for each in found if each is not None])
        return (kept.typed, said) if len(said) == len(found) else None

    def note(
        self,
        program: Resolved,
        model: Declared,
        typed: TypedGraph | None,
        found: tuple[Diagnostic, ...],
    ) -> None:
        """Remember a model of which all has been said."""
        if program.mistakes or program.guesses or program.is_wrong(model):
            return  # of what stands beside a mistake not all is said
        needed = [*program.needs(model)]
        shared = [each.node.span for each in needed if each.kind == "constant"]
        if any(place.covers(each.span) for each in found for place in shared):
            return  # of what models share it is said in the first alone that needs it
        places = tuple([each.node.span for each in needed])
        self.models[model.name] = KeptModel(_key(needed), typed, found, places)

    def of(self, typed: TypedGraph) -> KeptModel | None:
        """What is kept of a graph."""
        model = self.models.get(typed.graph.root.name)
        return model if model is not None and model.typed is typed else None

    def here(self, span: Span) -> Span:
        """Where a place of a graph is now."""
        moved = self._moved.get(span.source)
        return (moved and moved.place(span)) or span

    def _said_here(self, found: Diagnostic) -> Diagnostic | None:
        """What was said of an older text, at its places in this one; None where one is not here."""
        repair = found.repair
        spans = [found.span, *[each.span for each in found.related]]
        spans += [] if repair is None else [each.span for each in repair.edits]
        places = [
            self._moved[each.source].place(each) for each in spans if each.source in self._moved
        ]
        now = [each for each in places if each is not None]
        if len(now) < len(spans):
            return None
        if now == spans:
            return found
        texts = [each.text for each in found.related]
        related = [Label(*each) for each in zip(now[1:], texts, strict=False)]
        if repair is not None:
            edits = zip(now[1 + len(texts) :], repair.edits, strict=True)
            made = tuple([Edit(span, each.text) for span, each in edits])
            repair = replaced(repair, edits=made)
        return replaced(found, span=now[0], related=tuple(related), repair=repair)


def _key(needed: list[Declared]) -> Key:
    return tuple([_said(each) for each in needed])


def _said(declared: Declared) -> tuple[str, str, str]:
    node, file = declared.node, declared.home.file
    return file.span.source.name, f"{file.doc}\n{node.doc}", node.span.text
