"""What each op says that it reads is what torch reads: the input is changed bit by bit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from math import prod
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from op_performer import Case, all_ours, build, op, types_of
from test_modules_agree import CASES, name

from archir.op import Op
from archir.reach import Folded, Look, Taps, Whole, Wire
from archir.types import TensorType

Index = tuple[int, ...]


def run(made: Op, shapes: tuple[Index, ...]) -> tuple[Any, tuple[torch.Tensor, ...]]:
    """The op on torch in evaluation, and values to try it on, all positive and different."""
    torch.manual_seed(0)
    function = build(made, types_of(*shapes))
    if isinstance(function, torch.nn.Module):
        function = function.eval().double()
        for parameter in function.parameters():
            parameter.data.uniform_(0.5, 1.5)
    return function, tuple(torch.rand(shape, dtype=torch.float64) + 1 for shape in shapes)


def outputs_of(function: Any, values: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
    with torch.no_grad():
        found = function(*(value.clone() for value in values))  # some work in place
    return tuple(found) if isinstance(found, tuple | list) else (found,)


def changes(
    function: Any, values: tuple[torch.Tensor, ...], source: int
) -> Iterator[tuple[Index, list[torch.Tensor]]]:
    """For elements of one input, where the outputs change with them: all places, few channels."""
    before = outputs_of(function, values)
    shape = values[source].shape
    small = prod(shape) <= 100
    few = [
        range(extent) if small else (range(1), (0, shape[1] - 1))[dim]
        for dim, extent in enumerate(shape[:2])
    ]
    for element in product(*few, *map(range, shape[2:])):
        masks = [torch.zeros(each.shape, dtype=torch.bool) for each in before]
        for change in (1e3, -0.75) if len(shape) < 5 else (1e3,):
            changed = values[source].clone()
            changed[element] += change
            others = (*values[:source], changed, *values[source + 1 :])
            after = outputs_of(function, others)
            for mask, one, other in zip(masks, before, after, strict=True):
                mask |= (one - other).abs() > 1e-9  # more than rounding makes
        yield element, masks


def read_at(look: Taps, position: int) -> set[int]:
    block, place = divmod(position, len(look.taps))
    tap = look.taps[place]
    if tap is None:
        return set()
    first, count, spacing = tap
    return {block * look.shift + first + n * spacing for n in range(count)}


def hold(made: Op, shapes: tuple[Index, ...]) -> int:
    """Assert that the looks are right; at how many places that could be seen."""
    types = types_of(*shapes)
    outputs = all_ours(made, types)
    assert outputs is not None
    function, values = run(made, shapes)
    seen = 0
    for source in range(1 if made.takes() == "one" else len(types)):
        found = list(changes(function, values, source))
        for target in range(len(outputs)):
            looks = made.reach(Wire(types, outputs, source, target))
            assert looks is not None, "every op says what it reads"
            assert len(looks) == types[source].rank
            pairs = [(element, masks[target]) for element, masks in found]
            for dim, look in enumerate(looks):
                seen += agree(look, dim, pairs, types[source], outputs[target])
    return seen


def agree(
    look: Look,
    dim: int,
    pairs: list[tuple[Index, torch.Tensor]],
    given: TensorType,
    made: TensorType,
) -> int:
    extent = given.shape[dim]
    assert isinstance(extent, int)
    if isinstance(look, Folded) and look.dim is None and look.extents == ():
        assert all(element[dim] == look.position for element, mask in pairs if mask.any())
        return 1
    if isinstance(look, Whole) and dim > 1:
        # Each element that depends on anything depends on every place.
        touched: dict[int, torch.Tensor] = {}
        for element, mask in pairs:
            touched[element[dim]] = touched.get(element[dim], torch.zeros_like(mask)) | mask
        assert all(torch.equal(mask, touched[0]) for mask in touched.values())
        return extent
    if not isinstance(look, Taps):
        return 0
    read: dict[int, set[int]] = defaultdict(set)
    for element, mask in pairs:
        rows = mask.movedim(look.dim, 0).reshape(mask.shape[look.dim], -1).any(1)
        for position in rows.nonzero().flatten().tolist():
            read[position].add(element[dim])
    seen = 0
    wanted = made.shape[look.dim]
    assert isinstance(wanted, int)
    for position in range(wanted):
        said = read_at(look, position)
        if not said <= set(range(extent)):
            continue  # at the border padding comes in
        seen += 1
        if look.whole:
            assert dim < 2 or read[position] in (set(range(extent)), said)
        elif dim < 2:
            assert read[position] <= said
        else:
            assert read[position] == said, f"{position} reads {read[position]}, not {said}"
    return seen


@pytest.mark.parametrize("case", CASES, ids=name)
def test_every_op_reads_what_it_says(case: Case) -> None:
    made, shapes = case
    hold(made, shapes)


@settings(max_examples=60)
@given(
    st.integers(1, 5), st.integers(1, 4), st.integers(0, 3), st.integers(1, 4), st.integers(0, 3)
)  # fmt: skip
def test_transposed_convolutions(
    kernel: int, stride: int, padding: int, dilation: int, extra: int
) -> None:
    extra = min(extra, max(stride, dilation) - 1)
    made = op("conv_transpose", 2, kernel, stride, padding, extra, 1, True, dilation)
    if all_ours(made, types_of((1, 2, 13))) is not None:
        assert hold(made, ((1, 2, 13),)) > 0


@settings(max_examples=30)
@given(st.integers(1, 12), st.integers(1, 20), st.sampled_from(("avg", "max")))
def test_adaptive_pools(wanted: int, extent: int, kind: str) -> None:
    assert hold(op(f"adaptive_{kind}_pool", wanted), ((1, 1, extent),)) > 0
