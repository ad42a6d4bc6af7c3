"""Training functions that train nothing: what comes of them is known, and they take no time."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

from torch import nn


def fit(module: nn.Module, point: dict[str, Any], report: Any) -> dict[str, float]:
    """How far the number of parameters is from 400."""
    return {"loss": abs(sum(each.numel() for each in module.parameters()) - 400.0)}


def alone(module: nn.Module, point: dict[str, Any], report: Any) -> float:
    """The same as a number alone, and a line for the log."""
    print("width", point["width"])
    return fit(module, point, report)["loss"]


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
