"""Patches of images."""

from functools import partial
from math import prod
from typing import TYPE_CHECKING, Annotated, ClassVar

from archir import rules
from archir.memory.strides import packed
from archir.op.contract import Keeps, NonNegative, Op, Positive, Size
from archir.op.dependence import AxisAccess, Edge, Taps, Unsaid, periodic, same
from archir.op.extents import readable
from archir.op.fields import Field
from archir.op.recipe import Arg, Call, Code, FunctionRecipe, Infix, Input, Items, ModuleRecipe
from archir.ops.reshape import below_one
from archir.ops.spatial import (
    Axis,
    Window,
    at_axis,
    lists_fit,
    require_dtype,
    show_extent,
    slide,
)
from archir.shapes.arithmetic import floor_div, multiply, product
from archir.shapes.conditions import Check
from archir.shapes.dims import Dim
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace

Pair = Positive | Annotated[tuple[Positive, ...], Field(min_length=2, max_length=2)]
"""One number for both axes, or one for each."""

PaddingPair = NonNegative | Annotated[tuple[NonNegative, ...], Field(min_length=2, max_length=2)]

_NAMES = ("height", "width")


class _Patches(Op):
    """Base of what takes images apart into windows, and puts them together again."""

    keeps: ClassVar[Keeps] = ()
    per_axis: ClassVar[tuple[str, ...]] = ("kernel_size", "dilation", "padding", "stride")

    if TYPE_CHECKING:  # declared by the subclasses, each in the order of its own call
        kernel_size: Pair
        dilation: Pair
        padding: PaddingPair
        stride: Pair

    def window(self, index: int) -> Window:
        """What slides along one axis."""
        kernel, stride, padding, dilation = (
            at_axis(each, index)
            for each in (self.kernel_size, self.stride, self.padding, self.dilation)
        )
        return Window(kernel, stride, padding, padding, dilation)

    def size(self) -> int:
        """The places of a window."""
        return self.window(0).kernel * self.window(1).kernel

    def places(self, extents: tuple[Dim, ...], check: Check) -> Dim | None:
        """How many windows there are on an image; None after a report."""
        found = [
            slide(self.keyword, Axis(at, 2, name, extent), self.window(at), check)
            for at, (name, extent) in enumerate(zip(_NAMES, extents, strict=True))
        ]
        return None if None in found else product(found)  # type: ignore[arg-type]

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        given = trace.contiguous(inputs[0])
        return (trace.new(trace.extents(outputs[0]), given),)


class Unfold(_Patches):
    """Lays the windows over an image side by side: `[N, C, H, W]` becomes `[N, C*k*k, L]`.

    Column l has what the window at the l-th place sees, row by row of the image: all of its first
    channel, then of its second. So a product with a matrix is a convolution.

    torch: `torch.nn.Unfold`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      unfold(4, stride = 4) -> transpose(1, 2) -> linear(96)
    }
    ```
    """

    keyword = "unfold"
    torch_name = "torch.nn.Unfold"

    kernel_size: Pair = Field(description="size of the window")
    dilation: Pair = Field(1, description="the spacing of the window's elements")
    padding: PaddingPair = Field(0, description="how much is added at both ends")
    stride: Pair = Field(1, description="how far the window moves at a time")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        (given,) = inputs
        if given.rank != 4:
            check.report(rules.shapes.WrongRank(self.keyword, ("[N, C, H, W]",), str(given)))
            return None
        require_dtype(self.keyword, given, ("float32", "bool"), check)
        if not lists_fit(self, given, check):
            return None
        places = self.places(given.shape[2:], check)
        if places is None:
            return None
        return (given.with_shape(given.shape[0], multiply(given.shape[1], self.size()), places),)

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        high, wide = self.window(0), self.window(1)
        padded = edge.given[3] + wide.before + wide.after
        columns = (padded - wide.span) // wide.stride + 1

        def row(_: int) -> tuple[int, int, int]:
            return -high.before, high.kernel, high.dilation

        def column(place: int) -> tuple[int, int, int]:
            return place * wide.stride - wide.before, wide.kernel, wide.dilation

        return (
            same(0),
            periodic(1, 1, self.size(), lambda _: (0, 1, 1)),
            periodic(2, high.stride, columns, row),
            periodic(2, 0, columns, column),
        )

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        keywords = self.changed("dilation", "padding", "stride")
        return ModuleRecipe(Call("nn.Unfold", (Arg("kernel_size"),), keywords))

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        return Infix("*", super().channels(inputs), self.size())


