"""Convolutions."""

from collections.abc import Mapping
from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from archir import rules
from archir.init.values import show_constant
from archir.op.contract import Op, Positive, channels_of
from archir.op.dependence import WHOLE, AxisAccess, Edge, Unsaid, same
from archir.op.fields import Field
from archir.op.misread import Misread, in_torch_order
from archir.op.recipe import Arg, Call, Code, Inferred, Infix, ModuleRecipe
from archir.ops.spatial import (
    Axis,
    PaddingPerAxis,
    PerAxis,
    SpatialOp,
    Window,
    at_axis,
    hold_groups,
    rank_suffix,
    show_extent,
    slide,
)
from archir.shapes.arithmetic import floor_div, multiply, product
from archir.shapes.conditions import Check
from archir.shapes.dims import Dim
from archir.shapes.types import ParameterSpec, TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace
    from archir.op.reading import Called, Made, Read

Padding = PaddingPerAxis | Literal["same", "valid"]
PaddingMode = Literal["zeros", "reflect", "replicate", "circular"]


class _Convolution(SpatialOp):
    """What all convolutions share. A subclass declares the arguments, and says its channels."""

    per_axis: ClassVar[tuple[str, ...]] = ("kernel_size", "stride", "padding", "dilation")
    weights = ("weight", "bias")
    channels_first = True
    inferred = "in_channels"
    weight_kept = "always"

    if TYPE_CHECKING:  # declared by the subclasses, each in the order of its own call
        kernel_size: PerAxis
        stride: PerAxis
        padding: Padding
        dilation: PerAxis
        bias: bool
        padding_mode: PaddingMode

    def group_count(self, channels: int) -> int:
        """The number of groups, for a number of incoming channels."""
        raise NotImplementedError

    def width(self, channels: int) -> int:
        """The number of outgoing channels."""
        raise NotImplementedError

    def outgoing(self, channels: Dim, check: Check) -> Dim:
        return self.width(check.concrete(channels))

    def verify(self, incoming: TensorType, check: Check) -> None:
        self.verify_for(self.keyword, incoming, check)

    def verify_for(self, callee: str, incoming: TensorType, check: Check) -> None:
        """The same as what an op of that name says."""
        if self.padding == "same" and any(
            at_axis(self.stride, axis) != 1 for axis in range(incoming.rank - 2)
        ):
            from archir.op.same_padding import same_padding  # where there is something to say

            windows = [self.window(axis) for axis in range(incoming.rank - 2)]
            zeros = self.padding_mode == "zeros"
            before = same_padding([(each.span, each.stride) for each in windows])
            halves = tuple(each.span // 2 for each in windows)
            half = show_constant(halves[0] if len(set(halves)) == 1 else halves)
            facts = (callee, show_constant(self.stride), before if zeros else None, half)
            check.report(rules.argument_values.StridedSamePadding(*facts))

    def window(self, index: int) -> Window:
        """What slides along one axis."""
        return _window(self, index)

    def extent(self, axis: Axis, check: Check) -> Dim | None:
        window = self.window(axis.index)
        most = max(window.before, window.after)
        if most and self.padding_mode in ("reflect", "circular"):
            least = most + 1 if self.padding_mode == "reflect" else most
            enough = check.at_least(
                axis.extent,
                least,
                lambda: rules.windows.PaddingExceedsSize(
                    self.keyword,
                    axis.name,
                    show_extent(axis.extent, check),
                    most,
                    self.padding_mode,
                ),
            )
            if not enough:
                return None
        return slide(self.keyword, axis, window, check)

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        given = edge.given
        channels: AxisAccess = WHOLE
        if self.group_count(given[1]) > 1:
            channels = Unsaid(f"{self.keyword} reads the dim of the axis in groups")
        spatial = range(len(given) - 2)
        return (same(0), channels, *(self.window(index).access(index + 2) for index in spatial))

    def parameters(self, inputs: tuple[TensorType, ...]) -> tuple[ParameterSpec, ...]:
        channels = channels_of(inputs[0])
        width = self.width(channels)
        weight = ParameterSpec("weight", (width, self._depth(channels), *self._kernel(inputs[0])))
        return (weight, ParameterSpec("bias", (width,))) if self.bias else (weight,)

    def bias_dim(self, inputs: tuple[TensorType, ...]) -> int | None:
        return 1 if self.bias else None

    def macs(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> Dim:
        incoming, outgoing = inputs[0], outputs[0]
        channels = incoming.shape[1]
        groups = self.group_count(channels) if isinstance(channels, int) else 1
        each = multiply(floor_div(channels, groups), product(self._kernel(incoming)))
        return multiply(product(outgoing.shape), each)

    def _depth(self, channels: int) -> int:
        return channels // self.group_count(channels)

    def _kernel(self, incoming: TensorType) -> tuple[int, ...]:
        return tuple(at_axis(self.kernel_size, axis) for axis in range(incoming.rank - 2))

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        given = self.padded(trace, inputs[0])
        made = trace.new(trace.extents(outputs[0]), given, format=given, learned=True)
        trace.keep(made, given)
        depth = self._depth(given.shape[1])
        area = prod([at_axis(self.kernel_size, axis) for axis in range(len(given.shape) - 2)])
        if depth > 1 and area > 1 and trace.is_channels_last(given):
            # So lies the gradient of the weight, and the weight itself does not.
            trace.in_backward(made, copied=made.shape[1] * depth * area)
        return (made,)

    def padded(self, trace: "MemoryTrace", given: "Tensor") -> "Tensor":
        """What the convolution itself sees: torch pads before it where it cannot pad inside."""
        if self.padding_mode == "zeros" and self.padding != "same":
            return given  # as much on both sides
        sides = [(w.before, w.after) for w in map(self.window, range(len(given.shape) - 2))]
        if self.padding_mode == "zeros":
            even = [min(side) for side in sides]
            sides = [
                (before - least, after - least)
                for (before, after), least in zip(sides, even, strict=True)
            ]
            if not any(map(any, sides)):
                return given
        axes = zip(given.shape[2:], sides, strict=True)
        shape = (*given.shape[:2], *(extent + sum(side) for extent, side in axes))
        padded = trace.new(shape, given, format=None if self.padding_mode == "circular" else given)
        if self.padding_mode in ("reflect", "replicate"):
            trace.keep(padded, given)
        return padded


@lru_cache(maxsize=1 << 12)
def _window(op: _Convolution, index: int) -> Window:
    kernel, dilation = at_axis(op.kernel_size, index), at_axis(op.dilation, index)
    stride = at_axis(op.stride, index)
    if op.padding == "same":
        total = dilation * (kernel - 1)
        return Window(kernel, stride, total // 2, total - total // 2, dilation)
    padding = 0 if op.padding == "valid" else at_axis(op.padding, index)
    return Window(kernel, stride, padding, padding, dilation)


class Conv(_Convolution):
    """Slides a window over the input and gives weighted sums of what it sees.

    The incoming channels and the number of axes are read off the incoming shape: `[N, C, L]`,
    `[N, C, H, W]` or `[N, C, D, H, W]`. An axis of size x becomes
    `(x + 2*padding - dilation*(kernel_size - 1) - 1) // stride + 1`. `padding = "same"` keeps the
    size and takes no stride.

    torch: `torch.nn.Conv1d`, `Conv2d`, `Conv3d`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(16, 3, stride = 2, padding = 1) -> conv(32, [1, 7], padding = "same", groups = 4)
    }
    ```
    """

    keyword = "conv"
    torch_name = "torch.nn.Conv2d"
    read_calls = ("conv?d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1)",)

    out_channels: Positive = Field(description="channels of the output")
    kernel_size: PerAxis = Field(description="size of the window")
    stride: PerAxis = Field(1, description="how far the window moves at a time")
    padding: Padding = Field(
        0, description='how much is added at both ends; "same" keeps the size, "valid" adds nothing'
    )
    dilation: PerAxis = Field(1, description="the spacing of the window's elements")
    groups: Positive = Field(
        1, description="how many equal parts the channels are split into, each convolved alone"
    )
    bias: bool = Field(True, description="whether a learned number is added to each channel")
    padding_mode: PaddingMode = Field("zeros", description="what the padding is filled with")

    @classmethod
    def read_bound(cls, values: Mapping[str, Any], call: "Called") -> "Read | None":
        from archir.op.reading import Operand

        weight = values["weight"]
        if not isinstance(weight, Operand):
            return None
        facts = {"out_channels": weight.shape[0], "kernel_size": weight.shape[2:]}
        return super().read_bound({**values, **facts}, call)

    def group_count(self, channels: int) -> int:
        return self.groups

    def width(self, channels: int) -> int:
        return self.out_channels

    def outgoing(self, channels: Dim, check: Check) -> Dim:
        return hold_groups(self.keyword, channels, self.out_channels, self.groups, check)

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        incoming = inputs[0]
        names = ("stride", "padding", "dilation", "groups", "bias", "padding_mode")
        sizes = (
            Inferred("channels", channels_of(incoming)),
            Arg("out_channels"),
            Arg("kernel_size"),
        )
        return ModuleRecipe(Call(f"nn.Conv{rank_suffix(incoming)}", sizes, self.changed(*names)))

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        return Arg("out_channels")

    def torch_order(self, inputs: tuple[TensorType, ...]) -> Misread | None:
        sizes = (self.out_channels, self.kernel_size, self.stride)
        return in_torch_order(self.keyword, inputs[0], *sizes)


class Depthwise(_Convolution):
    """Convolves each channel by itself: a convolution with as many groups as channels.

    Every channel becomes `multiplier` channels. A `conv(out, 1)` behind it mixes them: the two
    together are a depthwise separable convolution.

    torch: `torch.nn.Conv1d`, `Conv2d`, `Conv3d` with `groups = in_channels`.

    ```arch
    model example() {
      input image: [N, 32, H = 28, W = 28]
      depthwise(3, padding = 1, bias = false) -> conv(64, 1)
    }
    ```
    """

    keyword = "depthwise"
    torch_name = "torch.nn.Conv2d"
    read_calls = ("conv?d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1)",)
    own_arguments = ("multiplier",)
    special_of = "conv"

    kernel_size: PerAxis = Field(description="size of the window")
    stride: PerAxis = Field(1, description="how far the window moves at a time")
    padding: Padding = Field(
        0, description='how much is added at both ends; "same" keeps the size, "valid" adds nothing'
    )
    dilation: PerAxis = Field(1, description="the spacing of the window's elements")
    bias: bool = Field(True, description="whether a learned number is added to each channel")
    padding_mode: PaddingMode = Field("zeros", description="what the padding is filled with")
    multiplier: Positive = Field(1, description="outgoing channels for each incoming one")

    @classmethod
    def read_module(cls, made: "Made", call: "Called") -> "Read | None":
        from archir.op.reading import Read

        channels = made.attributes["in_channels"]
        found = super().read_module(made, call)
        if found is None or channels == 1 or made.attributes["groups"] != channels:
            return None
        multiplier = made.attributes["out_channels"] // channels
        return Read({**found.arguments, "multiplier": multiplier}, found.inputs)

    @classmethod
    def read_bound(cls, values: Mapping[str, Any], call: "Called") -> "Read | None":
        from archir.op.reading import Operand

        weight, groups = values["weight"], values["groups"]
        if not isinstance(weight, Operand) or weight.shape[1] != 1 or groups == 1:
            return None
        facts = {"kernel_size": weight.shape[2:], "multiplier": weight.shape[0] // groups}
        rest = {name: value for name, value in values.items() if name != "groups"}
        return super().read_bound({**rest, **facts}, call)

    @classmethod
    def as_general(
        cls, arguments: Mapping[str, Any], channels: int
    ) -> tuple[type[Op], Mapping[str, Any]]:
        rest = dict(arguments)
        width = channels * rest.pop("multiplier", 1)
        return Conv, {"out_channels": width, **rest, "groups": channels}

    def group_count(self, channels: int) -> int:
        return channels

    def width(self, channels: int) -> int:
        return channels * self.multiplier

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        incoming = inputs[0]
        channels = Inferred("channels", channels_of(incoming))
        keywords = (
            *self.changed("stride", "padding", "dilation"),
            ("groups", channels),
            *self.changed("bias", "padding_mode"),
        )
        sizes = (channels, self.channels(inputs), Arg("kernel_size"))
        return ModuleRecipe(Call(f"nn.Conv{rank_suffix(incoming)}", sizes, keywords))

    def torch_order(self, inputs: tuple[TensorType, ...]) -> Misread | None:
        channels = inputs[0].shape[1] if inputs[0].rank > 1 else None
        if (self.kernel_size, self.stride) == (channels, channels) and self.padding not in (0, 1):
            read_as = f"kernel {self.kernel_size}, stride {self.stride} and padding {self.padding}"
            return Misread(read_as, f"{self.keyword}({self.padding})", ("kernel_size", "stride"))
        return None

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        channels = Inferred("channels", channels_of(inputs[0]))
        return channels if self.multiplier == 1 else Infix("*", channels, Arg("multiplier"))
