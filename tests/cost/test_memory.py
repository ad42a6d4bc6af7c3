"""The memory of every example: what is kept is what autograd saves, the peak is the allocator's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import pytest
import torch
from measuring import allocated_peak, distinct, saved, state, tensors, watched_peak, zeros
from meta import Quick, attending_as_on_cpu
from shipped import EACH, EXAMPLES
from torch import Tensor, nn

from archc import pipeline
from archc.torch.build import build
from archir.base.source import Source
from archir.cost.memory import memory
from archir.cost.peak import peak
from archir.cost.simulate import simulate
from archir.cost.state import Optimizer
from archir.graph.flat import Flat, flatten
from archir.graph.typed import TypedGraph
from archir.ordering.best_order import best_order

KEPT = {
    "alexnet": 3.57,
    "densenet121": 124.48,
    "densenet161": 231.95,
    "densenet169": 150.32,
    "densenet201": 194.00,
    "densenet264": 265.53,
    "densenet264_k48": 398.01,
    "googlenet": 46.09,
    "inception_v3": 93.81,
    "mobilenet_v1": 39.09,
    "mobilenet_v1_tutorial": 153.06,
    "mobilenet_v2": 74.65,
    "resnet101": 121.18,
    "resnet152": 169.50,
    "resnet18": 21.17,
    "resnet34": 30.76,
    "resnet50": 82.03,
    "squeezenet1_0": 34.11,
    "squeezenet1_1": 20.09,
    "vgg11": 46.61,
    "vgg13": 64.98,
    "vgg16": 69.96,
    "vgg19": 74.93,
    "vgg_a_lrn": 96.37,
    "vgg_c": 69.96,
}
"""MiB for each image, as torch 2.15 saved them for torchvision's modules and plain rebuilds."""

COMPUTED = ("crnn", "gru_classifier", "lstm_classifier")
"""What is run on the CPU, whose kernels note other things than the steps of the meta device.

What they note of a recurrent layer is measured, and right to a tenth, as it is of the layer alone.
"""

SMALL = {"alexnet": 64, "inception_v3": 96, "googlenet": 64}
"""The height and width at which a model is run; 48 for the others."""


def typed_of(name: str, text: str | None = None) -> TypedGraph:
    path = EXAMPLES / f"{name}.arch"
    text = path.read_text("utf-8") if text is None else text
    typed, found = pipeline.compile_source(Source(path.name, text), path)
    assert typed is not None, list(found)
    return typed


def inputs_of(flat: Flat, sizes: Mapping[str, int], device: str) -> list[Tensor]:
    return zeros([flat.values[value].type for value in flat.inputs], sizes, device)


def built(typed: TypedGraph) -> nn.Module:
    with torch.device("meta"), Quick():
        return build(typed)


@pytest.mark.parametrize("name", EACH)
def test_training_keeps_what_autograd_saves(name: str) -> None:
    """At the default size with two images, auxiliary heads and all; nothing is computed for it."""
    typed = typed_of(name)
    flat = flatten(typed)
    sizes = {**typed.graph.sizes, "N": 2}
    model = built(typed).train()
    if name in COMPUTED:
        found, result = saved(model.to_empty(device="cpu"), inputs_of(flat, sizes, "cpu"))
    else:
        with Quick(), attending_as_on_cpu():
            found, result = saved(model, inputs_of(flat, sizes, "meta"))
    expected = sum(distinct(found, state(model)).values())
    assert tensors(result)
    kept = memory(flat, {"N": 2}).kept
    assert kept == pytest.approx(expected, rel=0.1 if name in COMPUTED else 0, abs=0)
    if name in KEPT:
        assert round(kept / 2 / 2**20, 2) == KEPT[name]


PEAKS = [
    "alexnet", "densenet_bc", "densenet121", "googlenet", "googlenet_paper", "inception_module",
    "inception_v3", "mobilenet_v1", "mobilenet_v2", "resnet18", "resnet50", "resnext50_32x4d",
    "squeezenet1_0", "squeezenet1_1", "unet", "vgg11", "vgg11_bn", "vgg_a_lrn", "vgg_c",
]  # fmt: skip
"""Of each family the smaller ones: here all is computed."""


@pytest.mark.parametrize("name", PEAKS)
def test_the_peak_is_that_of_the_tensors_that_live(name: str) -> None:
    typed = typed_of(name)
    flat = flatten(typed)
    size = SMALL.get(name, 48)
    asked = {"N": 2, "H": size, "W": size}
    sizes = {key: asked.get(key, least) for key, least in typed.graph.sizes.items()}
    model = built(typed).to_empty(device="cpu").eval()
    expected = watched_peak(model, inputs_of(flat, sizes, "cpu"))
    assert peak(simulate(flat, sizes, training=False)) == expected


