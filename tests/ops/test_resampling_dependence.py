"""What resampling reads: the elements that torch reads, over a grid of factors, sizes and modes.

Where one element is copied, single precision decides which, as the networks run in it: what comes
out tells the places. In the modes that weigh several, the weights themselves come out of unit
vectors, in double precision, since a weight of the size of rounding is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
import torch
from op_performer import all_ours, op, types_of
from torch.nn import functional as F

from archir.op.contract import Op
from archir.op.dependence import AxisAccess, Edge, Taps, Whole
from archir.ops.sampling import sampled

FACTORS = (
    2.0, 3.0, 4.0, 8.0, 0.5, 0.25, 1.5, 2.5, 1.1, 0.7, 0.9, 1 / 3, 5 / 3, 7 / 3, 0.1, 0.3, 0.37,
    0.6, 1.2, 1.3, 1.7, 1.9, 2.1, 3.3, 1.01, 0.99, 2.01, 1.0001, 0.99999,
)  # fmt: skip
EXTENTS = (*range(1, 24), 33, 64, 65, 100)
OTHERS: dict[int, tuple[tuple[int, ...], ...]] = {3: ((),), 4: ((3,), (150,)), 5: ((1, 3),)}
"""What stands before the axis that is resampled: torch has a kernel of its own for small images."""


def ops_of(mode: str, rank: int) -> Iterator[tuple[Op, dict[str, object]]]:
    """The op with each factor and with sizes, and what torch's function is told."""
    corners = (None,) if mode in ("nearest", "nearest-exact", "area") else (False, True)
    for aligned, recompute, factor in product(corners, (None, True), FACTORS):
        keywords: dict[str, object] = {"scale_factor": (*(1.0,) * (rank - 3), factor), "mode": mode}
        keywords |= {} if aligned is None else {"align_corners": aligned}
        keywords |= {} if recompute is None else {"recompute_scale_factor": True}
        yield op("upsample", **keywords), keywords
    if rank == 3:
        for aligned, size in product(corners, (1, 2, 3, 5, 7, 10, 16, 30, 46, 74)):
            keywords = {"size": (size,), "mode": mode}
            keywords |= {} if aligned is None else {"align_corners": aligned}
            yield op("upsample", **keywords), keywords


def look_of(made: Op, shape: tuple[int, ...]) -> tuple[AxisAccess, int] | None:
    """What is said of the last axis, and its extent in the output."""
    given = types_of(shape)
    outputs = all_ours(made, given)
    if outputs is None:
        return None
    accesses = made.dependence(Edge(given, outputs))
    assert accesses is not None
    return accesses[-1], outputs[0].extents[-1]


def said(access: Taps, position: int) -> set[int]:
    block, place = divmod(position, len(access.taps))
    tap = access.taps[place]
    assert tap is not None
    first, count, spacing = tap
    return {block * access.shift + first + n * spacing for n in range(count)}


@pytest.mark.parametrize("mode", ["nearest", "nearest-exact"])
@pytest.mark.parametrize("rank", [3, 4, 5])
def test_the_element_that_is_copied(mode: str, rank: int) -> None:
    seen = 0
    for (made, keywords), others, extent in product(ops_of(mode, rank), OTHERS[rank], EXTENTS):
        shape = (1, 1, *others, extent)
        found = look_of(made, shape)
        if found is None:
            continue
        access, wanted = found
        assert isinstance(access, Taps)
        image = torch.arange(extent, dtype=torch.float32).expand(shape)
        copied = F.interpolate(image, **keywords).flatten(0, -2)[0].int().tolist()  # type: ignore[arg-type]
        assert [{place} for place in copied] == [said(access, j) for j in range(wanted)], (
            keywords, shape,
        )  # fmt: skip
        seen += wanted
    assert seen > 10_000


@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
def test_the_elements_that_are_weighed_against_aliases(mode: str) -> None:
    """The two ends of what is read; the cubic filter may be 0 at a place between them."""
    seen = 0
    for aligned, factor, extent in product((False, True), FACTORS, (*range(1, 14), 33)):
        keywords: dict[str, object] = {"scale_factor": (1.0, factor), "mode": mode}
        keywords |= {"align_corners": aligned, "antialias": True}
        found = look_of(op("interpolate", **keywords), (1, 1, 3, extent))
        if found is None:
            continue
        access, wanted = found
        assert isinstance(access, Taps)
        units = torch.eye(extent, dtype=torch.float64).reshape(extent, 1, 1, extent)
        image = units.expand(extent, 1, 3, extent)
        weighed = F.interpolate(image, **keywords)[:, 0, 0]  # type: ignore[arg-type]
        read = [set(row.nonzero().flatten().tolist()) for row in weighed.T.abs() > 1e-12]
        for position in range(wanted):
            places = said(access, position)
            if places <= set(range(extent)):
                assert read[position] <= places, (keywords, extent, position)
                assert {min(places), max(places)} <= read[position], (keywords, extent, position)
                seen += 1
    assert seen > 1_000


@pytest.mark.parametrize(
    ("mode", "rank"),
    [("linear", 3), ("bilinear", 4), ("bicubic", 4), ("trilinear", 5), ("area", 3), ("area", 4)],
)
def test_the_elements_that_are_weighed(mode: str, rank: int) -> None:
    seen = 0
    for (made, keywords), extent in product(ops_of(mode, rank), (*range(1, 14), 33)):
        shape = (1, 1, *OTHERS[rank][0], extent)
        found = look_of(made, shape)
        if found is None:
            continue
        access, wanted = found
        units = torch.eye(extent, dtype=torch.float64).reshape(
            extent, 1, *(1,) * (rank - 3), extent
        )
        image = units.expand(extent, *shape[1:])
        weighed = F.interpolate(image, **keywords).flatten(1, -2)[:, 0]  # type: ignore[arg-type]
        read = [set(row.nonzero().flatten().tolist()) for row in weighed.T.abs() > 1e-12]
        if isinstance(access, Whole):
            assert read == [set(range(extent))]
            continue
        assert isinstance(access, Taps)
        for position in range(wanted):
            places = said(access, position)
            if places <= set(range(extent)):  # at the border the edge is read again
                assert read[position] == places, (keywords, shape, position)
                seen += 1
    assert seen > 5_000


@pytest.mark.parametrize("mode", ["nearest", "nearest-exact", "linear", "area"])
def test_more_elements_than_torch_counts_are_given_up(mode: str) -> None:
    # So many that no float of 32 bits is as large.
    for extent, wanted in ((2**131, 2), (2, 2**131)):
        read = sampled(2, extent, wanted, None, mode)
        assert not isinstance(read, Taps) or set(read.taps) == {None}
