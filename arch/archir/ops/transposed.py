"""Transposed convolutions."""

from functools import partial
from math import gcd
from typing import TYPE_CHECKING, Literal

from archir import rules
from archir.init.values import show_constant
from archir.op.contract import Positive, channels_of
from archir.op.dependence import WHOLE, AxisAccess, Edge, Tap, Unsaid, periodic, same
from archir.op.fields import Field
from archir.op.misread import Misread, in_torch_order
from archir.op.recipe import Arg, Call, Code, Inferred, ModuleRecipe
from archir.ops.spatial import (
    Axis,
    PaddingPerAxis,
    PerAxis,
    SpatialOp,
    at_axis,
    axes,
    hold_groups,
    rank_suffix,
    show_extent,
)
from archir.shapes.arithmetic import add, multiply, product
from archir.shapes.conditions import Check
from archir.shapes.dims import Dim
from archir.shapes.types import ParameterSpec, TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace


class ConvTranspose(SpatialOp):
    """Spreads each element over a window of the output: a convolution run backwards.

    It enlarges: with `stride = 2` and `kernel_size = 2` each axis is doubled. An axis of size x
    becomes `(x - 1)*stride - 2*padding + dilation*(kernel_size - 1) + output_padding + 1`.
    Padding takes away from both ends of the output. `output_padding` adds to its end, and chooses
    between the sizes that the convolution would bring to the same one.

    torch: `torch.nn.ConvTranspose1d`, `ConvTranspose2d`, `ConvTranspose3d`.

    ```arch
    model example() {
      input image: [N, 64, H = 16, W = 16]
      conv_transpose(32, 2, stride = 2) -> conv_transpose(16, 3, 2, 1, output_padding = 1)
    }
    ```
    """

    keyword = "conv_transpose"
    torch_name = "torch.nn.ConvTranspose2d"
    per_axis = ("kernel_size", "stride", "padding", "output_padding", "dilation")
    weights = ("weight", "bias")
    keeps = ("inputs",)
    channels_first = True
    inferred = "in_channels"
    weight_kept = "always"
    weight_rows = 1

    out_channels: Positive = Field(description="channels of the output")
    kernel_size: PerAxis = Field(description="size of the window")
    stride: PerAxis = Field(1, description="how far apart the windows of two neighbours are")
    padding: PaddingPerAxis = Field(0, description="how much of the output both ends lose")
    output_padding: PaddingPerAxis = Field(
        0, description="how much the end of the output gains; below the stride or the dilation"
    )
    groups: Positive = Field(
        1, description="how many equal parts the channels are split into, each convolved alone"
    )
    bias: bool = Field(True, description="whether a learned number is added to each channel")
    dilation: PerAxis = Field(1, description="the spacing of the window's elements")
    padding_mode: Literal["zeros"] = Field("zeros", description="torch has no other one here")

    def bias_dim(self, inputs: tuple[TensorType, ...]) -> int | None:
        return 1 if self.bias else None

    def torch_order(self, inputs: tuple[TensorType, ...]) -> Misread | None:
        sizes = (self.out_channels, self.kernel_size, self.stride)
        return in_torch_order(self.keyword, inputs[0], *sizes)

    def outgoing(self, channels: Dim, check: Check) -> Dim:
        return hold_groups(self.keyword, channels, self.out_channels, self.groups, check)

    def verify(self, incoming: TensorType, check: Check) -> None:
        self.verify_for(self.keyword, incoming, check)

    def verify_for(self, callee: str, incoming: TensorType, check: Check) -> None:
        """The same as what an op of that name says."""
        for axis in axes(incoming):
            extra = at_axis(self.output_padding, axis.index)
            stride, dilation = at_axis(self.stride, axis.index), at_axis(self.dilation, axis.index)
            if extra >= max(stride, dilation):
                facts = (callee, extra, stride, dilation)
                allowed = self._allowed_output_padding(incoming)
                along = "" if isinstance(self.stride, int) else axis.name
                check.report(rules.resizing.OutputPaddingTooLarge(*facts, along, allowed))
                break  # the other axes are mostly wrong for the same reason

    def _allowed_output_padding(self, incoming: TensorType) -> str:
        """The output padding that is allowed and most like what is given, as the text has it."""
        at = [each.index for each in axes(incoming)]
        given = [at_axis(self.output_padding, each) for each in at]
        most = [max(at_axis(self.stride, each), at_axis(self.dilation, each)) - 1 for each in at]
        taken = tuple(map(min, given, most))
        alone = isinstance(self.output_padding, int) and len(set(taken)) == 1
        return show_constant(taken[0] if alone else taken)

    def extent(self, axis: Axis, check: Check) -> Dim | None:
        at = axis.index
        stride, padding = at_axis(self.stride, at), at_axis(self.padding, at)
        span = at_axis(self.dilation, at) * (at_axis(self.kernel_size, at) - 1) + 1
        gained = span + at_axis(self.output_padding, at)
        extent = add(multiply(axis.extent, stride), gained - stride - 2 * padding)
        shown = show_extent(axis.extent, check)
        full = check.value(extent) + 2 * padding
        facts = (self.keyword, axis.name, shown, full, padding)
        fits = check.at_least(extent, 1, lambda: rules.resizing.TransposedOutputEmpty(*facts))
        return extent if fits else None

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        channels: AxisAccess = WHOLE
        if self.groups > 1:
            channels = Unsaid(f"{self.keyword} reads the dim of the axis in groups")
        spatial = []
        for index in range(len(edge.given) - 2):
            stride = at_axis(self.stride, index)
            spatial.append(periodic(index + 2, 1, stride, partial(self._tap, index)))
        return (same(0), channels, *spatial)

    def _tap(self, index: int, place: int) -> Tap | None:
        """The elements whose windows cover a place, the first of ``stride`` that differ.

        Element x covers the places ``x*stride - padding + k*dilation``, for k below the kernel.
        """
        stride, dilation = at_axis(self.stride, index), at_axis(self.dilation, index)
        kernel, shifted = at_axis(self.kernel_size, index), place + at_axis(self.padding, index)
        common = gcd(stride, dilation)
        if shifted % common:
            return None  # a gap that dilation leaves
        # Every step-th place of the window meets an element; the first solves k*dilation = shifted.
        step = stride // common
        first = shifted // common * pow(dilation // common, -1, step) % step
        count = -(-(kernel - first) // step)
        if count < 1:
            return None
        last = first + (count - 1) * step
        return (shifted - last * dilation) // stride, count, dilation // common

    def parameters(self, inputs: tuple[TensorType, ...]) -> tuple[ParameterSpec, ...]:
        width = self.out_channels
        kernel = self._kernel(inputs[0])
        shape = (channels_of(inputs[0]), width // self.groups, *kernel)
        weight = ParameterSpec("weight", shape)
        return (weight, ParameterSpec("bias", (width,))) if self.bias else (weight,)

    def macs(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> Dim:
        each = product((self.out_channels // self.groups, *self._kernel(inputs[0])))
        return multiply(product(inputs[0].shape), each)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        made = trace.new(trace.extents(outputs[0]), *inputs, format=inputs[0], learned=True)
        trace.keep(made, *inputs)
        return (made,)

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        incoming = inputs[0]
        names = (name for name in self.arguments() if name not in ("out_channels", "kernel_size"))
        sizes = (
            Inferred("channels", channels_of(incoming)),
            Arg("out_channels"),
            Arg("kernel_size"),
        )
        function = f"nn.ConvTranspose{rank_suffix(incoming)}"
        return ModuleRecipe(Call(function, sizes, self.changed(*names)))

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        return Arg("out_channels")

    def _kernel(self, incoming: TensorType) -> tuple[int, ...]:
        return tuple(at_axis(self.kernel_size, axis) for axis in range(incoming.rank - 2))
