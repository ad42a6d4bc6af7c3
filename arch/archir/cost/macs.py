"""Multiply-accumulates of a model: of a forward pass, and of the backward pass behind it.

Counted are those of convolutions, linear layers and matrix products, as ``Op.macs`` has them. All
functions work at sizes (types of numbers alone) as well as for all sizes (types of expressions).
"""

from __future__ import annotations

from collections.abc import Sequence

from archir.graph.flat import Flat, FlatStep
from archir.op.contract import Op
from archir.shapes.arithmetic import multiply
from archir.shapes.arithmetic import total as added
from archir.shapes.dims import Dim
from archir.shapes.types import TensorType


def forward(flat: Flat, types: Sequence[TensorType]) -> list[Dim]:
    """The MACs of each step when it runs; ``types`` are the values' types."""
    found: list[Dim] = []
    # Networks repeat themselves: equal ops with equal inputs are asked once.
    known: dict[tuple[object, ...], Dim] = {}
    for step in flat.steps:
        if step.op is None or type(step.op).macs is Op.macs:  # those of most ops are not counted
            found.append(0)
            continue
        inputs = tuple([types[value] for value in step.inputs])
        key = (id(step.op), inputs)
        if key not in known:
            known[key] = step.op.macs(inputs, tuple([types[value] for value in step.outputs]))
        found.append(known[key])
    return found


def backward(flat: Flat, types: Sequence[TensorType], macs: Sequence[Dim]) -> list[Dim]:
    """The MACs of each step's part in the backward pass of a training step.

    Each multiply-accumulate has two factors, and the gradient of each factor takes as many again:
    of the weights always, of an input where something before it can learn. So the first
    convolution has no gradient of its input. What no output depends on has none at all.
    """
    learns, weights = _learning(flat)
    used = _used(flat)
    found: list[Dim] = []
    for step, has_weights, each in zip(flat.steps, weights, macs, strict=True):
        if not each or step.op is None or used.isdisjoint(step.outputs):
            found.append(0)
            continue
        factors = tuple([value in learns for value in step.inputs])
        if type(step.op).backward_macs is Op.backward_macs:
            found.append(multiply(each, has_weights + sum(factors)))
            continue
        inputs, outputs = (
            tuple([types[value] for value in values]) for values in (step.inputs, step.outputs)
        )
        found.append(step.op.backward_macs(inputs, outputs, factors, has_weights=has_weights))
    return found


def _learning(flat: Flat) -> tuple[set[int], list[bool]]:
    """The values that parameters have a part in, and for each step whether it has weights."""
    # Parameters come before buffers.
    owners = {
        module.path for module in flat.modules if module.state and not module.state[0].is_buffer
    }
    reads = any(step.parameter is not None for step in flat.steps)
    raw = _raw_parameters(flat) if reads else set()
    learns: set[int] = set()
    weights: list[bool] = []
    for step in flat.steps:
        own = step.module in owners if step.parameter is None else step.parameter in raw
        weights.append(own and step.op is not None)
        if own or not learns.isdisjoint(step.inputs):
            learns.update(value for value in step.outputs if _floats(flat, value))
    return learns, weights


def _raw_parameters(flat: Flat) -> set[str]:
    """The keys of all parameters in the state dict."""
    return {
        f"{module.path}.{entry.name}" if module.path else entry.name
        for module in flat.modules
        for entry in module.state
        if not entry.is_buffer
    }


def _floats(flat: Flat, value: int) -> bool:
    """Whether a value can have a gradient: numbers that are counted or compared have none."""
    return flat.values[value].type.dtype.startswith("float")


def _used(flat: Flat) -> set[int]:
    """The values that some output depends on, in training."""
    used = set(flat.outputs)
    for step in reversed(flat.steps):
        if not used.isdisjoint(step.outputs):
            used.update(step.inputs)
    return used


def total(steps: Sequence[FlatStep], macs: Sequence[Dim], *, training: bool) -> Dim:
    """The sum over the steps that run in training, or in evaluation."""
    return added(
        [
            each
            for step, each in zip(steps, macs, strict=True)
            if each and (training or not step.training)
        ]
    )
