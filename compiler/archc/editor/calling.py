"""Who uses what: the hierarchy of calls over blocks, models and functions."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from archc.editor.page import Page
from archc.editor.words import file_of, is_one, meaning
from archdsl.project.program import Declared
from archir.base.record import Record
from archir.base.source import Span


class Caller(Record):
    """A declaration that can be used, and its file (None for the text itself, without a name)."""

    name: str
    kind: str
    path: Path | None
    span: Span
    name_span: Span


class CallSites(Record):
    """A declaration that uses another or is used, and the places of the uses in the user's text."""

    part: Caller
    spans: tuple[Span, ...]


def at(page: Page, offset: int) -> Caller | None:
    """The declaration that the name at an offset means."""
    found = meaning(page, offset)
    if found is None or found.declared is None or found.declared.kind == "constant":
        return None
    return _part(found.declared)


def incoming(page: Page, offset: int, others: Iterable[Page] = ()) -> list[CallSites]:
    """The declarations of this text and of others that use the one whose name is at an offset."""
    found = meaning(page, offset)
    if found is None or found.declared is None:
        return []
    used = found.declared
    calls: list[CallSites] = []
    for each in (page, *others):
        if each.program is None:
            continue
        for user in each.program.main.declarations():
            spans = [span for span, met in _uses(each, user) if is_one(met, used)]
            if spans:
                calls.append(CallSites(_part(user), tuple(spans)))
    return calls


def outgoing(page: Page, offset: int) -> list[CallSites]:
    """The declarations that the one whose name is at an offset uses, in the order of its text."""
    found = meaning(page, offset)
    if found is None or found.declared is None or not page.own(found.declared.span):
        return []
    calls: dict[int, tuple[Declared, list[Span]]] = {}
    for span, met in _uses(page, found.declared):
        if met.kind != "constant":
            calls.setdefault(id(met), (met, []))[1].append(span)
    return [CallSites(_part(met), tuple(spans)) for met, spans in calls.values()]


def _uses(page: Page, user: Declared) -> list[tuple[Span, Declared]]:
    """What a declaration of a text uses, with the places."""
    around = user.node.span
    found = [
        (span, met)
        for span, met in page.met.declared.items()
        if page.own(span) and around.start <= span.start < around.end and span != user.span
    ]
    return sorted(found, key=lambda one: one[0].start)


def _part(declared: Declared) -> Caller:
    path = file_of(declared.home)
    return Caller(declared.name, declared.kind, path, declared.node.span, declared.span)
