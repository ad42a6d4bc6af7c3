"""Resampling."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

from archir import rules
from archir.init.values import show_constant
from archir.op.contract import Positive, replaced
from archir.op.dependence import AxisAccess, Edge, same
from archir.op.extents import readable
from archir.op.fields import Field
from archir.op.recipe import Arg, Call, Code, FunctionRecipe, Input, Items, ModuleRecipe, Subscript
from archir.ops.spatial import LAYOUTS, Axis, PerAxis, SpatialOp, show_extent
from archir.shapes.conditions import Check
from archir.shapes.dims import Dim, SizeExpr, evaluate
from archir.shapes.scaling import scaled
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace

Factor = Annotated[float, Field(gt=0, le=2**31 - 1, allow_inf_nan=False)]

_LINEAR = ("linear", "bilinear", "trilinear")
"""The linear mode for one, two and three axes."""

_RANKS = {"linear": 3, "bilinear": 4, "bicubic": 4, "trilinear": 5}


_MOST_FACTOR = 8
"""Nobody makes an image larger by more at once; a smaller size than that is rarely meant."""

Extent = Positive | SizeExpr


class Resampling(SpatialOp):
    """What `upsample` and `interpolate` share: all but how torch is called."""

    per_axis = ("size", "scale_factor")

    size: Extent | tuple[Extent, ...] | None = Field(None, description="size of the output's axes")
    scale_factor: (
        Factor | Annotated[tuple[Factor, ...], Field(min_length=1, max_length=3)] | None
    ) = Field(None, description="how many times larger the axes become")
    mode: Literal[
        "nearest", "linear", "bilinear", "bicubic", "trilinear", "area", "nearest-exact"
    ] = Field("nearest", description="how the elements between are found")
    align_corners: bool | None = Field(
        None,
        description="whether the corners' centres are kept, rather than their outer edges;"
        " in the linear and cubic modes alone, where none means false",
    )
    recompute_scale_factor: bool | None = Field(
        None,
        description="whether to interpolate by the factor between the sizes, which are rounded,"
        " in place of the given one",
    )

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        if (self.size is None) == (self.scale_factor is None):
            check.report(rules.resizing.SizeOrScaleFactor(self.keyword, self.size is not None))
            return None
        return super().infer(inputs, check)

    def verify(self, incoming: TensorType, check: Check) -> None:
        rank = _RANKS.get(self.mode)
        if rank is not None and rank != incoming.rank:
            instead = _LINEAR[incoming.rank - 3]
            facts = (self.mode, LAYOUTS[rank - 3], str(incoming), instead)
            check.report(rules.resizing.ModeNotForRank(self.keyword, *facts))
        if rank is None and self.align_corners is not None:
            check.report(rules.resizing.AlignCornersNotForMode(self.keyword, self.mode))
        if self.recompute_scale_factor and self.size is not None:
            check.report(rules.resizing.RecomputeWithSize(self.keyword))

    def extent(self, axis: Axis, check: Check) -> Dim | None:
        if self.size is not None:
            return self.size[axis.index] if isinstance(self.size, tuple) else self.size
        factor = self.scale_factor
        if isinstance(factor, tuple):
            factor = factor[axis.index]
        assert factor is not None
        extent = scaled(axis.extent, factor)
        shown = show_extent(axis.extent, check)
        facts = (self.keyword, axis.name, shown, show_constant(factor))
        fits = check.at_least(extent, 1, lambda: rules.resizing.ScaledToNothing(*facts))
        return extent if fits else None

    def size_for_factor(
        self, inputs: tuple[TensorType, ...], sizes: Mapping[str, int]
    ) -> int | None:
        size = self.size
        if not isinstance(size, int) or not 1 < size <= _MOST_FACTOR:
            return None
        is_smaller = all(evaluate(extent, sizes) > size for extent in inputs[0].shape[2:])
        return size if is_smaller else None

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        from archir.ops.sampling import is_small_image, sampled  # what is only built does not ask

        small, corners = is_small_image(edge.made), bool(self.align_corners)
        found = [sampled(*a, corners=corners, small=small) for a in self._axes(edge)]
        return (same(0), same(1), *found)

    def _axes(self, edge: Edge) -> Iterator[tuple[int, int, int, float | None, str]]:
        """Each axis of the image, its extents before and behind, the factor and the mode."""
        for index, (extent, wanted) in enumerate(zip(edge.given[2:], edge.made[2:], strict=True)):
            factor = self.scale_factor
            if isinstance(factor, tuple):
                factor = factor[index]
            given = None if self.recompute_scale_factor else factor
            yield index + 2, extent, wanted, given, self.mode

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        shape = trace.extents(outputs[0])
        if self.mode != "area":
            return (trace.new(shape, *inputs, format=inputs[0]),)
        made = trace.pooled(inputs[0], shape, *inputs)  # adaptive mean pooling
        if set(shape[2:]) != {1}:
            trace.keep(made, *inputs)
        return (made,)

    def _keywords(self) -> tuple[tuple[str, Code], ...]:
        keywords = dict(self.changed(*self.arguments()))
        factors = self.scale_factor
        if isinstance(factors, tuple):
            # torch takes a tuple here, and no list, which a text may have in its place.
            each = (Subscript(Arg("scale_factor"), (index,)) for index in range(len(factors)))
            keywords["scale_factor"] = Items(tuple(each))
        return tuple(keywords.items())


class Upsample(Resampling):
    """Makes the spatial axes larger, or smaller, by interpolation; nothing is learned.

    Either `size` or `scale_factor` is given. The modes are `"nearest"` (the element at the same
    place, repeated), `"nearest-exact"` (likewise, with places measured between the elements'
    centres), `"area"` (means), and interpolation: `"linear"` on `[N, C, L]`, `"bilinear"` or
    `"bicubic"` on `[N, C, H, W]`, `"trilinear"` on `[N, C, D, H, W]`.

    A size is a number: torch's module is made before it meets an input. `interpolate` does the same
    as a function, and takes sizes of the input.

    An axis of size x becomes `floor(x * scale_factor)`, where torch rounds the product to a double.
    For most factors (2, 0.5, 1.5, 1.1, 1/3) that is a floor division for all sizes: `11*H // 10`.
    For some, such as 0.7, rounding comes between (90 becomes 62): the size is then shown as
    `floor(H * 0.7)`, and computed as torch does it.

    torch: `torch.nn.Upsample`.

    ```arch
    model example() {
      input image: [N, 16, H = 32, W = 32]
      upsample(scale_factor = 2) -> conv(8, 3, padding = 1)
      upsample([96, 128], mode = "bilinear", align_corners = false)
    }
    ```
    """

    keyword = "upsample"
    torch_name = "torch.nn.Upsample"
    as_function = "interpolate"

    size: PerAxis | None = Field(None, description="size of the output's axes")

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        return ModuleRecipe(Call("nn.Upsample", (), self._keywords()))


class Interpolate(Resampling):
    """Makes the spatial axes larger, or smaller, to a size of the input: `upsample` as a function.

    The arguments are those of `upsample`, and the same is computed. But a function is given its
    arguments as it runs, so `size` may be made of sizes: those that a model's input names, those
    that a block has given names, and those of other values, `skip.height`. It takes no place among
    the modules.

    `antialias` widens what is averaged where an image becomes smaller, as picture libraries do; it
    is for the modes `"bilinear"` and `"bicubic"` on `[N, C, H, W]`.

    torch: `torch.nn.functional.interpolate`.

    ```arch
    model example() {
      input image: [N, 3, H = 65, W = 65]
      conv(16, 3, stride = 2, padding = 1) as half
      conv(32, 3, stride = 2, padding = 1) -> interpolate([half.height, half.width])
      concat [_, half] -> conv(8, 1) -> interpolate(size = [H, W], mode = "bilinear")
    }
    ```
    """

    keyword = "interpolate"
    torch_name = "torch.nn.functional.interpolate"
    read_calls = (
        "interpolate(input, size=None, scale_factor=None, mode=nearest, "
        "align_corners=None, recompute_scale_factor=None, antialias=False)",
    )
    is_module = False

    size: Extent | Annotated[tuple[Extent, ...], Field(min_length=1, max_length=3)] | None = Field(
        None, description="size of the output's axes"
    )
    antialias: bool = Field(
        False,
        description="whether all is weighed that an element of a smaller image covers",
    )

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        if self.size is None:
            return super().infer(inputs, check)
        several = isinstance(self.size, tuple)
        sizes = self.size if isinstance(self.size, tuple) else (self.size,)
        wanted = tuple(readable(size, inputs, check) for size in sizes)
        for size in dict.fromkeys(wanted):
            shown = show_extent(size, check)
            problem = partial(rules.tensors.ExtentBelowOne, self.keyword, "size", shown, False)
            if not check.at_least(size, 1, problem):
                return None
        settled = replaced(self, {"size": wanted if several else wanted[0]})
        return super(Interpolate, settled).infer(inputs, check)

    def verify(self, incoming: TensorType, check: Check) -> None:
        super().verify(incoming, check)
        fits = self.mode in ("bilinear", "bicubic") and incoming.rank == 4
        if self.antialias and not fits:
            facts = (self.keyword, self.mode, str(incoming))
            check.report(rules.resizing.AntialiasNotForMode(*facts))

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        if not self.antialias:
            return super().dependence(edge)
        from archir.ops.sampling import antialiased

        corners = bool(self.align_corners)
        found = [antialiased(*axis, corners=corners) for axis in self._axes(edge)]
        return (same(0), same(1), *found)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        return super().allocate(trace, inputs[:1], outputs)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        return FunctionRecipe(Call("F.interpolate", (Input(),), self._keywords()))
