"""The small model that the examples of the syntax problems are variations of."""

from __future__ import annotations

_INPUT = "input x: [N, 3, H = 8, W = 8]"


def model(*lines: str, parameters: str = "") -> str:
    """The text of a model with an input and some statements."""
    body = "".join(f"  {line}\n" for line in (_INPUT, *lines))
    return f"model small({parameters}) {{\n{body}}}\n"


GOOD = model("conv(4, 3)")
