"""Shapes behind the statements: what a line gives, each time that it runs."""

from __future__ import annotations

from archc.editor.page import Page
from archir.base.record import Record
from archir.base.source import Span
from archir.graph.graph import Apply, Group, Read, Use
from archir.graph.steps import definitions, walk
from archir.graph.typed import TypedGraph


class Shown(Record):
    """The shapes that a stage gives: ``texts`` are the different ones, in the order of running."""

    span: Span
    texts: tuple[str, ...]


def shapes(page: Page) -> list[Shown]:
    """The shapes of the last stage of each line, line by line."""
    by_line: dict[int, dict[Span, list[str]]] = {}
    for span, texts in _texts(page).items():
        if span.end > span.start:
            line = page.lines.line(span.end - 1)
            by_line.setdefault(line, {})[span] = texts
    found: list[Shown] = []
    for spans in by_line.values():
        last = max(spans, key=lambda span: (span.end, -span.start))
        found.append(Shown(last, tuple(spans[last])))
    return sorted(found, key=lambda one: one.span.end)


def at(page: Page, offset: int) -> Shown | None:
    """The shapes of the innermost stage around an offset."""
    around = _texts(page).items()
    texts = {span: shown for span, shown in around if span.start <= offset <= span.end}
    if not texts:
        return None
    inner = min(texts, key=lambda span: span.end - span.start)
    return Shown(inner, tuple(texts[inner]))


def _texts(page: Page) -> dict[Span, list[str]]:
    """What is shown of each stage of the text: the different shapes, in the order of running."""
    found: dict[Span, list[str]] = {}
    for typed in page.models:
        for place, shown in _given(page, typed):
            texts = found.setdefault(page.kept.here(place), [])
            if shown not in texts:
                texts.append(shown)
    return found


def _given(page: Page, typed: TypedGraph) -> list[tuple[Span, str]]:
    """The place of each stage of the text in a model, and what it gives, once each.

    They stay what they are while the model is kept.
    """
    kept = page.kept.of(typed)
    if kept is not None and kept.shapes is not None:
        return kept.shapes
    found: dict[tuple[Span, str], None] = {}
    for definition in definitions(typed.graph):
        for step in walk(definition.steps):
            if step.span.source.file is not page.source.file:
                continue
            if isinstance(step, Apply | Use | Group | Read):
                types = typed.types_of(definition, step.outputs)
                found[step.span, ", ".join(map(str, types))] = None
    shapes = list(found)
    if kept is not None:
        kept.shapes = shapes
    return shapes
