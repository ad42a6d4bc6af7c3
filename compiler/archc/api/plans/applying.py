"""``archc.apply``: a plan done to a module, with torch's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, overload

from archc.api.plans.planning import TrainingPlan
from archc.errors import SettingError, SettingTypeError
from archc.request.requests import chosen_word

if TYPE_CHECKING:
    from archc.torch.types import nn

WAYS = ("checkpoints", "shards", "stage")

Way = Literal["checkpoints", "shards", "stage"]


@overload
def apply(
    module: nn.Module, plan: TrainingPlan, way: Literal["checkpoints"] = ..., /
) -> nn.Module: ...


@overload
def apply(
    module: nn.Module, plan: TrainingPlan, way: Literal["shards"], /, *, mesh: Any = None
) -> nn.Module: ...


@overload
def apply(
    module: nn.Module,
    plan: TrainingPlan,
    way: Literal["stage"],
    /,
    *,
    index: int | None = None,
    device: Any = None,
    group: Any = None,
) -> Any: ...


def apply(
    module: nn.Module,
    plan: TrainingPlan,
    way: Way = "checkpoints",
    /,
    *,
    mesh: Any = None,
    index: int | None = None,
    device: Any = None,
    group: Any = None,
) -> Any:
    """Do a plan to the module that ``archc.load`` made of the same model; see docs/scale.md.

    ``"checkpoints"`` has the plan's modules run again in the backward pass
    (``torch.utils.checkpoint``), and gives back the module. ``"shards"`` does that, and shares the
    parameters out among the processes of ``mesh``, or of all (``fully_shard``). ``"stage"`` gives
    the ``torch.distributed.pipelining.PipelineStage`` of this process: that of its rank in
    ``group``, or of ``index``, on ``device``. Keys, losses and gradients stay what they are.

    Raises ``SettingError`` where the plan has no such division, or is one of another model.
    """
    from archir.base.optional import require

    require("torch")
    if not isinstance(plan, TrainingPlan):
        raise SettingTypeError(f"a plan is what archc.plan makes, not {plan!r:.60}")
    chosen_word(way, WAYS, "way")
    from archc.torch.divided import doing

    if index is not None and index not in range(plan.wanted.devices):
        raise SettingError(f"there is no stage {index}", f"the last is {plan.wanted.devices - 1}")
    _same_model(module, plan)
    if way == "checkpoints":
        if plan.checkpoints is None:
            raise SettingError(
                f"{plan.name} does not fit, whatever is computed again",
                f"the least that a step needs is {plan.smallest.peak:,} bytes",
            )
        return doing.checkpointed(module, plan)
    if way == "shards":
        return doing.sharded(module, plan, mesh)
    if plan.cuts is None:
        raise SettingError(
            f"{plan.name} cannot be cut into {plan.wanted.devices} stages",
            "there are fewer places between blocks than that takes",
        )
    return doing.staged(module, plan, index, device, group)


def _same_model(module: nn.Module, plan: TrainingPlan) -> None:
    """Refuse a module of another model than the plan's: its parameters have other keys."""
    there = {name for name, _ in module.named_parameters(remove_duplicate=False)}
    for key in plan.keys:
        if key not in there:
            raise SettingError(
                f"the module has no parameter {key}, which {plan.name} has",
                "a plan is for the module that archc.load makes of the same model",
            )
