"""Receptive fields of the documented models, against the published numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from archc import pipeline
from archir.cost.field import receptive_fields
from archir.flat import flatten
from archir.source import Source

EXAMPLES = Path(__file__).parents[2] / "examples"

PUBLISHED = {
    "alexnet": ("features", 195, 32),
    "densenet121": ("features", 2071, 32),
    "densenet161": ("features", 2967, 32),
    "densenet169": ("features", 3351, 32),
    "densenet201": ("features", 3863, 32),
    "densenet264": ("features", 5399, 32),
    "densenet264_k48": ("features", 5399, 32),
    "googlenet": ("inception5b", 379, 32),
    "googlenet_paper": ("inception5b", 699, 32),
    "inception_v3": ("Mixed_7c", 1311, 32),
    "mobilenet_v1": ("features", 315, 32),
    "mobilenet_v1_tutorial": ("pool", 175, 32),
    "mobilenet_v2": ("features", 491, 32),
    "resnet18": ("layer4", 435, 32),
    "resnet34": ("layer4", 899, 32),
    "resnet50": ("layer4", 427, 32),
    "resnet101": ("layer4", 971, 32),
    "resnet152": ("layer4", 1451, 32),
    "squeezenet1_0": ("classifier.2", 155, 16),
    "squeezenet1_1": ("classifier.2", 207, 16),
    "vgg11": ("features", 150, 32),
    "vgg13": ("features", 156, 32),
    "vgg16": ("features", 212, 32),
    "vgg19": ("features", 268, 32),
    "vgg_a_lrn": ("features", 150, 32),
    "vgg_c": ("features", 156, 32),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_at_the_end_of_the_features(name: str) -> None:
    path, size, stride = PUBLISHED[name]
    file = EXAMPLES / f"{name}.arch"
    typed, _ = pipeline.compile_source(Source(str(file), file.read_text("utf-8")), file)
    assert typed is not None
    fields = receptive_fields(flatten(typed))
    found = fields.at(path)
    assert found is not None
    assert [(field.size, field.stride) for field in found] == [(size, stride)] * 2
    assert not any(field.whole for field in found)
    assert not fields.crooked
