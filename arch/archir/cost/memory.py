"""Memory: what a model's tensors take, at given sizes and a dtype, in bytes.

Counted are the tensors of torch's eager mode on the CPU, each by its elements. Not counted are what
a kernel or a library takes for itself while it works (workspaces of cuDNN and oneDNN, the context
of a GPU), and the rounding of allocators.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from archir.base.record import Record
from archir.cost.peak import peak
from archir.cost.simulate import Pass, simulate
from archir.cost.state import STATES, Optimizer
from archir.cost.training import TrainingStep
from archir.graph.flat import Flat
from archir.memory.storage import Storage


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

    ``training`` is the most that is there at a time in a training step, state and all
    (``archir.cost.training``). ``step_kept`` is for each step of the model what is kept because of
    it and of nothing before it.
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
    training: int
    step_kept: tuple[int, ...]
    evaluation: Pass

    @property
    def inference(self) -> int:
        """What an evaluation needs in all: state, inputs, and the peak."""
        return self.parameters + self.buffers + self.inputs + self.peak


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
    step = TrainingStep(flat, here, dtype, optimizer)
    parameters = step.parameters
    by_step = [0] * len(flat.steps)
    kept: set[Storage] = set()
    for place, storages in step.keeps.items():
        new = [each for each in storages if each not in kept]
        by_step[place] = sum([each.nbytes for each in new])
        kept.update(new)
    held = kept | step.run.storages(flat.inputs) | step.run.storages(flat.outputs)
    return Memory(
        dtype=dtype,
        optimizer=optimizer,
        inputs=_bytes(evaluation.storages(flat.inputs)),
        parameters=parameters,
        buffers=step.buffers,
        gradients=parameters,
        optimizer_state=parameters * STATES[optimizer],
        outputs=_outputs(evaluation),
        made=_bytes(storage for step in evaluation.steps for storage in step.new),
        peak=peak(evaluation),
        kept=sum(by_step),
        held=_bytes(storage for storage in held if storage.kind != "state"),
        training=step.peak([step.whole]),
        step_kept=tuple(by_step),
        evaluation=evaluation,
    )


def _bytes(storages: Iterable[Storage]) -> int:
    return sum(storage.nbytes for storage in storages)


def _outputs(run: Pass) -> int:
    """The bytes of the outputs of all steps that run in a pass."""
    given = (run.values[v] for step in run.steps for v in run.flat.steps[step.index].outputs)
    return sum([tensor.numel * run.trace.bytes_of(tensor.dtype) for tensor in given])
