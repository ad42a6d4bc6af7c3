"""The shape checker: a graph in, a typed graph and everything that is wrong out.

Each distinct definition is checked once, inner ones first. After a problem the rule's best guess
at the type goes on; where there is none, what depends on it is left in peace.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from archir.check import Condition
from archir.diagnostics import Diagnostics, Label
from archir.dims import Dim, evaluate, variables
from archir.graph import (
    Apply,
    Definition,
    Graph,
    Read,
    Remark,
    Repeat,
    Slot,
    Use,
    Value,
    definitions,
    walk,
)
from archir.initial import check_initialisers
from archir.oracle import Oracle
from archir.recipe import ModuleRecipe
from archir.rules.graph import (
    AssertionFails,
    InputDoesNotMatch,
    ShapeDiffersFromRemark,
    SharedModuleDiffers,
)
from archir.source import Span
from archir.text import show_op
from archir.typed import Requirement, TypedGraph
from archir.types import ParameterSpec, TensorType

Row = list[TensorType | None]


def infer(graph: Graph) -> tuple[TypedGraph | None, Diagnostics]:
    """Check every shape of a graph. The typed graph is None where there are errors."""
    checker = _Checker(graph)
    for definition in checker.order:
        checker.definition(definition)
    checker.shared_modules()
    checker.remarks()
    check_initialisers(checker.order, checker.rows, graph.sizes, checker.diagnostics)
    if checker.diagnostics.has_errors:
        return None, checker.diagnostics
    types = {
        definition: tuple(_known(entry) for entry in row)
        for definition, row in checker.rows.items()
    }
    return TypedGraph(graph, types, tuple(checker.requirements)), checker.diagnostics


_UNUSED = TensorType(())


def _known(entry: TensorType | None) -> TensorType:
    # A value without a type in a graph without errors is an index that nothing uses.
    return _UNUSED if entry is None else entry


class _Checker:
    def __init__(self, graph: Graph) -> None:
        self.sizes = graph.sizes
        self.oracle = graph.oracle or Oracle(graph.sizes)
        self.diagnostics = Diagnostics()
        self.order = list(definitions(graph))
        self.rows: dict[Definition, Row] = {}
        self.requirements: list[Requirement] = []
        self.used_at = _first_uses(self.order)

    def definition(self, definition: Definition) -> None:
        """Give every value of a definition its type."""
        row: Row = [None] * definition.value_count
        self.rows[definition] = row
        for value, given in zip(definition.inputs, definition.input_types, strict=True):
            row[value.index] = given
        for step in walk(definition.steps):
            if isinstance(step, Apply):
                self._apply(definition, step, row)
            elif isinstance(step, Use):
                inner = self.rows[step.definition]
                for value, output in zip(step.outputs, step.definition.outputs, strict=False):
                    row[value.index] = inner[output.value.index]
            elif isinstance(step, Repeat):
                # The body keeps its type, so the type at its end is known before it is walked.
                row[step.formal.index] = row[step.output.index] = row[step.input.index]
            elif isinstance(step, Read):
                row[step.outputs[0].index] = TensorType(step.parameter.shape)
        for assertion in definition.assertions:
            if not assertion.condition.holds(self.sizes):
                condition = assertion.condition
                involved = sorted(variables(condition.left) | variables(condition.right))
                at = ", ".join(f"{name} = {self.sizes[name]}" for name in involved)
                problem = AssertionFails(assertion.message, at)
                self.diagnostics.report(problem, assertion.span, self._context(definition))
            self.requirements.append(Requirement(assertion.condition, assertion.span))

    def _apply(self, definition: Definition, step: Apply, row: Row) -> None:
        inputs = tuple(row[value.index] for value in step.inputs)
        known = tuple(given for given in inputs if given is not None)
        if len(known) < len(inputs):
            return
        answer = self.oracle.apply(step.op, known)
        related = [*_origins(step.inputs, known), *self._context(definition)]
        for problem in answer.problems:
            self.diagnostics.report(problem, step.span, related)
        if answer.outputs is not None:
            for value, output in zip(step.outputs, answer.outputs, strict=True):
                row[value.index] = output
        self.requirements.extend(Requirement(c, step.span) for c in answer.conditions)

    def _context(self, definition: Definition) -> list[Label]:
        """Where the definition is used first, outwards to the model; at most three places."""
        labels: list[Label] = []
        while definition in self.used_at and len(labels) < 3:
            outer, span = self.used_at[definition]
            labels.append(Label(span, f"in this use of {definition.name}"))
            definition = outer
        return labels

    # --- shared modules -----------------------------------------------------------------------

    def shared_modules(self) -> None:
        """A slot that is applied several times must have the same parameters each time."""
        for definition in self.order:
            row = self.rows[definition]
            first: dict[Slot, Apply | Use] = {}
            for step in walk(definition.steps):
                if isinstance(step, Apply | Use) and step.slot is not None:
                    earlier = first.setdefault(step.slot, step)
                    if earlier is not step:
                        self._shared(step.slot, earlier, step, row)

    def _shared(self, slot: Slot, earlier: Apply | Use, step: Apply | Use, row: Row) -> None:
        first, here = self._signature(earlier, row), self._signature(step, row)
        if first is not None and here is not None and first != here:
            was, would_be = _first_difference(first, here)
            problem = SharedModuleDiffers(slot.label or slot.default_name, was, would_be)
            self.diagnostics.report(
                problem, step.span, [Label(earlier.span, "the first use is here")]
            )

    def _signature(self, step: Apply | Use, row: Row) -> str | None:
        if isinstance(step, Use):
            return "\n".join(self._parameters(step.definition))
        inputs = tuple(row[value.index] for value in step.inputs)
        known = tuple(given for given in inputs if given is not None)
        if len(known) < len(inputs) or self.oracle.apply(step.op, known).problems:
            return None
        concrete = tuple(given.at(self.sizes) for given in known)
        parameters = _show_parameters(step.op.parameters(concrete))
        recipe = step.op.recipe(concrete)
        # One module is of one class (torch's are made for one number of axes), and made once.
        made = f"{recipe.make.function}, " if isinstance(recipe, ModuleRecipe) else ""
        return f"{show_op(step.op)}, {made}{parameters}"

    def _parameters(self, definition: Definition) -> Iterator[str]:
        row = self.rows[definition]
        for step in walk(definition.steps):
            if isinstance(step, Apply | Use) and step.slot is not None:
                yield f"{step.slot.label or step.slot.default_name} {self._signature(step, row)}"

    # --- remarks ------------------------------------------------------------------------------

    def remarks(self) -> None:
        """Check written shapes, once all conditions on the sizes are known."""
        for definition in self.order:
            for remark in definition.remarks:
                actual = self.rows[definition][remark.value.index]
                if actual is not None:
                    self._remark(definition, remark, actual)

    def _remark(self, definition: Definition, remark: Remark, actual: TensorType) -> None:
        if len(remark.shape) == actual.rank:
            pairs = [
                (written, dim)
                for written, dim in zip(remark.shape, actual.shape, strict=True)
                if written is not None and written != dim
            ]
            differs = next((pair for pair in pairs if not self._equal_at(*pair, self.sizes)), None)
            if differs is None:
                refuted = self._refute(pairs) if remark.kind == "ascription" else None
                if remark.kind == "input":
                    self.requirements.extend(
                        Requirement(Condition("equal", *pair), remark.span) for pair in pairs
                    )
                if refuted is None:
                    return
                where = ", ".join(f"{name} = {size}" for name, size in refuted.items())
                self._report_remark(definition, remark, actual, f" for {where}")
                return
        self._report_remark(definition, remark, actual, "")

    def _report_remark(
        self, definition: Definition, remark: Remark, actual: TensorType, at: str
    ) -> None:
        related = self._context(definition)
        if remark.kind == "input":
            problem = InputDoesNotMatch(
                definition.name, remark.value.name or "a value", remark.written, str(actual)
            )
            use = self.used_at.get(definition)
            span = use[1] if use else remark.span
            places = [Label(remark.span, "the shape is written here"), *related[1:]]
            self.diagnostics.report(problem, span, places)
        else:
            shown = self._shown_as(remark, actual)
            self.diagnostics.report(
                ShapeDiffersFromRemark(remark.written, shown, at), remark.span, related
            )

    def _shown_as(self, remark: Remark, actual: TensorType) -> str:
        """The actual shape in the terms of the remark: numbers where it wrote numbers."""
        if len(remark.shape) != actual.rank:
            return str(actual)
        dims = [
            evaluate(dim, self.sizes) if isinstance(written, int) else dim
            for written, dim in zip(remark.shape, actual.shape, strict=True)
        ]
        return str(TensorType(tuple(dims), actual.dtype))

    @staticmethod
    def _equal_at(written: Dim, actual: Dim, sizes: dict[str, int]) -> bool:
        return evaluate(written, sizes) == evaluate(actual, sizes)

    def _refute(self, pairs: list[tuple[Dim, Dim]]) -> dict[str, int] | None:
        """A valid size for which a remark over size variables is false, if one is found.

        Bounded: each variable takes the values up to ``_SEARCH`` past what makes the network run
        at all, the others their defaults. A remark in plain numbers speaks of the defaults alone.
        """
        for written, actual in pairs:
            if isinstance(written, int):
                continue
            names = sorted(variables(written) | variables(actual))
            for sizes in _candidates(names, self.sizes):
                if not self._equal_at(written, actual, sizes) and self._is_valid(sizes):
                    return {name: sizes[name] for name in names}
        return None

    def _is_valid(self, sizes: dict[str, int]) -> bool:
        return all(
            requirement.condition.training or requirement.condition.holds(sizes)
            for requirement in self.requirements
        )


_SEARCH = 512


def _candidates(names: list[str], defaults: dict[str, int]) -> Iterator[dict[str, int]]:
    """Sizes near the defaults first, then small ones: one variable at a time, then all alike."""
    for name in names:
        default = defaults[name]
        nearby = sorted(range(1, default + _SEARCH), key=lambda size: abs(size - default))
        yield from ({**defaults, name: size} for size in nearby)
    if 1 < len(names) <= 3:
        for sizes in product(range(1, 25), repeat=len(names)):
            yield {**defaults, **dict(zip(names, sizes, strict=True))}


def _first_uses(order: list[Definition]) -> dict[Definition, tuple[Definition, Span]]:
    found: dict[Definition, tuple[Definition, Span]] = {}
    for outer in reversed(order):
        for step in walk(outer.steps):
            if isinstance(step, Use):
                found.setdefault(step.definition, (outer, step.span))
    return found


def _origins(values: tuple[Value, ...], types: tuple[TensorType, ...]) -> list[Label]:
    return [
        Label(
            value.span, f"this gives {given}" if value.name is None else f"{value.name} is {given}"
        )
        for value, given in zip(values[:6], types, strict=False)
    ]


def _show_parameters(parameters: tuple[ParameterSpec, ...]) -> str:
    return ", ".join(f"{spec.name} {list(spec.shape)}" for spec in parameters) or "no weights"


def _first_difference(first: str, here: str) -> tuple[str, str]:
    lines = zip(first.split("\n"), here.split("\n"), strict=False)
    different = next((pair for pair in lines if pair[0] != pair[1]), None)
    return different or ("one structure", "another")
