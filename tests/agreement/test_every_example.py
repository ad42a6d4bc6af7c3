"""Every example has a twin, to which a test holds its weights, outputs and gradients.

A new example without one is told of here.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest
import test_clip
import test_detection
import test_diffusion
import test_language_models
import test_nasnet
import test_plain_twins
import test_segmentation
import test_texts
import test_unet
import test_windows
import twins
from observing import numbers, observed_on
from plain_papers import VGG_A, VGG_C, DenseNetBC, GoogLeNet, Inception, MobileNet, vgg
from printing import built
from shipped import EXAMPLES, HUGE, NAMES
from torch import nn
from torchvision.models import DenseNet

import archc

PAPERS: dict[str, tuple[dict[str, Any], Callable[[], nn.Module], tuple[int, ...]]] = {
    "vgg_c": ({"num_classes": 7}, lambda: vgg(VGG_C, 7, normalised=False), (3, 33, 40)),
    "vgg_a_lrn": ({"num_classes": 7}, lambda: vgg(VGG_A, 7, normalised=True), (3, 33, 40)),
    "mobilenet_v1": (
        {"num_classes": 7, "width_mult": 0.25},
        lambda: MobileNet(7, 0.25),
        (3, 64, 65),
    ),
    "mobilenet_v1_tutorial": (
        {"num_classes": 7},
        lambda: MobileNet(7, tutorial=True),
        (3, 224, 224),
    ),
    "inception_module": (
        {},
        lambda: Inception(192, (64, 96, 128, 16, 32, 32), 3, ceils=False),
        (192, 7, 9),
    ),
    "googlenet_paper": ({"num_classes": 7}, lambda: GoogLeNet(7), (3, 64, 65)),
    "densenet_bc": (
        {"depth": 16, "growth_rate": 4, "num_classes": 7},
        lambda: DenseNetBC(16, 4, 7),
        (3, 16, 18),
    ),
    "densenet264": (
        {"num_classes": 7},
        lambda: DenseNet(32, (6, 12, 64, 48), 64, num_classes=7),
        (3, 32, 33),
    ),
    "densenet264_k48": (
        {"num_classes": 7},
        lambda: DenseNet(48, (6, 12, 64, 48), 96, num_classes=7),
        (3, 32, 33),
    ),
}


SEVERAL = {
    test_clip: ("clip_vit_b_32",),
    test_diffusion: ("ddpm",),
    test_nasnet: ("nasnet_cell",),
    test_plain_twins: ("siamese", "wavenet"),
    test_unet: ("unet", "unet_resnet34"),
    test_windows: ("mvit_v1_b", "mvit_v2_s", "swin3d_t", "maxvit_t"),
}
"""What tests of their own hold to twins, beside the tables of others."""

TABLES = (
    [twin.example for twin in twins.TWINS],
    test_plain_twins.TWINS,
    test_language_models.TWINS,
    test_windows.TWINS,
    test_detection.NAMES,
    test_segmentation.NAMES,
    test_texts.KINDS,
    PAPERS,
    *SEVERAL.values(),
)

AGAIN = ("llama3_8b",)
"""Another example's text with other numbers, whose weights no test makes."""


def test_every_example_has_a_twin() -> None:
    models = {
        name
        for name in (*NAMES, *HUGE)
        if re.search(rf"^model {name}\b", (EXAMPLES / f"{name}.arch").read_text("utf-8"), re.M)
    }
    held = {name for table in TABLES for name in table}
    assert models <= held | set(AGAIN)
    for module, names in SEVERAL.items():
        text = inspect.getsource(module)
        assert [name for name in names if f'"{name}' not in text] == []


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.every_size if "264" in name else ()) for name in PAPERS],
)
def test_it_is_as_its_paper_has_it(name: str) -> None:
    settings, theirs, shape = PAPERS[name]
    inputs = [numbers(2, *shape)]
    path = EXAMPLES / f"{name}.arch"
    expected = observed_on(theirs, inputs, inputs)
    assert observed_on(lambda: archc.load(path, settings=settings), inputs, inputs) == expected
    text = archc.source(path, settings=settings)
    assert observed_on(lambda: built(text), inputs, inputs) == expected
