"""Scores without training: what their papers define, worked out by hand."""

from __future__ import annotations

import math
from itertools import product

import pytest
import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn

import archc


@pytest.fixture(scope="module")
def batch() -> tuple[Tensor, Tensor]:
    """Sixteen digits and their classes."""
    found = load_digits()
    images = torch.tensor(found.images[:16], dtype=torch.float32).unsqueeze(1) / 16
    return images, torch.tensor(found.target[:16], dtype=torch.long)


def convnet(bias: bool = False) -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, bias=bias), nn.ReLU(), nn.Conv2d(4, 6, 3, bias=bias), nn.ReLU(),
        nn.Flatten(), nn.Linear(96, 10, bias=bias),
    )  # fmt: skip


def test_synflow_of_two_layers_by_hand() -> None:
    net = nn.Sequential(nn.Linear(2, 2, bias=False), nn.ReLU(), nn.Linear(2, 1, bias=False))
    with torch.no_grad():
        first, second = net.parameters()
        first.copy_(torch.tensor([[1.0, -2.0], [3.0, 4.0]]))
        second.copy_(torch.tensor([[-5.0, 6.0]]))
    # R = 5 (1 + 2) + 6 (3 + 4) = 57, and each of the layers carries all of it.
    assert archc.synflow(net, torch.zeros(1, 2)) == 2 * 57


def test_synflow_is_conserved(batch: tuple[Tensor, Tensor]) -> None:
    """Theorem 1 of the paper: without biases each layer's scores sum up to the whole flow."""
    net = convnet()
    whole = archc.synflow(net, batch[0][:1])
    positive = convnet().double()
    with torch.no_grad():
        for each in positive.parameters():
            each.abs_()
        flow = float(positive(torch.ones(1, 1, 8, 8, dtype=torch.float64)).sum())
    assert whole == pytest.approx(3 * flow)
    assert archc.synflow(net, batch[0][:1] * 7) == whole


def test_naswot_counts_units_that_agree(batch: tuple[Tensor, Tensor]) -> None:
    net, (images, _) = convnet(bias=True), batch
    with torch.no_grad():
        first = net[0](images)
        codes = [first > 0, net[2](first.relu()) > 0]
    rows = torch.cat([code.flatten(1) for code in codes], 1)
    kernel = torch.zeros(16, 16, dtype=torch.float64)
    for one, two in product(range(16), repeat=2):
        kernel[one, two] = rows.shape[1] - int((rows[one] != rows[two]).sum())  # Hamming
    assert archc.naswot(net, images) == pytest.approx(float(torch.logdet(kernel)))
    assert archc.naswot(net, images[:1].repeat(2, 1, 1, 1)) == -math.inf
    with pytest.raises(ValueError, match="no rectifier"):
        archc.naswot(nn.Linear(8, 2), images)


def test_gradient_norm_is_that_of_a_backward_pass(batch: tuple[Tensor, Tensor]) -> None:
    net = convnet(bias=True)
    nn.functional.cross_entropy(net(batch[0]), batch[1]).backward()  # type: ignore[no-untyped-call]
    norms = [
        float((each.grad**2).sum().sqrt()) for each in net.parameters() if each.grad is not None
    ]
    assert len(norms) == 6
    assert archc.gradient_norm(convnet(bias=True), *batch) == pytest.approx(sum(norms))


def test_the_network_stays_as_it_was(batch: tuple[Tensor, Tensor]) -> None:
    text = """model net() {
      input image: [N, 1, H = 8, W = 8]
      conv(4, 3) -> batch_norm -> relu -> dropout -> global_avg_pool -> linear(10)
    }"""
    net = archc.loads(text).eval()
    before = {key: value.clone() for key, value in net.state_dict().items()}
    scores = [archc.synflow(net, batch[0]), archc.naswot(net, batch[0])]
    scores.append(archc.gradient_norm(net, *batch))
    assert all(map(math.isfinite, scores))
    for key, value in net.state_dict().items():
        assert value.dtype == before[key].dtype
        assert torch.equal(value, before[key]), key
    assert not net.training
    assert all(each.grad is None for each in net.parameters())
    assert not any(each._forward_hooks for each in net.modules())
