"""What was seen of a module as the body of its root, its inputs and its outputs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from archc.importing.align import in_step, only_training
from archc.importing.bodies.tidy import tidy
from archc.importing.described import ModelInput, ModelOutput, Whole
from archc.importing.problems import ImportingError
from archc.importing.steps import ModuleBody, Reader
from archc.importing.write import Facts
from archir.base.record import Record

if TYPE_CHECKING:
    from archc.torch.tracing.runs import Seen

AXES: Mapping[int, tuple[str, ...]] = {
    2: ("", "L"),
    3: ("", "L", ""),
    4: ("", "", "H", "W"),
    5: ("", "", "D", "H", "W"),
}
"""The dims that may be size variables, by rank, and their names. The first dim is the batch."""

STEPS = {"N": (1, 2, 4), "H": (32, 128, 64), "W": (64, 96, 224), "D": (96, 32, 160)}
STEPS["L"] = (32, 160, 96)
"""How much larger each is at each run: no two grow alike, so that none is taken for another."""


class Given(Record):
    """One input as the user describes it."""

    name: str | None
    extents: tuple[int, ...]
    dtype: str

    def axes(self) -> tuple[str, ...]:
        """What its dims are called that may vary; empty for those that stay as they are."""
        rank = len(self.extents)
        if rank == 2 and self.dtype == "float32":
            return ("", "")  # features
        return AXES.get(rank, ("",) * rank)


def sizes_of(given: Sequence[Given], plan: frozenset[str]) -> list[list[tuple[int, ...]]]:
    """The extents at each run: no two variables are equal, and none is as it was before."""
    made: list[list[tuple[int, ...]]] = []
    for run in range(3):
        shapes = []
        for each in given:
            names = each.axes()
            shape = list(each.extents)
            for dim, axis in enumerate(("N", *names[1:])):
                if axis in plan:
                    shape[dim] += STEPS[axis][run]
            shapes.append(tuple(shape))
        made.append(shapes)
    return made


def inputs_of(given: Sequence[Given], plan: frozenset[str], seen: Seen) -> list[ModelInput]:
    names = seen.training[0].names
    known: set[str] = set()
    made: list[ModelInput] = []
    for number, each in enumerate(given):
        axes = each.axes()
        dims = ["N" if "N" in plan else str(each.extents[0])]
        for dim, axis in enumerate(axes):
            if not dim:
                continue
            if axis in plan and axis not in known:
                dims.append(f"{axis} = {each.extents[dim]}")
                known.add(axis)
            else:
                dims.append(axis if axis in plan else str(each.extents[dim]))
        made.append(ModelInput(each.name or names[number], each.dtype, tuple(dims)))
    return made


def read_whole(elements: Any, seen: Seen, given: Sequence[Given], plan: frozenset[str]) -> Whole:
    """The body of a module by its runs. ``elements`` reads those of a tensor as nested lists."""
    in_step([trace.calls for trace in seen.training])
    alone, same = only_training(seen.training[0].calls, seen.evaluation.calls)
    reader = Reader(seen.training, seen.tree, alone, seen.buffers, elements)
    body = reader.root()
    keyed = _keyed(seen)
    outputs = _outputs(seen, reader, same)
    body.outputs = tuple(each.value for each in outputs)
    tidy(body, reader, keyed)
    _all_run(body, keyed)
    _all_said(body, seen.shared)
    sizes = _variables(seen, given, plan)
    facts = Facts(reader.shapes, seen.training[0].locals, sizes, keyed)
    return Whole(body, tuple(outputs), facts, seen.shared)


def _all_said(body: ModuleBody, shared: Mapping[str, str]) -> None:
    """Raises where a key is another's tensor and is none of an op that runs once."""
    said: set[str] = set()

    def walk(each: ModuleBody) -> None:
        for step in each.steps:
            if step.op is not None and step.label is not None:
                said.update(f"{step.path}.{name}" for name in step.op.weights)
            elif step.body is not None:
                walk(step.body)

    walk(body)
    for one, other in shared.items():
        if one not in said or other not in said:
            raise ImportingError(f"{one} is the tensor of {other}, and one of them is of no layer")


def _keyed(seen: Seen) -> frozenset[str]:
    """The modules that have something in the state dict, they or what is in them."""
    found: set[str] = set()
    for path, child in seen.tree.items():
        if any(kept for _, _, _, kept in child.weights):
            while True:
                found.add(path)
                if not path:
                    break
                path = path.rpartition(".")[0]
    return frozenset(found)


def _all_run(body: ModuleBody, keyed: frozenset[str]) -> None:
    """Raises where a module with weights is registered and never runs."""
    running: set[str] = set()

    def walk(each: ModuleBody) -> None:
        running.add(each.path)
        for step in each.steps:
            running.add(step.path)
            if step.body is not None:
                walk(step.body)

    walk(body)
    for path in sorted(keyed):
        inner = any(path.startswith(f"{each}.") for each in running if each)
        outer = any(each.startswith(f"{path}.") for each in running)
        if path and path not in running and not outer and not inner:
            raise ImportingError(f"the module {path} has weights and never runs")


def _variables(
    seen: Seen, given: Sequence[Given], plan: frozenset[str]
) -> list[tuple[str, tuple[int, ...]]]:
    found: dict[str, tuple[int, ...]] = {}
    for number, each in enumerate(given):
        shapes = [trace.values[trace.inputs[number]].shape for trace in seen.training]
        for dim, axis in enumerate(each.axes()):
            name = "N" if dim == 0 else axis
            if name in plan:
                found.setdefault(name, tuple(shape[dim] for shape in shapes))
    return list(found.items())


def _outputs(seen: Seen, reader: Reader, same: Mapping[int, int]) -> list[ModelOutput]:
    """What comes back: in evaluation first, then what training has beside it."""
    evaluation, training = seen.evaluation, seen.training[0]
    always = [reader.real(same.get(each, each)) for each in evaluation.results]
    rest = [reader.real(each) for each in training.results]
    names = dict(zip(rest, training.fields, strict=False))
    names.update(zip(always, evaluation.fields, strict=False))
    values = list(dict.fromkeys([*rest, *always]))
    made = [ModelOutput(each, "", each not in always) for each in values]
    if len(made) == 1:
        return made
    taken: set[str] = set()
    named: list[ModelOutput] = []
    for number, each in enumerate(made):
        wanted = names.get(each.value) or training.locals.get(each.value) or f"out_{number}"
        wanted = re.sub(r"\W", "_", wanted).lstrip("_") or f"out_{number}"
        while wanted in taken:
            wanted += "_2"
        taken.add(wanted)
        named.append(ModelOutput(each.value, wanted, each.when_training))
    return named
