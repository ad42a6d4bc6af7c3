"""A plan as a script for ``torchrun``: the network divided, steps of training, gaps to fill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from archir.base.record import Record

if TYPE_CHECKING:
    from archir.planning.planned import Planned

WAYS = {"stage": "a pipeline", "shards": "shared parameters"}
"""What a script may be for; one network whole on each device needs none."""

MICROBATCHES = 4


class ScriptFor(Record):
    """What a plan was asked for: the file, the model in it, its settings as texts."""

    file: str
    model: str | None
    settings: Mapping[str, str]


def script(plan: Planned, asked: ScriptFor, way: str) -> str:
    """The script; ``way`` is one of ``WAYS``."""
    name = plan.flat.typed.graph.root.name
    body = _STAGE if way == "stage" else _SHARDS
    text = _HEAD + body + _TAIL
    given = [repr(asked.file), *([] if asked.model is None else [repr(asked.model)])]
    for key, value in (
        ("NAME", name),
        ("WAY", WAYS[way]),
        ("DEVICES", str(plan.wanted.devices)),
        ("FILE", ", ".join(given)),
        ("MEMORY", str(plan.wanted.memory)),
        ("SETTINGS", _settings(asked.settings)),
        ("SIZES", repr({k: v for k, v in plan.sizes.items() if k != plan.wanted.batch})),
        ("BATCH", repr(None if plan.wanted.batch is None else plan.sizes[plan.wanted.batch])),
        ("DTYPE", plan.costs.dtype),
        ("OPTIMIZER", plan.optimizer),
        ("STEPPING", _STEPPING[plan.optimizer]),
        ("PASSES", str(MICROBATCHES)),
        ("INPUTS", "\n".join(_inputs(plan))),
    ):
        text = text.replace(f"«{key}»", value)
    return text


def _settings(settings: Mapping[str, str]) -> str:
    said = [f"{name!r}: archc.Expression({value!r})" for name, value in settings.items()]
    return "{" + ", ".join(said) + "}"


def _inputs(plan: Planned) -> Iterator[str]:
    """Tensors of the inputs' types, drawn at random."""
    for value in plan.flat.inputs:
        given = plan.costs.types[value]
        shape = ", ".join(map(str, given.extents))
        if given.dtype == "float32":
            yield f"        torch.rand({shape}, dtype=DTYPE, device=device),"
        else:
            yield f"        torch.zeros({shape}, dtype=torch.{given.dtype}, device=device),"


_STEPPING = {
    "sgd": "torch.optim.SGD(module.parameters(), lr=1e-3)",
    "sgd-momentum": "torch.optim.SGD(module.parameters(), lr=1e-3, momentum=0.9)",
    "adam": "torch.optim.Adam(module.parameters(), lr=1e-3)",
}

_HEAD = '''\
"""Trains «NAME» on «DEVICES» devices, by «WAY».

    torchrun --nproc-per-node «DEVICES» THIS_FILE

Fill in ``batches`` and ``loss_of``: as they stand they draw noise, and pull the outputs to zero.
"""

import os

import archc
import torch
import torch.distributed as dist

DTYPE = torch.«DTYPE»
STEPS = 3


def batches(device):
    """One batch for each step: a tuple of the network's inputs."""
    while True:
        yield inputs(device)


def inputs(device):
    return (
«INPUTS»
    )


def loss_of(outputs, targets=None):
    """The loss of one batch, or of one pass of a pipeline."""
    found = outputs if isinstance(outputs, (tuple, list)) else [outputs]
    return sum(each.float().square().mean() for each in found)


def main():
    on_cuda = torch.cuda.is_available()
    dist.init_process_group("nccl" if on_cuda else "gloo")
    device = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if on_cuda else torch.device("cpu")
    asked = dict(settings=«SETTINGS»)
    plan = archc.plan(
        «FILE»,
        gpu=«MEMORY»,
        gpus=dist.get_world_size(),
        sizes=«SIZES»,
        batch=«BATCH»,
        dtype="«DTYPE»",
        optimizer="«OPTIMIZER»",
        **asked,
    )
    torch.manual_seed(0)  # all processes begin with the same weights
    whole = archc.load(«FILE», **asked).to(DTYPE)
'''

_STAGE = """\
    from torch.distributed.pipelining import Schedule1F1B

    stage = archc.apply(whole, plan, "stage", device=device)
    module = stage.submod
    passes = max(«PASSES», stage.num_stages)
    schedule = Schedule1F1B(stage, passes, loss_fn=loss_of)
    optimizer = «STEPPING»
    for step, batch in zip(range(STEPS), batches(device)):
        # A schedule divides each batch among its passes; the plan's batch is that of one pass.
        batch = [each.repeat(passes, *[1] * (each.dim() - 1)) for each in batch]
        losses = []
        if stage.is_last:
            targets = torch.zeros(len(batch[0]), device=device)  # the batch's own
            schedule.step(*(batch if stage.is_first else ()), target=targets, losses=losses)
        else:
            schedule.step(*(batch if stage.is_first else ()))
        optimizer.step()
        optimizer.zero_grad()
        if losses:
            print(f"step {step}: loss {torch.stack(losses).mean().item():.6f}", flush=True)
"""

_SHARDS = """\
    module = archc.apply(whole.to(device), plan, "shards")
    optimizer = «STEPPING»
    for step, batch in zip(range(STEPS), batches(device)):
        loss = loss_of(module(*batch))
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        if dist.get_rank() == 0:
            print(f"step {step}: loss {loss.item():.6f}", flush=True)
"""

_TAIL = """\
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
"""
