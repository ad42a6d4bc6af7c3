"""How large a model can be drawn, and the check that comes before any of it is unrolled."""

from __future__ import annotations

from dataclasses import dataclass

from archc.drawing.picture import Picture
from archc.drawing.rules import DiagramTooLarge
from archir.base.diagnostics import Diagnostic
from archir.graph.bulk import ModelTooLargeError
from archir.graph.graph import Apply, Definition, Group, Read, Repeat, Step, Use
from archir.graph.steps import Holder, definitions, total
from archir.graph.typed import TypedGraph

MAX_NODES = 2_000
"""Steps that a diagram shows; the largest published networks have about 1,000."""

MAX_EDGES = 6_000
"""Arrows between them; a layout's time grows with their number and length."""

MAX_PASSED = 50_000
"""The rows that all arrows run past: Graphviz places a point in each of them."""

MAX_PASSED_WITH_CARE = 1_000
"""Above this the layout is a rough one; published networks have less, however many layers."""

MAX_NESTING = 50
"""Clusters inside each other."""


class DiagramTooLargeError(ModelTooLargeError):
    """A model is too large to be drawn. ``diagnostic`` says by how much, and where it stands."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How much there is to draw in one definition or part of it."""

    nodes: int = 0
    edges: int = 0
    nesting: int = 0

    def __add__(self, other: Extent) -> Extent:
        return Extent(
            self.nodes + other.nodes, self.edges + other.edges, max(self.nesting, other.nesting)
        )

    def times(self, count: int) -> Extent:
        """The same drawn several times."""
        return Extent(self.nodes * count, self.edges * count, self.nesting)

    def boxed(self) -> Extent:
        """The same inside one cluster, which counts even where it is empty."""
        return Extent(max(self.nodes, 1), self.edges, self.nesting + 1)


def check_size(typed: TypedGraph) -> None:
    """Raise ``DiagramTooLargeError`` for a model with too much to draw, however it is folded."""
    extents: dict[Definition, Extent] = {}
    for definition in definitions(typed.graph):
        extents[definition] = _extent(definition.steps, extents)
    root = typed.graph.root
    extent = extents[root]
    for what, count, limit in (
        ("steps", extent.nodes, MAX_NODES),
        ("connections", extent.edges, MAX_EDGES),
        ("blocks and groups inside each other", extent.nesting, MAX_NESTING),
    ):
        if count > limit:
            problem = DiagramTooLarge(root.name, what, count, limit)
            raise DiagramTooLargeError(Diagnostic(problem, root.span))


def rows_passed(picture: Picture) -> int:
    """The rows that arrows run past, where each node stands below all that it reads."""
    row: dict[str, int] = {}
    for arrow in picture.arrows:  # in the order of running
        row[arrow.head] = max(row.get(arrow.head, 0), row.get(arrow.tail, 0) + 1)
    return sum(row[arrow.head] - row.get(arrow.tail, 0) - 1 for arrow in picture.arrows)


def check_rows(typed: TypedGraph, passed: int) -> None:
    """Raise ``DiagramTooLargeError`` where the arrows are too long in all to be laid out."""
    if passed > MAX_PASSED:
        root = typed.graph.root
        problem = DiagramTooLarge(root.name, "rows passed by connections", passed, MAX_PASSED)
        raise DiagramTooLargeError(Diagnostic(problem, root.span))


def _extent(steps: list[Step], extents: dict[Definition, Extent]) -> Extent:
    def own(step: Apply | Use | Read) -> Extent:
        if isinstance(step, Use):
            return extents[step.definition].boxed()
        return Extent(1, len(step.inputs) if isinstance(step, Apply) else 0)

    def held(step: Holder, inner: Extent) -> Extent:
        if isinstance(step, Repeat):
            return inner.times(step.count)
        return inner.boxed() if isinstance(step, Group) else inner

    return total(steps, Extent(), own, held)
