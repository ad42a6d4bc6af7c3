"""Which layouts in memory an op takes is what torch takes: views that are cut, turned, expanded."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from op_performer import types_of
from torch import Tensor, nn

from archc.testing.op_arguments import make_op
from archir.catalogue.registry import ops
from archir.memory.storage import Storage
from archir.memory.storage import Tensor as Taped
from archir.memory.strides import dense
from archir.memory.trace import MemoryTrace
from archir.shapes.conditions import Check

OPS = {
    "local_response_norm": ((1, 2, 3), nn.LocalResponseNorm, (3, 6)),
    "pixel_shuffle": ((1,), nn.PixelShuffle, (4, 6)),
    "pixel_unshuffle": ((1,), nn.PixelUnshuffle, (4, 6)),
}
"""Arguments, torch's module, and the ranks of what flows in."""


@st.composite
def views(draw: st.DrawFn, least: int, most: int) -> Tensor:
    """A view of a contiguous tensor whose extents are often 1."""
    rank = draw(st.integers(least, most))
    made = torch.rand(draw(st.lists(st.sampled_from([1, 1, 2, 3]), min_size=rank, max_size=rank)))
    for kind in draw(st.lists(st.sampled_from(["permute", "last", "cut", "expand"]), max_size=3)):
        dim = draw(st.integers(0, rank - 1))
        if kind == "permute":
            made = made.permute(draw(st.permutations(range(rank))))
        elif kind == "last":
            made = made.permute(0, rank - 1, *range(1, rank - 1))
        elif kind == "cut":
            begin = draw(st.integers(0, made.shape[dim] - 1))
            made = made.narrow(dim, begin, draw(st.integers(1, made.shape[dim] - begin)))
        elif made.shape[dim] == 1:
            extents = [-1] * rank
            extents[dim] = draw(st.integers(1, 3))
            made = made.expand(extents)
    return made


@pytest.mark.parametrize("keyword", OPS)
def test_layouts(keyword: str) -> None:
    arguments, torch_module, ranks = OPS[keyword]
    refused = 0

    @settings(max_examples=1_000)
    @given(views(*ranks), st.sampled_from(arguments))
    def agree(given: Tensor, argument: int) -> None:
        nonlocal refused
        shape = tuple(given.shape)
        try:
            torch_module(argument)(given)
            refusals = []
        except RuntimeError:
            refusals = ["layout"]
            refused += 1
        op = make_op(ops()[keyword], (argument,), {})
        assert not isinstance(op, tuple)
        outputs = op.infer(types_of(shape), Check({}))
        assert outputs is not None
        trace = MemoryTrace(training=False, recording=False)
        storage = Storage(0, 4 * given.numel(), "value", grad=False)
        op.allocate(trace, (Taped(storage, shape, given.stride(), "float32"),), outputs)
        assert [refusal for _, refusal, _ in trace.refusals] == refusals

    agree()
    assert refused


def laid(shape: list[int], draw: st.DrawFn) -> Tensor:
    """A tensor of a shape, laid out as a view of another may be, perhaps with elements repeated."""
    order = draw(st.permutations(range(len(shape))))
    within = [shape[dim] for dim in order]
    cut = [extent + draw(st.sampled_from([0, 0, 0, 1])) for extent in within]
    made = torch.rand(cut)[tuple(slice(0, extent) for extent in within)]
    return made.permute([order.index(dim) for dim in range(len(shape))])


@st.composite
def operands(draw: st.DrawFn) -> tuple[Tensor, ...]:
    """One to three tensors of a shape, of which 1 is a frequent extent."""
    shape = draw(st.lists(st.sampled_from([1, 1, 2, 3]), min_size=1, max_size=5))
    return tuple(laid(shape, draw) for _ in range(draw(st.integers(1, 3))))


@settings(max_examples=1_000)
@given(operands())
def test_what_is_made_element_by_element_lies_as_torch_has_it(given: tuple[Tensor, ...]) -> None:
    if len(given) == 1:
        made = nn.functional.elu(given[0])
    elif len(given) == 2:
        made = given[0] + given[1]
    else:
        made = torch.addcmul(*given)
    strides = dense(tuple(made.shape), *(each.stride() for each in given))
    assert strides == made.stride()
