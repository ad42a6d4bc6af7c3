"""Examples that torchvision does not have, against timm, or plain torch written from the paper."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import timm
from observing import observed
from printing import built
from shipped import EXAMPLES
from torch import Tensor, nn
from torch.nn import functional as F

import archc


class ESPCN(nn.Module):
    """Shi et al. (2016), section 3.3: (5, 64), (3, 32), and 3 for the last kernel."""

    def __init__(self, upscale: int, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, 64, 5, padding=2)
        self.conv2 = nn.Conv2d(64, 32, 3, padding=1)
        self.conv3 = nn.Conv2d(32, channels * upscale**2, 3, padding=1)
        self.upscale = upscale

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv3(self.conv2(self.conv1(x).tanh()).tanh())
        return F.pixel_shuffle(x, self.upscale)


def of_timm(name: str, **settings: Any) -> Callable[[], nn.Module]:
    def make() -> nn.Module:
        model: nn.Module = timm.create_model(name, pretrained=False, **settings)
        return model

    return make


TWINS: dict[str, tuple[Mapping[str, Any], Callable[[], nn.Module]]] = {
    "seresnet50": ({"num_classes": 7}, of_timm("seresnet50", num_classes=7)),
    "xception": ({"num_classes": 7}, of_timm("legacy_xception", num_classes=7)),
    "espcn": ({"upscale": 2, "colours": 3}, lambda: ESPCN(2, 3)),
}


@pytest.mark.parametrize("name", TWINS)
def test_it_is_the_plain_module(name: str) -> None:
    settings, theirs = TWINS[name]
    path = EXAMPLES / f"{name}.arch"
    expected = shown(theirs)
    assert shown(lambda: archc.load(path, settings=settings)) == expected
    text = archc.source(path, settings=settings)
    assert shown(lambda: built(text)) == expected


def shown(make: Callable[[], nn.Module]) -> list[str]:
    """All that can be seen of a model but for one thing.

    timm makes the projection of a shortcut before its block, so that biases which keep torch's own
    initial values are drawn at another place there.
    """
    drawn = re.compile(r"initial .*\.se\.fc[12]\.bias")
    return [line for line in observed(make, 48, 48) if not drawn.match(line)]
