"""Networks of papers that torchvision has in another form, in plain torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchvision.models import VGG, densenet
from torchvision.models.googlenet import GoogLeNet as Published
from torchvision.models.googlenet import InceptionAux

VGG_C: list[list[tuple[int, int]]] = [
    [(64, 3), (64, 3)],
    [(128, 3), (128, 3)],
    [(256, 3), (256, 3), (256, 1)],
    [(512, 3), (512, 3), (512, 1)],
    [(512, 3), (512, 3), (512, 1)],
]
"""Simonyan & Zisserman (2014), table 1: channels and kernels of configuration C."""

VGG_A: list[list[tuple[int, int]]] = [
    *([(64, 3)], [(128, 3)], [(256, 3)] * 2, [(512, 3)] * 2, [(512, 3)] * 2),
]


def vgg(stages: list[list[tuple[int, int]]], classes: int, *, normalised: bool) -> nn.Module:
    """One of these tables; Krizhevsky et al. (2012) have the constants of the normalisation."""
    layers: list[nn.Module] = []
    before = 3
    for stage in stages:
        for width, kernel in stage:
            layers += [nn.Conv2d(before, width, kernel, padding=kernel // 2), nn.ReLU()]
            if normalised and len(layers) == 2:
                layers.append(nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2))
            before = width
        layers.append(nn.MaxPool2d(2))
    model: nn.Module = VGG(nn.Sequential(*layers), num_classes=classes)
    return model


class Separable(nn.Module):
    """Howard et al. (2017), figure 3: a filter for each channel, then 1x1."""

    def __init__(self, before: int, width: int, stride: int) -> None:
        super().__init__()
        self.depthwise = unit(before, before, 3, stride, groups=before)
        self.pointwise = unit(before, width, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.pointwise(self.depthwise(x))
        return out


def unit(before: int, width: int, kernel: int, stride: int, groups: int = 1) -> nn.Sequential:
    """A convolution, batch normalisation and ReLU."""
    conv = nn.Conv2d(before, width, kernel, stride, kernel // 2, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(width), nn.ReLU())


WIDTHS = (64, 128, 128, 256, 256, 512, *[512] * 5, 1024, 1024)
STRIDES = (1, 2, 1, 2, 1, 2, *[1] * 5, 2, 1)


class MobileNet(nn.Module):
    """Table 1 of the paper, or with the beginning and the end that tutorials give it."""

    def __init__(self, classes: int, alpha: float = 1.0, *, tutorial: bool = False) -> None:
        super().__init__()
        widths = [int(32 * alpha), *(int(width * alpha) for width in WIDTHS)]
        rows = zip(widths, widths[1:], STRIDES, strict=False)
        self.tutorial = tutorial
        if tutorial:
            conv = nn.Conv2d(3, 32, 3, bias=False)
            self.stem = nn.Sequential(conv, nn.BatchNorm2d(32), nn.ReLU())
            self.layers = nn.Sequential(*(Separable(*row) for row in rows))
        else:
            stem = unit(3, widths[0], 3, 2)
            self.features = nn.Sequential(stem, *(Separable(*row) for row in rows))
        self.fc = nn.Linear(widths[-1] * (49 if tutorial else 1), classes)

    def forward(self, x: Tensor) -> Tensor:
        if self.tutorial:
            x = F.avg_pool2d(self.layers(self.stem(x)), 2).flatten(1)
        else:
            x = self.features(x).mean((2, 3))
        scores: Tensor = self.fc(x)
        return scores


def plain(before: int, width: int, **given: Any) -> nn.Sequential:
    """A convolution with a bias, and ReLU: what the first GoogLeNet is made of."""
    return nn.Sequential(nn.Conv2d(before, width, **given), nn.ReLU())


class Inception(nn.Module):
    """Szegedy et al. (2014), figure 2 (b)."""

    def __init__(self, before: int, widths: Sequence[int], kernel: int, *, ceils: bool) -> None:
        super().__init__()
        one, three_before, three, five_before, five, pooled = widths
        self.branch1 = plain(before, one, kernel_size=1)
        self.branch2 = nn.Sequential(
            plain(before, three_before, kernel_size=1),
            plain(three_before, three, kernel_size=3, padding=1),
        )
        self.branch3 = nn.Sequential(
            plain(before, five_before, kernel_size=1),
            plain(five_before, five, kernel_size=kernel, padding=kernel // 2),
        )
        self.branch4 = nn.Sequential(
            nn.MaxPool2d(3, 1, 1, ceil_mode=ceils), plain(before, pooled, kernel_size=1)
        )

    def forward(self, x: Tensor) -> Tensor:
        each = (self.branch1, self.branch2, self.branch3, self.branch4)
        return torch.cat([branch(x) for branch in each], 1)


class GoogLeNet(Published):  # type: ignore[misc]  # torchvision has no types
    """Table 1 and figure 3: true 5x5, and local response normalisation around the second stage."""

    def __init__(self, classes: int) -> None:
        def module(before: int, *widths: int) -> nn.Module:
            return Inception(before, widths, 5, ceils=True)

        blocks: Any = [plain, module, InceptionAux]
        super().__init__(classes, False, init_weights=True, blocks=blocks, dropout=0.4)
        self.normal = (nn.LocalResponseNorm(5),)  # in a tuple: it is called twice, and has no key

    def forward(self, x: Tensor) -> Tensor:
        (normal,) = self.normal
        x = self.conv3(self.conv2(normal(self.maxpool1(self.conv1(x)))))
        x = self.maxpool2(normal(x))
        x = self.maxpool3(self.inception3b(self.inception3a(x)))
        for name in "abcde":
            x = self.get_submodule(f"inception4{name}")(x)
        x = self.inception5b(self.inception5a(self.maxpool4(x)))
        scores: Tensor = self.fc(self.dropout(self.avgpool(x).flatten(1)))
        return scores


class DenseNetBC(nn.Module):
    """Huang et al. (2016), section 3: three blocks for CIFAR, of torchvision's units."""

    def __init__(self, depth: int, growth: int, classes: int) -> None:
        super().__init__()
        count, width = (depth - 4) // 6, 2 * growth
        self.features = nn.Sequential()
        self.features.add_module("conv0", nn.Conv2d(3, width, 3, padding=1, bias=False))
        for number in (1, 2, 3):
            block = densenet._DenseBlock(count, width, 4, growth, 0.0)
            self.features.add_module(f"denseblock{number}", block)
            width += count * growth
            if number < 3:
                half = densenet._Transition(width, width // 2)
                self.features.add_module(f"transition{number}", half)
                width //= 2
        self.features.add_module("norm", nn.BatchNorm2d(width))
        self.classifier = nn.Linear(width, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight)
        nn.init.zeros_(self.classifier.bias)

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.classifier(F.relu(self.features(x)).mean((2, 3)))
        return scores
