"""Networks that detect things, up to their raw outputs, against torchvision's own."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from typing import Any

import pytest
import torch
from meta import Quick
from observing import numbers, observed_on
from printing import built
from shipped import EXAMPLES
from torch import Tensor, nn
from torchvision.models import detection
from torchvision.models.detection.rpn import permute_and_flatten

import archc

FPN = ("retinanet_resnet50_fpn", "fcos_resnet50_fpn", "fasterrcnn_resnet50_fpn")
NAMES = (*FPN, "ssd300_vgg16")


class Raw(nn.Module):
    """torchvision's modules, from pictures to what is worked out of them, as ours gives it.

    What torchvision does before and behind that has no weights: pictures are made of one size,
    boxes are decoded, and chosen from.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        builder = getattr(detection, name)
        whole = builder(weights=None, weights_backbone=None)
        self.backbone: Any = whole.backbone
        self.head: Any = getattr(whole, "head", None)
        self.rpn: Any = getattr(whole, "rpn", None)
        self.roi_heads: Any = getattr(whole, "roi_heads", None)

    def forward(self, image: Tensor, *regions: Tensor) -> Any:
        levels = list(self.backbone(image).values())
        if self.head is not None:
            found = self.head(levels)
        else:
            heads = zip(*self.rpn.head(levels), strict=True)
            rows = [(by_anchor(score, 1), by_anchor(box, 4)) for score, box in heads]
            objectness, deltas = (torch.cat(each, 1) for each in zip(*rows, strict=True))
            scores = self.roi_heads.box_predictor(self.roi_heads.box_head(*regions))
            found = {"objectness": objectness, "bbox_deltas": deltas}
            found |= dict(zip(("class_logits", "box_regression"), scores, strict=True))
        return namedtuple("Found", found)(**found)


def by_anchor(x: Tensor, columns: int) -> Tensor:
    """As torchvision gives the proposals of one level: a row for each anchor at each place."""
    n, channels, height, width = x.shape
    rows: Tensor = permute_and_flatten(x, n, channels // columns, columns, height, width)
    return rows


def inputs(name: str, height: int, width: int) -> list[Tensor]:
    image = numbers(2, 3, height, width)
    return [image, numbers(5, 256, 7, 7)] if name.startswith("faster") else [image]


def sizes(name: str) -> tuple[list[Tensor], list[Tensor]]:
    """What to evaluate and to train with, at sizes that no stride divides."""
    if name in FPN:
        return inputs(name, 100, 167), inputs(name, 70, 65)
    return inputs(name, 300, 300), inputs(name, 268, 281)  # the least that there is


@pytest.mark.parametrize("name", NAMES)
def test_it_is_torchvisions(name: str) -> None:
    def seen(make: Callable[[], nn.Module]) -> list[str]:
        lines = observed_on(make, *sizes(name))
        return [line for line in lines if not line.startswith("initial")]

    path = EXAMPLES / f"{name}.arch"
    wanted = seen(lambda: Raw(name))
    assert seen(lambda: archc.load(path)) == wanted
    text = archc.source(path)
    assert seen(lambda: built(text)) == wanted


@pytest.mark.parametrize("name", NAMES)
def test_weights_begin_as_torchvisions(name: str) -> None:
    """Under the same keys, and drawn alike.

    They are not the same numbers: torchvision draws a classifier too, which it leaves out, and
    some layers in another order than it registers them.
    """
    torch.manual_seed(0)
    ours, theirs = archc.load(EXAMPLES / f"{name}.arch").state_dict(), Raw(name).state_dict()
    assert [(key, each.shape, each.dtype) for key, each in ours.items()] == [
        (key, each.shape, each.dtype) for key, each in theirs.items()
    ]
    for key, wanted in theirs.items():
        found = ours[key]
        if wanted.numel() == 1 or wanted.std() == 0:
            assert torch.equal(found, wanted), key
        elif wanted.numel() > 10_000:
            spread, most = wanted.std().item(), wanted.abs().max().item()
            assert found.std().item() == pytest.approx(spread, rel=0.03), key
            assert found.abs().max().item() == pytest.approx(most, rel=0.3), key


@pytest.mark.parametrize("name", FPN)
def test_pictures_of_800_by_1333(name: str) -> None:
    with torch.device("meta"), Quick():
        given = [torch.empty(each.shape) for each in inputs(name, 4, 4)]
        given[0] = torch.empty(1, 3, 800, 1333)
        ours = archc.load(EXAMPLES / f"{name}.arch").eval()(*given)
        theirs = Raw(name).eval()(*given)
    assert {key: each.shape for key, each in ours._asdict().items()} == {
        key: each.shape for key, each in theirs._asdict().items()
    }
    (model,) = archc.check(EXAMPLES / f"{name}.arch").models
    assert model.inputs[0].sizes == (1, 3, 800, 1333)


def test_counts_are_torchvisions() -> None:
    """``num_params`` of torchvision's published weights, which leave out the weights and biases of
    the trunk's batch normalisation: they are frozen there."""
    frozen = 53_120
    published = (34_014_999, 32_269_600, 41_755_286, 35_641_826 - frozen)
    for name, count in zip(NAMES, published, strict=True):
        (model,) = archc.check(EXAMPLES / f"{name}.arch").models
        assert model.parameters == count + frozen
