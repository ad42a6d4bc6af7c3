"""Images read at places that are worked out agree with torch: grids over all arguments."""

from __future__ import annotations

from itertools import product

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from op_performer import agree, build, op, types_of
from test_tensors_agree import A, B, defaults_drawn, dtypes, hold_at_all_sizes

from archir.shapes.types import TensorType

MODES = ("bilinear", "nearest", "bicubic")
PADDINGS = ("zeros", "border", "reflection")
CORNERS = (None, False, True)


@pytest.mark.parametrize("axes", [1, 2, 3, 4])
def test_shapes_of_what_is_read(axes: int) -> None:
    """Of other ranks and of other batches too, and of grids with another number of places."""
    for mode, padding, corners in product(MODES, PADDINGS, CORNERS):
        made = op("grid_sample", mode, padding, corners)
        image = (2, 3, *range(4, 4 + axes))
        for batch, last, more in product((1, 2), (1, 2, 3), (-1, 0, 1)):
            if axes + more > 0:
                agree(made, types_of(image, (batch, *[3] * (axes + more), last)))


@pytest.mark.parametrize("axes", [2, 3])
def test_numbers_of_what_is_read(axes: int) -> None:
    """Within the image and beyond its ends, as torch's own function has them."""
    dice = torch.Generator().manual_seed(0)
    image = torch.rand(2, 3, *range(4, 4 + axes), generator=dice)
    grid = torch.rand(2, *range(2, 2 + axes), axes, generator=dice) * 4 - 2
    for mode, padding, corners in product(MODES, PADDINGS, CORNERS):
        if axes == 3 and mode == "bicubic":
            continue
        made = op("grid_sample", mode, padding, corners)
        run = build(made, types_of(tuple(image.shape), tuple(grid.shape)))
        expected = torch.nn.functional.grid_sample(
            image, grid, mode, padding, align_corners=bool(corners)
        )
        assert torch.equal(run(image, grid), expected)


sizes = st.lists(st.integers(1, 4), min_size=4, max_size=5).map(tuple)


@settings(max_examples=200, deadline=None)
@given(sizes, st.lists(st.integers(1, 4), min_size=1, max_size=4), dtypes, st.booleans(), st.data())
def test_grids_of_matrices(
    size: tuple[int, ...], shape: list[int], dtype: str, fits: bool, data: st.DataObject
) -> None:
    axes = len(size) - 2
    if fits:
        shape, dtype = [size[0], axes, axes + 1], "float32"
    corners = data.draw(st.sampled_from(CORNERS))
    if min(size[2:]) == 1:
        corners = False  # torch warns that it was another thing once
    agree(op("affine_grid", size, corners), types_of(tuple(shape), dtype=dtype))


@settings(max_examples=60, deadline=None)
@given(defaults_drawn)
def test_places_over_sizes(defaults: dict[str, int]) -> None:
    matrices, image = TensorType((A, 2, 3)), TensorType((A, 3, B, 5))
    hold_at_all_sizes(op("affine_grid", (A, 3, 4, 5)), (matrices,), defaults)
    for other in (A, B):
        grid = TensorType((other, B, 4, 2))
        hold_at_all_sizes(op("grid_sample"), (image, grid), defaults)
