"""Live modules do what torch and its users do with modules."""

from __future__ import annotations

import copy
import gc
import io
import pickle
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from tests.live.conftest import Build

TEXT = """
block Basic(width) {
  residual {
    conv1: conv(width, 3, padding = 1, bias = false) -> bn1: batch_norm -> relu
  } shortcut {
    downsample: { conv(width, 1, bias = false) -> batch_norm } if _.channels != width
  }
  relu
}
model net() {
  input image: [N, 3, H = 8, W = 8]
  stem: { conv(4, 3, padding = 1) -> relu }
  param scale: [1, 4, 1, 1] = ones
  multiply [_, scale] as scaled
  train_only { aux: { conv(2, 1) } as hint }
  layer1: { Basic(4) -> Basic(6) }
  concat [_, scaled] -> dropout(0.5)
  head: conv(5, 1) as logits
  output logits = logits
  output hint = hint when training
}
"""


@pytest.fixture
def net(build: Build) -> nn.Module:
    return build(TEXT).eval()


@pytest.fixture
def image() -> Tensor:
    return torch.randn(2, 3, 8, 8)


def test_copies_are_independent(net: nn.Module, image: Tensor) -> None:
    twin = copy.deepcopy(net)
    before = net(image)
    assert torch.equal(twin(image), before)
    with torch.no_grad():
        twin.get_parameter("head.weight").zero_()
    assert torch.equal(net(image), before)
    assert not torch.equal(twin(image), before)


def test_modules_and_outputs_can_be_pickled(net: nn.Module, image: Tensor) -> None:
    loaded = pickle.loads(pickle.dumps(net))
    assert torch.equal(loaded(image), net(image))
    assert repr(loaded) == repr(net)
    out = net.train()(image)
    again = pickle.loads(pickle.dumps(out))
    assert type(again) is type(out)
    assert torch.equal(again.hint, out.hint)
    assert loaded.train()(image)._fields == ("logits", "hint")


def test_a_saved_module_can_be_loaded(net: nn.Module, image: Tensor) -> None:
    file = io.BytesIO()
    torch.save(net, file)
    file.seek(0)
    assert torch.equal(torch.load(file, weights_only=False)(image), net(image))


def test_a_state_dict_round_trip(build: Build, net: nn.Module, image: Tensor) -> None:
    other = build(TEXT, seed=5).eval()
    assert not torch.equal(other(image), net(image))
    other.load_state_dict(net.state_dict(), strict=True)
    assert torch.equal(other(image), net(image))


def test_another_dtype(net: nn.Module, image: Tensor) -> None:
    assert net.double()(image.double()).dtype == torch.float64


def test_the_meta_device(build: Build) -> None:
    with torch.device("meta"):
        net = build(TEXT).eval()
    assert {p.device.type for p in net.parameters()} == {"meta"}
    assert net(torch.empty(2, 3, 8, 8, device="meta")).shape == (2, 5, 8, 8)


def test_every_module_that_runs_is_called(net: nn.Module, image: Tensor) -> None:
    called: list[str] = []
    for name, module in net.named_modules():
        module.register_forward_hook(lambda *_, name=name: called.append(name))
    net(image)
    assert called == [
        "stem.0",
        "stem.1",
        "stem",
        "layer1.0.conv1",
        "layer1.0.bn1",
        "layer1.0.relu",
        "layer1.0.relu_2",
        "layer1.0",
        "layer1.1.conv1",
        "layer1.1.bn1",
        "layer1.1.relu",
        "layer1.1.downsample.0",
        "layer1.1.downsample.1",
        "layer1.1.downsample",
        "layer1.1.relu_2",
        "layer1.1",
        "layer1",
        "dropout",
        "head",
        "",
    ]


@pytest.mark.parametrize("backend", ["eager", "aot_eager"])
@pytest.mark.parametrize("training", [False, True])
def test_it_compiles_without_a_break(
    net: nn.Module, image: Tensor, backend: str, training: bool
) -> None:
    net.train(training)
    compiled = torch.compile(net, backend=backend, fullgraph=True)
    torch.manual_seed(1)
    expected = net(image)
    torch.manual_seed(1)
    got = compiled(image)
    if training:
        assert got._fields == expected._fields
        assert torch.equal(got.hint, expected.hint)
    else:
        assert torch.equal(got, expected)


@pytest.mark.parametrize("strict", [False, True])
def test_it_exports(net: nn.Module, image: Tensor, strict: bool) -> None:
    batch = torch.export.Dim("batch", min=1, max=64)
    program = torch.export.export(net, (image,), dynamic_shapes=({0: batch},), strict=strict)
    several = torch.randn(5, 3, 8, 8)
    assert torch.equal(program.module()(several), net(several))


def test_it_can_be_traced_symbolically(net: nn.Module, image: Tensor) -> None:
    traced = torch.fx.symbolic_trace(net)
    assert torch.equal(traced(image), net(image))
    targets = [node.target for node in traced.graph.nodes if node.op == "call_module"]
    assert targets[:3] == ["stem.0", "stem.1", "layer1.0.conv1"]


def test_values_are_freed_after_their_last_use(build: Build) -> None:
    net = build(
        """model net() {
          input x: [N, 3, H = 4, W = 4]
          a: conv(3, 1) as kept
          b: conv(3, 1) -> c: conv(3, 1) -> d: conv(3, 1)
          add [_, kept]
          e: conv(3, 1)
        }"""
    )
    outputs: dict[str, weakref.ref[Tensor]] = {}
    alive: dict[str, list[str]] = {}

    def watch(name: str) -> tuple[Callable[..., None], Callable[..., None]]:
        def before(_module: nn.Module, _inputs: tuple[Tensor, ...]) -> None:
            gc.collect()
            alive[name] = [key for key, ref in outputs.items() if ref() is not None]

        def after(_module: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> None:
            outputs[name] = weakref.ref(output)

        return before, after

    for name, child in net.named_children():
        before, after = watch(name)
        child.register_forward_pre_hook(before)
        child.register_forward_hook(after)
    with torch.no_grad():
        net.eval()(torch.randn(1, 3, 4, 4))
    assert alive == {"a": [], "b": ["a"], "c": ["a", "b"], "d": ["a", "c"], "e": []}


def test_a_model_holds_no_state_between_runs(net: nn.Module, image: Tensor) -> None:
    first = net(image)
    net(torch.randn(1, 3, 8, 8))
    assert torch.equal(net(image), first)
