"""A picture of a checked model: Graphviz's language, and SVG."""

from __future__ import annotations

from archc.drawing.capacity import (
    MAX_PASSED_WITH_CARE,
    DiagramTooLargeError,
    check_rows,
    check_size,
    rows_passed,
)
from archc.drawing.graphviz import LayoutError, svg_of
from archir.graph.typed import TypedGraph
from archir.graph.unroll import unroll

__all__ = ["DiagramTooLargeError", "LayoutError", "dot", "svg"]


def dot(typed: TypedGraph) -> str:
    """The model as a diagram in Graphviz's language.

    Ops are nodes, labelled groups and blocks are clusters, and each edge carries the shape of
    the tensor that flows along it, at the model's default sizes. The same model gives the same
    text each time.

    Raises ``DiagramTooLargeError`` for a model that has too much to be drawn.
    """
    check_size(typed)
    # Here, since the graphviz package takes a while to import.
    from archc.drawing.digraph import write
    from archc.drawing.picture import draw

    picture = draw(unroll(typed))
    passed = rows_passed(picture)
    check_rows(typed, passed)
    return write(picture, rough=passed > MAX_PASSED_WITH_CARE)


def svg(typed: TypedGraph) -> str:
    """The model as an SVG image, laid out by Graphviz.

    Raises ``DiagramTooLargeError`` for a model that has too many steps to be drawn, and
    ``LayoutError`` where Graphviz is missing or fails.
    """
    return svg_of(dot(typed))
