"""Pooling."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from archir import rules
from archir.op.contract import Op, Positive
from archir.op.dependence import WHOLE, AxisAccess, Edge, same, share
from archir.op.fields import Field
from archir.op.recipe import Arg, Call, FunctionRecipe, Input, Items, ModuleRecipe
from archir.ops.spatial import (
    LAYOUTS,
    Axis,
    PaddingPerAxis,
    PerAxis,
    SpatialOp,
    Window,
    at_axis,
    rank_suffix,
    require_dtype,
    show_extent,
    slide,
    slide_past_end,
)
from archir.shapes.conditions import Check
from archir.shapes.dims import Dim
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace
    from archir.op.reading import Called, Made, Read


class WindowPool(SpatialOp):
    """What the pools with a window share. A subclass declares the arguments."""

    torch_class: ClassVar[str]
    """The torch class without its rank."""

    averages: ClassVar[bool] = False
    """Whether torch takes a mean: over three axes it then compares the kernel with the input."""

    if TYPE_CHECKING:  # declared by the subclasses, each in the order of its own call
        kernel_size: PerAxis
        stride: PerAxis | None
        padding: PaddingPerAxis
        ceil_mode: bool

    def verify(self, incoming: TensorType, check: Check) -> None:
        for index in range(incoming.rank - 2):
            window = self.window(index)
            if window.before > window.kernel // 2:
                check.report(
                    rules.argument_values.PoolPaddingTooLarge(
                        self.keyword, window.before, window.kernel
                    )
                )
                break  # the other axes are mostly wrong for the same reason

    def window(self, index: int) -> Window:
        """What slides along one axis."""
        stride = self.kernel_size if self.stride is None else self.stride
        padding = at_axis(self.padding, index)
        return Window(
            at_axis(self.kernel_size, index),
            at_axis(stride, index),
            padding,
            padding,
            self.spacing(index),
        )

    def spacing(self, index: int) -> int:
        """The window's dilation along an axis."""
        return 1

    def extent(self, axis: Axis, check: Check) -> Dim | None:
        if self.averages and axis.of == 3:
            # It compares with the input alone, without its padding, here and nowhere else.
            kernel = at_axis(self.kernel_size, axis.index)
            shown = show_extent(axis.extent, check)
            facts = (self.keyword, axis.name, shown, kernel)
            if not check.at_least(
                axis.extent, kernel, lambda: rules.windows.InputSmallerThanKernel(*facts)
            ):
                return None
        rule = slide_past_end if self.ceil_mode else slide
        return rule(self.keyword, axis, self.window(axis.index), check)

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        spatial = range(len(edge.given) - 2)
        return (same(0), same(1), *(self.window(index).access(index + 2) for index in spatial))

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        made = trace.pooled(inputs[0], trace.extents(outputs[0]), *inputs)
        trace.keep(made, *inputs)
        return (made,)

    @classmethod
    def read_module(cls, made: "Made", call: "Called") -> "Read | None":
        found = super().read_module(made, call)
        return None if found is None else _by_its_own_size(found)

    @classmethod
    def read_bound(cls, values: Mapping[str, Any], call: "Called") -> "Read | None":
        found = super().read_bound(values, call)
        return None if found is None else _by_its_own_size(found)

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        names = (name for name in self.arguments() if name != "kernel_size")
        function = f"nn.{self.torch_class}{rank_suffix(inputs[0])}"
        return ModuleRecipe(Call(function, (Arg("kernel_size"),), self.changed(*names)))


def _by_its_own_size(found: "Read") -> "Read":
    """Without a stride that is the window's size: torch's modules have it where it is not said."""
    from archir.op.reading import Read

    given = dict(found.arguments)
    if given.get("stride") == given["kernel_size"]:
        del given["stride"]
    return Read(given, found.inputs)


