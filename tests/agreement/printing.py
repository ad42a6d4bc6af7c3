"""Models from printed source."""

from __future__ import annotations

from typing import Any

from torch import nn


def expression(text: str) -> str:
    """How a printed module builds its model: as its own smoke run does."""
    begin = text.index("    model = ") + len("    model = ")
    return text[begin : text.index(".eval()\n", begin)]


def built(text: str) -> nn.Module:
    """The model that a printed module builds."""
    names: dict[str, Any] = {"__name__": "printed"}
    exec(compile(text, "<printed>", "exec"), names)
    model: nn.Module = eval(expression(text), names)
    return model
