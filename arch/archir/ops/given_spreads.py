"""Transposed convolutions by a window that flows in."""

from typing import TYPE_CHECKING

from archir import rules
from archir.op.contract import Size, assembled
from archir.op.dependence import WHOLE, AxisAccess, Edge, Unsaid, periodic, same
from archir.op.fields import Field
from archir.ops.given_windows import Sliding, convolved
from archir.ops.spatial import (
    Axis,
    PaddingPerAxis,
    PerAxis,
    at_axis,
    show_extent,
)
from archir.ops.transposed import ConvTranspose
from archir.shapes.arithmetic import add, multiply, product
from archir.shapes.conditions import Check
from archir.shapes.dims import Dim, evaluate
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace


class ConvTransposeBy(Sliding):
    """Spreads each element over a window that flows in: `conv_transpose` as a function.

    The values are, in this order, what is spread, a weight `[in, out / groups, …]` with one extent
    for each axis, and perhaps a bias `[out]`, which is added. `groups` may be a size of the input.

    torch: `torch.nn.functional.conv_transpose1d`, `conv_transpose2d`, `conv_transpose3d`.

    ```arch
    model example() {
      input image: [N, 16, H = 8, W = 8]
      buffer smooth: float[16, 1, 3, 3] = [[[[1, 2, 1], [2, 4, 2], [1, 2, 1]]] for i in 1..16]
      conv_transpose_by(2, 1, 1, groups = 16) [image, smooth -> multiply(0.0625)] -> conv(8, 3)
    }
    ```
    """

    keyword = "conv_transpose_by"
    torch_name = "torch.nn.functional.conv_transpose2d"
    function = "conv_transpose"
    per_axis = ("stride", "padding", "output_padding", "dilation")

    stride: PerAxis = Field(1, description="how far apart the windows of two neighbours are")
    padding: PaddingPerAxis = Field(0, description="how much of the output both ends lose")
    output_padding: PaddingPerAxis = Field(
        0, description="how much the end of the output gains; below the stride or the dilation"
    )
    groups: Size = Field(
        1, description="how many equal parts the channels are split into, each convolved alone"
    )
    dilation: PerAxis = Field(1, description="the spacing of the window's elements")

    def split(self, inputs: tuple[TensorType, ...]) -> tuple[tuple[str, Dim], ...]:
        return (("incoming", inputs[0].shape[1]),)

    def ends(self, groups: Dim, incoming: TensorType) -> tuple[Dim | str, Dim | str]:
        return incoming.shape[1], "out / groups"

    def incoming(self, groups: Dim, weight: TensorType) -> Dim:
        return weight.shape[0]

    def outgoing(self, groups: Dim, weight: TensorType) -> Dim:
        return multiply(weight.shape[1], groups)

    def verify(self, inputs: tuple[TensorType, ...], check: Check) -> None:
        layer = self.learning(tuple(each.at(check.sizes) for each in inputs), 1)
        layer.verify_for(self.keyword, inputs[0], check)

    def extent(self, axis: Axis, kernel: Dim, check: Check) -> Dim | None:
        at = axis.index
        stride, padding = at_axis(self.stride, at), at_axis(self.padding, at)
        span = add(multiply(add(kernel, -1), at_axis(self.dilation, at)), 1)
        gained = add(span, at_axis(self.output_padding, at) - stride - 2 * padding)
        extent = add(multiply(axis.extent, stride), gained)
        shown = show_extent(axis.extent, check)
        full = check.value(extent) + 2 * padding
        facts = (self.keyword, axis.name, shown, full, padding)
        fits = check.at_least(extent, 1, lambda: rules.resizing.TransposedOutputEmpty(*facts))
        return extent if fits else None

    def macs(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> Dim:
        return product((*inputs[0].shape, *inputs[1].shape[1:]))

    def learning(self, inputs: tuple[TensorType, ...], groups: int) -> ConvTranspose:
        arguments = {
            "out_channels": inputs[1].shape[1],
            "kernel_size": inputs[1].shape[2:],
            "stride": self.stride,
            "padding": self.padding,
            "output_padding": self.output_padding,
            "groups": groups,
            "dilation": self.dilation,
        }
        return assembled(ConvTranspose, arguments)

    def read_of_weight(self, edge: Edge) -> tuple[AxisAccess, ...]:
        if len(edge.given) == 1:
            return (same(1),)
        incoming: AxisAccess = WHOLE
        if evaluate(self.groups, edge.sizes) > 1:
            incoming = Unsaid(f"{self.keyword} reads the dim of the axis in groups")
        width = periodic(1, 0, edge.given[1], lambda place: (place, 1, 1))
        some = Unsaid("the place decides which elements of the window meet the input")
        return (incoming, width, *[some] * (len(edge.given) - 2))

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        made = convolved(trace, trace.extents(outputs[0]), inputs)
        trace.keep(made, *inputs[:2])
        return (made,)
