"""The definition under construction: its values and their types, its scopes, its steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archdsl import rules
from archdsl.elaborate.environment import Flow, SharedModule
from archdsl.elaborate.session import Session
from archir.diagnostics import Label
from archir.graph import (
    Apply,
    Assertion,
    Definition,
    Leaf,
    Output,
    Remark,
    Scope,
    Slot,
    Step,
    Use,
    Value,
)
from archir.init import Initialiser, InitRule
from archir.naming import names
from archir.op import Op
from archir.oracle import Answer
from archir.record import Record, Struct, fresh
from archir.source import Span
from archir.types import TensorType

if TYPE_CHECKING:
    from archdsl.elaborate.body import Context


class SlotName(Record):
    """A label that has been evaluated. ``text`` None with ``numbered`` is the ``_:``."""

    text: str | None
    numbered: bool
    span: Span


class Builder(Struct):
    """Collects one definition."""

    session: Session
    types: dict[Value, TensorType | None] = fresh(factory=dict)
    inputs: Flow = ()
    count: int = 0
    nodes: int = 0
    caller: Context | None = None
    """Where the body is used; None for a model's own."""

    handed: dict[Value, Value] = fresh(factory=dict)
    """Further inputs, which only tell it sizes, and the caller's values that they are."""

    training: set[Value] = fresh(factory=set)
    """Values that exist in training alone."""

    outputs: list[Output] = fresh(factory=list)
    remarks: list[Remark] = fresh(factory=list)
    assertions: list[Assertion] = fresh(factory=list)
    rules: list[InitRule] = fresh(factory=list)
    shared: list[tuple[SharedModule, Scope]] = fresh(factory=list)
    """``module`` statements and the scopes that they stand in."""

    ahead: dict[str, SharedModule] = fresh(factory=dict)
    """Modules that may be applied before they stand, until they do."""

    unlabelled: list[tuple[Scope, Slot, Span]] = fresh(factory=list)
    abandoned: bool = False
    """Whether an ``assert`` has failed: what stands behind it means nothing any more."""

    left_behind: int = 0
    """How many parameters and modules with names of their own its statements have made so far."""

    has_init: bool = False
    has_weights: bool = False
    """Whether one of its own ops has parameters."""

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
        answer = None if types is None else self.session.oracle.apply(op, types)
        return self.applied(op, slot, inputs, answer, span, steps)

    def applied(
        self,
        op: Op,
        slot: Slot | None,
        inputs: Flow,
        answer: Answer | None,
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
        early = self.ahead.get(module.node.name.text) is module
        return early or any(shared is module for shared, _ in self.shared)

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
                self.session.report(rules.labels.AlreadyInUse(slot.label), slot.span, related)
                return
        scope.entries.append(slot)

    def slot(self, scope: Scope, label: SlotName | None, default_name: str, span: Span) -> Slot:
        """A new child of a scope, registered."""
        text = None if label is None else label.text
        place = span if label is None else label.span
        slot = Slot(text, label is not None and label.numbered, default_name, place)
        self.register(scope, slot)
        return slot

    def leaf(
        self,
        scope: Scope,
        label: SlotName | None,
        op: Op,
        overrides: tuple[tuple[str, Initialiser], ...],
        span: Span,
    ) -> Slot:
        slot = self.slot(scope, label, op.keyword, span)
        slot.member = Leaf(op, overrides)
        return slot

    def is_nameless(self, scope: Scope, slot: Slot) -> bool:
        """Whether a child has no label where others have."""
        return scope.labelled and slot.label is None and not slot.numbered

    def weighted(self, scope: Scope, slot: Slot, span: Span) -> None:
        """Note a child with weights, for ``warn_unlabelled``."""
        if self.is_nameless(scope, slot):
            self.unlabelled.append((scope, slot, span))

    def warn_unlabelled(self) -> None:
        """Warn of weights whose key depends on their neighbours, by the names that they got."""
        said: set[Span] = set()
        named: dict[Scope, dict[Slot, str]] = {}
        for scope, slot, span in self.unlabelled:
            if span not in said:  # once for all turns of a loop
                said.add(span)
                if scope not in named:
                    named[scope] = names(scope)
                name = named[scope].get(slot, slot.default_name)
                self.session.report(rules.labels.UnlabelledWeights(slot.default_name, name), span)
