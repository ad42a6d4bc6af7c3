"""Initial weights: one seed gives the bits that torch code written by hand would give."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from tests.live.conftest import Build, EqualStates

SEED = 20


def seeded(make: Callable[[], nn.Module]) -> nn.Module:
    torch.manual_seed(SEED)
    return make()


def test_without_rules_layers_keep_torch_defaults(build: Build, equal_states: EqualStates) -> None:
    ours = build(
        """model net() {
          input x: [N, 3, H = 8, W = 8]
          a: { conv(4, 3) -> batch_norm -> relu }
          b: { adaptive_avg_pool(1) -> flatten -> linear(7) }
        }""",
        seed=SEED,
    )

    def theirs() -> nn.Module:
        net = nn.Module()
        net.a = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU())
        net.b = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 7))
        return net

    assert equal_states(ours, seeded(theirs))


def test_rules_are_applied_in_modules_order_once_everything_stands(
    build: Build, equal_states: EqualStates
) -> None:
    ours = build(
        """model net() {
          input x: [N, 3, H = 8, W = 8]
          features: { conv(4, 3, padding = 1) -> depthwise(3) -> batch_norm -> conv(5, 1) }
          tail: { adaptive_avg_pool(1) -> flatten -> linear(7) }
          init {
            conv.weight: kaiming_normal(mode = "fan_out", nonlinearity = "relu")
            linear.weight: normal(std = 0.01)
            batch_norm.weight: uniform(0.5, 1.5)
            *.bias: zeros
          }
        }""",
        seed=SEED,
    )

    def theirs() -> nn.Module:
        net = nn.Module()
        net.features = nn.Sequential(
            nn.Conv2d(3, 4, 3, padding=1),
            nn.Conv2d(4, 4, 3, groups=4),
            nn.BatchNorm2d(4),
            nn.Conv2d(4, 5, 1),
        )
        net.tail = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(5, 7))
        for module in net.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            elif isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=0.01)
            elif isinstance(module, nn.BatchNorm2d):
                nn.init.uniform_(module.weight, 0.5, 1.5)
            if isinstance(module, nn.Conv2d | nn.Linear | nn.BatchNorm2d):
                nn.init.zeros_(module.get_parameter("bias"))
        return net

    assert equal_states(ours, seeded(theirs))


def test_the_last_rule_that_matches_draws_alone(build: Build, equal_states: EqualStates) -> None:
    ours = build(
        """model net() {
          input x: [N, 3, H = 8, W = 8]
          for i in 1..2 { "layer{i}": { conv3: conv(4, 1) -> tail: conv(4, 1) } }
          init {
            conv.weight: normal(std = 5)
            "layer*.conv3".weight: uniform(2, 3)
            "layer2.*".weight: xavier_uniform(gain = 0.5)
          }
        }""",
        seed=SEED,
    )

    def theirs() -> nn.Module:
        net = nn.Module()
        for name, channels in (("layer1", 3), ("layer2", 4)):
            layer = nn.Module()
            layer.conv3 = nn.Conv2d(channels, 4, 1)
            layer.tail = nn.Conv2d(4, 4, 1)
            net.add_module(name, layer)
        nn.init.uniform_(net.get_parameter("layer1.conv3.weight"), 2, 3)
        nn.init.normal_(net.get_parameter("layer1.tail.weight"), std=5)
        nn.init.xavier_uniform_(net.get_parameter("layer2.conv3.weight"), gain=0.5)
        nn.init.xavier_uniform_(net.get_parameter("layer2.tail.weight"), gain=0.5)
        return net

    assert equal_states(ours, seeded(theirs))


def test_raw_parameters_are_drawn_where_what_holds_them_stands(
    build: Build, equal_states: EqualStates
) -> None:
    ours = build(
        """block Unit() {
          input x: [N, C]
          param gain: [C] = ones
          module first = linear(C)
          inner: {
            param weight: [3, C] = kaiming_uniform(a = sqrt(5))
            param bias: [3] = uniform(-1, 1)
            linear_by [multiply [x, gain] -> first, weight, bias]
          }
          last: linear(C)
          init { param.gain: uniform(0, 1) }
        }
        model net() {
          input x: [N, 4]
          param gain: [4] = zeros
          multiply [x, gain]
          units: { repeat 2 { Unit } }
          init {
            linear.weight: normal(std = 0.1)
            "*.inner".weight: trunc_normal(std = 0.02)
            "units.1.inner".bias: uniform(0, 1 / fan_in)
            param.gain: normal
          }
        }""",
        seed=SEED,
    )

    def unit() -> nn.Module:
        net, net.inner = nn.Module(), nn.Module()
        net.gain = nn.Parameter(torch.ones(4))
        first = nn.Linear(4, 4)
        net.inner.weight = nn.Parameter(nn.init.kaiming_uniform_(torch.empty(3, 4), math.sqrt(5)))
        net.inner.bias = nn.Parameter(nn.init.uniform_(torch.empty(3), -1, 1))
        net.first, net.last = first, nn.Linear(3, 4)
        net._modules["inner"] = net._modules.pop("inner")
        net._modules["last"] = net._modules.pop("last")
        nn.init.uniform_(net.gain)
        return net

    def theirs() -> nn.Module:
        net = nn.Module()
        net.gain = nn.Parameter(torch.zeros(4))
        net.units = nn.Sequential(unit(), unit())
        nn.init.normal_(net.gain)
        for each in net.units:
            nn.init.normal_(each.get_parameter("gain"))
            nn.init.normal_(each.get_parameter("first.weight"), std=0.1)
            nn.init.trunc_normal_(each.get_parameter("inner.weight"), std=0.02)
            if each is net.units[1]:
                nn.init.uniform_(each.get_parameter("inner.bias"), 0, 1 / 4)
            nn.init.normal_(each.get_parameter("last.weight"), std=0.1)
        return net

    assert equal_states(ours, seeded(theirs))


def test_blocks_draw_before_what_encloses_them(build: Build, equal_states: EqualStates) -> None:
    ours = build(
        """block Unit(width) {
          conv1: conv(width, 1) -> conv2: conv(width, 1) with bias = normal(std = 2)
          init { conv.weight: normal(std = 0.1) }
        }
        model net() {
          input x: [N, 3, H = 8, W = 8]
          unit1: Unit(4)
          unit2: Unit(4)
          head: conv(2, 1) with weight = uniform(1, 2)
          init { "unit2.conv2".weight: ones
                 *.bias: uniform(-1, 1) }
        }""",
        seed=SEED,
    )

    def unit(channels: int) -> nn.Module:
        block = nn.Module()
        block.conv1 = nn.Conv2d(channels, 4, 1)
        block.conv2 = nn.Conv2d(4, 4, 1)
        nn.init.normal_(block.conv1.weight, std=0.1)
        nn.init.normal_(block.conv2.weight, std=0.1)
        nn.init.normal_(block.get_parameter("conv2.bias"), std=2)
        return block

    def theirs() -> nn.Module:
        net = nn.Module()
        net.unit1, net.unit2, net.head = unit(3), unit(4), nn.Conv2d(4, 2, 1)
        nn.init.uniform_(net.get_parameter("unit1.conv1.bias"), -1, 1)
        nn.init.uniform_(net.get_parameter("unit2.conv1.bias"), -1, 1)
        nn.init.ones_(net.get_parameter("unit2.conv2.weight"))
        nn.init.uniform_(net.get_parameter("head.weight"), 1, 2)
        nn.init.uniform_(net.get_parameter("head.bias"), -1, 1)
        return net

    assert equal_states(ours, seeded(theirs))


def test_with_is_drawn_in_the_pass_of_the_model_where_no_block_has_one(
    build: Build, equal_states: EqualStates
) -> None:
    ours = build(
        """block Unit() { conv(4, 1) with weight = normal(std = 3) with bias = zeros }
        model net() {
          input x: [N, 3, H = 8, W = 8]
          Unit -> Unit -> conv(2, 1)
        }""",
        seed=SEED,
    )

    def theirs() -> nn.Module:
        units = [nn.Sequential(nn.Conv2d(channels, 4, 1)) for channels in (3, 4)]
        net = nn.Sequential(*units, nn.Conv2d(4, 2, 1))
        for unit in units:
            nn.init.normal_(unit.get_parameter("0.weight"), std=3)
            nn.init.zeros_(unit.get_parameter("0.bias"))
        return net

    assert equal_states(ours, seeded(theirs))


def test_a_raw_parameter_is_drawn_where_it_stands(build: Build, equal_states: EqualStates) -> None:
    ours = build(
        """model net() {
          input x: [N, 3, H = 8, W = 8]
          repeat 3 { _: { conv(4, 1) } }
          param scale: [1, 4, 1, 1] = trunc_normal(std = 0.02)
          multiply [_, scale]
          tail: conv(2, 1)
          buffer offset: [1, 2, 1, 1] = uniform(1, 2)
          add [_, offset]
        }""",
        seed=SEED,
    )

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            for name, channels in (("0", 3), ("1", 4), ("2", 4)):
                self.add_module(name, nn.Sequential(nn.Conv2d(channels, 4, 1)))
            self.scale = nn.Parameter(nn.init.trunc_normal_(torch.empty(1, 4, 1, 1), std=0.02))
            self.tail = nn.Conv2d(4, 2, 1)
            self.register_buffer("offset", nn.init.uniform_(torch.empty(1, 2, 1, 1), 1, 2))

    assert equal_states(ours, seeded(Net))


def test_formulas_of_fans(build: Build, equal_states: EqualStates) -> None:
    ours = build(
        """model net() {
          input x: [N, 4, H = 8, W = 8]
          conv(6, 3, groups = 2) -> flatten -> linear(5)
          init {
            conv.weight: normal(std = sqrt(2 / fan_out))
            conv.bias: uniform(-1 / sqrt(fan_in), 1 / sqrt(fan_in))
            linear.weight: uniform(-1 / fan_in ** 0.5, min(1, 2 * fan_out) / 7)
          }
        }""",
        seed=SEED,
    )

    def theirs() -> nn.Module:
        conv, linear = nn.Conv2d(4, 6, 3, groups=2), nn.Linear(6 * 36, 5)
        net = nn.Sequential(conv, nn.Flatten(), linear)
        nn.init.normal_(conv.weight, std=math.sqrt(2 / (6 * 9)))
        bound = 1 / math.sqrt(2 * 9)
        nn.init.uniform_(conv.get_parameter("bias"), -bound, bound)
        nn.init.uniform_(linear.weight, -1 / (6 * 36) ** 0.5, 1 / 7)
        return net

    assert equal_states(ours, seeded(theirs))


def test_shared_modules_are_drawn_once(build: Build, equal_states: EqualStates) -> None:
    ours = build(
        """model net() {
          input x: [N, 4, H = 8, W = 8]
          module head = { conv(4, 1) }
          head -> head
          tail: conv(4, 1)
          init { conv.weight: normal }
        }""",
        seed=SEED,
    )

    def theirs() -> nn.Module:
        net = nn.Module()
        net.head = nn.Sequential(nn.Conv2d(4, 4, 1))
        net.tail = nn.Conv2d(4, 4, 1)
        nn.init.normal_(net.get_parameter("head.0.weight"))
        nn.init.normal_(net.get_parameter("tail.weight"))
        return net

    assert equal_states(ours, seeded(theirs))


def test_every_initialiser_of_torch(build: Build) -> None:
    rules: dict[str, Callable[[Tensor], Tensor]] = {
        "constant(val = 0.25)": lambda w: nn.init.constant_(w, 0.25),
        "dirac": nn.init.dirac_,
        "dirac(groups = 2)": lambda w: nn.init.dirac_(w, groups=2),
        'kaiming_normal(a = 0.1, nonlinearity = "leaky_relu")': lambda w: nn.init.kaiming_normal_(
            w, a=0.1
        ),
        "kaiming_uniform": nn.init.kaiming_uniform_,
        "normal(mean = 1, std = 2)": lambda w: nn.init.normal_(w, 1, 2),
        "ones": nn.init.ones_,
        "orthogonal(gain = 2)": lambda w: nn.init.orthogonal_(w, gain=2),
        "trunc_normal(a = -1, b = 1)": lambda w: nn.init.trunc_normal_(w, a=-1, b=1),
        "uniform(a = -2)": lambda w: nn.init.uniform_(w, -2),
        "xavier_normal": nn.init.xavier_normal_,
        "xavier_uniform(gain = 3)": lambda w: nn.init.xavier_uniform_(w, gain=3),
        "zeros": nn.init.zeros_,
    }
    for rule, draw in rules.items():
        ours = build(
            f"""model net() {{
              input x: [N, 4, H = 8, W = 8]
              conv(4, 3)
              init {{ conv.weight: {rule} }}
            }}""",
            seed=SEED,
        )
        torch.manual_seed(SEED)
        theirs: Tensor = nn.Conv2d(4, 4, 3).weight
        draw(theirs)
        assert torch.equal(ours.state_dict()["0.weight"], theirs), rule
