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
from op_performer import Case, Typed, all_ours, build, drawn, op, types_of
from test_modules_agree import CASES, name

from archir.op.contract import Op
from archir.op.dependence import AxisAccess, Edge, Folded, Taps, Whole
from archir.shapes.types import TensorType

Index = tuple[int, ...]


SATURATED = ("multihead_attention", "lstm", "gru", "rnn")
"""Ops whose softmax or sigmoid is 0 or 1 where what goes in is large."""

Values = tuple[torch.Tensor, ...]


def run(made: Op, shapes: tuple[Index, ...]) -> tuple[Any, list[Values]]:
    """The op on torch in evaluation, and values to try it on: floats are positive and different.

    Of integers and truths there are three: all 0, all 1, and mixed.
    """
    torch.manual_seed(0)
    function = build(made, types_of(*shapes))
    if isinstance(function, torch.nn.Module):
        function = function.eval().double()
        for parameter in function.parameters():
            parameter.data.uniform_(0.5, 1.5)
            if made.keyword in SATURATED:
                parameter.data.div_(parameter.shape[-1])
    floats = [torch.rand(shape, dtype=torch.float64) + 1 for shape in shapes]
    mixed = [
        drawn(shape) if isinstance(shape, Typed) else value
        for shape, value in zip(shapes, floats, strict=True)
    ]
    bases = [mixed]
    if any(isinstance(shape, Typed) for shape in shapes):
        bases += [
            [value if value.is_floating_point() else fill(value) for value in mixed]
            for fill in (torch.zeros_like, torch.ones_like)
        ]
    return function, [tuple(each) for each in bases]


def outputs_of(function: Any, values: Values) -> tuple[torch.Tensor, ...]:
    torch.manual_seed(1)  # some draw what they give
    with torch.no_grad():
        found = function(*(value.clone() for value in values))  # some work in place
    return tuple(found) if isinstance(found, tuple | list) else (found,)


def changes(
    function: Any, bases: list[Values], source: int
) -> Iterator[tuple[Index, list[torch.Tensor]]]:
    """For elements of one input, where the outputs change with them: all places, few channels."""
    befores = [outputs_of(function, values) for values in bases]
    shape = bases[0][source].shape
    small = prod(shape) <= 100
    few = [
        range(extent) if small else (range(1), (0, shape[1] - 1))[dim]
        for dim, extent in enumerate(shape[:2])
    ]
    for element in product(*few, *map(range, shape[2:])):
        masks = [torch.zeros(each.shape, dtype=torch.bool) for each in befores[0]]
        for values, before in zip(bases, befores, strict=True):
            for changed in changed_at(values[source], element):
                after = outputs_of(function, (*values[:source], changed, *values[source + 1 :]))
                for mask, one, other in zip(masks, before, after, strict=True):
                    # More than rounding makes.
                    mask |= (one.double() - other.double()).abs() > 1e-9
        yield element, masks


def changed_at(value: torch.Tensor, element: Index) -> Iterator[torch.Tensor]:
    """The value with one element changed, in several ways."""
    if not value.is_floating_point():
        changed = value.clone()
        changed[element] = 1 - int(changed[element])
        yield changed
        return
    for change in (1e3, -0.75, -9) if value.dim() < 5 else (1234.5,):
        changed = value.clone()
        changed[element] += change
        yield changed


def read_at(access: Taps, position: int) -> set[int]:
    block, place = divmod(position, len(access.taps))
    tap = access.taps[place]
    if tap is None:
        return set()
    first, count, spacing = tap
    return {block * access.shift + first + n * spacing for n in range(count)}


def hold(made: Op, shapes: tuple[Index, ...]) -> int:
    """Assert that the accesses are right; at how many places that could be seen."""
    types = types_of(*shapes)
    outputs = all_ours(made, types)
    assert outputs is not None
    function, bases = run(made, shapes)
    seen = 0
    for source in range(1 if made.takes() == "one" else len(types)):
        found = list(changes(function, bases, source))
        for target in range(len(outputs)):
            accesses = made.dependence(Edge(types, outputs, source, target))
            assert accesses is not None, "every op says what it reads"
            assert len(accesses) == types[source].rank
            pairs = [(element, masks[target]) for element, masks in found]
            if source and getattr(made, "padding", 0):
                # At the border some of a window that flows in meets padding.
                inner = (slice(None), slice(None), *[slice(1, -1)] * (outputs[target].rank - 2))
                pairs = [(element, mask[inner]) for element, mask in pairs]
            for dim, access in enumerate(accesses):
                # The first query of a causal attention has one key, whatever it is.
                first = int(getattr(made, "is_causal", False) and source == 0)
                seen += agree(access, dim, pairs, types[source], outputs[target], first)
    return seen


def agree(
    access: AxisAccess,
    dim: int,
    pairs: list[tuple[Index, torch.Tensor]],
    given: TensorType,
    made: TensorType,
    first: int = 0,
) -> int:
    extent = given.shape[dim]
    assert isinstance(extent, int)
    if isinstance(access, Folded) and access.dim is None and access.extents == ():
        assert all(element[dim] == access.position for element, mask in pairs if mask.any())
        return 1
    if isinstance(access, Whole) and dim > 1:
        # Each element that depends on anything depends on every place.
        touched: dict[int, torch.Tensor] = {}
        for element, mask in pairs:
            touched[element[dim]] = touched.get(element[dim], torch.zeros_like(mask)) | mask
        assert all(torch.equal(mask, touched[0]) for mask in touched.values())
        return extent
    if not isinstance(access, Taps):
        return 0
    read: dict[int, set[int]] = defaultdict(set)
    for element, mask in pairs:
        rows = mask.movedim(access.dim, 0).reshape(mask.shape[access.dim], -1).any(1)
        for position in rows.nonzero().flatten().tolist():
            read[position].add(element[dim])
    seen = 0
    wanted = made.shape[access.dim]
    assert isinstance(wanted, int)
    for position in range(first, wanted):
        said = read_at(access, position)
        if not said <= set(range(extent)):
            continue  # at the border padding comes in
        seen += 1
        if access.whole:
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
