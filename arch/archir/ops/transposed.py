"""Transposed convolutions."""

from functools import partial
from math import gcd
from typing import TYPE_CHECKING, Literal

from archir import rules
from archir.check import Check
from archir.dims import Dim, add, multiply, product
from archir.fields import Field
from archir.op import Positive, channels_of
from archir.ops.spatial import (
    Axis,
    PaddingPerAxis,
    PerAxis,
    SpatialOp,
    at_axis,
    rank_suffix,
    show_extent,
)
from archir.reach import WHOLE, Look, Tap, Unsaid, Wire, periodic, same
from archir.recipe import Arg, Call, Code, Inferred, ModuleRecipe
from archir.types import ParameterSpec, TensorType

if TYPE_CHECKING:
    from archir.storage import Tensor
    from archir.tape import Tape


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

    def outgoing(self, channels: Dim, check: Check) -> Dim:
        incoming, outgoing = check.concrete(channels), self.out_channels
        if incoming % self.groups:
            problem = ("incoming", incoming, outgoing, self.groups)
            check.report(rules.shapes.ChannelsNotDivisible(self.keyword, *problem))
        elif outgoing % self.groups:
            problem = ("outgoing", outgoing, incoming, self.groups)
            check.report(rules.shapes.ChannelsNotDivisible(self.keyword, *problem))
        return outgoing

    def verify(self, incoming: TensorType, check: Check) -> None:
        for axis in range(incoming.rank - 2):
            extra = at_axis(self.output_padding, axis)
            stride, dilation = at_axis(self.stride, axis), at_axis(self.dilation, axis)
            if extra >= max(stride, dilation):
                check.report(
                    rules.resizing.OutputPaddingTooLarge(self.keyword, extra, stride, dilation)
                )
                break  # the other axes are mostly wrong for the same reason

    def extent(self, axis: Axis, check: Check) -> Dim | None:
        at = axis.index
        stride, padding = at_axis(self.stride, at), at_axis(self.padding, at)
        reach = at_axis(self.dilation, at) * (at_axis(self.kernel_size, at) - 1) + 1
        gained = reach + at_axis(self.output_padding, at)
        extent = add(multiply(axis.extent, stride), gained - stride - 2 * padding)
        shown = show_extent(axis.extent, check)
        full = check.value(extent) + 2 * padding
        facts = (self.keyword, axis.name, shown, full, padding)
        fits = check.at_least(extent, 1, lambda: rules.resizing.TransposedOutputEmpty(*facts))
        return extent if fits else None

    def reach(self, wire: Wire) -> tuple[Look, ...] | None:
        channels: Look = WHOLE
        if self.groups > 1:
            channels = Unsaid(f"{self.keyword} reads the dim of the axis in groups")
        spatial = []
        for index in range(len(wire.given) - 2):
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
        self, tape: "Tape", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        made = tape.new(tape.extents(outputs[0]), *inputs, format=inputs[0], learned=True)
        tape.keep(made, *inputs)
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
