"""What torch refuses because of memory: found by running a model on a tape, in both modes.

A model whose ops all make new tensors has no such problems: ``archir.infer`` asks of few models.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from archir import rules
from archir.check import Condition
from archir.cost.kept import nodes
from archir.cost.play import Pass, play
from archir.diagnostics import Diagnostic, Label, Problem
from archir.dims import show, variables
from archir.flat import Flat, flatten
from archir.op import Op
from archir.tape import Fault
from archir.typed import TypedGraph


def faults(typed: TypedGraph) -> tuple[Diagnostic, ...]:
    """What torch refuses of a model because of memory, each place once."""
    flat = flatten(typed)
    found: dict[tuple[object, ...], Diagnostic] = {}
    for sizes in (_sizes(typed), *_expanding(typed)):
        run = play(flat, sizes, training=True)
        # Other tensors meet in evaluation: there dropout gives what it is given.
        evaluation = play(flat, sizes, training=False)
        for diagnostic in (*_at_once(run), *_at_once(evaluation), *_in_backward(run)):
            found.setdefault((diagnostic.span, diagnostic.problem.name), diagnostic)
    return tuple(found.values())


_TRIED = range(1, 9)
"""Sizes that are tried for a dim that may be expanded."""


def _expanding(typed: TypedGraph) -> Iterator[Mapping[str, int]]:
    """Valid sizes at which a dim is repeated that the defaults leave as it is.

    Its elements are one place in memory there, and nothing may overwrite them.
    """
    for each in dict.fromkeys(each.condition for each in typed.requirements):
        if each.relation != "expand":
            continue
        names = sorted(variables(each.left) | variables(each.right))
        tests = (Condition("equal", each.left, 1), Condition("at-least", each.right, 2))
        for values in product(_TRIED, repeat=min(len(names), 3)):
            sizes = {**typed.graph.sizes, **dict(zip(names, values, strict=False))}
            if all(test.holds(sizes) for test in tests) and all(
                asked.condition.holds(sizes) for asked in typed.requirements
            ):
                yield sizes
                break


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
    holds = all(each.condition.holds(more) for each in typed.requirements)
    return more if holds else sizes


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
