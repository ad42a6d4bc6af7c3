"""A process of several: its part of a divided network takes a step, and its gradients are kept.

``python divided.py WAY RANK SIZE FOLDER`` meets the others by a file of the folder.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributed import destroy_process_group, init_process_group
from torch.distributed.tensor import DTensor
from torch.nn import functional

import archc

TEXT = """
block Unit(width) {
  residual { layer_norm -> linear(2 * width) -> gelu -> linear(width) }
}

model net(width = 24, depth = 4) {
  input x: [N = 8, 12]
  body: {
    embed: linear(width)
    units: repeat depth { Unit(width) }
  } as deep
  gate: linear(width) -> sigmoid -> multiply [_, deep]
  head: linear(5)
}
"""

SAMPLES = 8
MICROBATCHES = 4


def network() -> nn.Module:
    torch.manual_seed(0)
    return archc.loads(TEXT)


def data() -> tuple[Tensor, Tensor]:
    drawn = torch.Generator().manual_seed(1)
    return torch.randn(SAMPLES, 12, generator=drawn), torch.randn(SAMPLES, 5, generator=drawn)


def plan_for(size: int) -> archc.TrainingPlan:
    """With room for what is there all along, and not for all that would be kept."""
    source = archc.Source("net.arch", TEXT)
    roomy = archc.plan(source, gpu="1GiB", gpus=size, batch=SAMPLES)
    return archc.plan(source, gpu=roomy.smallest.peak, gpus=size, batch=SAMPLES)


def piped(size: int) -> tuple[dict[str, Tensor], list[Tensor]]:
    from torch.distributed.pipelining import Schedule1F1B

    stage: Any = archc.apply(network(), plan_for(size), "stage")
    schedule = Schedule1F1B(stage, MICROBATCHES, loss_fn=functional.mse_loss)
    inputs, targets = data()
    losses: list[Tensor] = []
    if stage.is_first:
        schedule.step(inputs)
    elif stage.is_last:
        schedule.step(target=targets, losses=losses)
    else:
        schedule.step()
    return gradients(stage.submod), losses


def sharded(rank: int, size: int) -> tuple[dict[str, Tensor], list[Tensor]]:
    module = archc.apply(network(), plan_for(size), "shards")
    inputs, targets = data()
    mine = slice(rank * SAMPLES // size, (rank + 1) * SAMPLES // size)
    loss = functional.mse_loss(module(inputs[mine]), targets[mine])
    torch.autograd.backward(loss)
    return gradients(module), [loss.detach()]


def gradients(module: nn.Module) -> dict[str, Tensor]:
    found: dict[str, Tensor] = {}
    for name, parameter in module.named_parameters():
        assert parameter.grad is not None, name
        grad = parameter.grad
        found[name] = grad.full_tensor() if isinstance(grad, DTensor) else grad
    return found


def main(way: str, rank: int, size: int, folder: str) -> None:
    meeting = f"file://{folder}/meeting-{way}"
    init_process_group("gloo", init_method=meeting, rank=rank, world_size=size)
    found = piped(size) if way == "stage" else sharded(rank, size)
    torch.save(found, Path(folder) / f"{way}-{rank}.pt")
    destroy_process_group()


if __name__ == "__main__":
    torch.set_num_threads(1)
    for each in sys.argv[1].split(","):
        main(each, int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
