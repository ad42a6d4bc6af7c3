"""The definition under construction: its values and their types, its scopes, its steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from archdsl import rules
from archdsl.elaborate.session import Session
from archdsl.elaborate.values.kinds import Flow, SharedModule
from archir.base.diagnostics import Label
from archir.base.record import Record, Struct, fresh
from archir.base.source import Span
from archir.graph.graph import (
    Annotation,
    Apply,
    Assertion,
    Definition,
    Leaf,
    Output,
    Scope,
    Slot,
    Step,
    Use,
    Value,
)
from archir.init.init_rules import Given, InitRule
from archir.op.contract import Op
from archir.op.rule_cache import RuleResult
from archir.shapes.types import TensorType


class Caller(Protocol):
    """Where a body is used, as far as the body's own definition asks."""

    @property
    def builder(self) -> Builder:
        """The definition that uses it."""

    def within_reach(self) -> Iterator[Value]:
        """The values that may be read there, those that the definition began with first."""


class SlotName(Record):
    """A label that has been evaluated. ``text`` None with ``numbered`` is the ``_:``."""

    text: str | None
    numbered: bool
    span: Span


def made_by(values: Flow, steps: Sequence[Step]) -> Apply | None:
    """The use of an op that gave just these values, if one did."""
    applied = (step for step in reversed(steps) if isinstance(step, Apply))
    return next((step for step in applied if step.outputs == values), None)


class Builder(Struct):
    """Collects one definition."""

    session: Session
    types: dict[Value, TensorType | None] = fresh(factory=dict)
    inputs: Flow = ()
    count: int = 0
    nodes: int = 0
    caller: Caller | None = None
    """Where the body is used; None for a model's own."""

    handed: dict[Value, Value] = fresh(factory=dict)
    """Further inputs, which only tell it sizes, and the caller's values that they are."""

    training: set[Value] = fresh(factory=set)
    """Values that exist in training alone."""

    outputs: list[Output] = fresh(factory=list)
    listed: set[str] = fresh(factory=set)
    """The names of those that are items of lists."""

    annotations: list[Annotation] = fresh(factory=list)
    assertions: list[Assertion] = fresh(factory=list)
    rules: list[InitRule] = fresh(factory=list)
    shared: dict[SharedModule, Scope] = fresh(factory=dict)
    """``module`` statements and the scopes that they stand in."""

    ahead: dict[int, SharedModule] = fresh(factory=dict)
    """Modules that may be applied before they stand, until they do, by their slots."""

    taps: dict[str, Span] = fresh(factory=dict)
    """The labels up to which alone the body is wanted, and where they are written."""

    tapped: dict[str, Value] = fresh(factory=dict)
    """What their modules have given so far."""

    paths: dict[Scope, str] = fresh(factory=dict)
    """How the names of the modules in a scope begin, where some are looked for."""

    done: bool = False
    """Whether all of them have given something: what stands behind is not performed."""

    abandoned: bool = False
    """Whether an ``assert`` has failed: what stands behind it means nothing any more."""

    left_behind: int = 0
    """How many parameters and modules with names of their own its statements have made so far."""

    has_init: bool = False

    def type_of(self, value: Value) -> TensorType | None:
        """The type of a value; a ``module`` may ask for that of one outside of it."""
        if value in self.types or self.caller is None:
            return self.types.get(value)
        return self.caller.builder.type_of(value)

    def value(self, span: Span, given: TensorType | None, name: str | None = None) -> Value:
        """A new value of a known or unknown type."""
        self.session.knows_all = self.session.knows_all and given is not None
        made = Value(self.count, span, name)
        self.count += 1
        self.types[made] = given
        return made

    def known_types(self, values: Flow) -> tuple[TensorType, ...] | None:
        """The types of values; None if one of them is unknown."""
        types: list[TensorType] = []
        for value in values:
            given = self.types.get(value)
            if given is None:
                return None
            types.append(given)
        return tuple(types)

    def apply(self, op: Op, slot: Slot | None, inputs: Flow, span: Span, steps: list[Step]) -> Flow:
        """Apply an op; unknown types make an unknown result."""
        types = self.known_types(inputs)
        answer = None if types is None else self.session.rule_cache.apply(op, types)
        return self.applied(op, slot, inputs, answer, span, steps)

    def applied(
        self,
        op: Op,
        slot: Slot | None,
        inputs: Flow,
        answer: RuleResult | None,
        span: Span,
        steps: list[Step],
    ) -> Flow:
        """Apply an op of which it is known what it gives, or that nothing is known."""
        outputs = (None,) if answer is None else answer.outputs or (None,)
        made = tuple([self.value(span, given) for given in outputs])
        steps.append(Apply(op, slot, inputs, made, span))
        self.spend(1, span)
        return made

    def use(
        self, definition: Definition, slot: Slot, inputs: Flow, span: Span, steps: list[Step]
    ) -> Flow:
        """Apply a block; its outputs have the types that were found while it was unrolled."""
        types = self.session.output_types[definition]
        made = tuple(self.value(span, given) for given in types)
        steps.append(Use(definition, slot, inputs, made, span))
        self.spend(self.session.nodes[definition], span)
        return made

    def holds(self, module: SharedModule) -> bool:
        """Whether a ``module`` stands in this definition, or further on in it."""
        early = self.ahead.get(module.node.target.slot) is module
        return early or module in self.shared

    def spend(self, nodes: int, span: Span) -> None:
        self.nodes += nodes
        self.session.budget.nodes(self.nodes, span)

    def register(self, scope: Scope, slot: Slot) -> None:
        """Add a child to a scope; two of the same label are a problem."""
        if slot.label is not None:
            table = self.session.labels.setdefault(scope, {})
            earlier = table.setdefault(slot.label, slot)
            if earlier is not slot:
                related = Label(earlier.span, "the label is used here first")
                before = slot.span.source.text[: slot.span.start].split()[-1:]
                kind = "module" if before == ["module"] else "label"
                loop = rules.labels.loop_around(slot.span)
                in_turns = earlier.span == slot.span
                problem = rules.labels.AlreadyInUse(
                    slot.label, in_turns, kind, loop, tuple(sorted(table))
                )
                self.session.report(problem, slot.span, *[related][in_turns:])
                return
        scope.entries.append(slot)

    def slot(self, scope: Scope, label: SlotName | None, default_name: str, span: Span) -> Slot:
        """A new child of a scope, registered."""
        slot = self.unregistered(label, default_name, span)
        self.register(scope, slot)
        return slot

    @staticmethod
    def unregistered(label: SlotName | None, default_name: str, span: Span) -> Slot:
        """A child that no scope has yet."""
        text = None if label is None else label.text
        place = span if label is None else label.span
        return Slot(text, label is not None and label.numbered, default_name, place)

    def leaf(
        self,
        scope: Scope,
        label: SlotName | None,
        op: Op,
        overrides: tuple[tuple[str, Given], ...],
        span: Span,
    ) -> Slot:
        slot = self.slot(scope, label, op.keyword, span)
        slot.member = Leaf(op, overrides)
        return slot
