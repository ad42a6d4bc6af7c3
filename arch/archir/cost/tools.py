"""What other counters print for a model, and what makes the difference.

They look at torch's modules, each with rules of its own; so does this, at the classes that the
ops' recipes name. A model is taken as ``archc.load`` makes it, in evaluation mode.
"""

from __future__ import annotations

from collections.abc import Sequence

from archir.cost.report import Costs
from archir.cost.tool_rules import TOOLS as TOOLS
from archir.cost.tool_rules import Applied, nothing
from archir.flat import FlatStep
from archir.op import Op
from archir.recipe import ModuleRecipe
from archir.record import Record
from archir.types import TensorType


class Difference(Record):
    """By how much a tool counts otherwise for ops of one kind, and why."""

    op: str
    amount: int
    why: str


class Told(Record):
    """What a tool prints. ``parameters`` is None where it prints none."""

    tool: str
    version: str
    macs: int
    parameters: int | None
    differences: tuple[Difference, ...]
    ours: int
    """The MACs that we count, for as many samples."""

    note: str


def tell(costs: Costs, name: str) -> Told:
    """What a tool prints for a model at sizes."""
    tool = TOOLS[name]
    total = known = ours = 0
    amounts: dict[tuple[str, str], int] = {}
    seen: set[str] = set()
    for number, step in enumerate(costs.flat.steps):
        if step.op is None or step.training:
            continue
        applied = _applied(costs, step, step.op, number)
        rule, why = tool.rules.get(applied.name, (nothing, "is not looked at"))
        counted = rule(applied)
        total += counted
        ours += applied.macs
        if counted != applied.macs:
            key = (step.op.keyword, why)
            amounts[key] = amounts.get(key, 0) + counted - applied.macs
        if tool.counts_parameters and tool.counts_parameters(applied) and step.module not in seen:
            seen.add(step.module or "")
            known += applied.parameters
    every = costs.totals.parameters
    parameters = known if tool.counts_parameters else every
    return Told(
        tool=name,
        version=tool.version,
        macs=total,
        parameters=parameters if tool.has_parameters else None,
        differences=tuple(Difference(op, by, why) for (op, why), by in amounts.items()),
        ours=ours,
        note=tool.note,
    )


def _applied(costs: Costs, step: FlatStep, op: Op, number: int) -> Applied:
    inputs = tuple(costs.types[value] for value in step.inputs)
    outputs = tuple(costs.types[value] for value in step.outputs)
    weights = () if step.module is None else costs.states[step.module]
    macs = costs.forward[number]
    assert isinstance(macs, int)
    return Applied(
        name=_name(op, inputs),
        op=op,
        inputs=_shapes(inputs),
        outputs=_shapes(outputs),
        weights=tuple(weight for weight in weights if not weight.is_buffer),
        macs=macs,
    )


def _name(op: Op, inputs: tuple[TensorType, ...]) -> str:
    if not op.is_module:
        return op.keyword
    recipe = op.recipe(inputs)
    return recipe.make.function if isinstance(recipe, ModuleRecipe) else op.keyword


def _shapes(types: Sequence[TensorType]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(dim for dim in each.shape if isinstance(dim, int)) for each in types)
