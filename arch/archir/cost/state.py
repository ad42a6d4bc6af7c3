"""What is there of a model before it runs, in bytes: parameters, buffers, an optimizer's."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Literal

from archir.graph.flat import Flat, counted
from archir.memory.storage import BYTES
from archir.shapes.types import ParameterSpec

Optimizer = Literal["sgd", "sgd-momentum", "adam"]

STATES: Mapping[Optimizer, int] = {"sgd": 0, "sgd-momentum": 1, "adam": 2}
"""How many numbers an optimizer remembers for each parameter."""


def bytes_of(spec: ParameterSpec, dtype: str) -> int:
    """The bytes of a parameter or buffer where floats are of that dtype."""
    return spec.numel * BYTES[dtype if spec.dtype == "float32" else spec.dtype]


def state_bytes(flat: Flat, dtype: str) -> tuple[int, int, int, int]:
    """The bytes of the parameters and of the buffers; how many tensors of parameters there are;
    and the most that Adam needs in passing: a tensor's square roots and what it divides by, beside
    what it divided the tensor before by.
    """
    found: tuple[list[int], list[int]] = ([], [])
    for module in flat.modules:
        for spec in counted(flat, module):
            found[spec.is_buffer].append(bytes_of(spec, dtype))
    parameters, buffers = found
    passing = [2 * one + before for before, one in pairwise([0, *parameters])]
    return sum(parameters), sum(buffers), len(parameters), max(passing, default=0)


def buffers_of(flat: Flat, dtype: str) -> dict[str, int]:
    """The bytes of the buffers of each module itself, by its path."""
    return {
        module.path: sum([bytes_of(spec, dtype) for spec in module.state if spec.is_buffer])
        for module in flat.modules
    }
