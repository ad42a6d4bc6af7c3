"""Where in the user's source something is called."""

from __future__ import annotations

import sys
from types import FrameType

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


def place_of(frame: FrameType | None) -> str:
    return "" if frame is None else f"{frame.f_code.co_filename}:{frame.f_lineno}"
