"""Live modules against the torch modules that a person would write by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from tests.live.conftest import Build, ListEntries


def assert_same(ours: nn.Module, theirs: nn.Module, entries: ListEntries, *inputs: Tensor) -> None:
    """Same state dict; and with the same weights, the same outputs and gradients, bit for bit."""
    assert entries(ours) == entries(theirs)
    with torch.no_grad():
        for tensor in theirs.state_dict().values():
            if tensor.is_floating_point():
                tensor.uniform_(0.1, 1.0)
    ours.load_state_dict(theirs.state_dict(), strict=True)
    assert torch.equal(ours.eval()(*inputs), theirs.eval()(*inputs))
    torch.manual_seed(1)
    ours.train()(*inputs).sum().backward()
    torch.manual_seed(1)
    theirs.train()(*inputs).sum().backward()
    for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert mine.grad is not None
        assert other.grad is not None
        assert torch.equal(mine.grad, other.grad)


def test_a_chain_is_a_sequential(build: Build, entries: ListEntries) -> None:
    ours = build(
        """model net() {
          input x: [N, 3, H = 8, W = 8]
          conv(4, 3) -> batch_norm -> relu
          max_pool(2) -> flatten -> dropout(0.5)
          linear(10)
        }"""
    )
    theirs = nn.Sequential(
        nn.Conv2d(3, 4, 3),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.5),
        nn.Linear(36, 10),
    )
    assert isinstance(ours, nn.Sequential)
    assert_same(ours, theirs, entries, torch.randn(2, 3, 8, 8))


def test_sequentials_can_be_indexed_sliced_and_changed(build: Build) -> None:
    net = build(
        """block Unit(width) { conv(width, 3) -> relu }
        model net() {
          input x: [N, 3, H = 8, W = 8]
          features: { conv(4, 3) -> relu -> Unit(5) }
          head: { adaptive_avg_pool(1) -> flatten -> linear(2) }
        }"""
    )
    x = torch.randn(1, 3, 8, 8)
    assert type(net.features) is nn.Sequential
    assert isinstance(net.features[2], nn.Sequential)
    assert net.features[0].out_channels == 4
    assert torch.equal(net.features[:2](x), net.features[1](net.features[0](x)))
    unit, y = net.features[2], torch.randn(1, 4, 8, 8)
    assert torch.equal(unit(y), unit[:1](y).relu())
    head: Any = net.head
    head[-1] = nn.Linear(5, 7)
    assert net(x).shape == (1, 7)
    assert repr(net).startswith("net(\n  (features): Sequential(\n    (0): Conv2d(3, 4")
    assert "(2): Unit(" in repr(net)


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(6)
        self.relu = nn.ReLU()
        self.downsample = nn.Sequential(nn.Conv2d(3, 6, 1, bias=False), nn.BatchNorm2d(6))
        self.relu_2 = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        y = self.relu(self.bn1(self.conv1(x)))
        out: Tensor = self.relu_2(y + self.downsample(x))
        return out


def test_a_residual_block(build: Build, entries: ListEntries) -> None:
    ours = build(
        """block Basic(width) {
          residual {
            conv1: conv(width, 3, padding = 1, bias = false) -> bn1: batch_norm -> relu
          } shortcut {
            downsample: { conv(width, 1, bias = false) -> batch_norm } if _.channels != width
          }
          relu
        }
        model net() {
          input x: [N, 3, H = 8, W = 8]
          layer1: { Basic(6) }
        }"""
    )

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer1 = nn.Sequential(Residual())

        def forward(self, x: Tensor) -> Tensor:
            out: Tensor = self.layer1(x)
            return out

    assert_same(ours, Net(), entries, torch.randn(2, 3, 8, 8))


def test_branches_run_in_the_order_of_the_text(build: Build, entries: ListEntries) -> None:
    ours = build(
        """model net() {
          input x: [N, 3, H = 8, W = 8]
          concat [
            one: conv(2, 1)
            two: { conv(3, 3, padding = 1) -> relu }
            _
            three: max_pool(3, stride = 1, padding = 1)
          ]
          [left: conv(4, 1), right: conv(4, 1)] -> multiply
        }"""
    )

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one = nn.Conv2d(3, 2, 1)
            self.two = nn.Sequential(nn.Conv2d(3, 3, 3, padding=1), nn.ReLU())
            self.three = nn.MaxPool2d(3, 1, 1)
            self.left = nn.Conv2d(11, 4, 1)
            self.right = nn.Conv2d(11, 4, 1)

        def forward(self, x: Tensor) -> Tensor:
            x = torch.cat([self.one(x), self.two(x), x, self.three(x)], dim=1)
            out: Tensor = self.left(x) * self.right(x)
            return out

    assert_same(ours, Net(), entries, torch.randn(2, 3, 8, 8))


def test_a_shared_module_has_one_set_of_weights(build: Build, entries: ListEntries) -> None:
    ours = build(
        """model net() {
          input x: [N, 4, H = 8, W = 8]
          stem: conv(4, 1)
          module head = { conv(4, 3, padding = 1) -> relu }
          head -> max_pool(2) -> head
          out: conv(1, 1)
        }"""
    )

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.stem = nn.Conv2d(4, 4, 1)
            self.head = nn.Sequential(nn.Conv2d(4, 4, 3, padding=1), nn.ReLU())
            self.out = nn.Conv2d(4, 1, 1)

        def forward(self, x: Tensor) -> Tensor:
            x = torch.max_pool2d(self.head(self.stem(x)), 2)
            out: Tensor = self.out(self.head(x))
            return out

    assert isinstance(ours.head, nn.Sequential)
    assert_same(ours, Net(), entries, torch.randn(2, 4, 8, 8))


def test_a_shared_module_may_do_as_its_input_asks(build: Build) -> None:
    """The same weights, and steps that depend on what comes in."""
    net = build(
        """block Head() {
          conv(4, 1)
          add [_, _] if _.height > 4
        }
        model net() {
          input x: [N, 4, 8, 8]
          module head = Head
          head -> adaptive_avg_pool(4) -> head
        }"""
    )
    x = torch.randn(1, 4, 8, 8)
    conv = net.get_submodule("head.0")
    y = conv(x)
    assert torch.equal(net(x), conv(nn.functional.adaptive_avg_pool2d(y + y, 4)))
    assert torch.equal(net.get_submodule("head")(x), y + y)


def test_raw_parameters_stand_before_buffers_before_children(
    build: Build, entries: ListEntries
) -> None:
    ours = build(
        """model net() {
          input x: [N, 4, H = 2, W = 2]
          conv1: conv(4, 1)
          buffer shift: [1, 4, 1, 1] = ones
          param scale: [1, 4, 1, 1] = normal(std = 0.5)
          [_, scale] -> multiply
          [_, shift] -> add
        }"""
    )

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(4, 4, 1)
            self.register_buffer("shift", torch.ones(1, 4, 1, 1))
            self.scale = nn.Parameter(torch.empty(1, 4, 1, 1).normal_(std=0.5))

        def forward(self, x: Tensor) -> Tensor:
            out: Tensor = self.conv1(x) * self.scale + self.shift
            return out

    assert list(ours.state_dict()) == ["scale", "shift", "conv1.weight", "conv1.bias"]
    assert_same(ours, Net(), entries, torch.randn(2, 4, 2, 2))


def test_modules_of_train_only_are_always_there_and_run_in_training(build: Build) -> None:
    net = build(
        """model net() {
          input x: [N, 3, H = 4, W = 4]
          stem: conv(4, 1)
          train_only { aux: { conv(2, 1) -> global_avg_pool } as hint }
          body: conv(5, 1) as features
          output logits = features, extra = features
          output aux = hint when training
        }"""
    )
    x = torch.randn(1, 3, 4, 4)
    calls = []
    net.get_submodule("aux").register_forward_hook(lambda *_: calls.append(1))
    assert list(net.state_dict()) == [
        f"{name}.{kind}" for name in ("stem", "aux.0", "body") for kind in ("weight", "bias")
    ]
    out = net.train()(x)
    assert out._fields == ("logits", "extra", "aux")
    assert type(out).__name__ == "netOutputs"
    assert out.aux.shape == (1, 2)
    assert calls == [1]
    out = net.eval()(x)
    assert out._fields == ("logits", "extra")
    assert out.logits is out.extra
    assert calls == [1]


def test_one_output_is_the_tensor_itself(build: Build) -> None:
    net = build(
        """model net() {
          input x: [N, 3, H = 4, W = 4]
          conv1: conv(4, 1) as y
          train_only { y -> side: conv(2, 1) as hint }
          output logits = y
          output aux = hint when training
        }"""
    )
    x = torch.randn(1, 3, 4, 4)
    assert isinstance(net.eval()(x), Tensor)
    assert net.train()(x)._fields == ("logits", "aux")


def test_output_names_are_the_fields_of_the_named_tuple(build: Build) -> None:
    net = build(
        """model net() {
          input x: [N, 3, H = 4, W = 4]
          conv(4, 1) as y
          output count = y, hidden_ = x, match = y
        }"""
    )
    made = net(torch.randn(1, 3, 4, 4))
    assert made._fields == ("count", "hidden_", "match")
    assert made.hidden_.shape == (1, 3, 4, 4)


def test_a_group_that_reads_values_around_it_is_a_container(
    build: Build, entries: ListEntries
) -> None:
    ours = build(
        """model net() {
          input x: [N, 3, H = 4, W = 4]
          left: conv(4, 1) as skip
          tail: {
            conv1: conv(4, 1) as inside
            add [_, skip]
          }
          add [_, inside]
        }"""
    )

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.left = nn.Conv2d(3, 4, 1)
            self.tail = nn.Module()
            self.tail.conv1 = nn.Conv2d(4, 4, 1)

        def forward(self, x: Tensor) -> Tensor:
            skip = self.left(x)
            inside: Tensor = self.tail.get_submodule("conv1")(skip)
            out: Tensor = inside + skip + inside
            return out

    assert_same(ours, Net(), entries, torch.randn(2, 3, 4, 4))


def test_a_group_that_is_no_chain_is_a_module_of_its_own(build: Build) -> None:
    net = build(
        """model net() {
          input x: [N, 4, H = 4, W = 4]
          block1: { residual { conv(4, 1) -> relu } }
        }"""
    )
    x = torch.randn(1, 4, 4, 4)
    assert list(net.state_dict()) == ["block1.0.weight", "block1.0.bias"]
    expected = net.get_submodule("block1.0")(x).relu() + x
    assert torch.equal(net.get_submodule("block1")(x), expected)
    assert torch.equal(net(x), expected)


def test_a_function_with_a_number_is_a_module(build: Build) -> None:
    net = build(
        """model net() {
          input x: [N, 4, H = 4, W = 4]
          pair: {
            _: add [_, _]
            conv(3, 1)
          }
        }"""
    )
    x = torch.randn(1, 4, 4, 4)
    assert [name for name, _ in net.get_submodule("pair").named_children()] == ["0", "1"]
    assert torch.equal(net.get_submodule("pair.0")(x, x), x + x)
    assert torch.equal(net(x), net.get_submodule("pair.1")(x + x))


@pytest.mark.parametrize("count", [2, 3])
def test_several_inputs_come_by_position(build: Build, count: int) -> None:
    names = [f"x{index}" for index in range(count)]
    inputs = "x0: [N, 2, H = 3, W = 3], " + ", ".join(f"{name}: [N, 2, H, W]" for name in names[1:])
    net = build(f"model net() {{\n input {inputs}\n concat [{', '.join(names)}]\n}}")
    tensors = [torch.randn(1, 2, 3, 3) for _ in names]
    assert torch.equal(net(*tensors), torch.cat(tensors, 1))
    with pytest.raises(TypeError, match=f"takes {count} inputs, and was given 1"):
        net(tensors[0])


def test_inputs_come_by_name(build: Build) -> None:
    net = build("model net() {\n input a: [N, 2], b: [N, 2], c: [N, 2]\n concat [a, b, c]\n}")
    a, b, c = (torch.randn(1, 2) for _ in range(3))
    assert torch.equal(net(a, c=c, b=b), torch.cat([a, b, c], 1))
    assert torch.equal(net(c=c, b=b, a=a), torch.cat([a, b, c], 1))
    for names, said in (
        ({"b": b, "d": c}, "net takes a, b, c, and d is no input of it"),
        ({"a": a, "b": b}, "net takes a, b, c, and a is given twice"),
        ({"b": b}, "net is not given c"),
    ):
        with pytest.raises(TypeError, match=said):
            net(a, **names)
    one = build("model net() {\n input image: [N, 2]\n residual { linear(2) }\n}")
    assert torch.equal(one(image=a), one(a))
    assert torch.equal(one(input=a), one(a))


def test_labels_that_are_no_python_names(build: Build) -> None:
    net = build(
        """model net() {
          input x: [N, 3, H = 4, W = 4]
          "block1-0": conv(4, 1)
          class: relu
          "7": { conv(2, 1) }
        }"""
    )
    assert list(net.state_dict()) == ["block1-0.weight", "block1-0.bias", "7.0.weight", "7.0.bias"]
    assert net(torch.randn(1, 3, 4, 4)).shape == (1, 2, 4, 4)
