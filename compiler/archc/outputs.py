"""What can be made of a model, by the names of ``--emit``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from archc import pipeline
from archir.record import Record

if TYPE_CHECKING:
    from archir.typed import TypedGraph


class Output(Record):
    """One kind of text: the ending of its files, and the back end that makes it."""

    suffix: str
    make: Callable[[TypedGraph], str]


OUTPUTS: Mapping[str, Output] = MappingProxyType(
    {
        "python": Output(".py", pipeline.python),
        "svg": Output(".svg", pipeline.svg),
        "dot": Output(".dot", pipeline.dot),
        "json": Output(".json", pipeline.json),
    }
)
WEIGHTS = "weights"
"""The one kind that is no text: the initial weights, as a safetensors file."""

KINDS = (*OUTPUTS, WEIGHTS)
DEFAULT = ("python", "svg")
"""What ``archc build`` makes unless it is told."""


def output(kind: str, *, guarded: bool = False) -> Callable[[TypedGraph], str]:
    """What makes a kind of text; with ``guarded`` Python checks the sizes of its inputs."""
    return pipeline.guarded_python if guarded and kind == "python" else OUTPUTS[kind].make


def file_name(model: str, kind: str) -> str:
    """The file of a model's output.

    ``torch.py`` would hide torch from every program in its folder, and ``types.py`` Python's own.
    """
    if kind == WEIGHTS:
        return f"{model}.safetensors"
    hides = kind == "python" and (model == "torch" or model in sys.stdlib_module_names)
    return f"{model}_{OUTPUTS[kind].suffix}" if hides else f"{model}{OUTPUTS[kind].suffix}"
