"""YOLO in plain torch: version 3 as its paper and configuration file have it, version 8 as
Ultralytics' configuration and modules do."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn


def convolutional(before: int, filters: int, size: int, stride: int = 1) -> nn.Sequential:
    """``[convolutional]`` of yolov3.cfg, with ``batch_normalize=1`` and ``activation=leaky``."""
    conv = nn.Conv2d(before, filters, size, stride, size // 2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(filters), nn.LeakyReLU(0.1))


class Shortcut(nn.Sequential):
    """``[shortcut]``, from three layers before."""

    def __init__(self, filters: int) -> None:
        halved = convolutional(filters, filters // 2, 1)
        super().__init__(halved, convolutional(filters // 2, filters, 3))

    def forward(self, x: Tensor) -> Tensor:
        made = x
        for layer in self:
            made = layer(made)
        return made + x


class Darknet53(nn.Module):
    """Redmon & Farhadi (2018), table 1."""

    def __init__(self, classes: int | None) -> None:
        super().__init__()
        self.stem = convolutional(3, 32, 3)
        self.stage1 = self.stage(64, 1)
        self.stage2 = self.stage(128, 2)
        self.stage3 = self.stage(256, 8)
        self.stage4 = self.stage(512, 8)
        self.stage5 = self.stage(1024, 4)
        if classes is not None:
            self.connected = nn.Linear(1024, classes)

    def stage(self, filters: int, times: int) -> nn.Sequential:
        first = convolutional(filters // 2, filters, 3, 2)
        return nn.Sequential(first, *(Shortcut(filters) for _ in range(times)))

    def maps(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        third = self.stage3(self.stage2(self.stage1(self.stem(x))))
        fourth = self.stage4(third)
        return third, fourth, self.stage5(fourth)

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.connected(self.maps(x)[-1].mean((2, 3)))
        return scores


class YoloMaps(NamedTuple):
    """What version 3 gives."""

    yolo_0: Tensor
    yolo_1: Tensor
    yolo_2: Tensor


class YOLOv3(nn.Module):
    """The layers from 75 on of yolov3.cfg, behind Darknet-53."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        scores = 3 * (5 + classes)
        self.darknet = Darknet53(None)
        self.set1, self.yolo1 = self.set(1024, 512), self.yolo(512, scores)
        self.route1 = convolutional(512, 256, 1)
        self.set2, self.yolo2 = self.set(768, 256), self.yolo(256, scores)
        self.route2 = convolutional(256, 128, 1)
        self.set3, self.yolo3 = self.set(384, 128), self.yolo(128, scores)

    def set(self, before: int, filters: int) -> nn.Sequential:
        return nn.Sequential(
            convolutional(before, filters, 1),
            convolutional(filters, 2 * filters, 3),
            convolutional(2 * filters, filters, 1),
            convolutional(filters, 2 * filters, 3),
            convolutional(2 * filters, filters, 1),
        )

    def yolo(self, filters: int, scores: int) -> nn.Sequential:
        return nn.Sequential(
            convolutional(filters, 2 * filters, 3), nn.Conv2d(2 * filters, scores, 1)
        )

    def forward(self, image: Tensor) -> YoloMaps:
        def upsampled(x: Tensor) -> Tensor:
            return nn.functional.interpolate(x, scale_factor=2.0)

        large, middle, small = self.darknet.maps(image)
        x = self.set1(small)
        coarse = self.yolo1(x)
        x = self.set2(torch.cat([upsampled(self.route1(x)), middle], 1))
        medium = self.yolo2(x)
        x = self.set3(torch.cat([upsampled(self.route2(x)), large], 1))
        return YoloMaps(coarse, medium, self.yolo3(x))


