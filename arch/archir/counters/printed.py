"""What other counters print for a model, and what makes the difference.

They look at torch's modules, each with rules of its own; so does this, at the classes that the
ops' recipes name. A model is taken as ``archc.load`` makes it, in evaluation mode; of a training
step only torch's own counter says something.
"""

from __future__ import annotations

from collections.abc import Sequence

from archir.base.record import Record, Struct, fresh
from archir.cost import macs
from archir.cost.report import Costs
from archir.counters.applied import Applied
from archir.counters.rules import TOOLS as TOOLS
from archir.counters.rules import Rules, Tool, ours
from archir.graph.flat import FlatStep
from archir.op.contract import Op
from archir.op.recipe import ModuleRecipe
from archir.shapes.types import TensorType


class Difference(Record):
    """By how much a tool counts otherwise for ops of one kind, and why."""

    op: str
    amount: int
    why: str


class ToldStep(Record):
    """What a tool prints for a training step: a forward pass and the backward pass behind it."""

    macs: int
    printed: int
    differences: tuple[Difference, ...]
    ours: int


class Told(Record):
    """What a tool prints. ``parameters`` is None where it prints none."""

    tool: str
    version: str
    macs: int
    printed: int
    """The number that it prints, which is twice the MACs where it counts both operations."""

    parameters: int | None
    differences: tuple[Difference, ...]
    ours: int
    """The MACs that we count, for as many samples."""

    training: ToldStep | None
    """The same for a training step, where it counts one."""

    note: str


class _Tally(Struct):
    """Their sum and ours, and what makes the difference."""

    theirs: int = 0
    ours: int = 0
    amounts: dict[tuple[str, str], int] = fresh(factory=dict)

    def add(self, op: Op, ours: int, theirs: int, why: str) -> None:
        self.ours += ours
        self.theirs += theirs
        if ours != theirs:
            key = (op.keyword, why)
            self.amounts[key] = self.amounts.get(key, 0) + theirs - ours

    def differences(self) -> tuple[Difference, ...]:
        return tuple(Difference(op, by, why) for (op, why), by in self.amounts.items())


def tell(costs: Costs, name: str) -> Told:
    """What a tool prints for a model at sizes."""
    tool = TOOLS[name]
    tally = _Tally()
    known = 0
    seen: set[str] = set()
    for number, step in enumerate(costs.flat.steps):
        if step.op is None or step.training:
            continue
        applied = _applied(costs, step, step.op, number, traces=tool.traces)
        rule, why = tool.rules.get(applied.name, tool.otherwise)
        tally.add(step.op, applied.macs, rule(applied), why)
        if tool.counts_parameters and tool.counts_parameters(applied) and step.module not in seen:
            seen.add(step.module or "")
            known += applied.parameters
    every = costs.totals.parameters
    parameters = known if tool.counts_parameters else every
    return Told(
        tool=name,
        version=tool.version,
        macs=tally.theirs,
        printed=tool.operations * tally.theirs,
        parameters=parameters if tool.has_parameters else None,
        differences=tally.differences(),
        ours=tally.ours,
        training=None if tool.gradients is None else _step(costs, tool, tool.gradients),
        note=tool.note,
    )


def _step(costs: Costs, tool: Tool, gradients: Rules) -> ToldStep:
    """What a tool counts in a training step: all that we do, but gradients by rules of its own."""
    tally = _Tally()
    behind = macs.backward(costs.flat, costs.types, costs.forward)
    for number, (step, back) in enumerate(zip(costs.flat.steps, behind, strict=True)):
        if step.op is None or not costs.forward[number]:
            continue
        applied = _applied(costs, step, step.op, number, traces=tool.traces)
        rule, why = gradients.get(applied.name, (ours, ""))
        assert isinstance(back, int)
        true = applied.macs + back
        # The rules are for what has weights: if it has a gradient at all, then that of its weights.
        tally.add(step.op, true, true + (rule(applied) - applied.macs if back else 0), why)
    printed = tool.operations * tally.theirs
    return ToldStep(tally.theirs, printed, tally.differences(), tally.ours)


def _applied(costs: Costs, step: FlatStep, op: Op, number: int, *, traces: bool) -> Applied:
    inputs = tuple(costs.types[value] for value in step.inputs)
    outputs = tuple(costs.types[value] for value in step.outputs)
    weights = () if step.module is None else costs.states[step.module]
    if op.made_of():
        weights = op.initialised(inputs)  # to what traces, the weight that is made
    macs = costs.forward[number]
    assert isinstance(macs, int)
    return Applied(
        name=_name(op, inputs, traces=traces),
        op=op,
        inputs=_shapes(inputs),
        outputs=_shapes(outputs),
        weights=tuple(weight for weight in weights if not weight.is_buffer),
        macs=macs,
    )


def _name(op: Op, inputs: tuple[TensorType, ...], *, traces: bool) -> str:
    if not op.is_module:
        return op.keyword
    recipe = op.recipe(inputs)
    if not isinstance(recipe, ModuleRecipe):
        return op.keyword
    known = recipe.make if traces or recipe.around is None else recipe.around
    return known.function


def _shapes(types: Sequence[TensorType]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(dim for dim in each.shape if isinstance(dim, int)) for each in types)