class MaxPool(WindowPool):
    """Slides a window over the input and gives the largest value it sees.

    The window moves by its own size unless `stride` says otherwise. With `ceil_mode` a last
    window may hang over the end, as long as it starts inside the input or the padding before it.
    The first window sees something of the input: where it is padded and dilated, it could step
    over an axis as short as the gaps between its elements.

    torch: `torch.nn.MaxPool1d`, `MaxPool2d`, `MaxPool3d`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      max_pool(3, stride = 2, padding = 1) -> max_pool(2)
    }
    ```
    """

    keyword = "max_pool"
    torch_name = "torch.nn.MaxPool2d"
    read_calls = (
        "max_pool?d(input, kernel_size, stride=None, padding=0, dilation=1, "
        "ceil_mode=False, return_indices=False)",
    )
    torch_class = "MaxPool"
    per_axis = ("kernel_size", "stride", "padding", "dilation")

    kernel_size: PerAxis = Field(description="size of the window")
    stride: PerAxis | None = Field(
        None, description="how far the window moves at a time; none means by its own size"
    )
    padding: PaddingPerAxis = Field(
        0, description="how much is added at both ends, at most half the window"
    )
    dilation: PerAxis = Field(1, description="the spacing of the window's elements")
    ceil_mode: bool = Field(
        False, description="whether a last window that hangs over the end counts"
    )

    def accepted(self, incoming: TensorType) -> tuple[str, ...]:
        # torch's one-dimensional kernel is the only one without integers.
        return ("float32",) if incoming.rank == 3 else ("float32", "int64")

    def spacing(self, index: int) -> int:
        return at_axis(self.dilation, index)

    def extent(self, axis: Axis, check: Check) -> Dim | None:
        made = super().extent(axis, check)
        window = self.window(axis.index)
        # torch gives minus infinity for a window of padding alone, and writes the gradient of
        # that outside of the tensor. No other window is one: padding is at most half a kernel.
        first = -window.before % window.dilation  # of its elements, the first behind the padding
        facts = (self.keyword, axis.name, show_extent(axis.extent, check), first, window.dilation)
        sees = not first or check.at_least(
            axis.extent, first + 1, lambda: rules.windows.WindowSeesNothing(*facts)
        )
        return made if sees else None

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        given, shape = inputs[0], trace.extents(outputs[0])
        if len(shape) == 3 and not given.grad:
            return (trace.new(shape, given),)  # a kernel of its own, which finds no indices
        made = trace.pooled(given, shape, given, volumes=True)
        trace.keep(made, given, trace.pooled(given, shape, dtype="int64", volumes=True))
        return (made,)


class AvgPool(WindowPool):
    """Slides a window over the input and gives the mean of what it sees.

    Padding counts as zeros in the mean unless `count_include_pad` is false. On `[N, C, L]` there
    is no `divisor_override`; on `[N, C, D, H, W]` the input must be as large as the window before
    it is padded.

    torch: `torch.nn.AvgPool1d`, `AvgPool2d`, `AvgPool3d`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      avg_pool(2) -> avg_pool(3, stride = 1, padding = 1, count_include_pad = false)
    }
    ```
    """

    keyword = "avg_pool"
    over_all = "global_avg_pool"
    torch_name = "torch.nn.AvgPool2d"
    read_calls = (
        "avg_pool?d(input, kernel_size, stride=None, padding=0, ceil_mode=False, "
        "count_include_pad=True, divisor_override=None)",
    )
    torch_class = "AvgPool"
    averages = True
    dtypes = ("float32", "int64")
    per_axis = ("kernel_size", "stride", "padding")

    kernel_size: PerAxis = Field(description="size of the window")
    stride: PerAxis | None = Field(
        None, description="how far the window moves at a time; none means by its own size"
    )
    padding: PaddingPerAxis = Field(
        0, description="how much is added at both ends, at most half the window"
    )
    ceil_mode: bool = Field(
        False, description="whether a last window that hangs over the end counts"
    )
    count_include_pad: bool = Field(
        True, description="whether the padding counts in the mean, as zeros"
    )
    divisor_override: Positive | None = Field(
        None, description="what to divide the sum by, in place of the number of elements"
    )

    def verify(self, incoming: TensorType, check: Check) -> None:
        super().verify(incoming, check)
        if incoming.rank == 3 and self.divisor_override is not None:
            check.report(
                rules.argument_values.ArgumentNotForRank(
                    self.keyword, "divisor_override", LAYOUTS[0]
                )
            )


