"""Receptive fields of the documented models: the published numbers, and what torch shows."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import torch
from thin_fields import outputs

from archc import pipeline
from archc.torch import module
from archir.base.source import Source
from archir.field.field import AxisField, Fields, receptive_fields
from archir.graph.flat import FlatModule, flatten
from archir.graph.typed import TypedGraph
from archir.op.contract import Op

EXAMPLES = Path(__file__).parents[2] / "examples"

PUBLISHED = {
    "alexnet": ("features", 195, 32),
    "densenet121": ("features", 2071, 32),
    "densenet169": ("features", 3351, 32),
    "densenet264": ("features", 5399, 32),
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
"""Where the features end, their field and stride, as papers and measurements have them."""

ASKED = [
    *(("alexnet", 0), ("densenet121", 0), ("googlenet", 0), ("inception_v3", 0)),
    *(("inception_v3", 1), ("mobilenet_v2", 1), ("resnet18", 0), ("resnet50", 1)),
    *(("squeezenet1_0", 0), ("unet", 0), ("vgg16", 1)),
]
"""Those of which torch is asked about many modules, and along which axis."""


def typed(name: str) -> TypedGraph:
    file = EXAMPLES / f"{name}.arch"
    found, _ = pipeline.compile_source(Source(str(file), file.read_text("utf-8")), file)
    assert found is not None
    return found


@pytest.mark.parametrize("name", PUBLISHED)
def test_at_the_end_of_the_features(name: str) -> None:
    path, size, stride = PUBLISHED[name]
    fields = receptive_fields(flatten(typed(name)))
    found = fields.at(path)
    assert found is not None
    assert [field.size for field in found] == [size] * 2
    assert [field.stride for field in found] == [Fraction(stride)] * 2
    assert not any(field.whole for field in found)
    assert not fields.crooked


def places(fields: Fields) -> dict[str, tuple[AxisField, ...]]:
    """The fields of some modules: blocks and ops, early ones and late ones."""
    made = (each for each in fields.flat.modules if each.path and _runs_alone(each))
    found = {each.path: row for each in made if (row := fields.at(each.path)) is not None}
    local = {path: row for path, row in found.items() if row[0].stride is not None}
    every = max(1, len(local) // 10)
    chosen = dict(list(local.items())[::-every])
    return {path: row for path, row in chosen.items() if path in fields_shown(fields)}


def fields_shown(fields: Fields) -> set[str]:
    """Paths of modules that run in evaluation, and once."""
    runs = [step.module for step in fields.flat.steps if step.module and not step.training]
    scopes = {path[:at] for path in runs for at, sign in enumerate(path) if sign == "."}
    return {path for path in runs if runs.count(path) == 1} | scopes


def inner(said: AxisField, length: int) -> list[tuple[int, int, int]]:
    """Two neighbours in the middle of the axis, each with the first and last place it sees."""
    assert said.stride is not None
    turn = int(said.stride * len(said.spans))
    middle = (length // 2) // turn * len(said.spans) - int((said.centre or 0) / said.stride)
    found = []
    for position in (middle, middle + 1):
        block, place = divmod(position, len(said.spans))
        span = said.spans[place]
        if span is not None and span[0] + block * turn >= 0 and span[1] + block * turn < length:
            found.append((position, span[0] + block * turn, span[1] + block * turn))
    return found


def _runs_alone(one: FlatModule) -> bool:
    return isinstance(one.member, Op) or hasattr(one.member, "outputs")


@pytest.mark.parametrize(("name", "axis"), ASKED)
def test_fields_are_what_torch_shows(name: str, axis: int) -> None:
    graph = typed(name)
    flat = flatten(graph)
    largest = max(row[axis].size or 0 for row in receptive_fields(flat).values)
    length = 2 * largest + 640
    length += -length % 32
    # Adaptive pools go by the size, so all is asked at that one.
    wanted = places(receptive_fields(flat, {**graph.graph.sizes, "H": length, "W": length}))
    with torch.device("meta"):
        net: Any = module(graph)
    questions = []
    for path, row in wanted.items():
        for position, low, high in inner(row[axis], length):
            questions.append((path, position, low, high))
    assert len(questions) > 12
    inputs = torch.zeros(3 * len(questions), 1, length, 1, dtype=torch.float64)
    for number, (_, _, low, high) in enumerate(questions):
        rows = inputs[3 * number :]
        rows[0, :, low] = 1
        rows[1, :, high] = 1
        rows[2, :, :low] = 1
        rows[2, :, high + 1 :] = 1
    found = outputs(net, wanted, axis, inputs)
    for number, (path, position, low, high) in enumerate(questions):
        seen = (found[path][3 * number :, 0, position, 0][:3] > 0).tolist()
        assert seen == [True, True, False], f"{path} at {position}: {low} to {high}"
