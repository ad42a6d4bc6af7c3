"""U-Nets, which torchvision does not have, against plain modules of torch."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest
import torch
from observing import observed
from printing import built
from torch import Tensor, nn
from torchvision.models import resnet34
from torchvision.models._utils import IntermediateLayerGetter

import archc

UNET = Path(__file__).parents[2] / "examples" / "unet.arch"
ON_RESNET = UNET.with_name("unet_resnet34.arch")


class Double(nn.Sequential):
    """Two padded convolutions; each is a Sequential with its activation."""

    def __init__(self, channels: int, width: int, norm: bool) -> None:
        super().__init__()
        for given in (channels, width):
            layers: list[nn.Module] = [nn.Conv2d(given, width, 3, padding=1, bias=not norm)]
            if norm:
                layers.append(nn.BatchNorm2d(width))
            self.append(nn.Sequential(*layers, nn.ReLU()))


class UNet(nn.Module):
    """Ronneberger et al. (2015), figure 1, padded: four levels, written down level by level."""

    def __init__(self, classes: int, width: int, norm: bool) -> None:
        super().__init__()
        self.down1 = Double(1, width, norm)
        self.down2 = Double(width, 2 * width, norm)
        self.down3 = Double(2 * width, 4 * width, norm)
        self.down4 = Double(4 * width, 8 * width, norm)
        self.bottom = Double(8 * width, 16 * width, norm)
        self.up4 = nn.ConvTranspose2d(16 * width, 8 * width, 2, stride=2)
        self.merge4 = Double(16 * width, 8 * width, norm)
        self.up3 = nn.ConvTranspose2d(8 * width, 4 * width, 2, stride=2)
        self.merge3 = Double(8 * width, 4 * width, norm)
        self.up2 = nn.ConvTranspose2d(4 * width, 2 * width, 2, stride=2)
        self.merge2 = Double(4 * width, 2 * width, norm)
        self.up1 = nn.ConvTranspose2d(2 * width, width, 2, stride=2)
        self.merge1 = Double(2 * width, width, norm)
        self.head = nn.Conv2d(width, classes, 1)

    def forward(self, image: Tensor) -> Tensor:
        pool = nn.functional.max_pool2d
        first = self.down1(image)
        second = self.down2(pool(first, 2))
        third = self.down3(pool(second, 2))
        fourth = self.down4(pool(third, 2))
        x = self.bottom(pool(fourth, 2))
        x = self.merge4(torch.cat([fourth, self.up4(x)], 1))
        x = self.merge3(torch.cat([third, self.up3(x)], 1))
        x = self.merge2(torch.cat([second, self.up2(x)], 1))
        x = self.merge1(torch.cat([first, self.up1(x)], 1))
        out: Tensor = self.head(x)
        return out


@pytest.mark.parametrize("norm", [False, True])
def test_it_is_the_plain_module(norm: bool) -> None:
    settings: dict[str, Any] = {
        "num_classes": 3,
        "widths": [4, 8, 16, 32],
        "norm": archc.Expression("batch_norm" if norm else "none"),
    }
    theirs = observed(lambda: UNet(3, 4, norm), 32, 48, channels=1)
    assert observed(lambda: archc.load(UNET, settings=settings), 32, 48, channels=1) == theirs
    text = archc.source(UNET, settings=settings)
    assert observed(lambda: built(text), 32, 48, channels=1) == theirs


def test_its_size_is_the_papers() -> None:
    # The convolutions of figure 1, their biases, and one channel in and two out.
    with torch.device("meta"):
        plain = UNet(2, 64, norm=False)
    count = sum(parameter.numel() for parameter in plain.parameters())
    assert archc.check(UNET).models[0].parameters == count == 31_030_658


class UNetOnResNet(nn.Module):
    """segmentation_models_pytorch's `Unet("resnet34")`, with its names and initial weights."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        taken = ("relu", "layer1", "layer2", "layer3", "layer4")
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Initializing zero-element tensors")
            trunk = resnet34(num_classes=0)
        self.encoder: Any = IntermediateLayerGetter(trunk, {name: name for name in taken})
        blocks = nn.ModuleList()
        for before, width in ((768, 256), (384, 128), (192, 64), (128, 32), (32, 16)):
            block = nn.ModuleDict({"conv1": unit(before, width), "conv2": unit(width, width)})
            blocks.append(block)
        self.decoder: Any = nn.ModuleDict({"blocks": blocks})
        head = nn.Conv2d(16, classes, 3, padding=1)
        self.segmentation_head = nn.Sequential(head)
        for module in self.decoder.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_uniform_(module.weight, mode="fan_in", nonlinearity="relu")
        nn.init.xavier_uniform_(head.weight)
        if head.bias is not None:
            nn.init.zeros_(head.bias)

    def forward(self, image: Tensor) -> Tensor:
        x, *maps = reversed(self.encoder(image).values())
        for block, onto in zip(self.decoder["blocks"], [*maps, None], strict=True):
            size = image.shape[2:] if onto is None else onto.shape[2:]
            x = nn.functional.interpolate(x, size, mode="nearest")
            x = x if onto is None else torch.cat([x, onto], 1)
            x = block["conv2"](block["conv1"](x))
        out: Tensor = self.segmentation_head(x)
        return out


def unit(before: int, width: int) -> nn.Sequential:
    conv = nn.Conv2d(before, width, 3, padding=1, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(width), nn.ReLU())


def test_one_on_a_resnet_is_the_plain_module() -> None:
    """At a size that no stride divides."""
    theirs = observed(lambda: UNetOnResNet(3), 65, 97)
    assert observed(lambda: archc.load(ON_RESNET, classes=3), 65, 97) == theirs
    text = archc.source(ON_RESNET, settings={"classes": 3})
    assert observed(lambda: built(text), 65, 97) == theirs


def test_one_on_a_resnet_has_as_many_parameters_as_is_known() -> None:
    """segmentation_models_pytorch's, of one class."""
    assert archc.check(ON_RESNET).models[0].parameters == 24_436_369
