"""A model's forward pass on a memory trace: which storage each value has, and what each step does.

Steps run as torch runs them: op by op, each writing down the tensors that it makes.
"""

from __future__ import annotations

from collections.abc import Mapping

from archir.base.record import Record, Struct
from archir.graph.flat import Flat, FlatStep, raw_state, types_at
from archir.memory.storage import Storage, Tensor
from archir.memory.trace import MemoryTrace
from archir.shapes.types import TensorType


class SimulatedStep(Struct):
    """What one step did. ``reads`` are the storages of its inputs, ``gives`` those of its outputs.

    ``scratch`` is the most memory that it takes while it runs, its new outputs counted in.
    ``new`` are the storages that come to be and stay, those of its outputs.
    """

    index: int
    reads: tuple[Storage, ...]
    gives: tuple[Storage, ...]
    new: tuple[Storage, ...]
    writes: bool
    scratch: int


class Pass(Record):
    """One forward pass at given sizes. ``types`` are those of all values, in numbers."""

    flat: Flat
    types: tuple[TensorType, ...]
    values: Mapping[int, Tensor]
    steps: tuple[SimulatedStep, ...]
    trace: MemoryTrace

    def storages(self, values: tuple[int, ...]) -> set[Storage]:
        """The distinct storages of some values, those alone that are there in this pass."""
        return {self.values[value].storage for value in values if value in self.values}


def simulate(
    flat: Flat,
    sizes: Mapping[str, int],
    *,
    training: bool,
    recording: bool | None = None,
    dtype: str = "float32",
) -> Pass:
    """Simulate a pass over a model on a memory trace, in training or evaluation.

    ``recording`` says whether a backward pass may follow, as it does in training alone if nothing
    is said.
    """
    recorded = training if recording is None else recording
    trace = MemoryTrace(training=training, recording=recorded, dtype=dtype)
    types = types_at(flat, sizes)
    return _Simulation(flat, types, trace).run()


class _Simulation:
    def __init__(self, flat: Flat, types: tuple[TensorType, ...], trace: MemoryTrace) -> None:
        self.flat = flat
        self.types = types
        self.trace = trace
        self.values: dict[int, Tensor] = {}
        self.raw = raw_state(flat)
        self.state: dict[str, Tensor] = {}
        # Parameters come before buffers.
        self.learned = {
            module.path for module in flat.modules if module.state and not module.state[0].is_buffer
        }

    def run(self) -> Pass:
        for value in self.flat.inputs:
            self.values[value] = self._given(self.types[value])
        steps = [
            self._step(index, step)
            for index, step in enumerate(self.flat.steps)
            if self.trace.training or not step.training
        ]
        return Pass(self.flat, self.types, self.values, tuple(steps), self.trace)

    def _given(self, kind: TensorType) -> Tensor:
        return self.trace.given(self.trace.extents(kind), kind.dtype)

    def _step(self, index: int, step: FlatStep) -> SimulatedStep:
        trace = self.trace
        if step.op is None:
            self.values[step.outputs[0]] = raw = self._raw(step)
            return SimulatedStep(index, (), (raw.storage,), (), False, 0)
        trace.step, trace.events, trace.overwritten = index, [], []
        trace.learned = step.module in self.learned
        inputs = tuple([self.values[value] for value in step.inputs])
        wanted = tuple([self.types[value] for value in step.outputs])
        made = step.op.allocate(trace, inputs, wanted)
        for value, given, tensor in zip(step.outputs, wanted, made, strict=True):
            assert tensor.shape == given.shape, f"{step.op.keyword} gave {tensor.shape}"
            self.values[value] = tensor
        reads, gives = _distinct(inputs), _distinct(made)
        allocated, scratch = _allocated(trace.events)
        fresh = tuple([storage for storage in gives if storage in allocated])
        writes = any(storage in reads for storage in trace.overwritten)
        return SimulatedStep(index, reads, gives, fresh, writes, scratch)

    def _raw(self, step: FlatStep) -> Tensor:
        """The tensor of a raw parameter or buffer; reading it twice gives the same."""
        key = step.parameter
        assert key is not None
        if key not in self.state:
            spec = self.raw[key]
            self.state[key] = self.trace.state(spec.shape, spec.dtype, learned=not spec.is_buffer)
        return self.state[key]


def _allocated(events: list[tuple[bool, Storage]]) -> tuple[set[Storage], int]:
    """The storages that a step allocates, and the most that stood allocated during it."""
    if len(events) == 1 and events[0][0]:
        return {events[0][1]}, events[0][1].nbytes
    found: set[Storage] = set()
    now = most = 0
    for allocated, storage in events:
        if allocated:
            found.add(storage)
            now += storage.nbytes
            most = max(most, now)
        else:
            now -= storage.nbytes
    return found, most


def _distinct(tensors: tuple[Tensor, ...]) -> tuple[Storage, ...]:
    if len(tensors) == 1:
        return (tensors[0].storage,)
    return tuple(dict.fromkeys([tensor.storage for tensor in tensors]))
