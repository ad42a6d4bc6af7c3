"""What a model costs at given sizes: the entries of its table, and the totals.

All of it is worked out on one flattened model, each part when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from archir.base.record import Record, Struct
from archir.cost import macs
from archir.cost.folding import DEPTH, Line, cut, lines
from archir.cost.rows import Kind, Row, rows
from archir.graph.flat import Flat, FlatStep, counted, flatten, types_at
from archir.graph.typed import TypedGraph
from archir.memory.storage import BYTES
from archir.op.contract import Op
from archir.shapes.arithmetic import multiply, product
from archir.shapes.arithmetic import total as added
from archir.shapes.dims import Dim
from archir.shapes.types import ParameterSpec, TensorType

if TYPE_CHECKING:
    from archir.cost.memory import Memory
    from archir.cost.state import Optimizer
    from archir.field.field import AxisField, Fields


class Entry(Struct):
    """One line of a table.

    ``path`` is that of its module, or for a function that of the scope in which it runs. ``label``
    is its name in its scope; where ``count`` equal rows are folded into one, it says so
    (``1..5 x5``), the numbers are those of each, and what is seen is that of the last. ``op`` is
    the keyword of an op or the name of a block, ``call`` the op with its arguments. ``again`` is
    true where its module has run before, so that its parameters are counted there.

    Only by what it gives (``outputs``) is its ``memory`` counted, in bytes; ``kept`` is what a
    training step keeps of it for the backward pass. ``fields`` are what an element of each
    output sees of each axis of the model's inputs.
    """

    path: str
    label: str
    level: int
    kind: Kind
    op: str
    applied: Op | None
    outputs: tuple[TensorType, ...]
    parameters: int
    buffers: int
    macs: Dim
    elements: Dim
    memory: Dim
    kept: int | None
    fields: tuple[tuple[AxisField, ...], ...]
    training: bool
    again: bool
    count: int

    @property
    def call(self) -> str:
        """The op with its arguments, as the language writes it; else the same as ``op``."""
        if self.applied is None:
            return self.op
        from archir.graph.text import show_op

        return show_op(self.applied)


class Totals(Record):
    """The sums over the whole model. All parameters are trainable; buffers are not.

    ``macs`` are those of a forward pass in evaluation mode, and ``training_macs`` those of a
    forward pass in training mode and the backward pass behind it.
    """

    parameters: int
    parameter_bytes: int
    buffers: int
    buffer_bytes: int
    macs: Dim
    training_macs: Dim
    elements: Dim
    outputs: Dim
    """The bytes of the outputs of all ops, in evaluation mode."""

    cache: Dim
    """The bytes of the keys and values of causal attention, which a decoder keeps."""

    caching: int
    """How many attentions these are of."""


class Costs:
    """The costs of one model. ``sizes`` are what it is counted at; None: as expressions of them."""

    def __init__(
        self,
        typed: TypedGraph,
        sizes: Mapping[str, int] | None,
        dtype: str = "float32",
        optimizer: Optimizer = "sgd",
    ) -> None:
        self.flat: Flat = flatten(typed)
        self.sizes = sizes
        self.dtype = dtype
        self.optimizer: Optimizer = optimizer

    @property
    def _numbers(self) -> Mapping[str, int]:
        """Sizes, where there must be some."""
        return self.flat.typed.graph.sizes if self.sizes is None else self.sizes

    @cached_property
    def types(self) -> tuple[TensorType, ...]:
        """The types of the values."""
        if self.sizes is None:
            return tuple(value.type for value in self.flat.values)
        return types_at(self.flat, self.sizes)

    @cached_property
    def forward(self) -> list[Dim]:
        """The MACs of each step of the flat model."""
        return macs.forward(self.flat, self.types)

    @cached_property
    def root(self) -> Row:
        """The rows, as a tree."""
        return rows(self.flat, self.types, self.forward)

    @cached_property
    def states(self) -> Mapping[str, tuple[ParameterSpec, ...]]:
        """The parameters and buffers of each module itself, by its path."""
        return {module.path: module.state for module in self.flat.modules}

    @cached_property
    def memory(self) -> Memory:
        """What it takes in memory, in bytes: where sizes are asked for, at the default ones."""
        from archir.cost.memory import memory

        return memory(self.flat, self._numbers, dtype=self.dtype, optimizer=self.optimizer)

    @cached_property
    def fields(self) -> Fields:
        """What each value sees of the inputs."""
        from archir.field.field import receptive_fields

        return receptive_fields(self.flat, self._numbers)

    @cached_property
    def totals(self) -> Totals:
        """The sums over the whole model."""
        steps, forward = self.flat.steps, self.forward
        backward = macs.backward(self.flat, self.types, forward)
        trained = [macs.total(steps, each, training=True) for each in (forward, backward)]
        state = [entry for module in self.flat.modules for entry in counted(self.flat, module)]
        weights = [(entry.numel, entry.dtype) for entry in state if not entry.is_buffer]
        buffers = [(entry.numel, entry.dtype) for entry in state if entry.is_buffer]
        caches = [kept for step in steps if (kept := self._cached(step)) != 0]
        return Totals(
            parameters=sum([numel for numel, _ in weights]),
            parameter_bytes=sum([numel * self._bytes(dtype) for numel, dtype in weights]),
            buffers=sum([numel for numel, _ in buffers]),
            buffer_bytes=sum([numel * self._bytes(dtype) for numel, dtype in buffers]),
            macs=macs.total(steps, forward, training=False),
            training_macs=added(trained),
            elements=self.root.elements,
            outputs=self._made(self.root),
            cache=multiply(added(caches), self._bytes("float32")),
            caching=len(caches),
        )

    def _cached(self, step: FlatStep) -> Dim:
        """What a decoder keeps of a step, in numbers."""
        if step.op is None or step.training:
            return 0
        return step.op.cached(tuple([self.types[value] for value in step.inputs]))

    def entries(
        self,
        depth: int | None = DEPTH,
        *,
        fold: bool = True,
        field: bool = True,
        kept: bool = True,
    ) -> list[Entry]:
        """The table's lines; what takes time to know may be left out."""
        return [self.entry(line, field, kept) for line in lines(self.root, depth, fold=fold)]

    def whole(self, *, field: bool = True, kept: bool = True) -> Entry:
        """The model itself as an entry."""
        return self.entry(Line(self.root, 0, ""), field, kept)

    def cut(self, depth: int | None) -> int:
        """How many levels are below a depth."""
        return cut(self.root, depth)

    def entry(self, line: Line, field: bool, kept: bool) -> Entry:
        """A line with all that is known of it."""
        row = line.row
        return Entry(
            path=row.path,
            label=line.label,
            level=line.level,
            kind=row.kind,
            op=row.what,
            applied=row.op,
            outputs=row.outputs,
            parameters=row.parameters,
            buffers=row.buffers,
            macs=row.macs,
            elements=row.elements,
            memory=self._made(row),
            kept=sum([self.memory.step_kept[step] for step in row.steps]) if kept else None,
            fields=tuple([self.fields.values[value] for value in row.values]) if field else (),
            training=row.training,
            again=row.again,
            count=line.count,
        )

    def _made(self, row: Row) -> Dim:
        """The bytes of the outputs of the ops that a row stands for."""
        found: list[Dim] = []
        for number in row.steps:
            step = self.flat.steps[number]
            if step.op is not None and step.training == row.training:
                found.extend(self._made_by_step[number])
        return added(found)

    @cached_property
    def _made_by_step(self) -> Sequence[Sequence[Dim]]:
        each = {
            given: multiply(product(given.shape), self._bytes(given.dtype))
            for given in set(self.types)
        }
        return [[each[self.types[value]] for value in step.outputs] for step in self.flat.steps]

    def _bytes(self, dtype: str) -> int:
        """What one number takes: those of float32 are of the dtype that is asked for."""
        return BYTES[self.dtype if dtype == "float32" else dtype]