class Conv(nn.Module):
    """A convolution, a norm and SiLU."""

    def __init__(self, before: int, width: int, k: int = 1, s: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(before, width, k, s, k // 2, bias=False)
        self.bn = nn.BatchNorm2d(width, eps=1e-3, momentum=0.03)
        self.act = nn.SiLU()

    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = self.act(self.bn(self.conv(x)))
        return made


class Bottleneck(nn.Module):
    """Two convolutions of 3 by 3."""

    def __init__(self, width: int, add: bool) -> None:
        super().__init__()
        self.cv1, self.cv2 = Conv(width, width, 3), Conv(width, width, 3)
        self.add = add

    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = self.cv2(self.cv1(x))
        return x + made if self.add else made


class C2f(nn.Module):
    """`C2f` of ultralytics/nn/modules/block.py, with its expansion of a half."""

    def __init__(self, before: int, width: int, n: int, add: bool) -> None:
        super().__init__()
        half = width // 2
        self.cv1 = Conv(before, width)
        self.cv2 = Conv((2 + n) * half, width)
        self.m = nn.ModuleList(Bottleneck(half, add) for _ in range(n))

    def forward(self, x: Tensor) -> Tensor:
        parts = list(self.cv1(x).chunk(2, 1))
        for bottleneck in self.m:
            parts.append(bottleneck(parts[-1]))
        made: Tensor = self.cv2(torch.cat(parts, 1))
        return made


class SPPF(nn.Module):
    """Spatial pyramid pooling, fast: one pooling three times."""

    def __init__(self, before: int, width: int, k: int) -> None:
        super().__init__()
        self.cv1 = Conv(before, before // 2)
        self.cv2 = Conv(2 * before, width)
        self.m = nn.MaxPool2d(k, 1, k // 2)

    def forward(self, x: Tensor) -> Tensor:
        parts = [self.cv1(x)]
        for _ in range(3):
            parts.append(self.m(parts[-1]))
        made: Tensor = self.cv2(torch.cat(parts, 1))
        return made


class DFL(nn.Module):
    """Li et al. (2020): the mean of each distribution over 16 distances.

    Ultralytics has a convolution for it, whose weight is fixed under the same key.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Module()
        self.conv.register_buffer("weight", torch.arange(16.0).view(1, 16, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        n, _, rows = x.shape
        x = x.view(n, 4, 16, rows).transpose(2, 1).softmax(1)
        return (x * self.conv.get_buffer("weight")).sum(1).view(n, 4, rows)


class Detect(nn.Module):
    """`Detect` of ultralytics/nn/modules/head.py, for strides of 8, 16 and 32."""

    def __init__(self, classes: int, widths: list[int]) -> None:
        super().__init__()
        boxes, scores = max(16, widths[0] // 4, 64), max(widths[0], min(classes, 100))
        self.cv2, self.cv3 = (
            nn.ModuleList(
                nn.Sequential(Conv(w, inner, 3), Conv(inner, inner, 3), nn.Conv2d(inner, given, 1))
                for w in widths
            )
            for inner, given in ((boxes, 64), (scores, classes))
        )
        self.dfl = DFL()
        heads: Any = zip(self.cv2, self.cv3, (8, 16, 32), strict=True)
        for box, score, stride in heads:
            nn.init.ones_(box[-1].bias)
            nn.init.constant_(score[-1].bias, math.log(5 / classes / (640 / stride) ** 2))

    def forward(self, maps: list[Tensor]) -> tuple[list[Tensor], Tensor]:
        heads = zip(maps, self.cv2, self.cv3, strict=True)
        found = [torch.cat([box(x), score(x)], 1) for x, box, score in heads]
        rows = torch.cat([each.flatten(2) for each in found], 2)
        return found, self.dfl(rows[:, :64])


class Detections(NamedTuple):
    """What version 8 gives."""

    small_map: Tensor
    medium_map: Tensor
    large_map: Tensor
    distances: Tensor


class YOLOv8n(nn.Module):
    """yolov8.yaml, at the scale n: a third of the depth, a quarter of the width."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        up = nn.Upsample(scale_factor=2)
        nothing = nn.Identity()
        self.model = nn.ModuleList(
            [
                *(Conv(3, 16, 3, 2), Conv(16, 32, 3, 2), C2f(32, 32, 1, True)),
                *(Conv(32, 64, 3, 2), C2f(64, 64, 2, True)),
                *(Conv(64, 128, 3, 2), C2f(128, 128, 2, True)),
                *(Conv(128, 256, 3, 2), C2f(256, 256, 1, True), SPPF(256, 256, 5)),
                *(up, nothing, C2f(384, 128, 1, False)),
                *(up, nothing, C2f(192, 64, 1, False)),
                *(Conv(64, 64, 3, 2), nothing, C2f(192, 128, 1, False)),
                *(Conv(128, 128, 3, 2), nothing, C2f(384, 256, 1, False)),
                Detect(classes, [64, 128, 256]),
            ]
        )

    def forward(self, x: Tensor) -> Detections:
        given: list[Tensor] = []
        joined = {11: 6, 14: 4, 17: 12, 20: 9}
        for number, layer in enumerate(self.model):
            if number in joined:
                x = torch.cat([x, given[joined[number]]], 1)
            elif number < 22:
                x = layer(x)
            given.append(x)
        found, distances = self.model[22]([given[15], given[18], given[21]])
        small, medium, large = found
        return Detections(small, medium, large, distances)
