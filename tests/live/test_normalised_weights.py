"""Weights that are made of other parameters: torch's own parametrizations, live and printed."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm, weight_norm
from torch.nn.utils.parametrize import is_parametrized

from archc import Source, check, loads, source, summary
from archc.pages.vocabulary import word
from archc.testing.agreement.measure import saved_bytes
from archc.testing.agreement.ours import built

CRITIC = """
## The discriminator of Miyato et al. (2018), table 3 (b), and the same without normalisation.
model critic(width = 8, made: init = spectral_norm) {
  input image: [N, 3, H = 16, W = 16]
  for w in [width, 2 * width] {
    conv(w, 3, padding = 1) with weight = made -> leaky_relu(0.1)
    conv(w, 4, stride = 2, padding = 1) with weight = made -> leaky_relu(0.1)
  }
  flatten -> linear(1) with weight = made
  init {
    conv.weight: normal(std = 0.02)
    conv.bias: uniform(b = 1 / fan_in)
  }
}

model plain = critic(made = none)
"""
MIXED = """
block Unit(width, made: init) {
  residual { conv1: conv(width, 3, padding = 1) with weight = made -> relu }
}

model mixed() {
  input x: [N, 4, L = 10]
  one: Unit(4, weight_norm)
  two: Unit(4, weight_norm)
  three: Unit(4, spectral_norm(n_power_iterations = 3, eps = 1e-6))
  four: Unit(4, none)
  up: conv_transpose(6, 3) with weight = spectral_norm
  wide: depthwise(3) with weight = weight_norm(dim = -1)
  module shared = linear(10) with weight = weight_norm(dim = 1) with bias = zeros
  shared -> relu -> shared
  last: linear(3) with weight = normal(std = 0.5) with weight = weight_norm
  init { conv.weight: kaiming_normal(mode = "fan_out") }
}
"""


def put(module: Any, drawn: Tensor) -> None:
    """Give a layer a weight, whatever it is made of; to read one betters spectral_norm's guess."""
    if not is_parametrized(module):
        module.weight = nn.Parameter(drawn)
    elif hasattr(module.parametrizations.weight, "original"):
        module.parametrizations.weight.original.data.copy_(drawn)
    else:
        module.weight = drawn


class Critic(nn.Sequential):
    def __init__(self, width: int = 8) -> None:
        layers: list[nn.Module] = []
        before = 3
        for w in (width, 2 * width):
            layers += [spectral_norm(nn.Conv2d(before, w, 3, padding=1)), nn.LeakyReLU(0.1)]
            layers += [spectral_norm(nn.Conv2d(w, w, 4, 2, 1)), nn.LeakyReLU(0.1)]
            before = w
        super().__init__(*layers, nn.Flatten(), spectral_norm(nn.Linear(32 * width, 1)))
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                assert module.bias is not None
                k = module.kernel_size[0]
                shape = (module.out_channels, module.in_channels, k, k)
                put(module, nn.init.normal_(torch.empty(shape), std=0.02))
                nn.init.uniform_(module.bias, b=1 / (shape[1] * k * k))


class Unit(nn.Module):
    def __init__(self, conv: nn.Module) -> None:
        super().__init__()
        self.conv1 = conv

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.conv1(x)) + x


