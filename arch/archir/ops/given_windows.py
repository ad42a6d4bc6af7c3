"""Convolutions by a window that flows in."""

from functools import partial
from typing import TYPE_CHECKING, ClassVar, Literal

from archir import rules
from archir.memory.strides import is_channels_last
from archir.op.contract import Size, assembled
from archir.op.dependence import WHOLE, AxisAccess, Edge, same
from archir.op.extents import readable
from archir.op.fields import Field
from archir.op.recipe import Call, FunctionRecipe, Input
from archir.ops.convolution import Conv
from archir.ops.given_weights import Weighted
from archir.ops.reshape import below_one
from archir.ops.spatial import (
    LAYOUTS,
    Axis,
    PaddingPerAxis,
    PerAxis,
    at_axis,
    axes,
    lists_fit,
    rank_suffix,
    show_extent,
)
from archir.shapes.arithmetic import add, floor_div, multiply, product
from archir.shapes.conditions import Check
from archir.shapes.dims import Dim, evaluate
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace
    from archir.ops.transposed import ConvTranspose


class Sliding(Weighted):
    """Base of the convolutions whose weight flows in."""

    function: ClassVar[str]
    per_axis: ClassVar[tuple[str, ...]] = ("stride", "padding", "dilation")

    if TYPE_CHECKING:  # declared by the subclasses, each in the order of its own call
        stride: PerAxis
        groups: Size

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        if not self.takes_them(inputs, check):
            return None
        incoming, weight, *bias = inputs
        if not 3 <= incoming.rank <= 5:
            check.report(rules.shapes.WrongRank(self.keyword, LAYOUTS, str(incoming)))
            return None
        groups = readable(self.groups, inputs, check)
        if not (lists_fit(self, incoming, check) and self._splits(groups, inputs, check)):
            return None
        if not self._meets(groups, inputs, check):
            return None
        channels = self.outgoing(groups, weight)
        if bias and not self.fits("bias", (channels,), inputs, check):
            return None
        self.verify(inputs, check)
        extents = [
            self.extent(axis, weight.shape[axis.index + 2], check) for axis in axes(incoming)
        ]
        if check.problems or None in extents:
            return None
        return (TensorType((incoming.shape[0], channels, *extents)),)  # type: ignore[arg-type]

    def _meets(self, groups: Dim, inputs: tuple[TensorType, ...], check: Check) -> bool:
        """Whether the weight is for the channels and the axes of the value; else it is reported."""
        incoming, weight, *_ = inputs
        names = tuple(f"kernel {each.name}" for each in axes(incoming))
        wanted = (*self.ends(groups, incoming), *names)
        problem = partial(self.misfit, "weight", wanted, inputs, check)
        if weight.rank != incoming.rank:
            check.report(problem())
            return False
        return check.equal(self.incoming(groups, weight), incoming.shape[1], problem)

    def _splits(self, groups: Dim, inputs: tuple[TensorType, ...], check: Check) -> bool:
        """Whether all channels can be split into the groups; else it is reported."""
        shown = show_extent(groups, check)
        if not check.at_least(groups, 1, lambda: below_one(self.keyword, "groups", shown, False)):
            return False
        for which, channels in self.split(inputs):
            facts = (self.keyword, which, check.value(channels), None, check.value(groups))
            if not check.divisible(
                channels, groups, partial(rules.shapes.ChannelsNotDivisible, *facts)
            ):
                return False
        return True

    def split(self, inputs: tuple[TensorType, ...]) -> tuple[tuple[str, Dim], ...]:
        """The channels that are split into groups."""
        raise NotImplementedError

    def ends(self, groups: Dim, incoming: TensorType) -> tuple[Dim | str, Dim | str]:
        """What the first two dims of the weight are to be."""
        raise NotImplementedError

    def incoming(self, groups: Dim, weight: TensorType) -> Dim:
        """The channels that the weight is for."""
        raise NotImplementedError

    def outgoing(self, groups: Dim, weight: TensorType) -> Dim:
        """The channels of the output."""
        raise NotImplementedError

    def verify(self, inputs: tuple[TensorType, ...], check: Check) -> None:
        """Report what is wrong with the arguments for an input of this rank."""

    def extent(self, axis: Axis, kernel: Dim, check: Check) -> Dim | None:
        """The output's extent along an axis; None after a report."""
        raise NotImplementedError

    def learning(self, inputs: tuple[TensorType, ...], groups: int) -> "Conv | ConvTranspose":
        """The layer that does the same with a weight of its own, at given sizes."""
        raise NotImplementedError

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        values = tuple(map(Input, range(len(inputs))))
        keywords = self.changed(*self.arguments())
        return FunctionRecipe(Call(f"F.{self.function}{rank_suffix(inputs[0])}", values, keywords))

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        if edge.source == 0:
            layer = self.learning(edge.inputs, evaluate(self.groups, edge.sizes))
            return layer.dependence(Edge(edge.inputs[:1], edge.outputs))
        return self.read_of_weight(edge)

    def read_of_weight(self, edge: Edge) -> tuple[AxisAccess, ...]:
        """What an element reads of the weight, or of the bias."""
        return (same(1), *[WHOLE] * (len(edge.given) - 1))


