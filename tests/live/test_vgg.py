"""The eight VGGs of torchvision, against the compiled examples, bit for bit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import Tensor, nn
from torchvision import models

if TYPE_CHECKING:
    from tests.live.conftest import Build, EqualStates, ListEntries

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = [f"vgg{depth}{suffix}" for depth in (11, 13, 16, 19) for suffix in ("", "_bn")]
SEED = 2014


@pytest.mark.parametrize("name", NAMES)
def test_a_vgg_is_torchvisions(
    build: Build, entries: ListEntries, equal_states: EqualStates, name: str
) -> None:
    # One test a model, since most of the time goes into making 100 million weights.
    path = EXAMPLES / f"{name}.arch"
    ours = build(path.read_text(), seed=SEED, path=path)
    torch.manual_seed(SEED)
    theirs = getattr(models, name)(weights=None)

    # The same keys, and from one seed the same initial weights.
    assert entries(ours) == entries(theirs)
    assert equal_states(ours, theirs)
    assert type(ours.features) is type(ours.classifier) is nn.Sequential
    assert len(ours.features) == len(theirs.features)

    # With the same random weights, the same outputs.
    randomise(theirs)
    ours.load_state_dict(theirs.state_dict(), strict=True)
    images = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        expected = theirs.eval()(images)
        assert torch.equal(ours.eval()(images), expected)
    assert expected.isfinite().all()
    assert expected.std() > 0

    # In training, the same loss, gradients and running statistics.
    assert torch.equal(*[backward(net, images) for net in (ours, theirs)])
    for (key, mine), other in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        assert mine.grad is not None
        assert other.grad is not None
        assert torch.equal(mine.grad, other.grad), key
    assert equal_states(ours, theirs)


def randomise(net: nn.Module) -> None:
    """Random numbers in every parameter and running statistic, of a size that keeps signals."""
    torch.manual_seed(7)
    with torch.no_grad():
        for name, tensor in net.state_dict().items():
            if not tensor.is_floating_point():
                tensor.random_(0, 100)
            elif tensor.dim() > 1:
                bound = (6 / tensor[0].numel()) ** 0.5
                tensor.uniform_(-bound, bound)
            elif name.endswith(("var", "weight")):
                tensor.uniform_(0.5, 1.5)
            else:
                tensor.uniform_(-0.5, 0.5)


def backward(net: nn.Module, images: Tensor) -> Tensor:
    """One step in training mode, its dropout seeded."""
    torch.manual_seed(3)
    loss = nn.functional.cross_entropy(net.train()(images), torch.tensor([3, 5]))
    step: Any = loss.backward  # some releases of torch give it no types
    step()
    return loss


@pytest.mark.parametrize(("name", "count"), [("vgg_c", 133_638_952), ("vgg_a_lrn", 132_863_336)])
def test_the_papers_other_two(build: Build, name: str, count: int) -> None:
    path = EXAMPLES / f"{name}.arch"
    with torch.device("meta"):
        net = build(path.read_text(), path=path)
    assert sum(parameter.numel() for parameter in net.parameters()) == count
    assert net(torch.empty(1, 3, 224, 224, device="meta")).shape == (1, 1000)
