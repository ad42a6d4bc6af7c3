"""``archc.train``: a plain training loop for classification, written to be read and copied.

There is nothing of archc in it but where seeds and checkpoints come from: a network that archc made
is a module of torch as any other. Take this file, and change what is yours.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import AdamW, Optimizer
from torch.utils.data import DataLoader, Dataset, IterableDataset

from archc.torch.rng import seeded
from archc.torch.training.checkpoint import read_checkpoint, write_checkpoint
from archir.base.record import Record

Samples: TypeAlias = "Dataset[tuple[Tensor, Any]]"
"""A dataset of torch's: inputs with the number of their class."""


class Epoch(Record):
    """One time through all samples; ``accuracy`` is that on other samples, None without any."""

    number: int
    """From 1 on."""

    loss: float
    """The mean over the samples, while the weights changed."""

    accuracy: float | None


class Trained(Record):
    """What came of a training."""

    epochs: tuple[Epoch, ...]

    @property
    def accuracy(self) -> float | None:
        """The share of other samples that is right at the end."""
        return self.epochs[-1].accuracy

    @property
    def loss(self) -> float:
        """The mean loss of the last epoch."""
        return self.epochs[-1].loss


def train(
    module: nn.Module,
    samples: Samples,
    others: Samples | None = None,
    /,
    *,
    epochs: int = 10,
    batch: int = 64,
    rate: float = 1e-3,
    optimizer: Callable[[Iterator[nn.Parameter]], Optimizer] | None = None,
    seed: int = 0,
    device: str | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    resume: bool = False,
    workers: int = 0,
    progress: Callable[[Epoch], object] | None = None,
) -> Trained:
    """Train a module to tell classes apart, and measure its accuracy on ``others``.

    The samples are those of any dataset of torch's, ``(input, number of the class)``. AdamW makes
    the steps unless ``optimizer`` makes another of the parameters; its rate falls to zero along a
    cosine (Loshchilov & Hutter, 2017). ``progress`` is called after every epoch. The module ends up
    on the device, in evaluation mode.

    >>> trained = archc.train(archc.load("net.arch"), digits, others, epochs=5, progress=print)

    Everything random comes of ``seed``, and the caller's random state stays as it was: the same
    call gives the same weights. After each epoch all is written to ``checkpoint``, a safetensors
    file; with ``resume`` a training that was stopped goes on from there, if it is there, and ends
    with the weights that it would have had.

    Raises ``FileExistsError`` where the checkpoint is there and is not to be resumed,
    ``ValueError`` where it is of another training, and ``FloatingPointError`` where the loss is no
    number any more.
    """
    where = torch.device(device or "cpu")
    module.to(where)
    steps = (
        AdamW(module.parameters(), lr=rate) if optimizer is None else optimizer(module.parameters())
    )
    rates = [group["lr"] for group in steps.param_groups]
    call = {"epochs": epochs, "batch": batch, "seed": seed}
    path = None if checkpoint is None else Path(checkpoint)
    done = _so_far(path, module, steps, call, resume=resume)
    for number in range(len(done) + 1, epochs + 1):
        for group, first in zip(steps.param_groups, rates, strict=True):
            group["lr"] = first * (1 + math.cos(math.pi * (number - 1) / epochs)) / 2
        # Of its own for each epoch: one that is resumed draws what it would have drawn.
        with seeded(seed * 1_000_003 + number):
            loader = _loader(samples, batch, workers, mixed=True)
            loss = _epoch(module, loader, steps, where, number)
        accuracy = None if others is None else evaluate(module, others, batch, device, workers)
        done.append(Epoch(number, loss, accuracy))
        if path is not None:
            epochs_done = [[each.number, each.loss, each.accuracy] for each in done]
            write_checkpoint(path, module, steps, call, epochs_done)
        if progress is not None:
            progress(done[-1])
    module.eval()
    return Trained(tuple(done))


def _so_far(
    path: Path | None,
    module: nn.Module,
    steps: Optimizer,
    call: dict[str, int],
    *,
    resume: bool,
) -> list[Epoch]:
    """The epochs that a checkpoint has, and the module and its optimizer as they were then."""
    if path is None or not path.exists():
        return []
    if not resume:
        raise FileExistsError(f"{path} is there: go on from it with resume=True, or remove it")
    return [Epoch(*each) for each in read_checkpoint(path, module, steps, call)]


def evaluate(
    module: nn.Module,
    samples: Samples,
    batch: int = 64,
    device: str | None = None,
    workers: int = 0,
) -> float:
    """The share of samples whose class the module gives the largest score, in evaluation mode."""
    where = torch.device(device or "cpu")
    right = seen = 0
    module.eval()
    with torch.no_grad():
        for inputs, targets in _loader(samples, batch, workers, mixed=False):
            scores = _scores(module(inputs.to(where)))
            right += int((scores.argmax(1) == targets.to(where)).sum())
            seen += len(targets)
    if not seen:
        raise ValueError("there are no samples to measure the accuracy on")
    return right / seen


def _epoch(
    module: nn.Module,
    loader: DataLoader[tuple[Tensor, Any]],
    steps: Optimizer,
    where: torch.device,
    number: int,
) -> float:
    """One time through the samples; the mean loss."""
    module.train()
    total, seen = torch.zeros((), device=where), 0
    for inputs, targets in loader:
        scores = _scores(module(inputs.to(where)))
        loss = F.cross_entropy(scores, targets.to(where))
        steps.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        steps.step()
        total += loss.detach() * len(targets)
        seen += len(targets)
    if not seen:
        raise ValueError("there are no samples to train with")
    mean = float(total) / seen
    if not math.isfinite(mean):
        raise FloatingPointError(f"the loss is {mean} in epoch {number}")
    return mean


def _loader(
    samples: Samples, batch: int, workers: int, *, mixed: bool
) -> DataLoader[tuple[Tensor, Any]]:
    """The samples in batches, in an order by chance where they are ``mixed``."""
    counted = not isinstance(samples, IterableDataset)
    # Of a batch of one sample alone, batch norm has no variance.
    left = len(samples) % batch if counted else 0  # type: ignore[arg-type]
    return DataLoader(
        samples,
        batch,
        shuffle=mixed and counted,
        drop_last=mixed and left == 1 and len(samples) > 1,  # type: ignore[arg-type]
        num_workers=workers,
    )


def _scores(result: Any) -> Tensor:
    """The classes' scores: all that a network gives, or the first of several outputs."""
    while not isinstance(result, Tensor):
        result = next(iter(result.values())) if isinstance(result, dict) else result[0]
    return result
