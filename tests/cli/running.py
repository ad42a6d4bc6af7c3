"""What a test of the command works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

NET = """\
arch 1

## A small network.
model net(classes: int in 1..100 = 10, widths = [8, 16], act: op = relu, name: string = "a") {
  input image: [N, 3, H = 32, W = 32]
  for width in widths { conv(width, 3, padding = 1) -> act }
  global_avg_pool -> flatten -> linear(classes) -> dropout(0.1 if name == "a" else 0.2)
}

## Twice as wide.
model net_wide = net(widths = [16, 32])
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run of the command did."""

    code: int
    out: str
    err: str


Run = Callable[..., Outcome]
