"""The plain parts of the library beside torchvision's, to the last bit."""

from __future__ import annotations

import pytest
import torch
from torchvision.ops import FrozenBatchNorm2d

import archc


@pytest.mark.parametrize("eps", [1e-5, 1e-3])
@pytest.mark.parametrize("training", [False, True])
def test_a_frozen_norm_is_torchvisions(eps: float, training: bool) -> None:
    """Its keys, its initial numbers, and what it gives, which is the same in training."""
    text = (
        "import std.blocks: FrozenBatchNorm\n"
        f"model m() {{\n  input x: [N, 6, H = 5, W = 4]\n  b: FrozenBatchNorm({eps})\n}}\n"
    )
    ours = archc.load(archc.Source("m.arch", text)).train(training)
    theirs = FrozenBatchNorm2d(6, eps)
    assert not list(ours.parameters())
    assert list(ours.state_dict()) == [f"b.{key}" for key in theirs.state_dict()]
    for mine, other in zip(ours.state_dict().values(), theirs.state_dict().values(), strict=True):
        assert torch.equal(mine, other)
    numbers = {key: torch.rand(6) + 0.1 for key in theirs.state_dict()}
    theirs.load_state_dict(numbers)
    ours.load_state_dict({f"b.{key}": value for key, value in numbers.items()})
    x = torch.randn(3, 6, 7, 2)
    assert torch.equal(ours(x), theirs(x))


@pytest.mark.parametrize("shape", [(5, 7), (2, 3, 4), (3, 1)])
def test_sparsemax_is_the_nearest_place_on_the_simplex(shape: tuple[int, ...]) -> None:
    """By halving for the threshold at which what is left over sums to 1."""
    given = ", ".join(f"D{at} = {size}" for at, size in enumerate(shape))
    text = f"import std.blocks: Sparsemax\nmodel m() {{\n  input x: [{given}]\n  Sparsemax\n}}\n"
    ours = archc.load(archc.Source("m.arch", text))
    x = torch.randn(shape, dtype=torch.float64).mul(2).float()
    low, high = x.double().amin(-1, keepdim=True) - 1, x.double().amax(-1, keepdim=True)
    for _ in range(60):
        middle = (low + high) / 2
        is_more = (x - middle).clamp(0).sum(-1, keepdim=True) > 1
        low, high = torch.where(is_more, middle, low), torch.where(is_more, high, middle)
    assert torch.allclose(ours(x).double(), (x - low).clamp(0), atol=1e-6)
