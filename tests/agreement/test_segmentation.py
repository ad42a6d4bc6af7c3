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
from torchvision.models.segmentation.deeplabv3 import DeepLabHead
from torchvision.models.segmentation.fcn import FCN, FCNHead

import archc

CLASSES = 21
NAMES = ("fcn_resnet50", "fcn_resnet101", "deeplabv3_resnet50", "deeplabv3_resnet101")


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
        found: OrderedDict[str, Tensor] = FCN.forward(self, x)
        return Both(**found) if len(found) > 1 else found["out"]


def theirs(name: str, aux_loss: bool) -> nn.Module:
    """Made of torchvision's parts, in the order in which they are registered.

    The trunk is made for no classes: what torchvision draws for the layer that it leaves out behind
    it is not drawn here, and neither is it by us.
    """
    head, _, trunk = name.partition("_")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Initializing zero-element tensors")
        whole = getattr(models, trunk)(
            num_classes=0, replace_stride_with_dilation=[False, True, True]
        )
    wanted = {"layer4": "out"} | ({"layer3": "aux"} if aux_loss else {})
    backbone = IntermediateLayerGetter(whole, return_layers=wanted)
    classifier = FCNHead(2048, CLASSES) if head == "fcn" else DeepLabHead(2048, CLASSES)
    return Segmenter(backbone, classifier, FCNHead(1024, CLASSES) if aux_loss else None)


@pytest.mark.parametrize("aux_loss", [False, True])
@pytest.mark.parametrize("name", ["fcn_resnet50", "deeplabv3_resnet50"])
def test_it_is_torchvisions(name: str, aux_loss: bool) -> None:
    """At a size that no stride divides, which is the size that comes out."""
    path, settings = EXAMPLES / f"{name}.arch", {"aux_loss": aux_loss}
    wanted = observed(lambda: theirs(name, aux_loss), 65, 65)
    assert observed(lambda: archc.load(path, settings=settings), 65, 65) == wanted
    text = archc.source(path, settings=settings)
    assert observed(lambda: built(text), 65, 65) == wanted


@pytest.mark.parametrize("aux_loss", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_keys_and_shapes_are_torchvisions(name: str, aux_loss: bool) -> None:
    with torch.device("meta"), Quick():
        ours = archc.load(EXAMPLES / f"{name}.arch", settings={"aux_loss": aux_loss})
        builder = getattr(models.segmentation, name)
        twin = builder(weights=None, weights_backbone=None, aux_loss=aux_loss)
    assert [(key, each.shape) for key, each in ours.state_dict().items()] == [
        (key, each.shape) for key, each in twin.state_dict().items()
    ]


@pytest.mark.parametrize("size", [(65, 65), (64, 97), (33, 32)])
def test_what_comes_out_is_as_large_as_what_goes_in(size: tuple[int, int]) -> None:
    result = archc.check(EXAMPLES / "deeplabv3_resnet50.arch")
    assert result.valid_sizes.contains(H=size[0], W=size[1])
    net = archc.load(EXAMPLES / "deeplabv3_resnet50.arch").eval()
    with torch.no_grad():
        assert net(torch.zeros(1, 3, *size)).shape == (1, CLASSES, *size)
