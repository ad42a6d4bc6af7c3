"""Receptive fields: what each value sees of the model's input, per axis, exactly.

A field is that of an inner position of an endless input: near the borders part of it lies on the
padding. It is that of all channels at a position together, and the hull of what is seen: gaps, as
dilation leaves them, count. Upsampling makes fields that differ from position to position; the
largest is reported, and ``spans`` has them all. All that depends on sizes, as an adaptive pool
does, is said for the sizes that are asked about. Behind what takes channels apart again (a chunk of
them, a slice) it is a bound, where some of the channels saw less.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias, overload

from archir.base.record import Record
from archir.field.module_outputs import flowing_out, flowing_out_of_each
from archir.field.traces import NOTHING, Moving, Span, Trace, start, through, union
from archir.graph.flat import Flat, FlatStep, types_at
from archir.op.contract import Op
from archir.op.dependence import AxisAccess, Edge, Folded, alike
from archir.shapes.dims import Dim, show

if TYPE_CHECKING:
    from fractions import Fraction

Traces: TypeAlias = tuple[Trace, ...]
"""What a value sees of each axis."""

Accesses: TypeAlias = tuple[AxisAccess, ...] | None

Seen: TypeAlias = tuple[list[Accesses], int | None]
"""What an output reads of each input, and the dim along which they are joined, if they are."""

_NAMES = {3: ("length",), 4: ("height", "width"), 5: ("depth", "height", "width")}


class Axis(Record):
    """An axis of one of the model's inputs along which positions are: a dim behind the channels.

    In a sequence, ``[N, L, 64]`` or ``[N, L]``, it is the dim of which the text gives the size a
    name, and that is its name.
    """

    input: int
    dim: int
    name: str


class AxisField(Record):
    """What a value sees of one axis.

    ``size`` is the largest interval that an element sees by what moves with its position, 0 if
    nothing does; ``moving`` is that interval for each position. ``whole`` says that each element
    sees all of the axis on some path: alone if ``size`` is 0, beside its local field otherwise (a
    squeeze-and-excitation gate, a norm over the image). Where nothing can be said of what moves,
    ``size`` is None and ``unknown`` says why.
    """

    axis: Axis
    size: int | None
    whole: bool
    unknown: str | None
    moving: Moving | None = None

    @property
    def stride(self) -> int | Fraction | None:
        """How far two neighbours are apart; None where no dim of the value is the axis alone."""
        alone = self._alone()
        return None if alone is None else alone.stride

    @property
    def centre(self) -> int | Fraction | None:
        """Where the centre of the first is; None where no dim of the value is the axis alone."""
        alone = self._alone()
        return None if alone is None else alone.centre

    @property
    def spans(self) -> tuple[Span | None, ...]:
        """The first and last position that is seen by each element, for a period of them."""
        return () if self.moving is None else self.moving.spans

    def _alone(self) -> Moving | None:
        moving = self.moving
        return None if moving is None or moving.dim is None or moving.fold else moving

    def __str__(self) -> str:
        if self.size is None:
            return "all" if self.whole else "?"
        if self.size == 0:
            return "all" if self.whole else "-"
        return f"{self.size} + all" if self.whole else str(self.size)


class Crooked(Record):
    """Paths that meet at a step with centres that do not lie over each other."""

    step: int
    axis: Axis
    centres: tuple[int | Fraction, ...]


class Fields(Record):
    """The fields of all values of a flat model: ``values[number]`` has one for each axis."""

    flat: Flat
    axes: tuple[Axis, ...]
    values: Sequence[tuple[AxisField, ...]]
    crooked: tuple[Crooked, ...]

    def at(self, path: str) -> tuple[AxisField, ...] | None:
        """The field of what flows out of the module of that path; None if nothing does.

        Of several values it is the last, and of several uses of the module, too. A raw parameter
        flows out of its own path.
        """
        found = flowing_out(self.flat, path) or tuple(
            [step.outputs[-1] for step in self.flat.steps if step.parameter == path]
        )
        return self.values[found[-1]] if found else None

    def uses(self, path: str) -> tuple[tuple[AxisField, ...], ...]:
        """The same for each use of the module, in the order of running."""
        found = flowing_out_of_each(self.flat, path)
        if found:
            return tuple([self.values[value] for value in found])
        alone = self.at(path)
        return () if alone is None else (alone,)


def receptive_fields(flat: Flat, sizes: Mapping[str, int] | None = None) -> Fields:
    """The receptive fields of all values, at the default sizes or others that the model takes."""
    walker = _Walker(flat, flat.typed.graph.sizes if sizes is None else sizes)
    for number, step in enumerate(flat.steps):
        walker.step(number, step)
    values = _Rows(walker.axes, walker.traces)
    return Fields(flat, walker.axes, values, tuple(walker.crooked))


class _Rows(Sequence["tuple[AxisField, ...]"]):
    """The fields of each value, put into numbers when they are asked for."""

    def __init__(self, axes: tuple[Axis, ...], traces: Sequence[Traces]) -> None:
        self.axes = axes
        self.traces = traces
        self.known: dict[tuple[int, ...], tuple[AxisField, ...]] = {}

    def __len__(self) -> int:
        return len(self.traces)

    @overload
    def __getitem__(self, number: int) -> tuple[AxisField, ...]: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[tuple[AxisField, ...]]: ...
    def __getitem__(
        self, number: int | slice
    ) -> tuple[AxisField, ...] | Sequence[tuple[AxisField, ...]]:
        if isinstance(number, slice):
            return _Rows(self.axes, self.traces[number])
        traces = self.traces[number]
        key = tuple(map(id, traces))  # values that see the same share theirs
        if key not in self.known:
            pairs = zip(self.axes, traces, strict=True)
            self.known[key] = tuple([_field(axis, trace) for axis, trace in pairs])
        return self.known[key]


class _Walker:
    def __init__(self, flat: Flat, sizes: Mapping[str, int]) -> None:
        self.sizes = sizes
        self.types = types_at(flat, sizes)
        self.axes = tuple(_axes(flat))
        self.traces: list[Traces] = [(NOTHING,) * len(self.axes)] * len(flat.values)
        self.accesses: dict[object, list[Seen]] = {}
        self.crooked: list[Crooked] = []
        for number, value in enumerate(flat.inputs):
            self.traces[value] = tuple(
                [start(axis.dim) if axis.input == number else NOTHING for axis in self.axes]
            )

    def step(self, number: int, step: FlatStep) -> None:
        """What the outputs of a step see."""
        op = step.op
        if op is None:
            return
        for value, (accesses, joined) in zip(step.outputs, self._accesses(step, op), strict=True):
            seen = [
                _through(self.traces[given], each, op.keyword)
                for given, each in zip(step.inputs, accesses, strict=False)
            ]
            if len(seen) == 1:
                self.traces[value] = seen[0]
            else:
                self.traces[value] = tuple(
                    [
                        self._met(number, axis, [row[at] for row in seen], joined)
                        for at, axis in enumerate(self.axes)
                    ]
                )

    def _accesses(self, step: FlatStep, op: Op) -> list[Seen]:
        """What each output of a step reads of its inputs; equal steps are asked once."""
        inputs = tuple([self.types[value] for value in step.inputs])
        key = (id(op), inputs)
        if key not in self.accesses:
            outputs = tuple([self.types[value] for value in step.outputs])
            # Behind the input of an op of one there are those that only tell it sizes.
            sources = range(1 if op.takes() == "one" else len(inputs))
            begins: dict[int, list[int]] = {}
            self.accesses[key] = [
                _seen(
                    [
                        op.dependence(Edge(inputs, outputs, source, target, self.sizes, begins))
                        for source in sources
                    ]
                )
                for target in range(len(outputs))
            ]
        return self.accesses[key]

    def _met(self, number: int, axis: Axis, traces: list[Trace], joined: int | None) -> Trace:
        """What the paths see together that meet at a step."""
        met = NOTHING
        for trace in traces:
            met = union(met, trace, joined)
        paths = [trace.moving for trace in traces if trace.moving is not None]
        if len(paths) > 1 and met.moving is not None and met.moving.dim not in (None, joined):
            middles = [each.middle() for each in paths]
            if any(each != middles[0] for each in middles):
                different = dict(zip(middles, paths, strict=True))
                centres = tuple(each.centre for each in different.values())
                self.crooked.append(Crooked(number, axis, centres))
        return met


def _seen(accesses: list[Accesses]) -> Seen:
    """The looks at each input, and the dim of the output along which inputs are joined."""
    joined = None
    if len(accesses) == 1:
        return accesses, joined
    for each in accesses:
        parts = (access for access in each or () if isinstance(access, Folded))
        joined = next((access.dim for access in parts if access.is_part), joined)
    return accesses, joined


def _through(traces: Traces, accesses: Accesses, callee: str) -> Traces:
    if accesses is not None and accesses is alike(len(accesses)):
        return traces
    return tuple([through(trace, accesses, callee) for trace in traces])


def _axes(flat: Flat) -> Iterator[Axis]:
    for number, value in enumerate(flat.inputs):
        shape = flat.values[value].type.shape
        if _is_sequence(shape):
            yield Axis(number, 1, show(shape[1]))
            continue
        for index, name in enumerate(_NAMES.get(len(shape), ())):
            yield Axis(number, index + 2, name)


def _is_sequence(shape: tuple[Dim, ...]) -> bool:
    """Whether dim 1 is a size of the input, and those behind it, if there are some, are numbers."""
    if len(shape) not in (2, 3) or isinstance(shape[1], int):
        return False
    return all(isinstance(dim, int) for dim in shape[2:])


def _field(axis: Axis, trace: Trace) -> AxisField:
    moving = trace.moving
    if trace.unknown is not None:
        return AxisField(axis, None, trace.whole, trace.unknown)
    return AxisField(axis, 0 if moving is None else moving.size, trace.whole, None, moving)
