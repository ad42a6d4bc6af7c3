"""Images read at places that are worked out."""

from functools import partial
from typing import Annotated, Literal

from archir import rules
from archir.op.contract import Op, Size
from archir.op.dependence import WHOLE, AxisAccess, Edge, Unsaid, same
from archir.op.extents import readable
from archir.op.fields import Field
from archir.op.recipe import Arg, Call, Code, FunctionRecipe, Input
from archir.ops.choice import takes_exactly
from archir.ops.reshape import below_one
from archir.ops.spatial import LAYOUTS, require_dtype, show_extent
from archir.shapes.brief import brief
from archir.shapes.conditions import Check
from archir.shapes.dims import Dim
from archir.shapes.types import TensorType

_BY_VALUE = Unsaid("which places are read stands in a value")

_NAMES = {4: ("height", "width"), 5: ("depth", "height", "width")}
"""The axes of what comes out, by the rank of the image."""


def _said(align_corners: bool | None) -> tuple[str, Code]:
    """The keyword, which torch warns of where it is left out."""
    return ("align_corners", False if align_corners is None else Arg("align_corners"))


class GridSample(Op):
    """Reads an image at the places of a grid, between its elements too.

    The values are, in this order, the image, `[N, C, H, W]` or `[N, C, D, H, W]`, and the grid,
    `[N, height, width, 2]` or `[N, depth, height, width, 3]`: for each place of the output where it
    is read, first along the width. The image goes from -1 to 1 along each axis: with
    `align_corners` between the centres of the elements at its ends, else between their outer edges.
    `mode` says how an element between others is found (`"bilinear"` is trilinear on volumes;
    `"bicubic"` is for images), `padding_mode` what is read beyond the ends: zeros, the element at
    the end, or the image as a mirror has it.

    torch: `torch.nn.functional.grid_sample`.

    ```arch
    ## The image is turned and cut as is best for what is in it (Jaderberg et al., 2015).
    model example() {
      input image: [N, 3, H = 32, W = 32]
      global_avg_pool -> linear(6) -> reshape(N, 2, 3) -> affine_grid([N, 3, H, W]) as grid
      grid_sample [image, grid]
    }
    ```
    """

    keyword = "grid_sample"
    torch_name = "torch.nn.functional.grid_sample"
    read_calls = (
        "grid_sample(input, grid, mode=bilinear, padding_mode=zeros, align_corners=None)",
    )
    arity = "many"
    is_module = False
    keeps = ("inputs",)

    mode: Literal["bilinear", "nearest", "bicubic"] = Field(
        "bilinear", description="how the elements between are found"
    )
    padding_mode: Literal["zeros", "border", "reflection"] = Field(
        "zeros", description="what is read beyond the ends"
    )
    align_corners: bool | None = Field(
        None,
        description="whether the ends are the corners' centres, rather than their outer edges;"
        " none means false",
    )

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        if not takes_exactly(self.keyword, ("an image", "a grid"), inputs, check):
            return None
        image, grid = inputs
        for given in inputs:
            require_dtype(self.keyword, given, ("float32",), check)
        if image.rank not in _NAMES:
            check.report(rules.shapes.WrongRank(self.keyword, LAYOUTS[1:], str(image)))
            return None
        if self.mode == "bicubic" and image.rank == 5:
            facts = (self.mode, LAYOUTS[1], str(image), "bilinear")
            check.report(rules.resizing.ModeNotForRank(self.keyword, *facts))
        batch, channels, *axes = image.shape
        wanted = (show_extent(batch, check), *_NAMES[image.rank], str(len(axes)))
        text = f"[{', '.join(wanted)}]"
        problem = partial(
            rules.resizing.GridDoesNotFit, self.keyword, "a grid", text, str(grid), str(image)
        )
        if grid.rank != image.rank:
            check.report(problem())
            return None
        ends = ((grid.shape[0], batch), (grid.shape[-1], len(axes)))
        if not all(check.equal(one, other, problem) for one, other in ends):
            return None
        return (TensorType((batch, channels, *grid.shape[1:-1])),)

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        axes = len(edge.given) - 2
        if edge.source == 1:
            return (same(0), *[same(2 + axis) for axis in range(axes)], WHOLE)
        return (same(0), same(1), *[_BY_VALUE] * axes)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        keywords = self.changed("mode", "padding_mode")
        corners = _said(self.align_corners)
        values = (Input(0), Input(1))
        return FunctionRecipe(Call("F.grid_sample", values, (*keywords, corners)))

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        return None


class AffineGrid(Op):
    """Works out where each place of an image lies once it is turned, scaled, sheared and moved.

    What flows in are matrices, `[N, 2, 3]` for images and `[N, 3, 4]` for volumes; `size` is the
    shape of what `grid_sample` is to make of the grid, `[N, C, H, W]` or `[N, C, D, H, W]`, and may
    be made of sizes of the input. Places go from -1 to 1, as `grid_sample` has them.

    torch: `torch.nn.functional.affine_grid`.

    ```arch
    model example() {
      input matrices: [N, 2, 3], image: [N, 3, H = 32, W = 32]
      matrices -> affine_grid([N, 3, H // 2, W // 2]) as grid
      grid_sample(padding_mode = "border") [image, grid]
    }
    ```
    """

    keyword = "affine_grid"
    torch_name = "torch.nn.functional.affine_grid"
    read_calls = ("affine_grid(theta, size, align_corners=None)",)
    is_module = False
    keeps = ()

    size: Annotated[tuple[Size, ...], Field(min_length=4, max_length=5)] = Field(
        description="shape of the image that is to be made"
    )
    align_corners: bool | None = Field(
        None,
        description="whether the ends are the corners' centres, rather than their outer edges;"
        " none means false",
    )

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        given = inputs[0]  # others may stand behind, of which sizes are read
        require_dtype(self.keyword, given, ("float32",), check)
        sizes = [readable(size, inputs, check) for size in self.size]
        for size in dict.fromkeys(sizes):
            shown = show_extent(size, check)
            problem = partial(below_one, self.keyword, "size", shown, False)
            check.at_least(size, 1, problem)
        batch, _, *axes = sizes
        wanted: tuple[Dim, ...] = (batch, len(axes), len(axes) + 1)
        text, shape = (f"[{', '.join(map(brief, each))}]" for each in (wanted, sizes))
        misfit = partial(
            rules.resizing.GridDoesNotFit, self.keyword, "matrices", text, str(given), shape
        )
        if given.rank != 3:
            check.report(misfit())
            return None
        pairs = zip(given.shape, wanted, strict=True)
        if not all(check.equal(one, other, misfit) for one, other in pairs) or check.problems:
            return None
        return (TensorType((batch, *axes, len(axes))),)

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        return (same(0), same(len(edge.made) - 1), WHOLE)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        corners = _said(self.align_corners)
        return FunctionRecipe(Call("F.affine_grid", (Input(), Arg("size")), (corners,)))

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        return None
