"""The shape checker: a graph in, a typed graph and everything that is wrong out.

Each distinct definition is checked once, inner ones first. After a problem the rule's best guess
at the type goes on; where there is none, what depends on it is left in peace.
"""

from __future__ import annotations

from collections.abc import Iterator

from archir import rules
from archir.check import Condition
from archir.diagnostics import Diagnostic, Diagnostics, Label, Problem
from archir.dims import variables
from archir.graph import (
    Apply,
    Definition,
    Graph,
    Read,
    Repeat,
    Slot,
    Step,
    Use,
    walked,
)
from archir.initial import check_initialisers
from archir.op import Op
from archir.oracle import Answer
from archir.places import Places, origins
from archir.recipe import Call, FunctionRecipe, close
from archir.record import Record
from archir.remarks import Remarks
from archir.requirements import requirements
from archir.source import Span
from archir.typed import Requirement, TypedGraph
from archir.types import ParameterSpec, TensorType

Row = list[TensorType | None]


MOST_PLAYED = 50_000
"""Steps whose memory is followed; only models with ops that work in place need it."""


class Failure(Record):
    """A problem, and the conditions on sizes that it comes from; none where it is another's."""

    diagnostic: Diagnostic
    conditions: tuple[Condition, ...]


def infer(graph: Graph) -> tuple[TypedGraph | None, Diagnostics]:
    """Check every shape of a graph. The typed graph is None where there are errors.

    Of a graph that is wrong already, shapes are checked as far as they are known. What needs all
    of them (sizes that would do, proofs, memory) is asked only of one that is whole.
    """
    checker = _Checker(graph)
    checker.run()
    if graph.is_wrong:
        return None, checker.diagnostics
    if checker.diagnostics.has_errors:
        if checker.failures:
            from archir.sizes.suggest import suggest

            suggest(checker, graph.sizes, lambda sizes: _at(graph, sizes))
        return None, checker.diagnostics
    return _typed(checker), checker.diagnostics


def _typed(checker: _Checker) -> TypedGraph | None:
    """The typed graph, once all is checked that needs the type of every value."""
    graph = checker.graph
    assert graph.again is None, "a value has no type, and no error says why"
    types = {
        definition: tuple([_known(entry) for entry in row])
        for definition, row in checker.rows.items()
    }
    typed = TypedGraph(graph, types, requirements(graph, types, checker.conditions))
    proven = checker.remarks.prove(typed) and _sound(typed, checker.ops(), checker.diagnostics)
    return typed if proven else None


def _sound(typed: TypedGraph, ops: list[Op], diagnostics: Diagnostics) -> bool:
    """Whether torch refuses nothing because of memory; only some ops could be at fault."""
    moved = any(op.moves for op in ops)
    if not any(getattr(op, "inplace", False) or (moved and op.reads_in_order) for op in ops):
        return True
    from archir.bulk import ModelTooLargeError, require
    from archir.cost.faults import faults

    try:
        require(typed, "a check of what is overwritten in place", MOST_PLAYED)
    except ModelTooLargeError as error:
        diagnostics.add(error.diagnostic)
        return False
    found = faults(typed)
    for each in found:
        diagnostics.add(each)
    return not found


def _at(graph: Graph, sizes: dict[str, int]) -> _Checker | None:
    """The same network checked whole at other sizes; None if it is none at these."""
    there = Graph(graph.root, sizes) if graph.again is None else graph.again(sizes)
    if there is None:
        return None
    checker = _Checker(there)
    checker.run()
    if not checker.diagnostics.has_errors:
        _typed(checker)  # says what more is wrong
    return checker


_UNUSED = TensorType(())
NO_WEIGHTS = "no weights"


def _known(entry: TensorType | None) -> TensorType:
    # A value without a type in a graph without errors is an index that nothing uses.
    return _UNUSED if entry is None else entry


