"""What torch refuses because of memory: found by running a model on a tape, in both modes.

A model whose ops all make new tensors has no such problems: ``archir.infer`` asks of few models.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import islice, product

from archir import rules
from archir.check import Condition
from archir.cost.kept import nodes
from archir.cost.play import Pass, play
from archir.diagnostics import Diagnostic, Label, Problem
from archir.dims import SizeExpr, show, variables
from archir.flat import Flat, flatten
from archir.op import Op, values_of
from archir.tape import Fault
from archir.typed import TypedGraph


def faults(typed: TypedGraph) -> tuple[Diagnostic, ...]:
    """What torch refuses of a model because of memory, each place once."""
    flat = flatten(typed)
    found: dict[tuple[object, ...], Diagnostic] = {}
    for sizes in (_sizes(typed), *_expanding(typed, flat)):
        run = play(flat, sizes, training=True)
        # Other tensors meet in evaluation: there dropout gives what it is given.
        evaluation = play(flat, sizes, training=False)
        for diagnostic in (*_at_once(run), *_at_once(evaluation), *_in_backward(run)):
            found.setdefault((diagnostic.span, diagnostic.problem.name), diagnostic)
    return tuple(found.values())


def _expanding(typed: TypedGraph, flat: Flat) -> Iterator[Mapping[str, int]]:
    """Other valid sizes, where an op takes sizes: they may repeat a dim that is 1 at the defaults.

    Elements that are repeated are one place in memory, and nothing may overwrite them.
    """
    if not any(_speaks_of_sizes(step.op) for step in flat.steps):
        return
    defaults = typed.graph.sizes
    for each in dict.fromkeys(each.condition for each in typed.requirements):
        if each.relation == "expand":
            names = sorted(variables(each.left) | variables(each.right))
            tests = (Condition("equal", each.left, 1), Condition("at-least", each.right, 2))
            combined = product(range(1, 9), repeat=min(len(names), 3))
            tried = ({**defaults, **dict(zip(names, row, strict=False))} for row in combined)
            fitting = (sizes for sizes in tried if all(test.holds(sizes) for test in tests))
            yield from islice(filter(partial(_runs_at, typed), fitting), 1)
    larger = ({name: factor * size for name, size in defaults.items()} for factor in (2, 3, 4))
    yield from islice(filter(partial(_runs_at, typed), larger), 1)


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
    for step, fault, _ in run.tape.faults:
        yield Diagnostic(_problem(run, step, fault), run.flat.steps[step].span)


def _problem(run: Pass, step: int, fault: Fault) -> Problem:
    callee = _callee(run.flat, step)
    if fault == "leaf":
        return rules.memory.OverwritesAParameter(callee)
    if fault == "several-views":
        return rules.memory.OverwritesOneOfSeveral(callee)
    if fault == "overlapping":
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
