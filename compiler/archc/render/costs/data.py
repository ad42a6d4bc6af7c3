"""A model's costs as JSON values: the forms that docs/json.md describes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from archc.render import data
from archc.render.data import Json
from archir.check.summary import ModelSummary
from archir.shapes.dims import Dim, show
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.cost.report import Costs, Entry, Totals
    from archir.counters.printed import Difference, Told, ToldStep
    from archir.field.field import AxisField


def document(
    model: ModelSummary, costs: Costs, entries: Sequence[Entry], whole: Entry
) -> dict[str, Json]:
    """The whole summary. Numbers are expressions where no sizes are asked for."""
    totals = costs.totals
    return {
        "model": data.summary(model),
        "sizes": None if costs.sizes is None else dict(costs.sizes),
        "dtype": costs.dtype,
        "optimizer": costs.optimizer,
        "rows": [_entry(model, each) for each in entries],
        "totals": {
            "parameters": totals.parameters,
            "trainable_parameters": totals.parameters,
            "parameter_bytes": totals.parameter_bytes,
            "buffers": totals.buffers,
            "buffer_bytes": totals.buffer_bytes,
            "macs": _dim(totals.macs),
            "training_macs": _dim(totals.training_macs),
            "elements": _dim(totals.elements),
            "output_bytes": _dim(totals.outputs),
            "cache_bytes": _dim(totals.cache),
            "fields": [field(model, seen) for seen in whole.fields],
        },
        "memory": None if costs.sizes is None else _memory(costs),
    }


def _entry(model: ModelSummary, entry: Entry) -> dict[str, Json]:
    return {
        "path": entry.path,
        "label": entry.label,
        "level": entry.level,
        "count": entry.count,
        "kind": entry.kind,
        "op": entry.op,
        "call": entry.call,
        "outputs": [_type(each) for each in entry.outputs],
        "parameters": entry.parameters,
        "buffers": entry.buffers,
        "macs": _dim(entry.macs),
        "elements": _dim(entry.elements),
        "memory": _dim(entry.memory),
        "kept": entry.kept,
        "fields": [field(model, seen) for seen in entry.fields],
        "when_training": entry.training,
        "again": entry.again,
    }


def field(model: ModelSummary, seen: Sequence[AxisField]) -> list[Json]:
    """What is seen of each axis; fractions as texts."""
    return [
        {
            "input": model.inputs[one.axis.input].name,
            "dim": one.axis.dim,
            "axis": one.axis.name,
            "size": one.size,
            "stride": None if one.stride is None else str(one.stride),
            "centre": None if one.centre is None else str(one.centre),
            "whole": one.whole,
            "unknown": one.unknown,
        }
        for one in seen
    ]


def told(told: Told, totals: Totals) -> dict[str, Json]:
    """What another counter prints, and by how much it differs for ops of each kind."""
    return {
        "tool": told.tool,
        "tool_version": told.version,
        "macs": told.macs,
        "printed": told.printed,
        "parameters": told.parameters,
        "note": told.note,
        "differences": _differences(told.differences),
        "ours": {"macs": told.ours, "parameters": totals.parameters},
        "training": None if told.training is None else _told_step(told.training),
    }


def _told_step(step: ToldStep) -> Json:
    return {
        "macs": step.macs,
        "printed": step.printed,
        "differences": _differences(step.differences),
        "ours": {"macs": step.ours},
    }


def _differences(found: Sequence[Difference]) -> list[Json]:
    return [{"op": one.op, "amount": one.amount, "why": one.why} for one in found]


def _memory(costs: Costs) -> dict[str, Json]:
    from archir.ordering.best_order import best_order

    used = costs.memory
    best = best_order(used.evaluation)
    return {
        "inputs": used.inputs,
        "parameters": used.parameters,
        "buffers": used.buffers,
        "gradients": used.gradients,
        "optimizer_state": used.optimizer_state,
        "outputs": used.outputs,
        "made": used.made,
        "peak": used.peak,
        "best_peak": best.peak,
        "best_is_exact": best.is_exact,
        "kept": used.kept,
        "held": used.held,
        "inference": used.inference,
        "training": used.training,
    }


def _type(given: TensorType) -> Json:
    return {"dtype": given.dtype, "shape": [_dim(dim) for dim in given.shape]}


def _dim(number: Dim) -> int | str:
    return number if isinstance(number, int) else show(number)
