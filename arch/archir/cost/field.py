"""Receptive fields: what each value sees of the model's input, per axis, exactly.

A field is that of an inner position of an endless input: near the borders part of it lies on the
padding. It is that of all channels at a position together, and the hull of what is seen: gaps, as
dilation leaves them, count. Upsampling makes fields that differ from position to position; the
largest is reported, and ``spans`` has them all. All that depends on sizes, as an adaptive pool
does, is said for the sizes that are asked about. Behind what takes channels apart again (a chunk of
them, a slice) it is a bound, where some of the channels saw less.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from archir.cost.traces import NOTHING, Moving, Span, Trace, start, through, union
from archir.flat import Flat, FlatStep, types_at
from archir.reach import Folded, Wire
from archir.record import Record

if TYPE_CHECKING:
    from fractions import Fraction

_NAMES = {3: ("length",), 4: ("height", "width"), 5: ("depth", "height", "width")}


class Axis(Record):
    """A spatial axis of one of the model's inputs: a dim behind the channels."""

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
    values: tuple[tuple[AxisField, ...], ...]
    crooked: tuple[Crooked, ...]

    def at(self, path: str) -> tuple[AxisField, ...] | None:
        """The field of what flows out of the module of that path; None if nothing does.

        Of several values it is the last, and of several uses of the module, too.
        """
        found = flowing_out(self.flat, path)
        return self.values[found[-1]] if found else None


def receptive_fields(flat: Flat, sizes: Mapping[str, int] | None = None) -> Fields:
    """The receptive fields of all values, at the default sizes or others that the model takes."""
    walker = _Walker(flat, flat.typed.graph.sizes if sizes is None else sizes)
    for number, step in enumerate(flat.steps):
        walker.step(number, step)
    return Fields(flat, walker.axes, tuple(walker.fields()), tuple(walker.crooked))


def flowing_out(flat: Flat, path: str) -> tuple[int, ...]:
    """The values that are made in a module and read outside, by their numbers."""
    inside = [step for step in flat.steps if _is_inside(step, path)]
    made = {value for step in inside for value in step.outputs}
    outside = {value for step in flat.steps if not _is_inside(step, path) for value in step.inputs}
    read = made & (outside | set(flat.outputs))
    if inside and not read:  # a loop's last turn may feed nothing but the module itself
        read = set(inside[-1].outputs)
    return tuple(sorted(read))


def _is_inside(step: FlatStep, path: str) -> bool:
    where = step.scope if step.module is None else step.module
    return not path or where == path or where.startswith(f"{path}.")


class _Walker:
    def __init__(self, flat: Flat, sizes: Mapping[str, int]) -> None:
        self.sizes = sizes
        self.types = types_at(flat, sizes)
        self.axes = tuple(_axes(flat))
        self.traces = [(NOTHING,) * len(self.axes) for _ in flat.values]
        self.crooked: list[Crooked] = []
        for number, value in enumerate(flat.inputs):
            self.traces[value] = tuple(
                start(axis.dim) if axis.input == number else NOTHING for axis in self.axes
            )

    def fields(self) -> Iterator[tuple[AxisField, ...]]:
        """The rows of all values; those that see the same share theirs."""
        known: dict[tuple[int, ...], tuple[AxisField, ...]] = {}
        for traces in self.traces:
            key = tuple(map(id, traces))
            if key not in known:
                pairs = zip(self.axes, traces, strict=True)
                known[key] = tuple(_field(axis, trace) for axis, trace in pairs)
            yield known[key]

    def step(self, number: int, step: FlatStep) -> None:
        op = step.op
        if op is None:
            return
        inputs = tuple(self.types[value] for value in step.inputs)
        outputs = tuple(self.types[value] for value in step.outputs)
        # Behind the input of an op of one there are those that only tell it sizes.
        sources = step.inputs[:1] if op.takes() == "one" else step.inputs
        for target, value in enumerate(step.outputs):
            seen = []
            joined = None
            for source, given in enumerate(sources):
                looks = op.reach(Wire(inputs, outputs, source, target, self.sizes))
                seen.append([through(trace, looks, op.keyword) for trace in self.traces[given]])
                parts = (look for look in looks or () if isinstance(look, Folded))
                joined = next((look.dim for look in parts if look.is_part), joined)
            self.traces[value] = tuple(
                self._met(number, axis, [row[at] for row in seen], joined)
                for at, axis in enumerate(self.axes)
            )

    def _met(self, number: int, axis: Axis, traces: list[Trace], joined: int | None) -> Trace:
        """What the paths see together that meet at a step."""
        met = NOTHING
        for trace in traces:
            met = union(met, trace, joined)
        paths = [trace.moving for trace in traces if trace.moving is not None]
        if len(paths) > 1 and met.moving is not None and met.moving.dim not in (None, joined):
            different = {each.middle(): each for each in paths}
            if len(different) > 1:
                centres = tuple(each.centre for each in different.values())
                self.crooked.append(Crooked(number, axis, centres))
        return met


def _axes(flat: Flat) -> Iterator[Axis]:
    for number, value in enumerate(flat.inputs):
        rank = flat.values[value].type.rank
        for index, name in enumerate(_NAMES.get(rank, ())):
            yield Axis(number, index + 2, name)


def _field(axis: Axis, trace: Trace) -> AxisField:
    moving = trace.moving
    if trace.unknown is not None:
        return AxisField(axis, None, trace.whole, trace.unknown)
    return AxisField(axis, 0 if moving is None else moving.size, trace.whole, None, moving)
