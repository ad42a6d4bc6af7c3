"""Where the random numbers of a process come from."""

from __future__ import annotations

import sys

import torch


def seed_all(seed: int) -> None:
    """Seed torch, and numpy where it is loaded; and compute with one thread.

    Several processes train side by side, and the number of threads decides how sums are rounded.
    """
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed(seed % 2**32)
