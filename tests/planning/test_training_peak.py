"""The peak of a training step is that of torch's tensors, to the byte, with checkpoints too."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
import torch
from measuring import Watch, state, tensors, zeros
from meta import Quick, attending_as_on_cpu
from shipped import EXAMPLES
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.distributed._tools.mem_tracker import MemTracker

from archc import pipeline
from archc.torch.build import build
from archc.torch.divided.checkpointed import make_checkpointed
from archir.base.source import Source
from archir.cost.report import Costs
from archir.cost.state import Optimizer
from archir.cost.training import TrainingStep
from archir.graph.flat import flatten
from archir.planning.checkpoints import least

Make = Callable[[Iterable[Tensor]], torch.optim.Optimizer]

OPTIMIZERS: dict[Optimizer, Make] = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.1),
    "adam": torch.optim.Adam,
}


def measured(model: nn.Module, inputs: list[Tensor], make: Make) -> int:
    """The most bytes of tensors that live in the second of two steps, parameters and all."""
    optimizer = make(model.parameters())
    one = torch.zeros((), device="meta")
    known = [*state(model), *inputs]
    with Watch([*known, one]) as watch, attending_as_on_cpu():
        for _ in range(2):
            optimizer.zero_grad()
            watch.peak = watch.live
            outputs = [each for each in tensors(model(*inputs)) if each.requires_grad]
            torch.autograd.backward(outputs, [one.expand(each.shape) for each in outputs])
            optimizer.step()
            del outputs
    there = {each.untyped_storage()._cdata: each.untyped_storage().nbytes() for each in known}
    return sum(there.values()) + int(watch.peak)


def step_of(name: str, optimizer: Optimizer) -> tuple[nn.Module, list[Tensor], Costs, TrainingStep]:
    """An example with two samples: the module, its inputs, and what is told of it."""
    path = EXAMPLES / f"{name}.arch"
    return step_of_text(path.read_text("utf-8"), optimizer, path)


def step_of_text(
    text: str, optimizer: Optimizer, path: Path | None = None
) -> tuple[nn.Module, list[Tensor], Costs, TrainingStep]:
    typed, found = pipeline.compile_source(Source("main.arch", text), path)
    assert typed is not None, list(found)
    sizes = {**typed.graph.sizes, "N": 2}
    costs = Costs(typed, sizes)
    with torch.device("meta"), Quick():
        model = build(typed).train()
    types = [costs.flat.values[value].type for value in costs.flat.inputs]
    step = TrainingStep(costs.flat, sizes, optimizer=optimizer)
    return model, zeros(types, sizes, "meta"), costs, step


EXACT = [
    "alexnet", "convnext_tiny", "gru_classifier", "inception_module", "lenet5", "mnasnet0_5",
    "mobilenet_v3_small", "pointnet", "resnet18", "squeezenet1_1", "unet", "vgg16",
    "vit_b_16",
]  # fmt: skip


@pytest.mark.parametrize("name", EXACT)
def test_the_peak_is_that_of_the_tensors_that_live(name: str) -> None:
    """SGD's peak is in the backward pass, Adam's is often its own: both are asked in turn."""
    optimizer: Optimizer = "adam" if EXACT.index(name) % 2 else "sgd"
    model, inputs, _, step = step_of(name, optimizer)
    assert step.peak([step.whole]) == measured(model, inputs, OPTIMIZERS[optimizer])


@pytest.mark.parametrize("name", ["siamese", "vgg_a_lrn"])
def test_what_a_backward_pass_makes_in_passing_is_counted(name: str) -> None:
    """The gradients of a twin's weights meet at the peak of one; a quotient's are made at the
    other's, out of three tensors that go when they are there.
    """
    model, inputs, _, step = step_of(name, "sgd")
    assert step.peak([step.whole]) == measured(model, inputs, OPTIMIZERS["sgd"])


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_parameter_that_is_read_through_a_view_has_a_gradient(optimizer: Optimizer) -> None:
    model, inputs, _, step = step_of_text(
        """arch 1
        model tokens() {
          input x: [N, 4, 64]
          param token: [1, 64, 64] = zeros
          concat(1) [token -> expand(N, 64, 64), x] -> mean(1) -> linear(8)
        }""",
        optimizer,
    )
    assert step.peak([step.whole]) == measured(model, inputs, OPTIMIZERS[optimizer])


VIEWS = """arch 1
block Heads(channels) {
  input maps: [N, C, H, W]
  conv(channels, 1) as found
  found -> flatten(2) as rows
  [found, rows]
}
model heads() {
  input image: [N, 3, H = 16, W = 16]
  conv(16, 3, padding = 1) -> relu as large
  max_pool(2) -> conv(32, 3, padding = 1) -> relu as small
  large -> Heads(24) as first, one
  small -> Heads(24) as second, other
  concat(2) [one, other] -> tanh as all
  output first, second, all
}"""


def test_gradients_wait_for_the_turns_of_views() -> None:
    """What is flattened early gives its gradient on late, when that of another map has gone."""
    model, inputs, _, step = step_of_text(VIEWS, "sgd")
    assert step.peak([step.whole]) == measured(model, inputs, OPTIMIZERS["sgd"])


PARTS = {
    "pieces": "linear(256) -> chunk(4, -1) as a, b, c, d\n"
    "concat(-1) [a -> relu, b, c -> tanh, d] -> sigmoid",
    "a piece of which nothing comes": "linear(256) -> chunk(4, -1) as a, b, c, _\n add [a, b, c]",
    "a piece that is read twice": "linear(256) -> split(128, -1) as a, b\n"
    "concat(-1) [a, b -> relu, b -> sigmoid] -> tanh",
    "slices": "linear(256) as y\n multiply [y -> slice(1, 0, 8), y -> slice(1, 8, 16)] -> tanh",
    "one element of each": "linear(256) -> tanh -> select(1, 0) -> linear(8)",
    "queries, keys and values": "multihead_attention(4) -> tanh",
}


@pytest.mark.parametrize("what", PARTS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_gradients_of_parts_become_those_of_the_whole(what: str, optimizer: Optimizer) -> None:
    text = f"arch 1\nmodel parts() {{\ninput x: [N, 16, 32]\n{PARTS[what]}\n}}"
    model, inputs, _, step = step_of_text(text, optimizer)
    assert step.peak([step.whole]) == measured(model, inputs, OPTIMIZERS[optimizer])


@pytest.mark.parametrize("name", ["resnet18", "squeezenet1_1", "unet"])
def test_with_checkpoints_too(name: str) -> None:
    model, inputs, costs, step = step_of(name, "sgd")
    chosen = least(step, costs.forward)
    assert chosen.paths and chosen.peak < step.peak([step.whole])
    for path in chosen.paths:
        make_checkpointed(model.get_submodule(path))
    assert chosen.peak == measured(model, inputs, OPTIMIZERS["sgd"])


def test_torchs_own_tracker_says_the_same() -> None:
    """MemTracker, under fake tensors of the CPU."""
    with FakeTensorMode(allow_non_fake_inputs=True):
        path = EXAMPLES / "lenet5.arch"
        typed, _ = pipeline.compile_source(Source(path.name, path.read_text("utf-8")), path)
        assert typed is not None
        flat = flatten(typed)
        sizes = {**typed.graph.sizes, "N": 64}
        model = build(typed)
        inputs = zeros([flat.values[value].type for value in flat.inputs], sizes, "cpu")
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        one = torch.zeros(())
        tracker = MemTracker()
        tracker.track_external(model, optimizer, *inputs)
        with tracker:
            outputs = model(*inputs)
            torch.autograd.backward([outputs], [one.expand(outputs.shape)])
            optimizer.step()
    most = tracker.get_tracker_snapshot("peak")[torch.device("cpu")]["Total"]
    step = TrainingStep(flat, sizes)
    assert step.peak([step.whole]) == pytest.approx(most, abs=8)  # the one that it begins with
