"""Why a network does not run at a size, and which sizes near it are valid."""

from __future__ import annotations

from collections.abc import Mapping

from archir import rules
from archir.check import Check, Condition
from archir.diagnostics import Diagnostic, Label, Problem
from archir.dims import evaluate, show, variables
from archir.graph import walked
from archir.places import Places
from archir.sizes.valid import valid_sizes
from archir.sizes.words import advise
from archir.typed import Requirement, TypedGraph


def refusal(
    typed: TypedGraph, sizes: Mapping[str, int], *, training: bool = False
) -> Diagnostic | None:
    """The first place, in the order of running, that refuses these sizes; None if none does."""
    everything = [each for each in typed.requirements if training or not each.condition.training]
    failing = next((each for each in everything if not each.condition.holds(sizes)), None)
    if failing is None:
        return None
    valid = valid_sizes(typed.graph.sizes, [each.condition for each in everything])
    return _diagnostic(typed, failing, sizes, advise(valid, sizes, training=training))


def _diagnostic(
    typed: TypedGraph, failing: Requirement, sizes: Mapping[str, int], help_: str | None
) -> Diagnostic:
    definition = failing.definition
    row = typed.types[definition]
    related: tuple[Label, ...] = ()
    place = failing.span
    problem: Problem
    if failing.message is not None:
        problem = rules.graph.AssertionFails(failing.message)
    elif failing.step is None:
        asked = (failing.condition.left, failing.condition.right)
        remark = next(
            each
            for each in definition.remarks
            if each.takes is not None
            and each.span == failing.span
            and asked in zip(each.shape, row[each.value.index].shape, strict=True)
        )
        actual = str(row[remark.value.index].at(sizes))
        block, place, around = Places(walked(typed.graph)).taking(definition, remark)[0]
        problem = rules.graph.InputDoesNotMatch(block, str(remark.takes), remark.written, actual)
        related = (Label(remark.span, "the shape is written here"), *around)
    else:
        step = failing.step
        inputs = tuple(row[value.index] for value in step.inputs)
        check = Check(sizes, training=True)
        step.op.infer(inputs, check)
        found = check.problems[0] if check.problems else None
        problem = found or _changed(step.op.keyword, failing.condition, sizes)
        related = tuple(
            Label(value.span, f"this gives {given}, here {given.at(sizes)}")
            for value, given in list(zip(step.inputs, inputs, strict=True))[:6]
        )
    return Diagnostic(problem, place, related, help_)


def _changed(
    callee: str, condition: Condition, sizes: Mapping[str, int]
) -> rules.sizes.SizeChangesWeights:
    names = sorted(variables(condition.left) | variables(condition.right))
    at = ", ".join(f"{name} = {sizes[name]}" for name in names)
    made_for = evaluate(condition.right, sizes)
    found = evaluate(condition.left, sizes)
    return rules.sizes.SizeChangesWeights(callee, show(condition.left), made_for, found, at)