class Mixed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.one = Unit(weight_norm(nn.Conv1d(4, 4, 3, padding=1)))
        self.two = Unit(weight_norm(nn.Conv1d(4, 4, 3, padding=1)))
        three = nn.Conv1d(4, 4, 3, padding=1)
        self.three = Unit(spectral_norm(three, n_power_iterations=3, eps=1e-6))
        self.four = Unit(nn.Conv1d(4, 4, 3, padding=1))
        self.up = spectral_norm(nn.ConvTranspose1d(4, 6, 3))
        self.wide = weight_norm(nn.Conv1d(6, 6, 3, groups=6), dim=-1)
        self.shared = weight_norm(nn.Linear(10, 10), dim=1)
        self.last = weight_norm(nn.Linear(10, 3))
        nn.init.zeros_(self.shared.bias)
        for module in self.modules():  # in this order, as a pass over the network draws
            if isinstance(module, nn.Conv1d):
                shape = (module.out_channels, module.in_channels // module.groups, 3)
                drawn = nn.init.kaiming_normal_(torch.empty(shape), mode="fan_out")
                put(module, drawn)
            elif module is self.last:
                put(module, nn.init.normal_(torch.empty(3, 10), std=0.5))

    def forward(self, x: Tensor) -> Tensor:
        x = self.four(self.three(self.two(self.one(x))))
        x = self.shared(F.relu(self.shared(self.wide(self.up(x)))))
        made: Tensor = self.last(x)
        return made


def seeded(text: str, name: str) -> list[nn.Module]:
    """The live module and that of the printed source, of one seed."""
    torch.manual_seed(3)
    live = loads(text, name)
    printed = source(Source("net", text), name)
    torch.manual_seed(3)
    return [live, built(printed)]


def same(one: nn.Module, other: nn.Module) -> None:
    """Keys in order, and all that they hold, buffers too."""
    ours, theirs = one.state_dict(), other.state_dict()
    assert list(ours) == list(theirs)
    for key, value in theirs.items():
        assert torch.equal(ours[key], value), key


def test_a_critic_is_torchs() -> None:
    torch.manual_seed(3)
    theirs, x = Critic(), torch.randn(2, 3, 16, 16)
    for ours in seeded(CRITIC, "critic"):
        torch.manual_seed(3)
        theirs = Critic()
        same(ours, theirs)
        for _ in range(2):  # in training each pass betters the estimate
            for model in (ours, theirs):
                model.zero_grad()
                model(x).sum().backward()
            same(ours, theirs)
        for (name, mine), other in zip(ours.named_parameters(), theirs.parameters(), strict=True):
            assert mine.grad is not None and other.grad is not None
            assert torch.equal(mine.grad, other.grad), name
        assert torch.equal(ours.eval()(x), theirs.eval()(x))


def test_layers_of_all_kinds_are_torchs() -> None:
    x = torch.randn(2, 4, 10)
    for ours in seeded(MIXED, "mixed"):
        torch.manual_seed(3)
        theirs = Mixed()
        ours.eval(), theirs.eval()
        same(ours, theirs)
        assert torch.equal(ours(x), theirs(x))


def test_none_leaves_a_layer_as_it_is() -> None:
    live = loads(CRITIC, "plain")
    assert list(live.state_dict())[:2] == ["0.weight", "0.bias"]
    found = {model.name: model.parameters for model in check(Source("net", CRITIC)).models}
    assert found["plain"] == found["critic"] == sum(p.numel() for p in Critic().parameters())


def test_weights_of_the_form_before_load_as_torch_loads_them() -> None:
    """``weight_g`` and ``weight_v`` are the keys of torch's function before parametrizations."""
    text = "model m() {\n  input x: [N, 4, L = 8]\n  conv(6, 3) with weight = weight_norm\n}\n"
    ours, x = loads(text), torch.randn(1, 4, 8)
    length, direction, bias = torch.rand(6, 1, 1), torch.randn(6, 4, 3), torch.randn(6)
    ours.load_state_dict({"0.bias": bias, "0.weight_g": length, "0.weight_v": direction})
    weight = length * direction / direction.flatten(1).norm(dim=1)[:, None, None]
    assert torch.allclose(ours(x), F.conv1d(x, weight, bias), atol=1e-6)


@pytest.mark.parametrize(
    "how", ["weight_norm", "weight_norm(dim = 1)", "weight_norm(dim = -1)", "spectral_norm"]
)
@pytest.mark.parametrize(
    "layers",
    [
        "conv(6, 3)",
        "linear(6)",  # no input learns, so no gradient needs the weight
        "conv(6, 1) -> linear(6)",
        "conv(6, 1) -> conv_transpose(6, 3)",
        "conv(8, 1, groups = 4)",  # a dim of one element needs no copy to stand in front
        "conv(8, 3, groups = 4)",
        "conv(1, 1) -> conv(1, 3)",
        'argmax(1) -> cast("int") -> embedding(9, 3)',
    ],
)
def test_what_is_kept_for_the_backward_pass(how: str, layers: str) -> None:
    """As torch's hooks see it: the weight that was made, and norms or the vectors beside it."""
    text = f"model m() {{\n  input x: [N = 2, 4, L = 8]\n  {layers} with weight = {how}\n}}\n"
    module, given = loads(text).train(), torch.randn(2, 4, 8)
    results: list[Tensor] = []
    state = [*module.parameters(), *module.buffers()]
    least, most = saved_bytes(lambda: results.append(module(given)), state)
    memory = summary(Source("net", text)).memory
    assert least <= memory.kept <= most


@pytest.mark.parametrize("how", [weight_norm, spectral_norm])
def test_the_words_are_explained_with_torchs_defaults(how: Callable[..., nn.Module]) -> None:
    found = word(how.__name__)
    assert found is not None
    usage = found.lines[0].partition(":")[0].strip("`")
    said = dict(re.findall(r"(\w+) = ([^,)]+)", usage))
    defaults = inspect.signature(how).parameters
    assert said and all(float(value) == defaults[name].default for name, value in said.items())