class ConvBy(Sliding):
    """Slides a window that flows in over the input: `conv` as a function.

    The values are, in this order, what the window slides over, a weight `[out, in / groups, …]`
    with one extent for each axis, and perhaps a bias `[out]`, which is added. So a weight may be
    worked out before it is used, as where it is brought to a norm; or be the features of another
    image, which are looked for in this one. `groups` may be a size of the input.

    torch: `torch.nn.functional.conv1d`, `conv2d`, `conv3d`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      param weight: [16, 3, 3, 3] = kaiming_normal
      param gain: [16, 1, 1, 1] = ones
      subtract [weight, weight -> mean([1, 2, 3], keepdim = true)] as centred
      conv_by(padding = 1) [image, multiply [centred, gain]]
    }
    ```
    """

    keyword = "conv_by"
    torch_name = "torch.nn.functional.conv2d"
    read_calls = ("conv?d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1)",)
    function = "conv"

    stride: PerAxis = Field(1, description="how far the window moves at a time")
    padding: PaddingPerAxis | Literal["same", "valid"] = Field(
        0, description='how much is added at both ends; "same" keeps the size, "valid" adds nothing'
    )
    dilation: PerAxis = Field(1, description="the spacing of the window's elements")
    groups: Size = Field(
        1, description="how many equal parts the channels are split into, each convolved alone"
    )

    def split(self, inputs: tuple[TensorType, ...]) -> tuple[tuple[str, Dim], ...]:
        return ("incoming", inputs[0].shape[1]), ("outgoing", inputs[1].shape[0])

    def ends(self, groups: Dim, incoming: TensorType) -> tuple[Dim | str, Dim | str]:
        return "out", floor_div(incoming.shape[1], groups)

    def incoming(self, groups: Dim, weight: TensorType) -> Dim:
        return multiply(weight.shape[1], groups)

    def outgoing(self, groups: Dim, weight: TensorType) -> Dim:
        return weight.shape[0]

    def verify(self, inputs: tuple[TensorType, ...], check: Check) -> None:
        if self.padding == "same":
            layer = self.learning(tuple(each.at(check.sizes) for each in inputs), 1)
            layer.verify_for(self.keyword, inputs[0], check)

    def extent(self, axis: Axis, kernel: Dim, check: Check) -> Dim | None:
        stride, dilation = at_axis(self.stride, axis.index), at_axis(self.dilation, axis.index)
        if self.padding == "same":
            return axis.extent
        padding = 0 if self.padding == "valid" else 2 * at_axis(self.padding, axis.index)
        span = add(multiply(add(kernel, -1), dilation), 1)
        facts = (self.keyword, axis.name, show_extent(axis.extent, check), padding)
        padded = add(axis.extent, padding)
        fits = check.at_least(
            padded,
            span,
            lambda: rules.windows.KernelDoesNotFit(*facts, check.value(kernel), dilation),
        )
        if not fits:
            return None
        return add(floor_div(add(padded, multiply(span, -1)), stride), 1)

    def macs(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> Dim:
        return product((*outputs[0].shape, *inputs[1].shape[1:]))

    def learning(self, inputs: tuple[TensorType, ...], groups: int) -> Conv:
        arguments = {
            "out_channels": inputs[1].shape[0],
            "kernel_size": inputs[1].shape[2:],
            "stride": self.stride,
            "padding": self.padding,
            "dilation": self.dilation,
            "groups": groups,
        }
        return assembled(Conv, arguments)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        types = tuple(TensorType(each.shape) for each in inputs)
        given, weight, *bias = inputs
        given = self.learning(types, 1).padded(trace, given)
        made = convolved(trace, trace.extents(outputs[0]), (given, weight, *bias))
        trace.keep(made, given, weight)
        return (made,)


def convolved(
    trace: "MemoryTrace", shape: tuple[int, ...], inputs: "tuple[Tensor, ...]"
) -> "Tensor":
    """The output, in the format of the value or else of the weight.

    Along one axis torch convolves images of one row, of which the value is made contiguous.
    """
    given, weight = inputs[:2]
    if len(shape) == 3:
        row = trace.unsqueezed(weight, 2)
        made = trace.new((*shape[:2], 1, shape[2]), *inputs, format=row)
        return trace.view(made, shape, (*made.strides[:2], made.strides[3]))
    is_last = is_channels_last(given.shape, given.strides)
    return trace.new(shape, *inputs, format=given if is_last else weight)
