"""``archc.plan``: how a model is trained on machines of a given memory."""

from __future__ import annotations

from collections.abc import Mapping

from archc.api.functions import FileOrSource, compiled
from archc.errors import SettingError
from archc.request.amounts import bytes_of
from archc.request.counting import batch_size, costs_at
from archc.request.requests import whole
from archc.request.settings import SettingValue
from archir.graph.typed import TypedGraph
from archir.planning.planned import Planned, Wanted


class TrainingPlan(Planned):
    """How one model is trained on machines of a given memory; see docs/scale.md.

    >>> plan = archc.plan("resnet50", gpu="4GiB", batch=64, optimizer="adam")
    >>> plan.fits, plan.largest_batch
    (False, 46)
    """

    def __str__(self) -> str:
        from archc.render.plans.plan_text import text
        from archc.render.style import Style

        return text(self, Style()).rstrip("\n")

    def __repr__(self) -> str:
        devices = f"{self.wanted.devices} x {self.wanted.memory} B"
        return f"<archc.TrainingPlan of {self.name} for {devices}>"


def plan(
    path: FileOrSource,
    model: str | None = None,
    /,
    *,
    gpu: str | int,
    gpus: int = 1,
    sizes: Mapping[str, int] | None = None,
    batch: int | None = None,
    dtype: str = "float32",
    optimizer: str = "sgd",
    settings: Mapping[str, SettingValue] | None = None,
    **parameters: SettingValue,
) -> TrainingPlan:
    """How a model is trained on ``gpus`` devices with the memory ``gpu`` (``"24GiB"``) each.

    Whether a step fits, what to checkpoint so that it does, the largest batch, where to cut it into
    a pipeline, and what each device holds. The other arguments are as for ``archc.summary``; the
    ``batch`` is that of each device, and of each pass of a pipeline. Needs no torch.

    Raises ``SettingError`` (an ``ArchError``) for what cannot be, and what ``load`` raises.

    >>> plan = archc.plan("vgg16", gpu="8GiB", batch=32)
    >>> plan.fits
    True
    """
    typed = compiled(plan, path, model, settings, parameters)
    return plan_of(typed, gpu, gpus, sizes or {}, batch, dtype, optimizer)


def plan_of(
    typed: TypedGraph,
    gpu: str | int,
    gpus: int,
    sizes: Mapping[str, int],
    batch: int | None,
    dtype: str,
    optimizer: str,
) -> TrainingPlan:
    """The plan of a checked model. Raises ``SettingError`` for what cannot be."""
    memory = bytes_of("the memory of a device", gpu)
    devices = whole("the number of devices", "a number of devices", gpus)
    costs = costs_at(typed, sizes, batch, dtype, optimizer)
    try:
        name = batch_size(typed)
    except SettingError:
        name = None
    return TrainingPlan(costs, Wanted(memory, devices, name))
