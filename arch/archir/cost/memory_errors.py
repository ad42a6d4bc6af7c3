"""What torch refuses because of memory: found by simulating passes over the model, in both modes.

A model whose ops all make new tensors has no such problems: ``archir.check.infer`` asks of few
models.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import islice, product

from archir import rules
from archir.base.diagnostics import Diagnostic, Label, Problem
from archir.cost.saved_for_backward import nodes
from archir.cost.simulate import Pass, simulate
from archir.graph.flat import Flat, flatten
from archir.graph.typed import TypedGraph
from archir.memory.trace import Refusal
from archir.op.contract import Op, values_of
from archir.shapes.conditions import Condition
from archir.shapes.dims import SizeExpr, show, variables


def memory_errors(typed: TypedGraph) -> tuple[Diagnostic, ...]:
    """What torch refuses of a model because of memory, each place once."""
    flat = flatten(typed)
    found: dict[tuple[object, ...], Diagnostic] = {}
    for sizes in (_sizes(typed), *_expanding(typed, flat)):
        run = simulate(flat, sizes, training=True)
        # Other tensors meet in evaluation: there dropout gives what it is given. torch records
        # gradients there too unless it is told not to, and then overwrites a parameter itself.
        evaluation = simulate(flat, sizes, training=False, recording=True)
        for diagnostic in (*_at_once(run), *_at_once(evaluation), *_in_backward(run)):
            found.setdefault((diagnostic.span, diagnostic.problem.name), diagnostic)
    return tuple(found.values())


def _expanding(typed: TypedGraph, flat: Flat) -> Iterator[Mapping[str, int]]:
    """Other valid sizes: a dim that is 1 may be repeated at them, or lie anyhow in memory.

    Elements that are repeated are one place in memory, and nothing may overwrite them.
    """
    defaults = typed.graph.sizes
    ops = [step.op for step in flat.steps if step.op is not None]
    if any(op.moves or op.reads_in_order for op in ops):  # one example may lie in turn by chance
        yield defaults
    if any(op.reads_in_order for op in ops):  # so may a dim of extent 1, wherever it stands
        several = islice(product(*[(1, max(size, 2)) for size in defaults.values()]), 16)
        rows = (dict(zip(defaults, row, strict=True)) for row in several)
        yield from filter(partial(_runs_at, typed), rows)
    for condition in dict.fromkeys(each.condition for each in typed.requirements):
        if condition.relation == "expand":
            fitting = _repeating(condition, defaults)
            yield from islice(filter(partial(_runs_at, typed), fitting), 1)
    if not any(_speaks_of_sizes(step.op) for step in flat.steps):
        return
    larger = ({name: factor * size for name, size in defaults.items()} for factor in (2, 3, 4))
    yield from islice(filter(partial(_runs_at, typed), larger), 1)


def _repeating(condition: Condition, defaults: Mapping[str, int]) -> Iterator[Mapping[str, int]]:
    """Small sizes at which a dim is repeated that may also be as wide as it is wanted."""
    names = sorted(variables(condition.left) | variables(condition.right))
    tests = (Condition("equal", condition.left, 1), Condition("at-least", condition.right, 2))
    for row in product(range(1, 9), repeat=min(len(names), 3)):
        sizes = {**defaults, **dict(zip(names, row, strict=False))}
        if all(test.holds(sizes) for test in tests):
            yield sizes


def _speaks_of_sizes(op: Op | None) -> bool:
    """Whether an argument of an op is worked out of sizes."""
    given = () if op is None else values_of(op).values()
    return any(
        isinstance(item, SizeExpr)
        for value in given
        for item in (value if isinstance(value, tuple) else (value,))
    )


def _runs_at(typed: TypedGraph, sizes: Mapping[str, int]) -> bool:
    return all(each.condition.holds(sizes) for each in typed.requirements)


def _sizes(typed: TypedGraph) -> Mapping[str, int]:
    """The default sizes, with two examples if the model takes them: one is a special case."""
    sizes = typed.graph.sizes
    batch = {
        name: 2
        for given in typed.graph.root.input_types
        for name, size in sizes.items()
        if size == 1 and given is not None and given.shape and show(given.shape[0]) == name
    }
    more = {**sizes, **batch}
    return more if _runs_at(typed, more) else sizes


def _at_once(run: Pass) -> Iterator[Diagnostic]:
    """What is refused in the forward pass."""
    for step, refusal, _ in run.trace.refusals:
        yield Diagnostic(_problem(run, step, refusal), run.flat.steps[step].span)


def _problem(run: Pass, step: int, refusal: Refusal) -> Problem:
    callee = _callee(run.flat, step)
    if refusal == "leaf":
        return rules.memory.OverwritesAParameter(callee)
    if refusal == "several-views":
        return rules.memory.OverwritesOneOfSeveral(callee)
    if refusal == "overlapping":
        return rules.memory.OverwritesRepeatedElements(callee)
    return rules.memory.LayoutNotTaken(callee, str(run.types[run.flat.steps[step].inputs[0]]))


def _in_backward(run: Pass) -> Iterator[Diagnostic]:
    """What is kept and then overwritten. Of ops that do not say what they keep none is known."""
    for keeper, writer in overwritten(run):
        if _says(run.flat.steps[keeper].op):
            problem = rules.memory.OverwritesWhatIsKept(
                _callee(run.flat, writer), _callee(run.flat, keeper)
            )
            label = Label(run.flat.steps[keeper].span, "this keeps it")
            yield Diagnostic(problem, run.flat.steps[writer].span, (label,))


def overwritten(run: Pass) -> Iterator[tuple[int, int]]:
    """Steps that keep a storage, each with the first step that overwrites it behind that."""
    for node in nodes(run):
        for storage, version in node.kept:
            if storage.version > version:
                yield node.step, storage.written[version]


def _callee(flat: Flat, step: int) -> str:
    op = flat.steps[step].op
    return "a parameter" if op is None else op.keyword


def _says(op: Op | None) -> bool:
    """Whether an op's class says what it keeps, rather than leaving it at the most."""
    return op is not None and (
        type(op).allocate is not Op.allocate or type(op).keeps is not Op.keeps
    )
