"""Memory: what a model's tensors take, at given sizes and a dtype, in bytes.

Counted are the tensors of torch's eager mode on the CPU, each by its elements. Not counted are what
a kernel or a library takes for itself while it works (workspaces of cuDNN and oneDNN, the context
of a GPU), the rounding of allocators, and the gradients of activations, which come and go during
the backward pass while what was kept for it is let go of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Literal

from archir.base.record import Record
from archir.cost.peak import peak
from archir.cost.saved_for_backward import saved_for_backward
from archir.cost.simulate import Pass, simulate
from archir.graph.flat import Flat, counted
from archir.memory.storage import BYTES, Storage
from archir.shapes.types import ParameterSpec

Optimizer = Literal["sgd", "sgd-momentum", "adam"]

STATES: Mapping[Optimizer, int] = {"sgd": 0, "sgd-momentum": 1, "adam": 2}
"""How many numbers an optimizer remembers for each parameter."""

DTYPES = ("float64", "float32", "bfloat16", "float16")
"""The dtypes that a model's floats may have. Integers and booleans keep theirs."""


class Memory(Record):
    """What a model takes, all in bytes.

    ``outputs`` are the outputs of all steps that run in evaluation, each counted for itself, as
    torchinfo does it; ``made`` counts the memory that they take, that of views and of ops in place
    once. ``kept`` is what a training step keeps for the backward pass: distinct storages, without
    parameters and buffers, and ``held`` is that together with the inputs and the outputs.

    ``peak`` is the most that an evaluation in torch has allocated at a time, beyond what was there
    before it (state and inputs): steps in the order of the text, each value until its last use, and
    what a module is called with until the call returns. ``evaluation`` is that evaluation itself,
    for who asks whether another order needs less (``archir.ordering``).

    ``step_kept`` is for each step of the model what is kept because of it and of nothing before it.
    """

    dtype: str
    optimizer: Optimizer
    inputs: int
    parameters: int
    buffers: int
    gradients: int
    optimizer_state: int
    outputs: int
    made: int
    peak: int
    kept: int
    held: int
    step_kept: tuple[int, ...]
    evaluation: Pass

    @property
    def inference(self) -> int:
        """What an evaluation needs in all: state, inputs, and the peak."""
        return self.parameters + self.buffers + self.inputs + self.peak

    @property
    def training(self) -> int:
        """What a training step needs in all when its forward pass is done."""
        state = self.parameters + self.buffers + self.gradients + self.optimizer_state
        return state + self.held


def memory(
    flat: Flat,
    sizes: Mapping[str, int] | None = None,
    *,
    dtype: str = "float32",
    optimizer: Optimizer = "sgd",
) -> Memory:
    """What a model takes, in bytes.

    ``sizes`` are those of the size variables, the batch among them; they replace the defaults.
    They must be sizes that the model accepts. ``dtype`` is that of all floats: of the parameters,
    their gradients, what the optimizer remembers, and the values.
    """
    here = {**flat.typed.graph.sizes, **(sizes or {})}
    evaluation = simulate(flat, here, training=False, dtype=dtype)
    training = simulate(flat, here, training=True, dtype=dtype)
    parameters, buffers, *_ = state_bytes(flat, dtype)
    by_step = [0] * len(flat.steps)
    held = training.storages(flat.inputs) | training.storages(flat.outputs)
    for step, storage in saved_for_backward(training):
        by_step[step] += storage.nbytes
        held.add(storage)
    return Memory(
        dtype=dtype,
        optimizer=optimizer,
        inputs=_bytes(evaluation.storages(flat.inputs)),
        parameters=parameters,
        buffers=buffers,
        gradients=parameters,
        optimizer_state=parameters * STATES[optimizer],
        outputs=_outputs(evaluation),
        made=_bytes(storage for step in evaluation.steps for storage in step.new),
        peak=peak(evaluation),
        kept=sum(by_step),
        held=_bytes(storage for storage in held if storage.kind != "state"),
        step_kept=tuple(by_step),
        evaluation=evaluation,
    )


def _bytes(storages: Iterable[Storage]) -> int:
    return sum(storage.nbytes for storage in storages)


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


def _outputs(run: Pass) -> int:
    """The bytes of the outputs of all steps that run in a pass."""
    given = (run.values[v] for step in run.steps for v in run.flat.steps[step.index].outputs)
    return sum([tensor.numel * run.trace.bytes_of(tensor.dtype) for tensor in given])
