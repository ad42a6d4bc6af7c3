"""Networks for dense prediction on torchvision's classifiers, against torchvision's own."""

from __future__ import annotations

import warnings
from collections import OrderedDict
from typing import NamedTuple

import pytest
import torch
from meta import Quick
from observing import observed
from printing import built
from shipped import EXAMPLES
from torch import Tensor, nn
from torchvision import models
from torchvision.models._utils import IntermediateLayerGetter
from torchvision.models.mobilenetv3 import MobileNetV3, _mobilenet_v3_conf
from torchvision.models.segmentation.deeplabv3 import DeepLabHead
from torchvision.models.segmentation.fcn import FCN, FCNHead
from torchvision.models.segmentation.lraspp import LRASPP, LRASPPHead

import archc

CLASSES = 21
MOBILE = ("deeplabv3_mobilenet_v3_large", "lraspp_mobilenet_v3_large")
NAMES = ("fcn_resnet50", "fcn_resnet101", "deeplabv3_resnet50", "deeplabv3_resnet101", *MOBILE)
WITH_AND_WITHOUT = [
    (name, aux)
    for name in NAMES
    for aux in (False, True)
    if not (aux and name.startswith("lraspp"))
]
"""torchvision has no auxiliary head for LR-ASPP."""


class Both(NamedTuple):
    """What torchvision gives as a dict."""

    out: Tensor
    aux: Tensor


class Segmenter(nn.Module):
    """torchvision's model, which gives its values as ours does."""

    def __init__(self, backbone: nn.Module, classifier: nn.Module, aux: nn.Module | None) -> None:
        super().__init__()
        self.backbone = backbone
        self.classifier = classifier
        self.aux_classifier = aux

    def forward(self, x: Tensor) -> Tensor | Both:
        of_torchvision = LRASPP if isinstance(self.classifier, LRASPPHead) else FCN
        found: OrderedDict[str, Tensor] = of_torchvision.forward(self, x)
        return Both(**found) if len(found) > 1 else found["out"]


def theirs(name: str, aux_loss: bool) -> nn.Module:
    """Made of torchvision's parts, in the order in which they are registered.

    The trunk is made for no classes: what torchvision draws for the layer that it leaves out behind
    it is not drawn here, and neither is it by us.
    """
    head, _, trunk = name.partition("_")
    whole, (middle, before), (deep, width) = trunk_of(trunk)
    if head == "lraspp":
        backbone = IntermediateLayerGetter(whole, {middle: "low", deep: "high"})
        return Segmenter(backbone, LRASPPHead(before, width, CLASSES, 128), None)
    backbone = IntermediateLayerGetter(whole, {deep: "out"} | ({middle: "aux"} if aux_loss else {}))
    classifier = FCNHead(width, CLASSES) if head == "fcn" else DeepLabHead(width, CLASSES)
    return Segmenter(backbone, classifier, FCNHead(before, CLASSES) if aux_loss else None)


def trunk_of(name: str) -> tuple[nn.Module, tuple[str, int], tuple[str, int]]:
    """A trunk without a classifier, and the two modules whose values are taken."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Initializing zero-element tensors")
        if name == "mobilenet_v3_large":
            rows, _ = _mobilenet_v3_conf(name, dilated=True)
            return MobileNetV3(rows, 0, 0).features, ("4", 40), ("16", 960)
        whole = getattr(models, name)(
            num_classes=0, replace_stride_with_dilation=[False, True, True]
        )
    return whole, ("layer3", 1024), ("layer4", 2048)


@pytest.mark.parametrize(
    ("name", "aux_loss"), [each for each in WITH_AND_WITHOUT if "101" not in each[0]]
)
def test_it_is_torchvisions(name: str, aux_loss: bool) -> None:
    """At a size that no stride divides, which is the size that comes out."""
    path, settings = EXAMPLES / f"{name}.arch", {"aux_loss": True} if aux_loss else {}
    wanted = observed(lambda: theirs(name, aux_loss), 65, 65)
    assert observed(lambda: archc.load(path, settings=settings), 65, 65) == wanted
    text = archc.source(path, settings=settings)
    assert observed(lambda: built(text), 65, 65) == wanted


@pytest.mark.parametrize(("name", "aux_loss"), WITH_AND_WITHOUT)
def test_keys_and_shapes_are_torchvisions(name: str, aux_loss: bool) -> None:
    with torch.device("meta"), Quick():
        settings = {"aux_loss": True} if aux_loss else {}
        ours = archc.load(EXAMPLES / f"{name}.arch", settings=settings)
        builder = getattr(models.segmentation, name)
        twin = builder(weights=None, weights_backbone=None, **settings)
    assert [(key, each.shape) for key, each in ours.state_dict().items()] == [
        (key, each.shape) for key, each in twin.state_dict().items()
    ]


@pytest.mark.parametrize("name", ["deeplabv3_resnet50", *MOBILE])
@pytest.mark.parametrize("size", [(65, 65), (64, 97), (33, 32)])
def test_what_comes_out_is_as_large_as_what_goes_in(name: str, size: tuple[int, int]) -> None:
    result = archc.check(EXAMPLES / f"{name}.arch")
    assert result.valid_sizes.contains(H=size[0], W=size[1])
    net = archc.load(EXAMPLES / f"{name}.arch").eval()
    with torch.no_grad():
        assert net(torch.zeros(1, 3, *size)).shape == (1, CLASSES, *size)
