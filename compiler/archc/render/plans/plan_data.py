"""A plan as JSON values: the form that docs/json.md describes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archc.render.data import Json

if TYPE_CHECKING:
    from archir.planning.checkpoints import Checkpoints
    from archir.planning.planned import DeviceStage, Planned


def document(plan: Planned) -> dict[str, Json]:
    """All of a plan. Bytes are whole numbers."""
    sharded = plan.wanted.devices > 1
    return {
        "model": plan.name,
        "sizes": dict(plan.sizes),
        "dtype": plan.costs.dtype,
        "optimizer": plan.optimizer,
        "devices": plan.wanted.devices,
        "memory": plan.wanted.memory,
        "fits": plan.fits,
        "peak": plan.peak,
        "state": plan.training.state,
        "macs": plan.macs,
        "checkpoints": _checkpoints(plan.checkpoints),
        "smallest": _checkpoints(plan.smallest),
        "largest_batch": plan.largest_batch,
        "largest_batch_with_checkpoints": plan.largest_batch_with_checkpoints,
        "stages": [_stage(stage) for stage in plan.stages] if sharded else [],
        "crossing": plan.cuts.crossing if sharded and plan.cuts is not None else None,
        "sharded": _shards(plan) if sharded else None,
    }


def _checkpoints(found: Checkpoints | None) -> Json:
    if found is None:
        return None
    return {
        "paths": list(found.paths),
        "macs": found.macs,
        "peak": found.peak,
        "exact": found.is_exact,
    }


def _stage(stage: DeviceStage) -> Json:
    return {
        "modules": list(stage.paths),
        "macs": stage.macs,
        "parameters": stage.parameters,
        "state": stage.state,
        "kept": stage.kept,
        "passes": stage.passes,
        "holds": stage.total,
        "given": stage.given,
    }


def _shards(plan: Planned) -> Json:
    shards = plan.shards
    return {
        "units": list(shards.units),
        "state": shards.state,
        "gathered": shards.gathered,
        "working": shards.working,
        "holds": shards.total,
    }
