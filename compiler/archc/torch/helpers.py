"""Classes and functions that ops need and torch does not have.

Printed source holds their text, cut out of this file, and needs torch alone. So each stands by
itself: it uses Python, ``math``, ``torch``, ``nn``, ``F`` and ``Tensor``, nothing else that is
imported or defined here, and its lines are at most 88 columns wide.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class StochasticDepth(nn.Module):
    """Drops whole samples ("row") or the whole batch ("batch") with probability ``p``.

    It works in training alone, and scales what is kept so that the mean stays the same.
    """

    def __init__(self, p: float, mode: str = "row") -> None:
        super().__init__()
        self.p = p
        self.mode = mode

    def forward(self, input: Tensor) -> Tensor:
        if not self.training or self.p == 0:
            return input
        survival = 1 - self.p
        rows = input.shape[0] if self.mode == "row" else 1
        size = [rows] + [1] * (input.dim() - 1)
        noise = torch.empty(size, dtype=input.dtype, device=input.device)
        noise = noise.bernoulli_(survival)
        if survival > 0:
            noise.div_(survival)
        return input * noise

    def extra_repr(self) -> str:
        return f'p={self.p}, mode="{self.mode}"'
