"""Conditions of the text, in words that are true in just the instances that have something."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import TypeAlias

from archc.python.classes.klass import Class
from archc.python.classes.said import Said
from archc.python.classes.scope import Constructing
from archc.python.merging.merge import (
    Inst,
    Item,
    Node,
    UnfoldError,
    UntestableError,
    When,
    place_of,
)
from archc.python.reading.evaluate import UnknownError, evaluate
from archc.python.reading.expressions import shown
from archc.python.reading.scope import AND, COMPARE, NOT, UnsayableError
from archir.base.record import replaced
from archir.base.source import Span
from archir.graph.modules import Child, Network
from archir.init.values import Part
from archir.program import expressions as e
from archir.program.nodes import Expr

Scoped: TypeAlias = Callable[[Span], Constructing]
"""What names mean at a place of the text."""


def condition(owner: Class, node: When, number: int, scope: Scoped) -> Said:
    """The condition of an arm, in words that are true in just the instances that have it."""
    having, nodes = node.arms[number]
    earlier = {inst for had, _ in node.arms[:number] for inst in had}
    wanted = {inst: inst in having for inst in node.everyone if inst not in earlier}
    if number and all(wanted.values()):
        return Said("")
    spans = [place_of(inner) for inner in nodes if not isinstance(inner, When)]
    # Of places under the same conditions one says what all of them would.
    standing: dict[Hashable, Span] = {}
    for span in spans:
        standing.setdefault(_standing(owner, span), span)
    for span in standing.values():
        said = _tested(owner, span, wanted, scope)
        if said is not None:
            return said
    if all(wanted.values()):
        raise UntestableError(*_under_the_same(owner, spans[0]))
    loop = next((inst.loop for inst in node.everyone if inst.loop is not None), None)
    if loop is not None:
        raise UnfoldError(loop)
    label = next((n for n in map(_label, nodes) if n), "has_more")
    numbers: dict[Network, object] = {inst.network: inst in having for inst in node.everyone}
    return owner.own(f"has_{label}" if not label.startswith("has") else label, numbers)


def _under_the_same(owner: Class, span: Span) -> list[Span]:
    """The places of a class that stand under the conditions of one, in the same loops."""
    places, wanted = owner.family.places, _standing(owner, span)
    others = () if places is None else places.stages
    return [
        span,
        *(other for other in others if other != span and _standing(owner, other) == wanted),
    ]


def _standing(owner: Class, span: Span) -> Hashable:
    """The conditions and loops around a place; what tells it apart, where its own name is one."""
    places = owner.family.places
    place = None if places is None else places.stages.get(span)
    if place is None:
        return span
    use = owner.part_at(span)
    own = span if use is not None and isinstance(use.target, e.Local) else None
    tests = tuple([(test.condition.span, test.wanted) for test in place.tests])
    return tests, tuple([loop.span for loop in place.loops]), own


def _tested(owner: Class, span: Span, wanted: Mapping[Inst, bool], scope: Scoped) -> Said | None:
    places = owner.family.places
    if places is None or span not in places.stages:
        return None
    tests = [(test.condition, test.wanted) for test in places.stages[span].tests]
    use = owner.part_at(span)
    if use is not None and isinstance(use.target, e.Local):
        tests.append((use.target, True))
    texts: list[Said] = []
    truths: list[dict[Inst, bool]] = []
    for test, positive in tests:
        try:
            values = {inst: evaluate(test, owner.look(inst, span)) for inst in wanted}
            truth = {inst: _is_true(value) == positive for inst, value in values.items()}
            held = use is not None and test is use.target
            if all(truth.values()) and (held or not owner.varies(test)):
                continue
            is_part = any(isinstance(value, Part) for value in values.values())
            texts.append(_condition(test, positive, scope(span), is_part=is_part))
        except (UnknownError, UnsayableError):
            return None
        owner.file.tested.add(test.span)
        truths.append(truth)
    there = {inst: all(truth[inst] for truth in truths) for inst in wanted}
    if not truths or there != wanted:
        return None
    return _joined(texts)


def _joined(texts: list[Said]) -> Said:
    if len(texts) == 1:
        return texts[0]
    text = " and ".join(said.within(AND + 1) for said in texts)
    return Said(text, AND, frozenset(v for said in texts for v in said.vars))


_CONTRARY = {"==": "!=", "!=": "==", "in": "not in", "not in": "in"}
"""The operator of the contrary of a comparison."""


def _condition(test: Expr, positive: bool, scope: Constructing, *, is_part: bool) -> Said:
    if not positive and isinstance(test, e.Compare) and test.operator in _CONTRARY:
        test, positive = replaced(test, operator=_CONTRARY[test.operator]), True
    text, binding = shown(test, scope)
    if is_part and text.isidentifier():
        text, binding = f"{text} is {'not ' if positive else ''}None", COMPARE
    elif not positive:
        text, binding = f"not {f'({text})' if binding < NOT else text}", NOT
    return Said(text, binding, frozenset(scope.seen))


def _is_true(value: object) -> bool:
    return value is not None if isinstance(value, Part) else bool(value)


def _label(node: Node) -> str:
    if isinstance(node, Item):
        entry = next(iter(node.by.values()))
        return entry.name if isinstance(entry, Child) and entry.name.isidentifier() else ""
    return ""
