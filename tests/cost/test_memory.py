"""The memory of every example: what is kept is what autograd saves, the peak is the allocator's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from archc import pipeline
from archc.torch.build import build
from archir.cost.memory import memory
from archir.cost.peak import peak
from archir.cost.play import play
from archir.flat import Flat, flatten
from archir.source import Source
from archir.typed import TypedGraph
from measuring import distinct, saved, state, tensors, watched_peak

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.arch"))

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

SMALL = {"alexnet": 64, "inception_v3": 96, "googlenet": 64, "mobilenet_v1_tutorial": None}
"""The height and width at which a model is run; 48 for the others, None where it has one size."""


def typed_of(name: str, text: str | None = None) -> TypedGraph:
    path = EXAMPLES / f"{name}.arch"
    text = path.read_text("utf-8") if text is None else text
    typed, found = pipeline.compile_source(Source(path.name, text), path)
    assert typed is not None, list(found)
    return typed


def inputs_of(flat: Flat, sizes: Mapping[str, int], device: str) -> list[Tensor]:
    types = [flat.values[value].type.at(sizes) for value in flat.inputs]
    return [torch.empty(each.shape, device=device) for each in types]  # type: ignore[arg-type]


def built(typed: TypedGraph) -> nn.Module:
    with torch.device("meta"):
        return build(typed)


@pytest.mark.parametrize("name", NAMES)
def test_training_keeps_what_autograd_saves(name: str) -> None:
    """At the default size with two images, auxiliary heads and all; nothing is computed for it."""
    typed = typed_of(name)
    flat = flatten(typed)
    sizes = {**typed.graph.sizes, "N": 2}
    model = built(typed).train()
    found, result = saved(model, inputs_of(flat, sizes, "meta"))
    expected = sum(distinct(found, state(model)).values())
    assert tensors(result)
    kept = memory(flat, {"N": 2}).kept
    assert kept == expected
    if name in KEPT:
        assert round(kept / 2 / 2**20, 2) == KEPT[name]


@pytest.mark.parametrize("name", NAMES)
def test_the_peak_is_that_of_the_tensors_that_live(name: str) -> None:
    typed = typed_of(name)
    flat = flatten(typed)
    size = SMALL.get(name, 48)
    asked = {"N": 2} if size is None else {"N": 2, "H": size, "W": size}
    sizes = {key: asked.get(key, least) for key, least in typed.graph.sizes.items()}
    model = built(typed).to_empty(device="cpu").eval()
    expected = watched_peak(model, inputs_of(flat, sizes, "cpu"))
    assert peak(play(flat, sizes, training=False)) == expected