class AdaptiveAvgPool(SpatialOp):
    """Gives an output of a fixed size, each element the mean of its share of the input.

    It takes any input size, so that layers behind it know theirs. In a list, `none` keeps the
    size of that axis (not on `[N, C, L]`).

    torch: `torch.nn.AdaptiveAvgPool1d`, `AdaptiveAvgPool2d`, `AdaptiveAvgPool3d`.

    ```arch
    model example() {
      input image: [N, 64, H = 32, W = 32]
      adaptive_avg_pool(7) -> adaptive_avg_pool([none, 1]) -> flatten -> linear(10)
    }
    ```
    """

    keyword = "adaptive_avg_pool"
    torch_name = "torch.nn.AdaptiveAvgPool2d"
    read_calls = ("adaptive_avg_pool?d(input, output_size)",)
    torch_class: ClassVar[str] = "AdaptiveAvgPool"
    per_axis = ("output_size",)

    output_size: (
        Positive | Annotated[tuple[Positive | None, ...], Field(min_length=1, max_length=3)]
    ) = Field(description="size of the output")

    def verify(self, incoming: TensorType, check: Check) -> None:
        if incoming.rank == 3 and self.output_size == (None,):
            check.report(
                rules.argument_values.ArgumentNotForRank(
                    self.keyword, "none as output_size", LAYOUTS[0]
                )
            )

    def extent(self, axis: Axis, check: Check) -> Dim | None:
        size = self.output_size
        wanted = size[axis.index] if isinstance(size, tuple) else size
        return axis.extent if wanted is None else wanted

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        extents = enumerate(zip(edge.given[2:], edge.made[2:], strict=True), 2)
        return (same(0), same(1), *(share(dim, *each) for dim, each in extents))

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        made = trace.pooled(inputs[0], trace.extents(outputs[0]), *inputs)
        if set(made.shape[2:]) != {1}:  # else it is a plain mean
            trace.keep(made, *inputs)
        return (made,)

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        function = f"nn.{self.torch_class}{rank_suffix(inputs[0])}"
        return ModuleRecipe(Call(function, (Arg("output_size"),)))


class GlobalAvgPool(Op):
    """Gives the mean of each channel over all spatial axes: `[N, C, H, W]` becomes `[N, C]`.

    It is a function without a module, and takes any number of spatial axes.

    torch: `torch.mean` over the dims from 2 on.

    ```arch
    model example() {
      input image: [N, 64, H = 32, W = 32]
      global_avg_pool -> linear(10)
    }
    ```
    """

    keyword = "global_avg_pool"
    torch_name = "torch.mean"
    read_calls = ("mean(input, dim, keepdim=False, dtype=None)",)
    keeps = ()
    is_module = False

    keepdim: bool = Field(False, description="whether the axes stay, each of size 1")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        incoming = inputs[0]
        if incoming.rank < 3:
            check.report(rules.shapes.WrongRank(self.keyword, LAYOUTS, str(incoming)))
            return None
        require_dtype(self.keyword, incoming, ("float32",), check)
        kept = (1,) * (incoming.rank - 2) if self.keepdim else ()
        return (incoming.with_shape(*incoming.shape[:2], *kept),)

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        return (same(0), same(1), *[WHOLE] * (len(edge.given) - 2))

    @classmethod
    def read_bound(cls, values: Mapping[str, Any], call: "Called") -> "Read | None":
        from archir.op.reading import Operand

        given, dims = values["input"], values["dim"]
        if not isinstance(given, Operand) or not isinstance(dims, tuple):
            return None
        rank = len(given.shape)
        if rank < 3 or sorted(dim % rank for dim in dims) != list(range(2, rank)):
            return None
        rest = {name: value for name, value in values.items() if name != "dim"}
        return super().read_bound(rest, call)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        dims = Items(tuple(range(2, inputs[0].rank)))
        return FunctionRecipe(Call(".mean", (Input(), dims), self.changed("keepdim")))
