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

LARGE: dict[str, int] = {}


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


def test_there_are_as_many_classifiers_as_the_page_says() -> None:
    names = torchvision.models.list_models(module=torchvision.models)
    assert len(names) == 80
