"""The training functions of these searches: a real one, and one that takes no time."""

from __future__ import annotations

import time
from functools import cache

import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

SAMPLES, BATCH, EPOCHS, RATE = 600, 50, 3, 0.02


@cache
def digits() -> tuple[Tensor, Tensor]:
    """scikit-learn's 1,797 digits: those that are trained on come first."""
    found = load_digits()
    order = torch.randperm(len(found.target), generator=torch.Generator().manual_seed(0))
    images = torch.tensor(found.images, dtype=torch.float32).unsqueeze(1) / 16
    return images[order], torch.tensor(found.target)[order]


digits()  # before processes are forked, so that none reads them again


def fit(module: nn.Module, *_: object) -> float:
    """Which share of the other digits a network knows behind three epochs."""
    images, targets = digits()
    optimizer = torch.optim.Adam(module.parameters(), RATE)
    module.train()
    for _epoch in range(EPOCHS):
        for batch in torch.randperm(SAMPLES).view(-1, BATCH):
            optimizer.zero_grad()
            cross_entropy(module(images[batch]), targets[batch]).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
    module.eval()
    with torch.no_grad():
        known = module(images[SAMPLES:]).argmax(1) == targets[SAMPLES:]
    return float(known.float().mean())


def timed(module: nn.Module, *_: object) -> float:
    """The same, and a line in the log that says how many seconds it took."""
    begun = time.perf_counter()
    known = fit(module)
    print(time.perf_counter() - begun)
    return known
