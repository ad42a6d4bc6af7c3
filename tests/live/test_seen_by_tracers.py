"""What watches a module run sees all of it: ``torch.jit.trace`` and ``torch.export``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import Tensor, nn

import archc

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*is deprecated:FutureWarning"),  # it is what many tools use
    pytest.mark.filterwarnings("ignore::torch.jit.TracerWarning"),
]

if TYPE_CHECKING:
    from tests.live.conftest import Build

TEXT = """
model net() {
  input image: [N, 4, H = 12, W = 16]
  slice(2, 0, min(H, W)) -> slice(3, 0, max(H - 3, W // 2)) -> conv(4, 3, padding = 1)
  pad_by([0, max(H, W) - min(H, W), 1, 0]) -> interpolate(size = [max(H // 2, 3), W])
  reshape(N, 4, -1) -> mean(1) as rows
  arange(min(H, 5)) -> cast("float") as numbers
  output rows = rows, numbers = numbers
}
"""

TEXTS: dict[str, tuple[Mapping[str, Any], tuple[int, ...]]] = {
    "gpt2": ({"vocabulary": 50, "width": 12, "layers": 2, "heads": 2, "places": 16}, (2, 8)),
    "swin": (
        {"embed_dim": 12, "depths": [2, 2], "num_heads": [2, 4], "window_size": 4},
        (2, 3, 49, 83),
    ),
}


def test_a_trace_has_the_sizes_that_are_worked_out(build: Build) -> None:
    """Of another input it makes what the module makes of it: nothing was taken for a number."""
    net = build(TEXT).eval()
    with torch.no_grad():
        traced = torch.jit.trace(net, (torch.randn(2, 4, 12, 16),))  # type: ignore[no-untyped-call]
        for size in ((2, 4, 12, 16), (1, 4, 9, 20), (3, 4, 20, 9)):
            image = torch.randn(size)
            assert all(map(torch.equal, traced(image), net(image)))


@pytest.mark.parametrize("name", TEXTS)
def test_an_example_is_traced_and_exported(name: str) -> None:
    settings, shape = TEXTS[name]
    torch.manual_seed(0)
    net: nn.Module = archc.load(name, settings=settings).eval()
    given: Tensor = torch.randint(0, 50, shape) if len(shape) == 2 else torch.randn(shape)
    with torch.no_grad():
        expected = net(given)
        traced = torch.jit.trace(net, (given,))  # type: ignore[no-untyped-call]
        assert torch.equal(traced(given), expected)
        assert torch.equal(torch.export.export(net, (given,)).module()(given), expected)
