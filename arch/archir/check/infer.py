"""The shape checker: a graph in, a typed graph and everything that is wrong out.

Each distinct definition is checked once, inner ones first. After a problem the rule's best guess
at the type goes on; where there is none, what depends on it is left in peace.
"""

from __future__ import annotations

from collections.abc import Iterator

from archir import rules
from archir.base.diagnostics import Diagnostic, Diagnostics
from archir.base.record import Record
from archir.base.source import Span
from archir.check.annotations import Annotations
from archir.check.initial_weights import check_initialisers
from archir.check.lints import Inspected, lint
from archir.check.lints.layers import ChannelsLast, TorchOrder
from archir.check.lints.resizing import SizeForFactor
from archir.check.requirements import requirements
from archir.check.shared_modules import check_shared_modules
from archir.check.weighted_modules import Modules
from archir.graph.graph import Apply, Definition, Graph, Read, Repeat, Step, Use, Value
from archir.graph.places import Places, origins
from archir.graph.steps import walked
from archir.graph.typed import Requirement, TypedGraph
from archir.op.contract import Op
from archir.op.rule_cache import RuleResult
from archir.shapes.conditions import Condition
from archir.shapes.dims import variables
from archir.shapes.types import TensorType

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
            from archir.check.suggest import suggest

            suggest(checker, graph.sizes, lambda sizes: _at(graph, sizes))
        return None, checker.diagnostics
    typed = _typed(checker)
    if typed is not None:
        lint(Inspected(typed, checker.modules), checker.diagnostics)
    return typed, checker.diagnostics


def _typed(checker: _Checker) -> TypedGraph | None:
    """The typed graph, once all is checked that needs the type of every value."""
    graph = checker.graph
    assert graph.again is None, "a value has no type, and no error says why"
    types = {
        definition: tuple([_known(entry) for entry in row])
        for definition, row in checker.rows.items()
    }
    typed = TypedGraph(graph, types, requirements(graph, types, checker.conditions))
    proven = checker.annotations.prove(typed)
    sound = _sound(typed, checker.ops(), checker.diagnostics)
    return typed if proven and sound else None


def _sound(typed: TypedGraph, ops: list[Op], diagnostics: Diagnostics) -> bool:
    """Whether torch refuses nothing because of memory; only some ops could be at fault."""
    moved = any(op.moves for op in ops)
    if not any(getattr(op, "inplace", False) or (moved and op.reads_in_order) for op in ops):
        return True
    from archir.cost.memory_errors import memory_errors
    from archir.graph.bulk import ModelTooLargeError, require

    try:
        require(typed, "a check of what is overwritten in place", MOST_PLAYED)
    except ModelTooLargeError as error:
        diagnostics.add(error.diagnostic)
        return False
    found = memory_errors(typed)
    for each in found:
        diagnostics.add(each)
    return not found


def _at(graph: Graph, sizes: dict[str, int]) -> _Checker | None:
    """The same network checked whole at other sizes; None if it is none at these."""
    same = Graph(graph.root, sizes, variants=graph.variants)
    there = same if graph.again is None else graph.again(sizes)
    if there is None:
        return None
    checker = _Checker(there)
    checker.run()
    if not checker.diagnostics.has_errors:
        _typed(checker)  # says what more is wrong
    return checker


_UNUSED = TensorType(())


def _known(entry: TensorType | None) -> TensorType:
    # A value without a type in a graph without errors is an index that nothing uses.
    return _UNUSED if entry is None else entry


