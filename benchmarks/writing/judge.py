"""Whether an answer is what a task asks for: by its properties, and by what it computes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archc import pipeline
from archc.api.results import CheckedModel
from archc.errors import ArchError
from archir.base.source import Source
from archir.check.summary import Port
from archir.graph.typed import TypedGraph
from archir.shapes.dims import show

from .computing import computes
from .tasks import Run, Shapes, Task

_OF_AN_EXAMPLE = re.compile(r"^\s*import\s+(examples\b|\")", re.MULTILINE)


def judged(task: Task, text: str) -> list[str]:
    """What is not as the task asks, in words for whoever wrote the text; nothing where all is.

    The reference's own facts are not given away: only what the task's words say already.
    """
    if _OF_AN_EXAMPLE.search(text):
        return ["it may import from the standard library alone"]
    try:
        typed, found = pipeline.compile_source(Source("answer.arch", text), None, task.name)
    except ArchError as error:
        return [str(error)]
    if typed is None:
        return [str(ArchError(found))]
    return list(_wrong(task, typed))


def _wrong(task: Task, typed: TypedGraph) -> Iterator[str]:
    model = CheckedModel.of(typed)
    fits = model.parameters == task.parameters
    if not fits:  # and nothing is built: it may be of any size
        yield f"it has {model.parameters:,} parameters, and not the number that the words lead to"
    for run in task.runs:
        for said in _at(model, run):
            fits = False
            yield said
    if not fits:
        return
    answer = pipeline.module(typed)
    if task.keys is not None and answer.state_dict().keys() != task.keys:
        other = sorted(answer.state_dict().keys() ^ task.keys)
        yield f"the state dict's keys are others: {', '.join(other[:6])}"
    if not computes(task, answer):
        yield "it computes something else"


def _at(model: CheckedModel, run: Run) -> Iterator[str]:
    sizes = _sizes(model.inputs, run.inputs)
    taken = sizes is not None and model.valid_sizes.contains(sizes)
    if run.outputs is None:
        if taken:
            yield f"inputs of {_shown(run.inputs)} are to be refused, and are taken"
        return
    if sizes is None or not taken:
        yield f"inputs of {_shown(run.inputs)} are not taken"
        return
    outputs = [list(port.at(sizes).sizes) for port in model.outputs if not port.when_training]
    if outputs != [list(each) for each in run.outputs]:
        yield f"inputs of {_shown(run.inputs)} give {_shown(outputs)}, not {_shown(run.outputs)}"


def _sizes(ports: tuple[Port, ...], shapes: Shapes) -> dict[str, int] | None:
    """The size variables at which the inputs have these shapes; None where there are none such."""
    if len(ports) != len(shapes):
        return None
    found: dict[str, int] = {}
    for port, shape in zip(ports, shapes, strict=True):
        if len(port.type.shape) != len(shape):
            return None
        for dim, extent in zip(port.type.shape, shape, strict=True):
            if isinstance(dim, int):
                if dim != extent:
                    return None
            elif found.setdefault(show(dim), extent) != extent:
                return None
    # An input may be declared by expressions of others; then these must agree.
    if any(tuple(port.at(found).sizes) != tuple(shape)
           for port, shape in zip(ports, shapes, strict=True)):  # fmt: skip
        return None
    return found


def _shown(shapes: Shapes) -> str:
    return " and ".join(str(list(each)) for each in shapes)
