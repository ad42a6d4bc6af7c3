"""An op as counters see it."""

from __future__ import annotations

from math import prod

from archir.base.record import Record
from archir.op.contract import Op
from archir.shapes.types import ParameterSpec


class Applied(Record):
    """An op as it is applied, at sizes. ``name`` is its class in torch, or its keyword."""

    name: str
    op: Op
    inputs: tuple[tuple[int, ...], ...]
    outputs: tuple[tuple[int, ...], ...]
    weights: tuple[ParameterSpec, ...]
    macs: int

    @property
    def taken(self) -> int:
        """Elements of the first input."""
        return prod(self.inputs[0])

    @property
    def given(self) -> int:
        """Elements of the first output."""
        return prod(self.outputs[0])

    @property
    def parameters(self) -> int:
        return sum(weight.numel for weight in self.weights)

    @property
    def has_bias(self) -> bool:
        return any(weight.name == "bias" for weight in self.weights)

    def option(self, name: str) -> object:
        """An argument of the op."""
        return getattr(self.op, name)