class _Checker:
    def __init__(self, graph: Graph) -> None:
        self.sizes = graph.sizes
        self.rule_cache = graph.answers
        self.diagnostics = Diagnostics()
        self.steps = walked(graph)
        self.rows: dict[Definition, Row] = {}
        self.conditions: dict[Apply, tuple[Condition, ...]] = {}
        """What steps ask of sizes."""
        self.modules = Modules(self.steps, self.rows, self.rule_cache)
        self.places = Places(self.steps, graph.variants)
        self.makers: dict[Definition, dict[Value, Apply]] = {}
        """The op that made each value, of definitions in which one is refused."""

        self.annotations = Annotations(graph.sizes, self.places, self.diagnostics)
        self.graph = graph
        self.failures: list[Failure] = []
        self.occasion = 0
        """The run over a place: each step that is looked at is one."""

    def run(self) -> None:
        """Check everything."""
        for definition, steps in self.steps.items():
            self.definition(definition, steps)
        check_shared_modules(self.steps, self.rows, self.rule_cache, self.diagnostics)
        self.check_annotations()
        check_initialisers(self.modules, self.diagnostics)

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
                row[step.outputs[0].index] = TensorType(step.parameter.shape, step.parameter.dtype)
        for assertion in definition.assertions:
            if not assertion.condition.holds(self.sizes):
                condition = assertion.condition
                involved = sorted(variables(condition.left) | variables(condition.right))
                at = ", ".join(f"{name} = {self.sizes[name]}" for name in involved)
                problem = rules.graph.AssertionFails(assertion.message.at(self.sizes), at)
                related = self.places.around(definition, assertion.span)
                self.occasion += 1
                diagnostic = Diagnostic(problem, assertion.span, related, occasion=self.occasion)
                self._fail(diagnostic, (condition,) if involved else ())

    def _apply(self, definition: Definition, step: Apply, row: Row) -> None:
        answer = self.rule_cache.answer(step.op, tuple([row[value.index] for value in step.inputs]))
        if answer is None:
            return
        if answer.outputs is not None and len(answer.outputs) != len(step.outputs):
            self._other_count(definition, step, len(answer.outputs))
            return
        if answer.conditions:
            self.conditions[step] = answer.conditions
        if answer.problems:
            self._refused(definition, step, row, answer)
        if answer.outputs is not None:
            for value, output in zip(step.outputs, answer.outputs, strict=True):
                row[value.index] = output

    def _other_count(self, definition: Definition, step: Apply, count: int) -> None:
        """Refuse sizes, other than the default ones, at which the text has no names for all."""
        at = ", ".join(f"{name} = {size}" for name, size in self.sizes.items())
        problem = rules.sizes.SizeChangesCount(step.op.keyword, len(step.outputs), count, at)
        self._fail(Diagnostic(problem, step.span, self.places.around(definition, step.span)), ())

    def _refused(self, definition: Definition, step: Apply, row: Row, answer: RuleResult) -> None:
        known = tuple(_known(row[value.index]) for value in step.inputs)
        related = [*origins(step.inputs, known), *self.places.around(definition, step.span)]
        self.occasion += 1
        failing = tuple(c for c in answer.conditions if not c.holds(self.sizes))
        # Each condition that fails is one problem; what is left over is not for sizes to mend.
        mendable = failing if len(failing) == len(answer.problems) else ()
        misread, place = self._misread(definition, step, row, known) or (None, step.span)
        from archir.check.repairs import repair  # a right network needs none

        for problem in answer.problems:
            makers = self._makers_in(definition)
            fix = misread.repair(place) if misread else repair(problem, step, known, makers)
            # What is likely meant, and an edit, say more than the problem can.
            advice = misread.hint() if misread else fix.words if fix else problem.hint()
            diagnostic = Diagnostic(
                problem, step.span, tuple(related), advice or None, fix, self.occasion
            )
            self._fail(diagnostic, mendable)

    def _misread(
        self, definition: Definition, step: Apply, row: Row, known: tuple[TensorType, ...]
    ) -> tuple[TorchOrder | SizeForFactor | ChannelsLast, Span] | None:
        """What is likely meant otherwise: arguments of a refused step, or what it takes."""
        own = TorchOrder.of(step, known)
        if own is not None:
            return own, step.span
        if definition is self.graph.root and step.inputs[0] in definition.inputs:
            turned = ChannelsLast.of(step, known[0])
            if turned is not None:
                return turned, step.inputs[0].span
        makers = self._makers_in(definition)
        for value in step.inputs:
            maker = makers.get(value)
            if maker is not None:
                given = tuple(_known(row[each.index]) for each in maker.inputs)
                found = SizeForFactor.of(maker, given, self.sizes)
                if found is not None:
                    return found, maker.span
        return None

    def _makers_in(self, definition: Definition) -> dict[Value, Apply]:
        """The step that makes each value of a definition."""
        if definition not in self.makers:
            applied = [each for each in self.steps[definition] if isinstance(each, Apply)]
            self.makers[definition] = {value: each for each in applied for value in each.outputs}
        return self.makers[definition]

    def _fail(self, diagnostic: Diagnostic, conditions: tuple[Condition, ...]) -> None:
        """Report a problem, and the conditions on sizes that it comes from."""
        standing = self.diagnostics.add(diagnostic)
        if standing is diagnostic:
            self.failures.append(Failure(diagnostic, conditions))
            return
        # Said already: sizes mend it if they mend it each time.
        for at, earlier in enumerate(self.failures):
            if earlier.diagnostic is standing:
                both = earlier.conditions and conditions and (*earlier.conditions, *conditions)
                self.failures[at] = Failure(standing, both)

    # --- what is written, and what else would do ----------------------------------------------

    def check_annotations(self) -> None:
        """Check written shapes, once all shapes are known."""
        for definition in self.steps:
            for annotation in definition.annotations:
                actual = self.rows[definition][annotation.value.index]
                if actual is not None:
                    self.annotations.check(definition, annotation, actual)
