"""Transformers of shifted windows are torchvision's, at sizes that are no multiple of anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from observing import numbers, observed_on
from printing import built
from shipped import EXAMPLES
from torch import nn
from torchvision.models.swin_transformer import SwinTransformer

import archc

SMALL: dict[str, Any] = {"embed_dim": 16, "depths": [2, 2], "num_heads": [2, 4]}
DROPPING = {"attention_dropout": 0.1, "stochastic_depth_prob": 0.5, "num_classes": 7}

TWINS: dict[str, tuple[dict[str, Any], Callable[[], nn.Module]]] = {
    "swin": (
        {"window_size": 4, "p": 0.2, **SMALL, **DROPPING},
        lambda: SwinTransformer([4, 4], window_size=[4, 4], dropout=0.2, **SMALL, **DROPPING),
    ),
}


@pytest.mark.parametrize("name", TWINS)
def test_it_is_torchvisions_at_any_size(name: str) -> None:
    """With zeros at the ends; with one window down, and several across; with one window in all."""
    settings, theirs = TWINS[name]
    path = EXAMPLES / f"{name}.arch"
    text = archc.source(path, settings=settings)
    for height, width in ((49, 83), (16, 32), (4, 4)):
        given = [numbers(2, 3, height, width)]
        expected = observed_on(theirs, given, given)
        assert observed_on(lambda: archc.load(path, settings=settings), given, given) == expected
        assert observed_on(lambda: built(text), given, given) == expected
