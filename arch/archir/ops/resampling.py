"""Resampling."""

from typing import TYPE_CHECKING, Annotated, Literal

from archir import rules
from archir.check import Check
from archir.dims import Dim
from archir.fields import Field
from archir.ops.spatial import LAYOUTS, Axis, PerAxis, SpatialOp, at_axis, show_extent
from archir.reach import Look, Wire, same
from archir.recipe import Arg, Call, Items, ModuleRecipe, Subscript
from archir.scaling import scaled
from archir.types import TensorType
from archir.values import show_constant

if TYPE_CHECKING:
    from archir.storage import Tensor
    from archir.tape import Tape

Factor = Annotated[float, Field(gt=0, le=2**31 - 1, allow_inf_nan=False)]

_LINEAR = ("linear", "bilinear", "trilinear")
"""The linear mode for one, two and three axes."""

_RANKS = {"linear": 3, "bilinear": 4, "bicubic": 4, "trilinear": 5}


class Upsample(SpatialOp):
    """Makes the spatial axes larger, or smaller, by interpolation; nothing is learned.

    Either `size` or `scale_factor` is given. The modes are `"nearest"` (the element at the same
    place, repeated), `"nearest-exact"` (likewise, with places measured between the elements'
    centres), `"area"` (means), and interpolation: `"linear"` on `[N, C, L]`, `"bilinear"` or
    `"bicubic"` on `[N, C, H, W]`, `"trilinear"` on `[N, C, D, H, W]`.

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
    per_axis = ("size", "scale_factor")

    size: PerAxis | None = Field(None, description="size of the output's axes")
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
            return at_axis(self.size, axis.index)
        factor = self.scale_factor
        if isinstance(factor, tuple):
            factor = factor[axis.index]
        assert factor is not None
        extent = scaled(axis.extent, factor)
        shown = show_extent(axis.extent, check)
        facts = (self.keyword, axis.name, shown, show_constant(factor))
        fits = check.at_least(extent, 1, lambda: rules.resizing.ScaledToNothing(*facts))
        return extent if fits else None

    def reach(self, wire: Wire) -> tuple[Look, ...] | None:
        from archir.ops.sampling import is_small_image, sampled  # what is only built does not ask

        small, corners = is_small_image(wire.made), bool(self.align_corners)
        looks: list[Look] = [same(0), same(1)]
        for index, (extent, wanted) in enumerate(zip(wire.given[2:], wire.made[2:], strict=True)):
            factor = self.scale_factor
            if isinstance(factor, tuple):
                factor = factor[index]
            given = None if self.recompute_scale_factor else factor
            along = (index + 2, extent, wanted, given, self.mode)
            looks.append(sampled(*along, corners=corners, small=small))
        return tuple(looks)

    def allocate(
        self, tape: "Tape", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        shape = tape.extents(outputs[0])
        if self.mode != "area":
            return (tape.new(shape, *inputs, format=inputs[0]),)
        made = tape.pooled(inputs[0], shape, *inputs)  # adaptive mean pooling
        if set(shape[2:]) != {1}:
            tape.keep(made, *inputs)
        return (made,)

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        keywords = dict(self.changed(*self.arguments()))
        factors = self.scale_factor
        if isinstance(factors, tuple):
            # torch takes a tuple here, and no list, which a text may have in its place.
            each = (Subscript(Arg("scale_factor"), (index,)) for index in range(len(factors)))
            keywords["scale_factor"] = Items(tuple(each))
        return ModuleRecipe(Call("nn.Upsample", (), tuple(keywords.items())))
