"""Shapes behind the statements: what a line gives, each time that it runs."""

from __future__ import annotations

from archc.editor.page import Page
from archir.base.record import Record
from archir.base.source import Span
from archir.graph.graph import Apply, Group, Read, Use
from archir.graph.steps import definitions, walk
from archir.graph.typed import TypedGraph
from archir.shapes.types import TensorType

Types = tuple[TensorType, ...]


class Shown(Record):
    """The shapes that a stage gives: ``texts`` are the different ones, in the order of running."""

    span: Span
    texts: tuple[str, ...]


def shapes(page: Page) -> list[Shown]:
    """The shapes of the last stage of each line, line by line."""
    by_line: dict[int, dict[Span, list[str]]] = {}
    for typed in page.models:
        for place, types in _given(typed):
            span = page.kept.here(place)
            if not page.own(span) or span.end == span.start:
                continue
            line = page.lines.place(max(span.end - 1, span.start)).line
            texts = by_line.setdefault(line, {}).setdefault(span, [])
            shown = ", ".join(str(each) for each in types)
            if shown not in texts:
                texts.append(shown)
    found: list[Shown] = []
    for spans in by_line.values():
        last = max(spans, key=lambda span: (span.end, -span.start))
        found.append(Shown(last, tuple(spans[last])))
    return sorted(found, key=lambda one: one.span.end)


def at(page: Page, offset: int) -> Shown | None:
    """The shapes of the innermost stage around an offset."""
    texts: dict[Span, list[str]] = {}
    for typed in page.models:
        for place, types in _given(typed):
            span = page.kept.here(place)
            if page.own(span) and span.start <= offset <= span.end:
                shown = ", ".join(str(each) for each in types)
                known = texts.setdefault(span, [])
                if shown not in known:
                    known.append(shown)
    if not texts:
        return None
    inner = min(texts, key=lambda span: span.end - span.start)
    return Shown(inner, tuple(texts[inner]))


def _given(typed: TypedGraph) -> list[tuple[Span, Types]]:
    """The place of each stage, and the types of what it gives."""
    found: list[tuple[Span, Types]] = []
    for definition in definitions(typed.graph):
        found += [
            (step.span, typed.types_of(definition, step.outputs))
            for step in walk(definition.steps)
            if isinstance(step, Apply | Use | Group | Read)
        ]
    return found
