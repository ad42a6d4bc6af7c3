"""Imported by a process from which trainings are forked, before all else that they need.

What any optimizer loads when it is made is loaded once, here; and tensors that are made while
modules are imported are made with one thread, since a process that is forked from one in which
OpenMP has threads waits for these for ever.
"""

from __future__ import annotations

import torch
import torch._dynamo

torch.set_num_threads(1)


def may_hold_a_device() -> bool:
    """Whether memory of an accelerator may be free only when this process has ended."""
    return torch.accelerator.is_available()
