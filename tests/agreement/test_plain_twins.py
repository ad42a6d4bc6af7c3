"""Examples that torchvision does not have, against timm, or plain torch written from the paper."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from unittest.mock import patch

import pytest
import timm
from observing import numbers, observed_on, words
from plain_detectors import Darknet53, YOLOv3, YOLOv8n
from plain_networks import ESPCN, TCN, CifarResNet, LeNet5, discriminator, generator
from plain_networks_more import CRNN, VAE, PointNet, Siamese, WaveNet
from printing import built
from shipped import EXAMPLES
from timm.models import mlp_mixer
from torch import Tensor, nn

import archc


class Twin(NamedTuple):
    """Settings of an example, what builds the same in plain torch, and the shape of a sample."""

    settings: Mapping[str, Any]
    theirs: Callable[[], nn.Module]
    shape: tuple[int, ...] = (3, 48, 48)


def of_timm(name: str, **settings: Any) -> Callable[[], nn.Module]:
    def make() -> nn.Module:
        model: nn.Module = timm.create_model(name, pretrained=False, **settings)
        return model

    return make


def mixer(classes: int, **named: Any) -> nn.Module:
    """timm's, which has torch draw the normal distribution that is cut."""

    def lecun_normal(weight: Tensor) -> None:
        deviation = (1 / weight[0].numel()) ** 0.5 / 0.87962566103423978
        nn.init.trunc_normal_(weight, std=deviation, a=-2 * deviation, b=2 * deviation)

    with patch.object(mlp_mixer, "lecun_normal_", lecun_normal):
        model: nn.Module = mlp_mixer.MlpMixer(classes, **named)
    return model


NARROW = [5, 5, 8]

TWINS = {
    "seresnet50": Twin({"num_classes": 7}, of_timm("seresnet50", num_classes=7)),
    "xception": Twin({"num_classes": 7}, of_timm("legacy_xception", num_classes=7)),
    "espcn": Twin({"upscale": 2, "colours": 3}, lambda: ESPCN(2, 3)),
    "lenet5": Twin({"num_classes": 7}, lambda: LeNet5(7), (1, 33, 34)),
    "resnet20": Twin({"n": 2, "num_classes": 7}, lambda: CifarResNet(2, 7), (3, 19, 22)),
    "dcgan_generator": Twin(
        {"latent": 9, "width": 5, "channels": 2}, lambda: generator(9, 5, 2), (9, 1, 1)
    ),
    "dcgan_discriminator": Twin(
        {"width": 5, "channels": 2}, lambda: discriminator(5, 2), (2, 64, 64)
    ),
    "mixer_b16_224": Twin(
        {"depth": 2, "width": 24, "patch": 8, "image_size": 40, "num_classes": 7},
        lambda: mixer(7, img_size=40, patch_size=8, num_blocks=2, embed_dim=24),
        (3, 40, 40),
    ),
    "darknet53": Twin({"num_classes": 7}, lambda: Darknet53(7), (3, 65, 96)),
    "yolov3": Twin({"classes": 7}, lambda: YOLOv3(7), (3, 64, 89)),
    "yolov8n": Twin({"nc": 7}, lambda: YOLOv8n(7), (3, 64, 89)),
    "tcn": Twin(
        {"widths": NARROW, "kernel": 3, "p": 0.2, "num_classes": 7},
        lambda: TCN(NARROW, 3, 0.2, 7),
        (1, 40),
    ),
    "crnn": Twin(
        {"channels": 2, "hidden": 9, "num_classes": 7}, lambda: CRNN(2, 9, 7), (2, 32, 27)
    ),
    "pointnet": Twin({"num_classes": 7, "p": 0.2}, lambda: PointNet(7, 0.2), (3, 19)),
    "vae": Twin({"pixels": 30, "hidden": 20, "latent": 6}, lambda: VAE(30, 20, 6), (30,)),
}


@pytest.mark.parametrize("name", TWINS)
def test_it_is_the_plain_module(name: str) -> None:
    twin = TWINS[name]
    path = EXAMPLES / f"{name}.arch"
    expected = shown(twin.theirs, twin.shape)
    assert shown(lambda: archc.load(path, settings=twin.settings), twin.shape) == expected
    text = archc.source(path, settings=twin.settings)
    assert shown(lambda: built(text), twin.shape) == expected


def shown(make: Callable[[], nn.Module], shape: tuple[int, ...]) -> list[str]:
    """All that can be seen of a model but for one thing.

    timm makes the projection of a shortcut before its block, so that biases which keep torch's own
    initial values are drawn at another place there.
    """
    drawn = re.compile(r"initial .*\.se\.fc[12]\.bias")
    inputs = [numbers(2, *shape)]
    return [line for line in observed_on(make, inputs, inputs) if not drawn.match(line)]


def test_two_images_are_seen_by_one_network() -> None:
    inputs = [numbers(2, 1, 105, 105), numbers(2, 1, 105, 105).flip(3)]
    path = EXAMPLES / "siamese.arch"
    expected = observed_on(lambda: Siamese(16), inputs, inputs)
    assert observed_on(lambda: archc.load(path, width=16), inputs, inputs) == expected
    text = archc.source(path, width=16)
    assert observed_on(lambda: built(text), inputs, inputs) == expected


def test_a_signal_of_levels_goes_on() -> None:
    settings = {"levels": 9, "channels": 5, "skip_channels": 6, "blocks": 2, "depth": 3}
    inputs = [words(9, 2, 20)]
    path = EXAMPLES / "wavenet.arch"
    expected = observed_on(lambda: WaveNet(9, 5, 6, 2, 3, 2), inputs, inputs)
    assert observed_on(lambda: archc.load(path, settings=settings), inputs, inputs) == expected
    text = archc.source(path, settings=settings)
    assert observed_on(lambda: built(text), inputs, inputs) == expected
