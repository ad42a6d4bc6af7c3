"""torchvision's classifiers come in, bit by bit the same."""

from __future__ import annotations

import pytest
import torchvision

import archc
from archc.api.importing import from_callable
from archc.importing.whole import Given

SMALL = {
    "resnet18": 32,
    "squeezenet1_1": 64,
    "mobilenet_v2": 32,
    "mnasnet0_5": 32,
    "shufflenet_v2_x0_5": 32,
    "efficientnet_b0": 32,
}
"""One of each family, and the size at which it is compared."""

LARGE = {
    "alexnet": 64,
    "convnext_tiny": 32,
    "densenet121": 64,
    "efficientnet_v2_s": 32,
    "googlenet": 64,
    "inception_v3": 299,
    "maxvit_t": 224,
    "mobilenet_v3_small": 32,
    "regnet_x_400mf": 32,
    "regnet_y_400mf": 32,
    "resnext50_32x4d": 32,
    "swin_t": 32,
    "swin_v2_t": 32,
    "vgg11_bn": 32,
    "vit_b_32": 224,
}
"""Of the other families; all 80 are imported by ``benchmarks/imports.py``."""


def _arguments(name: str) -> dict[str, object]:
    return {"init_weights": False} if name in ("googlenet", "inception_v3") else {}


def _imported(name: str, size: int) -> archc.ImportedText:
    shape = Given(None, (1, 3, size, size), "float32")
    return from_callable(f"torchvision.models.{name}", [shape], _arguments(name))


@pytest.mark.parametrize("name", SMALL)
def test_a_classifier_comes_in_bit_by_bit(name: str) -> None:
    text = _imported(name, SMALL[name])
    assert archc.check(archc.Source(f"{name}.arch", str(text))).ok
    for proof in text.report.proofs:
        assert {"keys", "eval outputs", "train outputs", "gradients"} <= set(proof.checks)


@pytest.mark.every_size
@pytest.mark.parametrize("name", LARGE)
def test_a_large_classifier_comes_in_bit_by_bit(name: str) -> None:
    assert _imported(name, LARGE[name]).report.proofs


@pytest.mark.parametrize("name", ["resnet18", "squeezenet1_1", "shufflenet_v2_x0_5"])
def test_the_network_of_the_text_gives_the_text_again(name: str) -> None:
    text = _imported(name, SMALL[name])
    net = archc.loads(str(text))
    assert archc.from_module(net, [(1, 3, SMALL[name], SMALL[name])], name) == text


def test_there_are_as_many_classifiers_as_the_page_says() -> None:
    names = torchvision.models.list_models(module=torchvision.models)
    assert len(names) == 80
