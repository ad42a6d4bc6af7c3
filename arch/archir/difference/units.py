"""A model as a tree of units: ops, functions, parameters that are read, and scopes around them.

Each unit has a *form*, a number that is the same for all that do the same with the same inside,
whatever their names. So two models can be laid over each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping

from archir.base.record import Record, Struct
from archir.base.source import Span
from archir.cost.report import Costs
from archir.cost.rows import Row
from archir.graph.flat import Flat, FlatModule
from archir.graph.graph import Definition
from archir.graph.text import show_op


class Component(Struct):
    """One row of a model's table, as it is compared.

    ``leaves`` counts the forms of the ops in it; it is empty for what has none inside.
    """

    row: Row
    form: int
    said: str
    """What it is, as the language writes it."""

    span: Span
    inside: tuple[Component, ...] = ()
    leaves: Mapping[int, int] = Counter[int]()

    @property
    def is_scope(self) -> bool:
        return self.row.kind in ("model", "block", "group")

    @property
    def name(self) -> str:
        return self.row.name

    def ops(self) -> list[Component]:
        """The units in it that have none inside, in order; itself where it is one."""
        # As deep as blocks and groups are nested, which the elaborator bounds.
        return [leaf for unit in self.inside for leaf in unit.ops()] if self.is_scope else [self]


class Side(Record):
    """One of two models, ready to be compared."""

    flat: Flat
    costs: Costs
    root: Component
    modules: Mapping[str, FlatModule]


class Forms:
    """The forms of both models: equal ones have one number."""

    def __init__(self) -> None:
        self.known: dict[Hashable, int] = {}

    def of(self, key: Hashable) -> int:
        """The number of what is described so."""
        return self.known.setdefault(key, len(self.known))


def side(costs: Costs, forms: Forms) -> Side:
    """A model whose costs are counted, as a tree of units."""
    flat = costs.flat
    modules = {module.path: module for module in flat.modules}
    calls = {(call.module, call.first): call.span for call in flat.calls}
    builder = _Builder(flat, modules, calls, forms)
    return Side(flat, costs, builder.unit(costs.root), modules)


class _Builder:
    def __init__(
        self,
        flat: Flat,
        modules: Mapping[str, FlatModule],
        calls: Mapping[tuple[str, int], Span],
        forms: Forms,
    ) -> None:
        self.flat = flat
        self.modules = modules
        self.calls = calls
        self.forms = forms

    def unit(self, row: Row) -> Component:
        # As deep as blocks and groups are nested, which the elaborator bounds.
        if row.kind in ("model", "block", "group"):
            return self._scope(row)
        step = self.flat.steps[row.steps.start]
        if row.op is not None:
            said = show_op(row.op)
            form = self.forms.of((row.kind, said, row.training, row.again))
            return Component(row, form, said, step.span)
        shape = self.flat.values[step.outputs[0]].type
        form = self.forms.of(("parameter", str(shape), row.training))
        return Component(row, form, f"param {shape}", step.span)

    def _scope(self, row: Row) -> Component:
        inside = tuple(self.unit(inner) for inner in row.inside)
        leaves: Counter[int] = Counter()
        for unit in inside:
            leaves.update(unit.leaves if unit.is_scope else {unit.form: 1})
        form = self.forms.of(("scope", row.training, *(unit.form for unit in inside)))
        member = self.modules[row.path].member
        said = member.name if isinstance(member, Definition) else "{ … }"
        span = self._span(row, member)
        return Component(row, form, said, span, inside, leaves)

    def _span(self, row: Row, member: object) -> Span:
        """Where a scope stands: where it is used, and of the model itself its declaration."""
        if row.kind == "model":
            assert isinstance(member, Definition)
            return member.span
        called = self.calls.get((row.path, row.steps.start))
        return self.flat.steps[row.steps.start].span if called is None else called