class _Checker:
    def __init__(self, graph: Graph) -> None:
        self.sizes = graph.sizes
        self.oracle = graph.answers
        self.diagnostics = Diagnostics()
        self.steps = walked(graph)
        self.rows: dict[Definition, Row] = {}
        self.conditions: dict[Apply, tuple[Condition, ...]] = {}
        """What steps ask of sizes."""
        self.places = Places(self.steps)
        self.remarks = Remarks(graph.sizes, self.places, self.diagnostics)
        self.graph = graph
        self.failures: list[Failure] = []

    def run(self) -> None:
        """Check everything."""
        for definition, steps in self.steps.items():
            self.definition(definition, steps)
        self.shared_modules()
        self.check_remarks()
        whole = not (self.graph.is_wrong or self.diagnostics.has_errors)
        check_initialisers(self.steps, self.rows, self.oracle, self.diagnostics, whole=whole)

    def ops(self) -> list[Op]:
        """The distinct ops that are applied."""
        applied = [
            step.op for steps in self.steps.values() for step in steps if isinstance(step, Apply)
        ]
        return list({id(op): op for op in applied}.values())

    def asked(self) -> Iterator[Requirement]:
        """What is asked of sizes; of values that have no type nothing is known to be asked."""
        yield from requirements(self.graph, self.rows, self.conditions)

    def definition(self, definition: Definition, steps: list[Step]) -> None:
        """Give every value of a definition its type."""
        row: Row = [None] * definition.value_count
        self.rows[definition] = row
        for value, given in zip(definition.inputs, definition.input_types, strict=True):
            row[value.index] = given
        for step in steps:
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
                problem = rules.graph.AssertionFails(assertion.message, at)
                related = self.places.around(definition)
                self._fail(problem, assertion.span, related, (condition,) if involved else ())

    def _apply(self, definition: Definition, step: Apply, row: Row) -> None:
        answer = self.oracle.answer(step.op, tuple([row[value.index] for value in step.inputs]))
        if answer is None:
            return
        if answer.outputs is not None and len(answer.outputs) != len(step.outputs):
            self._other_count(step, len(answer.outputs))
            return
        if answer.conditions:
            self.conditions[step] = answer.conditions
        if answer.problems:
            self._refused(definition, step, row, answer)
        if answer.outputs is not None:
            for value, output in zip(step.outputs, answer.outputs, strict=True):
                row[value.index] = output

    def _other_count(self, step: Apply, count: int) -> None:
        """Refuse sizes, other than the default ones, at which the text has no names for all."""
        at = ", ".join(f"{name} = {size}" for name, size in self.sizes.items())
        problem = rules.sizes.SizeChangesCount(step.op.keyword, len(step.outputs), count, at)
        self._fail(problem, step.span, [], ())

    def _refused(self, definition: Definition, step: Apply, row: Row, answer: Answer) -> None:
        known = tuple(_known(row[value.index]) for value in step.inputs)
        related = [*origins(step.inputs, known), *self.places.around(definition)]
        failing = tuple(c for c in answer.conditions if not c.holds(self.sizes))
        # Each condition that fails is one problem; what is left over is not for sizes to mend.
        mendable = failing if len(failing) == len(answer.problems) else ()
        for problem in answer.problems:
            self._fail(problem, step.span, related, mendable)

    def _fail(
        self,
        problem: Problem,
        span: Span,
        related: list[Label],
        conditions: tuple[Condition, ...],
    ) -> None:
        """Report a problem, and the conditions on sizes that it comes from."""
        diagnostic = Diagnostic(problem, span, tuple(related))
        standing = self.diagnostics.add(diagnostic)
        if standing is diagnostic:
            self.failures.append(Failure(diagnostic, conditions))
            return
        # Said already: sizes mend it if they mend it each time.
        for at, earlier in enumerate(self.failures):
            if earlier.diagnostic is standing:
                both = earlier.conditions and conditions and (*earlier.conditions, *conditions)
                self.failures[at] = Failure(standing, both)

    # --- shared modules -----------------------------------------------------------------------

    def shared_modules(self) -> None:
        """A slot that is applied several times must have the same parameters each time."""
        for definition, steps in self.steps.items():
            row = self.rows[definition]
            first: dict[Slot, Apply | Use] = {}
            for step in steps:
                if isinstance(step, (Apply, Use)) and step.slot is not None:
                    earlier = first.setdefault(step.slot, step)
                    if earlier is not step:
                        self._shared(step.slot, earlier, step, row)

    def _shared(self, slot: Slot, earlier: Apply | Use, step: Apply | Use, row: Row) -> None:
        first, here = self._signature(earlier, row), self._signature(step, row)
        if first is not None and here is not None and first != here:
            was, would_be = _first_difference(first, here)
            problem = rules.graph.SharedModuleDiffers(
                slot.label or slot.default_name, was, would_be
            )
            self.diagnostics.report(
                problem, step.span, [Label(earlier.span, "the first use is here")]
            )

    def _signature(self, step: Apply | Use, row: Row) -> str | None:
        """What a module is made for, as text; None where that is not known."""
        if isinstance(step, Use):
            lines = list(self._parameters(step.definition))
            known = [line for line in lines if line is not None]
            return "\n".join(known) if len(known) == len(lines) else None
        answer = self.oracle.answer(step.op, tuple([row[value.index] for value in step.inputs]))
        if answer is None or answer.problems:
            return None
        from archir.text import show_op  # few networks share modules

        given = tuple([_known(row[value.index]) for value in step.inputs])
        parameters = _show_parameters(self.oracle.parameters(step.op, given))
        recipe = step.op.recipe(self.oracle.concrete(given))
        if isinstance(recipe, FunctionRecipe):
            return NO_WEIGHTS  # nothing is made for it: it does at each use what the text says
        # One module is of one class (torch's are made for one number of axes), and made once.
        made = recipe.make.function
        if parameters == NO_WEIGHTS:  # then nothing else tells what it is made for
            call = close(recipe.make, step.op)
            assert isinstance(call, Call)
            made += f"({', '.join(map(str, call.args))})" if call.args else ""
        return f"{show_op(step.op)}, {made}, {parameters}"

    def _parameters(self, definition: Definition) -> Iterator[str | None]:
        row = self.rows[definition]
        for step in self.steps[definition]:
            if isinstance(step, (Apply, Use)) and step.slot is not None:
                made = self._signature(step, row)
                name = step.slot.label or step.slot.default_name
                yield None if made is None else f"{name} {made}"

    # --- what is written, and what else would do ----------------------------------------------

    def check_remarks(self) -> None:
        """Check written shapes, once all shapes are known."""
        for definition in self.steps:
            for remark in definition.remarks:
                actual = self.rows[definition][remark.value.index]
                if actual is not None:
                    self.remarks.check(definition, remark, actual)


def _show_parameters(parameters: tuple[ParameterSpec, ...]) -> str:
    return ", ".join(f"{spec.name} {list(spec.shape)}" for spec in parameters) or NO_WEIGHTS


def _first_difference(first: str, here: str) -> tuple[str, str]:
    lines = zip(first.split("\n"), here.split("\n"), strict=False)
    different = next((pair for pair in lines if pair[0] != pair[1]), None)
    return different or ("one structure", "another")
