"""Where in the user's source something is called."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import FrameType
from typing import Any

from archc.torch.program import Program

OURS = __package__.rpartition(".")[0] + "."
"""What the modules begin with that watch, and that make networks of files."""


def caller() -> FrameType | None:
    """The frame that called what called this, without those of torch and ours."""
    return outside(sys._getframe(2))


def outside(frame: FrameType | None) -> FrameType | None:
    """The nearest frame that is neither torch's nor ours."""
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if not module.startswith(("torch.", OURS)) and module not in ("torch", "contextlib"):
            return frame
        frame = frame.f_back
    return None


def variables(frame: FrameType | None) -> Mapping[str, Any]:
    """What the nearest ``forward`` calls its values: Python's variables, or the words of a text."""
    while frame is not None and frame.f_code is not Program.run.__code__:
        if frame is outside(frame):
            return frame.f_locals
        frame = frame.f_back
    if frame is None:
        return {}
    names, registers = frame.f_locals["self"].names, frame.f_locals.get("registers", ())
    return {name: value for name, value in zip(names, registers, strict=False) if name}


def place_of(frame: FrameType | None) -> str:
    return "" if frame is None else f"{frame.f_code.co_filename}:{frame.f_lineno}"
