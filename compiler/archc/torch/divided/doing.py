"""A plan done to a module: checkpoints set, parameters shared out, a stage of it taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from archc.torch.divided.checkpointed import make_checkpointed
from archc.torch.divided.pipelined import parts

if TYPE_CHECKING:
    from torch import nn
    from torch.distributed import ProcessGroup
    from torch.distributed.device_mesh import DeviceMesh
    from torch.distributed.pipelining import PipelineStage

    from archir.planning.planned import Planned


def checkpointed(module: nn.Module, plan: Planned) -> nn.Module:
    """The module itself, with the plan's checkpoints; nothing changes where it fits without."""
    for path in () if plan.checkpoints is None else plan.checkpoints.paths:
        make_checkpointed(module.get_submodule(path))
    return module


def sharded(module: nn.Module, plan: Planned, mesh: DeviceMesh | None = None) -> nn.Module:
    """The module itself, its parameters shared out by torch's ``fully_shard``, with checkpoints."""
    from torch.distributed.fsdp import fully_shard

    checkpointed(module, plan)
    for path in plan.shards.units:
        fully_shard(module.get_submodule(path), mesh=mesh)
    fully_shard(module, mesh=mesh)
    return module


def staged(
    module: nn.Module,
    plan: Planned,
    index: int | None,
    device: torch.device | str | None,
    group: ProcessGroup | None = None,
) -> PipelineStage:
    """One stage of the plan's pipeline, moved to a device (the CPU): that of this process' rank,
    unless an ``index`` says another.
    """
    from torch.distributed import get_rank
    from torch.distributed.pipelining import PipelineStage

    assert plan.cuts is not None, "who asks has looked"
    found = parts(module, [place.path for place in plan.cuts.places])
    at = get_rank(group) if index is None else index
    there = torch.device(device or "cpu")
    return PipelineStage(found[at].to(there), at, len(found), there, group=group)
