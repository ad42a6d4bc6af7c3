"""Lists of maps that grow: what a layer joins at its entry is joined where it is called.

``DenseNet`` hands each layer the list of all maps so far, and each joins them for itself. So each
has one input more than the one before, and no two are alike. With the join before the call, and
each join made of the one before (``concat [before, new]``), they are: that is ``dense { layer }``.
"""

from __future__ import annotations

from archc.importing.steps import BodyStep, ModuleBody

KEYWORD = "concat"


def grow(body: ModuleBody) -> None:
    """Take the joins out of what is called in a body, and make each of the one before."""
    for step in body.steps:
        if step.body is not None:
            grow(step.body)
    steps: list[BodyStep] = []
    for step in body.steps:
        joined = _taken_out(step)
        steps += [step] if joined is None else [joined, step]
    body.steps = steps
    _made_of_each_other(body)


def _taken_out(step: BodyStep) -> BodyStep | None:
    """The join of all that is called with, if that is what is first done with it."""
    inner = step.body
    if inner is None or len(step.inputs) < 2 or not inner.steps:
        return None
    first = inner.steps[0]
    others = {each for other in inner.steps[1:] for each in (*other.inputs, *_deep(other.body))}
    if not _joins(first) or first.inputs != inner.inputs or others.intersection(inner.inputs):
        return None
    if set(inner.outputs) & set(inner.inputs) or step.training_only:
        return None
    joined = BodyStep(
        step.inputs, first.results, _before(step.path), first.place, op=first.op,
        arguments=first.arguments,
    )  # fmt: skip
    inner.steps = inner.steps[1:]
    inner.inputs = step.inputs = first.results
    return joined


def _made_of_each_other(body: ModuleBody) -> None:
    """``concat [a, b, c]`` behind ``concat [a, b]`` is that one's and c."""
    whole: dict[tuple[int, ...], BodyStep] = {}
    for step in body.steps:
        if not _joins(step) or step.training_only:
            continue
        values = step.inputs
        for count in range(len(values) - 1, 1, -1):
            before = whole.get(values[:count])
            if before is not None and before.arguments == step.arguments:
                step.inputs = (before.results[0], *values[count:])
                break
        whole[values] = step


def _joins(step: BodyStep) -> bool:
    return step.op is not None and step.op.keyword == KEYWORD and step.label is None


def _deep(body: ModuleBody | None) -> set[int]:
    """All values that a body and those in it use."""
    if body is None:
        return set()
    return {
        each for step in body.steps for each in (*step.inputs, *body.outputs, *_deep(step.body))
    }


def _before(path: str) -> str:
    return path.rpartition(".")[0]
