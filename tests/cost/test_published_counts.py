"""Parameters and multiply-accumulates of transformers are those that are published."""

from __future__ import annotations

from typing import Any

import pytest
from torchvision import models

import archc

VITS = [
    weights
    for name in models.list_models(include="vit_*")
    for weights in models.get_model_weights(name)
]


@pytest.mark.parametrize("weights", VITS, ids=str)
def test_vision_transformers_as_torchvision_counts_them(weights: Any) -> None:
    """In millions, behind its weights: those that were tuned at larger images have more places."""
    name = str(weights).partition("_Weights")[0].lower()
    side, _ = weights.meta["min_size"]
    told = archc.summary(name, settings={"image_size": side}).totals
    assert told.parameters == weights.meta["num_params"]
    assert isinstance(told.macs, int)
    assert round(told.macs / 1e9, 3) == weights.meta["_ops"]
