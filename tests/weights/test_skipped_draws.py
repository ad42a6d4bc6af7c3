"""Construction without draws: where weights replace all of them, and on the device meta."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import archc
from archc import pipeline
from archc.api.functions import read

INITIALISED = archc.Source(
    "net.arch",
    """model net() {
  input x: [N, 8]
  param scale: [8] = normal(std = 2)
  buffer table: [4] = uniform
  a: linear(8) with weight = orthogonal
  b: linear(4)
  c: batch_norm
  init { linear.bias: uniform(a = 1, b = 2) }
}""",
)


@pytest.mark.parametrize("name", ["resnet18", "vit_b_16", "densenet121", "lstm_classifier"])
def test_a_model_whose_weights_are_loaded_draws_none(name: str) -> None:
    state = archc.load(name).state_dict()
    before = torch.get_rng_state()
    net = archc.load(name, weights=state)
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(net.state_dict()[key], tensor) for key, tensor in state.items())


def test_what_a_file_leaves_is_drawn_as_without_it() -> None:
    """A head that keeps its initial weights has those of the seed, whatever is loaded beside."""
    state = archc.load("resnet18").state_dict()
    torch.manual_seed(3)
    plain = archc.load("resnet18", num_classes=5)
    torch.manual_seed(3)
    tuned = archc.load("resnet18", num_classes=5, weights=state, weights_match="backbone")
    assert torch.equal(plain.get_parameter("fc.weight"), tuned.get_parameter("fc.weight"))


def test_buffers_are_filled_and_parameters_left() -> None:
    source, path, _ = read(INITIALISED)
    typed, found = pipeline.compile_source(source, path)
    assert typed is not None, list(found)
    torch.manual_seed(0)
    net = pipeline.module(typed, is_filled=True)
    table = net.get_buffer("table")
    assert bool(((table > 0) & (table < 1)).all()) and len(set(table.tolist())) == 4
    assert isinstance(net.get_parameter("a.weight"), nn.Parameter)


def test_the_device_meta_has_shapes_alone() -> None:
    plain = archc.load("resnet152")
    before = torch.get_rng_state()
    net = archc.load("resnet152", device="meta")
    assert torch.equal(torch.get_rng_state(), before)
    assert all(tensor.is_meta for tensor in net.state_dict().values())
    assert {key: (t.shape, t.dtype) for key, t in net.state_dict().items()} == {
        key: (t.shape, t.dtype) for key, t in plain.state_dict().items()
    }
    with torch.device("meta"):
        assert net(torch.empty(2, 3, 64, 64)).shape == (2, 1000)


def test_weights_have_no_place_on_meta() -> None:
    with pytest.raises(ValueError, match="holds no numbers"):
        archc.load("resnet18", device="meta", weights={})
