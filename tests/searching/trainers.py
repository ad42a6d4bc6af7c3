"""Training functions that train nothing: what comes of them is known, and they take no time."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.utils.data import TensorDataset

import archc

LARGE = torch.ones(512, 512) / 2
"""So large that torch makes it with as many threads as it may."""


def fit(module: nn.Module, point: dict[str, Any], report: Any) -> dict[str, float]:
    """How far the number of parameters is from 400."""
    return {"loss": abs(sum(each.numel() for each in module.parameters()) - 400.0)}


def alone(module: nn.Module, point: dict[str, Any], report: Any) -> float:
    """The same as a number alone, and a line for the log."""
    print("width", point["width"])
    return fit(module, point, report)["loss"]


def loads(module: nn.Module, point: dict[str, Any], report: Any) -> float:
    """How many modules of torch and of archc a training loads."""
    before = set(sys.modules)
    samples: Any = TensorDataset(torch.rand(8, 4, 8, 8), torch.arange(8) % 2)
    archc.train(module, samples, samples, epochs=1)
    print(*sorted(set(sys.modules) - before))
    return sum(each.startswith(("torch.", "archc.")) for each in set(sys.modules) - before)


def kills(module: nn.Module, point: dict[str, Any], report: Any) -> float:
    """Kills the processes beside its own: the one that waits for the next trial."""
    parent = os.getppid()
    beside = Path(f"/proc/{parent}/task/{parent}/children").read_text("ascii")
    for process in map(int, beside.split()):
        if process != os.getpid():
            os.kill(process, signal.SIGKILL)
    return 1.0


def worker(module: nn.Module, point: dict[str, Any], report: Any) -> float:
    """Kills once, by a mark, what has started the process from which this one is forked."""
    mark = Path(os.environ["ARCHC_TEST_MARK"])
    if not mark.exists():
        mark.touch()
        status = Path(f"/proc/{os.getppid()}/stat").read_text("ascii")
        os.kill(int(status.rpartition(")")[2].split()[1]), signal.SIGKILL)
        threading.Event().wait()
    return 1.0


def threads(module: nn.Module, point: dict[str, Any], report: Any) -> float:
    """What two threads add up."""
    torch.set_num_threads(2)
    return float((LARGE / 2).sum())


def faults(module: nn.Module, point: dict[str, Any], report: Any) -> float:
    """Whatever may go wrong, by the point's case."""
    case = point["case"]
    if case == "raises":
        raise ZeroDivisionError("of this case")
    if case == "memory":
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried 1 bytes")
    if case == "nan":
        return float("nan")
    if case == "hangs":
        threading.Event().wait()
    if case == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if case == "once":  # killed as it runs the first time
        mark = Path(os.environ["ARCHC_TEST_MARK"])
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
    return 1.0
