"""The registry of ops: keyword to class, and one instance for each distinct use."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType

from archir.op import Op

FAMILIES = (
    "convolution",
    "transposed",
    "pooling",
    "pooling_more",
    "normalisation",
    "layer_normalisation",
    "group_normalisation",
    "response_normalisation",
    "activation",
    "rectifier",
    "smooth",
    "gate",
    "dropout",
    "stochastic",
    "dense",
    "shape",
    "padding",
    "shuffling",
    "merge",
)
"""The files under ``ops/``."""


@cache
def ops() -> Mapping[str, type[Op]]:
    """All ops by keyword, in the order of the families and of their files."""
    found: dict[str, type[Op]] = {}
    for family in FAMILIES:
        module = import_module(f"archir.ops.{family}")
        for value in vars(module).values():
            if (
                isinstance(value, type)
                and issubclass(value, Op)
                and value.__module__ == module.__name__
                and "keyword" in vars(value)
            ):
                found[value.keyword] = value
    return MappingProxyType(found)
