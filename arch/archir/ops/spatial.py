"""What convolution and pooling share: windows that slide over one, two or three axes."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from archir import rules
from archir.base.record import Record
from archir.op.contract import NonNegative, Op, Positive
from archir.op.dependence import Taps, sliding
from archir.op.fields import Field
from archir.shapes.arithmetic import add, floor_div
from archir.shapes.brief import brief
from archir.shapes.conditions import Check
from archir.shapes.dims import Dim
from archir.shapes.types import TensorType

PerAxis = Positive | Annotated[tuple[Positive, ...], Field(min_length=1, max_length=3)]
"""One number for all axes, or one for each."""

PaddingPerAxis = NonNegative | Annotated[tuple[NonNegative, ...], Field(min_length=1, max_length=3)]

LAYOUTS = ("[N, C, L]", "[N, C, H, W]", "[N, C, D, H, W]")

AXIS_NAMES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}


class Axis(Record):
    """One spatial axis of an incoming tensor; ``index`` counts from the first spatial one.

    ``of`` is the number of spatial axes.
    """

    index: int
    of: int
    name: str
    extent: Dim


class Window(Record):
    """What slides along one axis, with the padding before and after the input."""

    kernel: int
    stride: int
    before: int
    after: int
    dilation: int = 1

    @property
    def span(self) -> int:
        """How much of the axis the window spans."""
        return self.dilation * (self.kernel - 1) + 1

    def access(self, dim: int) -> Taps:
        """What an element reads at its position in a dim."""
        return sliding(dim, self.kernel, self.stride, self.before, self.dilation)


class SpatialOp(Op):
    """Base of the ops on [N, C, L], [N, C, H, W] and [N, C, D, H, W].

    They treat the axes one by one, and leave the batch alone.
    """

    dtypes: ClassVar[tuple[str, ...]] = ("float32",)
    per_axis: ClassVar[tuple[str, ...]] = ()
    """The arguments that may be lists with one entry for each axis."""

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        incoming = inputs[0]
        if not 3 <= incoming.rank <= 5:
            check.report(rules.shapes.WrongRank(self.keyword, LAYOUTS, str(incoming)))
            return None
        require_dtype(self.keyword, incoming, self.accepted(incoming), check)
        if not lists_fit(self, incoming, check):
            return None
        self.verify(incoming, check)
        channels = self.outgoing(incoming.shape[1], check)
        extents = self._extents(incoming, check)
        if extents is None:
            return None
        return (incoming.with_shape(incoming.shape[0], channels, *extents),)

    def accepted(self, incoming: TensorType) -> tuple[str, ...]:
        """The dtypes that torch computes on for an input of this rank."""
        return self.dtypes

    def verify(self, incoming: TensorType, check: Check) -> None:
        """Report what is wrong with the arguments for an input of this rank."""

    def outgoing(self, channels: Dim, check: Check) -> Dim:
        """The output's channels."""
        return channels

    def extent(self, axis: Axis, check: Check) -> Dim | None:
        """The output's extent along an axis; None after a report."""
        raise NotImplementedError

    def _extents(self, incoming: TensorType, check: Check) -> tuple[Dim, ...] | None:
        found: list[Dim] = []
        refused: set[tuple[object, ...]] = set()
        for axis in axes(incoming):
            # What is wrong with height and width alike is said once.
            if refused and self._facts(axis, check) in refused:
                continue
            extent = self.extent(axis, check)
            if extent is None:
                refused.add(self._facts(axis, check))
            else:
                found.append(extent)
        return None if refused else tuple(found)

    def _facts(self, axis: Axis, check: Check) -> tuple[object, ...]:
        """The extent of an axis, and the arguments that may differ from axis to axis."""
        values = (getattr(self, argument) for argument in self.per_axis)
        at = (value[axis.index] if isinstance(value, tuple) else value for value in values)
        return (check.value(axis.extent), *at)


def lists_fit(op: Op, incoming: TensorType, check: Check) -> bool:
    """Whether the lists with one entry for each axis have as many; else it is reported."""
    names = AXIS_NAMES[incoming.rank - 2]
    per_axis: tuple[str, ...] = getattr(op, "per_axis", ())
    wrong = [
        rules.argument_values.WrongListLength(op.keyword, argument, len(value), names)
        for argument in per_axis
        if isinstance(value := getattr(op, argument), tuple) and len(value) != len(names)
    ]
    for problem in wrong:
        check.report(problem)
    return not wrong


def axes(tensor: TensorType) -> Iterator[Axis]:
    """The spatial axes of a tensor."""
    names = AXIS_NAMES[tensor.rank - 2]
    for index, (name, extent) in enumerate(zip(names, tensor.shape[2:], strict=True)):
        yield Axis(index, len(names), name, extent)


def rank_suffix(tensor: TensorType) -> str:
    """``1d``, ``2d`` or ``3d``: the end of the torch class for a tensor with spatial axes."""
    return f"{tensor.rank - 2}d"


def at_axis(value: int | tuple[int, ...], index: int) -> int:
    """The number that an argument gives for one axis."""
    return value[index] if isinstance(value, tuple) else value


def slide(callee: str, axis: Axis, window: Window, check: Check) -> Dim | None:
    """The number of places that a window takes along an axis; None after a report."""
    padding = window.before + window.after
    padded = add(axis.extent, padding)
    fits = check.at_least(
        padded,
        window.span,
        lambda: rules.windows.KernelDoesNotFit(
            callee,
            axis.name,
            show_extent(axis.extent, check),
            padding,
            window.kernel,
            window.dilation,
        ),
    )
    if not fits:
        return None
    if window.stride == 1:
        return add(padded, 1 - window.span)
    return add(floor_div(add(padded, -window.span), window.stride), 1)


def slide_past_end(callee: str, axis: Axis, window: Window, check: Check) -> Dim | None:
    """The same with torch's ``ceil_mode``: the last window may hang over the end.

    It must start inside the input or the padding before it, which bounds the overhang: with that
    rule the rounding up is a rounding down of a shifted extent.
    """
    before = window.before
    shift = min(2 * before - window.span + window.stride - 1, before - 1)
    fits = check.at_least(
        add(axis.extent, shift),
        0,
        lambda: rules.windows.OutputEmpty(
            callee, axis.name, show_extent(axis.extent, check), -shift
        ),
    )
    return add(floor_div(add(axis.extent, shift), window.stride), 1) if fits else None


def require_dtype(
    callee: str, incoming: TensorType, accepted: tuple[str, ...], check: Check
) -> None:
    """Report a dtype for which torch has no kernel."""
    if incoming.dtype not in accepted:
        check.report(rules.shapes.WrongDtype(callee, accepted, incoming.dtype))


def show_extent(extent: Dim, check: Check) -> str:
    """``2``, or ``2 (H // 16)`` where it comes from the input's size."""
    if isinstance(extent, int):
        return str(extent)
    return f"{check.value(extent)} ({brief(extent)})"


def hold_groups(keyword: str, channels: Dim, outgoing: int, groups: int, check: Check) -> int:
    """Check that groups share the channels on both sides; the outgoing ones."""
    incoming = check.concrete(channels)
    if incoming % groups:
        problem = ("incoming", incoming, outgoing, groups)
        check.report(rules.shapes.ChannelsNotDivisible(keyword, *problem))
    elif outgoing % groups:
        problem = ("outgoing", outgoing, incoming, groups)
        check.report(rules.shapes.ChannelsNotDivisible(keyword, *problem))
    return outgoing