@pytest.mark.parametrize(
    ("name", "size"), [("vgg11", 160), ("resnet18", 224), ("squeezenet1_1", 224)]
)
def test_the_allocators_peak_is_that_and_what_convolutions_take_for_themselves(
    name: str, size: int
) -> None:
    """oneDNN puts weights, and some inputs, in another order while it runs."""
    typed = typed_of(name)
    flat = flatten(typed)
    sizes = {**typed.graph.sizes, "N": 2, "H": size, "W": size}
    model = built(typed).to_empty(device="cpu").eval()
    measured = allocated_peak(model, inputs_of(flat, sizes, "cpu"))
    ours = peak(simulate(flat, sizes, training=False))
    assert ours <= measured <= 1.02 * ours


# --- arithmetic -----------------------------------------------------------------------------------

PERCEPTRON = """model net() {
  input x: [N, 100]
  linear(50) -> batch_norm -> relu -> dropout(0.5) -> linear(10)
}
"""


@pytest.mark.parametrize(("dtype", "each"), [("float64", 8), ("float32", 4), ("bfloat16", 2)])
def test_a_perceptron_by_hand(dtype: str, each: int) -> None:
    flat = flatten(typed_of("net", PERCEPTRON))
    found = memory(flat, {"N": 32}, dtype=dtype, optimizer="adam")
    parameters = 100 * 50 + 50 + 2 * 50 + 50 * 10 + 10
    assert found.parameters == found.gradients == each * parameters
    assert found.optimizer_state == 2 * each * parameters
    assert found.buffers == 2 * 50 * each + 8  # the number of batches is an int64
    assert found.inputs == 32 * 100 * each
    # In evaluation dropout gives what it is given.
    assert found.outputs == 32 * (4 * 50 + 10) * each
    assert found.made == 32 * (3 * 50 + 10) * each
    assert found.peak == best_order(found.evaluation).peak == 32 * (50 + 50) * each
    # The input; what batch_norm is given, and its mean and deviation; what relu gives; the mask of
    # dropout, and what it gives.
    assert found.kept == (32 * (100 + 4 * 50) + 2 * 50) * each
    assert found.held == found.kept + 32 * 10 * each
    assert found.inference == found.parameters + found.buffers + found.inputs + found.peak
    # Adam's turn needs the most. It counts steps for each of 6 tensors, in 4 bytes; with the first,
    # the largest, it makes its square roots and what it divides by.
    state = 4 * found.parameters + found.buffers + 6 * 4
    passing = 2 * 100 * 50 * each
    assert found.training == state + found.inputs + 32 * 10 * each + passing


@pytest.mark.parametrize(
    ("optimizer", "made"),
    [
        ("sgd", lambda p: torch.optim.SGD(p, lr=0.1)),
        ("sgd-momentum", lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9)),
        ("adam", torch.optim.Adam),
    ],
)
def test_an_optimizer_remembers_as_much(
    optimizer: Optimizer, made: Callable[[Iterable[Tensor]], torch.optim.Optimizer]
) -> None:
    """torch's own counters of steps, one number for each parameter tensor, are left out."""
    typed = typed_of("net", PERCEPTRON)
    model = build(typed)
    steps = made(model.parameters())
    model(torch.rand(4, 100)).sum().backward()
    steps.step()
    held = [each for each in tensors(steps.state_dict()) if each.dim()]
    expected = sum(each.numel() * each.element_size() for each in held)
    assert memory(flatten(typed), optimizer=optimizer).optimizer_state == expected


def test_what_a_step_keeps_alone_adds_up() -> None:
    flat = flatten(typed_of("googlenet"))
    found = memory(flat)
    assert sum(found.step_kept) == found.kept
    assert len(found.step_kept) == len(flat.steps)


@pytest.mark.parametrize("name", ["resnet18", "googlenet", "densenet121", "vgg11"])
def test_in_half_precision_half_as_much_is_kept(name: str) -> None:
    """All but the indices of pools, which stay int64."""
    typed = typed_of(name)
    flat = flatten(typed)
    sizes = {**typed.graph.sizes, "N": 2, "H": 64, "W": 64}
    model = built(typed).to_empty(device="cpu").to(torch.bfloat16).train()
    images = [image.to(torch.bfloat16) for image in inputs_of(flat, sizes, "cpu")]
    found, _ = saved(model, images)
    expected = sum(distinct(found, state(model)).values())
    assert memory(flat, sizes, dtype="bfloat16").kept == expected
