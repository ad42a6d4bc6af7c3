"""The examples that torchvision has too, with the options under which they are compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from torch import nn
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

    def theirs(self) -> nn.Module:
        """torchvision's model, with initial weights."""
        keywords = self.settings if self.keywords is None else self.keywords
        model: nn.Module = getattr(models, self.example)(weights=None, **keywords)
        return model

    def __str__(self) -> str:
        return "-".join([self.example, *(f"{k}={v}" for k, v in self.settings.items())])


VGG = [Twin(f"vgg{depth}{suffix}") for depth in (11, 13, 16, 19) for suffix in ("", "_bn")]

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
        {"num_classes": 7, "p": 0.4, "p_aux": 0.1},
        {"num_classes": 7, "dropout": 0.4, "dropout_aux": 0.1, **OURS},
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
    Twin("inception_v3", {"aux_logits": False}, {"aux_logits": False, **OURS}, size=75),
]

TWINS = [*ALEXNET, *VGG, *SQUEEZENET, *GOOGLENET, *INCEPTION]