class _Folding(_Patches):
    """What ``fold`` is as a module, and as a function."""

    if TYPE_CHECKING:
        output_size: Size | tuple[Size, ...]

    per_axis = ("output_size", *_Patches.per_axis)

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        given = inputs[0]
        if given.rank != 3:
            check.report(rules.shapes.WrongRank(self.keyword, ("[N, C*k*k, L]",), str(given)))
            return None
        require_dtype(self.keyword, given, ("float32", "bool"), check)
        wanted = (
            self.output_size if isinstance(self.output_size, tuple) else (self.output_size,) * 2
        )
        extents = tuple(readable(each, inputs, check) for each in wanted)
        for extent in extents:
            facts = (self.keyword, "output_size", show_extent(extent, check), False)
            if not check.at_least(extent, 1, partial(below_one, *facts)):
                return None
        channels, size = given.shape[1], self.size()
        dealt = (self.keyword, "channels", show_extent(channels, check), size, "window")
        fits = check.divisible(channels, size, lambda: rules.resizing.ExtentNotDivisible(*dealt))
        places = self.places(extents, check)
        if places is None or not fits:
            return None
        shown = (show_extent(given.shape[2], check), show_extent(places, check))
        if not check.equal(
            given.shape[2], places, lambda: rules.windows.OtherNumberOfPlaces(self.keyword, *shown)
        ):
            return None
        return (given.with_shape(given.shape[0], floor_div(channels, size), *extents),)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        given, shape = trace.contiguous(inputs[0]), trace.extents(outputs[0])
        if prod(given.shape) <= prod(shape):
            return (trace.new(shape, given),)
        # torch makes it as large as the input, and leaves what it does not need.
        return (trace.view(trace.new(given.shape, given), shape, packed(shape)),)

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        size = self.size()
        both = Unsaid("two dims decide together which windows cover a place")
        return (same(0), Taps(1, size, ((0, size, 1),)), both)

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        return Infix("//", super().channels(inputs), self.size())


class FoldPatches(_Folding):
    """Adds up windows where they lie on an image: `[N, C*k*k, L]` becomes `[N, C, H, W]`.

    It takes what `unfold` gives. Where windows overlap their elements are added. The size of the
    image is given, and L must be the number of windows that it has. `fold_by` does the same as a
    function, and takes sizes of the input.

    torch: `torch.nn.Fold`.

    ```arch
    model example() {
      input image: [N, 3, 32, 32]
      unfold(4, stride = 4) -> relu -> fold(32, 4, stride = 4)
    }
    ```
    """

    keyword = "fold"
    as_function = "fold_by"
    torch_name = "torch.nn.Fold"

    output_size: Pair = Field(description="the height and the width of the image")
    kernel_size: Pair = Field(description="size of the window")
    dilation: Pair = Field(1, description="the spacing of the window's elements")
    padding: PaddingPair = Field(0, description="how much is taken off at both ends")
    stride: Pair = Field(1, description="how far the window moves at a time")

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        sizes = (Arg("output_size"), Arg("kernel_size"))
        return ModuleRecipe(Call("nn.Fold", sizes, self.changed("dilation", "padding", "stride")))


class FoldPatchesBy(_Folding):
    """Adds up windows where they lie on an image of a size of the input: `fold` as a function.

    torch: `torch.nn.functional.fold`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      assert H % 4 == 0 and W % 4 == 0, "images are in patches of 4"
      unfold(4, stride = 4) -> relu -> fold_by([H, W], 4, stride = 4)
    }
    ```
    """

    keyword = "fold_by"
    torch_name = "torch.nn.functional.fold"
    read_calls = ("fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1)",)
    is_module = False

    output_size: Size | Annotated[tuple[Size, ...], Field(min_length=2, max_length=2)] = Field(
        description="the height and the width of the image"
    )
    kernel_size: Pair = Field(description="size of the window")
    dilation: Pair = Field(1, description="the spacing of the window's elements")
    padding: PaddingPair = Field(0, description="how much is taken off at both ends")
    stride: Pair = Field(1, description="how far the window moves at a time")

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        wanted: Code = Arg("output_size")
        if not isinstance(self.output_size, tuple):
            wanted = Items((wanted, wanted))
        given = (Input(), wanted, Arg("kernel_size"))
        return FunctionRecipe(Call("F.fold", given, self.changed("dilation", "padding", "stride")))
