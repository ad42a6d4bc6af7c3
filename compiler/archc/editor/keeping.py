"""What stays known of a text from one key to the next: the models that no edit has touched.

A typed graph follows from the texts of the declarations that its model needs, in the order in which
they need each other. Where these are the same again, and nothing is wrong with them, so is the
graph; only the places in it are those of an older text, and ``Kept.here`` says where they are now.
"""

from __future__ import annotations

from typing import TypeAlias

from archdsl.project.program import Declared
from archdsl.resolve.resolved import Resolved
from archir.base.record import Struct
from archir.base.source import Source, Span
from archir.cost.report import Costs
from archir.graph.typed import TypedGraph

Key: TypeAlias = tuple[tuple[str, str, str], ...]
"""Of each declaration that is needed: its file, the doc comments of both, its text."""


class KeptModel(Struct):
    """A model in which nothing is wrong: its graph, and where its declarations stand."""

    key: Key
    typed: TypedGraph
    places: tuple[Span, ...]
    costs: Costs | None = None
    """Once they have been asked for."""


class Kept:
    """The models of a text, for the check of what becomes of it (``pipeline.Earlier``)."""

    def __init__(self, before: Kept | None = None) -> None:
        self._before: dict[str, KeptModel] = {} if before is None else before.models
        self.models: dict[str, KeptModel] = dict(self._before)
        """The last of each name in which nothing was wrong."""

        self._moved: dict[Source, dict[Span, Span]] = {}

    def known(self, program: Resolved, model: Declared) -> TypedGraph | None:
        """The graph of a model, if it is as it was."""
        kept = self._before.get(model.name)
        if kept is None or program.is_wrong(model):
            return None
        needed = [*program.needs(model)]
        if kept.key != _key(needed):
            return None
        for old, declared in zip(kept.places, needed, strict=True):
            self._moved.setdefault(old.source, {})[old] = declared.node.span
        return kept.typed

    def note(self, program: Resolved, model: Declared, typed: TypedGraph) -> None:
        """Remember a model of which nothing has been said."""
        if program.mistakes or program.guesses or program.is_wrong(model):
            return  # of what stands beside a mistake not all is said
        needed = [*program.needs(model)]
        places = tuple([each.node.span for each in needed])
        self.models[model.name] = KeptModel(_key(needed), typed, places)

    def of(self, typed: TypedGraph) -> KeptModel | None:
        """What is kept of a graph."""
        model = self.models.get(typed.graph.root.name)
        return model if model is not None and model.typed is typed else None

    def here(self, span: Span) -> Span:
        """Where a place of a graph is now."""
        for old, new in self._moved.get(span.source, {}).items():
            if old.covers(span):
                moved = new.start - old.start
                return Span(new.source, span.start + moved, span.end + moved)
        return span


def _key(needed: list[Declared]) -> Key:
    return tuple([_said(each) for each in needed])


def _said(declared: Declared) -> tuple[str, str, str]:
    node, file = declared.node, declared.home.file
    return file.span.source.name, f"{file.doc}\n{node.doc}", node.span.text
