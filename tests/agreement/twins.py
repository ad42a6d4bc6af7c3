"""The examples that torchvision has too, with the options under which they are compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from observing import numbers, pictures
from shipped import SIZES
from torch import Tensor, nn
from torchvision import models


class Twin(NamedTuple):
    """An example with settings, and what builds the same model in torchvision."""

    example: str
    """The stem of the example's file, and the name of torchvision's builder."""

    settings: Mapping[str, Any] = {}
    keywords: Mapping[str, Any] | None = None
    """torchvision's keyword arguments, where they are not our settings."""

    size: int = 64
    """The height and width of the pictures. Small is quick, and as good."""

    training_size: int | None = None
    """The same in training, where that needs more."""

    frames: int | None = None
    """How many pictures a clip has, where the model takes clips."""

    def theirs(self) -> nn.Module:
        """torchvision's model, with initial weights."""
        keywords = self.settings if self.keywords is None else self.keywords
        builder = models.get_model_builder(self.example)
        model: nn.Module = builder(weights=None, **keywords)
        return model

    def inputs(self) -> tuple[list[Tensor], list[Tensor]]:
        """Two pictures or clips to evaluate, and to train with."""
        sizes = self.size, self.training_size or self.size
        if self.frames is None:
            evaluated, trained = map(pictures, sizes)
        else:
            evaluated, trained = (numbers(2, 3, self.frames, size, size) for size in sizes)
        return [evaluated], [trained]

    def __str__(self) -> str:
        return "-".join([self.example, *(f"{k}={v}" for k, v in self.settings.items())])


VGG = [Twin("vgg16"), Twin("vgg16_bn")]

ALEXNET = [Twin("alexnet", {"num_classes": 7, "p": 0.3}, {"num_classes": 7, "dropout": 0.3})]

SQUEEZENET = [
    Twin("squeezenet1_0", {"num_classes": 7}),
    Twin("squeezenet1_1", {"p": 0.2}, {"dropout": 0.2}),
]

OURS = {"init_weights": True}
"""What is as torchvision's default, but said, since it warns that the default may change."""

GOOGLENET = [
    Twin("googlenet", {}, OURS),
    Twin(
        "googlenet",
        {"num_classes": 7, "p": 0.4, "p_aux": 0.1, "transform_input": True},
        {"num_classes": 7, "dropout": 0.4, "dropout_aux": 0.1, "transform_input": True, **OURS},
    ),
    Twin("googlenet", {"aux_logits": False}, {"aux_logits": False, **OURS}),
]

INCEPTION = [
    Twin(
        "inception_v3",
        {"num_classes": 7, "p": 0.2},
        {"num_classes": 7, "dropout": 0.2, **OURS},
        size=75,
        training_size=299,
    ),
    Twin(
        "inception_v3",
        {"aux_logits": False, "transform_input": True},
        {"aux_logits": False, "transform_input": True, **OURS},
        size=75,
    ),
]

DILATED = [False, True, True]

RESNET = [
    *(Twin(f"resnet{depth}") for depth in (18, 50)),
    Twin("resnet18", {"zero_init_residual": True, "num_classes": 7}),
    Twin("resnet50", {"zero_init_residual": True, "replace_stride_with_dilation": DILATED}),
    Twin("resnet50", {"groups": 2, "width_per_group": 24}),
    *(Twin(name) for name in ("resnext50_32x4d", "wide_resnet50_2")),
]

DENSENET = [
    Twin("densenet121"),
    Twin("densenet121", {"drop_rate": 0.2, "bn_size": 2, "num_classes": 7}),
]

MOBILENET = [
    Twin("mobilenet_v2"),
    Twin("mobilenet_v2", {"width_mult": 0.35, "p": 0.4}, {"width_mult": 0.35, "dropout": 0.4}),
    Twin("mobilenet_v2", {"width_mult": 1.4, "round_nearest": 16, "num_classes": 7}),
    Twin("mobilenet_v2", {"inverted_residual_setting": [[1, 8, 1, 1], [3, 12, 2, 2]]}),
]

DENSE = {"reduced_tail": True, "dilated": True}
"""MobileNetV3 as dense prediction has it."""

MOBILENET_V3 = [
    Twin("mobilenet_v3_large", {"width_mult": 0.35, **DENSE}),
    Twin("mobilenet_v3_small", {"num_classes": 7, "p": 0.4}, {"num_classes": 7, "dropout": 0.4}),
]

DROPPING = {"num_classes": 7, "stochastic_depth_prob": 0.5}

SINCE_2018 = [
    Twin("mnasnet0_5", {"num_classes": 7, "p": 0.4}, {"num_classes": 7, "dropout": 0.4}),
    Twin("shufflenet_v2_x0_5", {"num_classes": 7}),
    Twin("efficientnet_b0", {"p": 0.4, **DROPPING}, {"dropout": 0.4, **DROPPING}, size=40),
    Twin("regnet_x_400mf", {"num_classes": 7}),
    Twin("regnet_y_400mf"),
    Twin("convnext_tiny", {"layer_scale": 0.1, **DROPPING}, size=32),
]

CLIPS = [
    Twin("mc3_18", size=24, frames=4),
    Twin("r2plus1d_18", {"num_classes": 7}, size=24, frames=4),
    Twin("s3d", {"num_classes": 7, "p": 0.4}, {"num_classes": 7, "dropout": 0.4}, 209, frames=13),
]

LARGER = [
    Twin(name, size=24, frames=4)
    if name.startswith("r3d_")
    else Twin(name, size=224 if name.startswith("vit_") else 64)
    for name in SIZES
    if name in models.list_models()
]
"""Those of other sizes; a vision transformer has positions for pictures of 224."""

TWINS = [
    *(*RESNET, *DENSENET, *MOBILENET, *ALEXNET, *VGG, *SQUEEZENET, *GOOGLENET, *INCEPTION),
    *(*MOBILENET_V3, *SINCE_2018, *CLIPS),
    *LARGER,
]
