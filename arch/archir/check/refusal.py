"""Why a network does not run at a size, and which sizes near it are valid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archir import rules
from archir.base.diagnostics import Diagnostic, Label, Problem
from archir.base.record import replaced
from archir.graph.graph import Annotation, Apply, Definition
from archir.graph.places import Places
from archir.graph.steps import walked
from archir.graph.typed import Requirement, TypedGraph
from archir.shapes.brief import brief, zero_divisor
from archir.shapes.conditions import Check, Condition
from archir.shapes.dims import evaluate, variables
from archir.shapes.types import TensorType
from archir.sizes.valid import valid_sizes
from archir.sizes.words import advise, nearest_of_all


def refusal(
    typed: TypedGraph, sizes: Mapping[str, int], *, training: bool = False
) -> Diagnostic | None:
    """The first place, in the order of running, that refuses these sizes; None if none does."""
    everything = [each for each in typed.requirements if training or not each.condition.training]
    failing = next((each for each in everything if not each.condition.holds(sizes)), None)
    if failing is None:
        return None
    valid = valid_sizes(typed.graph.sizes, [each.condition for each in everything])
    found = _diagnostic(typed, failing, sizes, advise(valid, sizes, training=training))
    if isinstance(found.problem, rules.sizes.SizeDividedByZero):  # its condition says less
        near = nearest_of_all(valid.nearest(sizes), sizes)
        return replaced(found, advice=f"{found.problem.divisor} must not be 0{near}")
    return found


def _diagnostic(
    typed: TypedGraph, failing: Requirement, sizes: Mapping[str, int], help_: str | None
) -> Diagnostic:
    definition = failing.definition
    row = typed.types[definition]
    places, place = Places(walked(typed.graph), typed.graph.variants), failing.span
    related = places.around(definition, place)
    problem: Problem
    if failing.message is not None:
        problem = rules.graph.AssertionFails(failing.message.at(sizes))
    elif failing.step is not None:
        step = failing.step
        problem = _refused(step, row, failing.condition, sizes)
        related = (
            *(
                Label(
                    value.span,
                    f"{'this gives' if value.name is None else f'{value.name} is'} {given},"
                    f" here {given.at(sizes)}",
                )
                for value, given in ((value, row[value.index]) for value in step.inputs[:6])
            ),
            *related,
        )
    elif (annotation := _annotation(definition, row, failing)) is not None:
        actual = str(row[annotation.value.index].at(sizes))
        block, place, around = places.taking(definition, annotation)[0]
        problem = rules.graph.InputDoesNotMatch(
            block, str(annotation.takes), annotation.written, actual
        )
        related = (Label(annotation.span, "the shape is written here"), *around)
    else:
        problem = rules.sizes.InputBelowOne(brief(failing.condition.left))
    return Diagnostic(problem, place, related, help_)


def _annotation(
    definition: Definition, row: Sequence[TensorType], failing: Requirement
) -> Annotation | None:
    """The written shape of an input that asks something; None where it is the model's own."""
    asked = (failing.condition.left, failing.condition.right)
    return next(
        (
            each
            for each in definition.annotations
            if each.takes is not None
            and each.span == failing.span
            and asked in zip(each.shape, row[each.value.index].shape, strict=True)
        ),
        None,
    )


def _refused(
    step: Apply, row: Sequence[TensorType], condition: Condition, sizes: Mapping[str, int]
) -> Problem:
    """What the op of a step says of the sizes, or how it changes with them."""
    op, inputs = step.op, tuple([row[value.index] for value in step.inputs])
    check = Check(sizes, training=True)
    try:
        found = op.infer(inputs, check)
    except ZeroDivisionError:
        divided = zero_divisor((condition.left, condition.right), sizes)
        return rules.sizes.SizeDividedByZero(op.keyword, *divided)
    if check.problems:
        return check.problems[0]
    names = sorted(variables(condition.left) | variables(condition.right))
    at = ", ".join(f"{name} = {sizes[name]}" for name in names)
    made = tuple([row[value.index] for value in step.outputs])
    if found is not None and len(found) != len(made):
        return rules.sizes.SizeChangesCount(op.keyword, len(made), len(found), at)
    for one, other in zip(made, found or made, strict=True):
        if one.rank != other.rank or one.at(sizes) != other.at(sizes):
            return rules.sizes.SizeChangesShape(op.keyword, str(one), str(other), at)
    weights = bool(op.parameters(tuple([given.at(sizes) for given in inputs])))
    left, right = condition.left, condition.right
    made_for, here = evaluate(right, sizes), evaluate(left, sizes)
    return rules.sizes.SizeChangesWeights(op.keyword, weights, brief(left), made_for, here, at)
