"""The seed of torch's random numbers on the CPU, which is all that comparisons run on."""

from __future__ import annotations

import torch


def seed(number: int) -> None:
    """As ``torch.manual_seed``, which also notes for each device that was never used who asked.

    That takes a millisecond, more than a small network takes to run.
    """
    torch.default_generator.manual_seed(number)
