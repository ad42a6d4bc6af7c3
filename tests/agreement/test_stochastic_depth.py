"""``stochastic_depth`` draws and scales as torchvision's module does, live and printed."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torchvision.ops import StochasticDepth

import archc

SHAPES = {"[N, 8]": (6, 8), "[N, 4, H = 5, W = 3]": (6, 4, 5, 3)}


def text(p: float, mode: str, shape: str) -> str:
    return f'model m() {{\n  input x: {shape}\n  stochastic_depth({p}, mode = "{mode}")\n}}\n'


def outcome(model: nn.Module, start: Tensor, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """The output, its gradient, and the number that is drawn next."""
    x = start.clone().requires_grad_()
    torch.manual_seed(seed)
    output = model(x)
    following = torch.rand(3)
    (output * torch.arange(output.numel()).view_as(output)).sum().backward()
    assert x.grad is not None
    return output.detach(), x.grad, following


@pytest.mark.parametrize(("p", "mode"), [*product((0, 0.1, 0.5, 1.0), ("row", "batch"))])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("training", [False, True])
def test_it_is_torchvisions(p: float, mode: str, shape: str, training: bool) -> None:
    source = archc.Source("m.arch", text(p, mode, shape))
    names: dict[str, Any] = {"__name__": "printed"}
    exec(compile(archc.source(source), "<printed>", "exec"), names)
    theirs = StochasticDepth(p, mode).train(training)
    start = torch.randn(SHAPES[shape])
    for model in (archc.loads(source.text), names["M"]()):
        model.train(training)
        for seed in range(5):
            for ours, expected in zip(
                outcome(model, start, seed), outcome(theirs, start, seed), strict=True
            ):
                assert torch.equal(ours, expected)


def test_rows_are_dropped_apart_and_batches_together() -> None:
    """Of 2000 examples about 30 in 100 go; what is kept is scaled by 1 / 0.7."""
    torch.manual_seed(0)
    rows = archc.loads(text(0.3, "row", "[N, 8]")).train()(torch.ones(2000, 8))
    assert set(rows.unique().tolist()) == {0.0, torch.tensor(1 / 0.7).item()}
    assert torch.equal(rows.amin(1), rows.amax(1))
    assert 500 < (rows[:, 0] == 0).sum() < 700
    batch = archc.loads(text(0.3, "batch", "[N, 8]")).train()
    drawn = {tuple(batch(torch.ones(5, 8)).unique().tolist()) for _ in range(40)}
    assert drawn == {(0.0,), (torch.tensor(1 / 0.7).item(),)}
