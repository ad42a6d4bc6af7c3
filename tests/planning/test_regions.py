"""Blocks that repeat are compiled once each, and compute what they computed."""

from __future__ import annotations

import copy
import pickle

import pytest
import torch
from torch._dynamo.testing import CompileCounter

import archc
from archc.api.functions import compiled
from archc.api.plans.compiling import compile_module

TEXT = """
block Unit(width, p = 0.0) {
  residual { layer_norm -> linear(2 * width) -> gelu -> linear(width) -> dropout(p) }
}

block Other(width) { linear(width) -> tanh }

block One(width) { linear(width) }

model net(depth = 5) {
  input x: [N, 12]
  embed: linear(16)
  units: repeat depth { Unit(16) }
  last: repeat 2 { Unit(16, p = 0.5) }
  Other(8)
  One(8) -> One(8)
}

model plain() { input x: [N, 12]; linear(3) }
"""
SOURCE = archc.Source("net.arch", TEXT.replace("; linear", "\n  linear"))


@pytest.mark.filterwarnings("ignore:The .grad attribute")  # torch looks while it compiles
def test_each_block_is_compiled_once_for_all_its_uses() -> None:
    torch.compiler.reset()
    torch.manual_seed(0)
    net = archc.load(SOURCE, "net")
    plain = copy.deepcopy(net)
    counter = CompileCounter()
    typed = compiled(archc.load, SOURCE, "net", None, {})
    # Unit stands there with two rates; Other is used once, and One has nothing to fuse.
    assert compile_module(net, typed, "regions", backend=counter) == 2
    inputs = torch.randn(4, 12)
    for module in (net, plain):
        torch.manual_seed(1)
        torch.autograd.backward(module(inputs).sum())
    assert counter.frame_count == 2
    assert list(net.state_dict()) == list(plain.state_dict())
    for one, other in zip(net.parameters(), plain.parameters(), strict=True):
        assert one.grad is not None and other.grad is not None
        assert torch.equal(one.grad, other.grad)
    again = pickle.loads(pickle.dumps(net)).eval()
    assert torch.equal(again(inputs), plain.eval()(inputs))
    assert counter.frame_count == 2


@pytest.mark.parametrize(
    ("name", "blocks"), [("resnet152", 8), ("gpt2", 1), ("convnext_tiny", 18 + 3)]
)
def test_distinct_blocks_of_examples(name: str, blocks: int) -> None:
    """Bottlenecks of four stages, the first of each apart; each rate of stochastic depth is one
    more, and so is each downsampling.
    """
    typed = compiled(archc.load, name, None, None, {})
    net = archc.load(name, device="meta")
    assert compile_module(net, typed, "regions") == blocks


def test_what_has_no_regions_says_so() -> None:
    with pytest.raises(archc.SettingError, match="plain repeats no block"):
        archc.load(SOURCE, "plain", compile="regions")
    with pytest.raises(archc.SettingError, match="no way to compile whole"):
        archc.load(SOURCE, "net", compile="whole")  # type: ignore[arg-type]
    compiled_one = archc.load(SOURCE, "net", compile="regions").get_submodule("units.0")
    assert type(compiled_one).__name__ == "CompiledNetwork"
