"""Examples that torchvision does not have, against the counts of their papers and descriptions."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import archc

EXAMPLES = Path(__file__).parents[2] / "examples"
COUNTS = {
    "densenet264": 33_337_704,
    "densenet264_k48": 72_686_632,
    "densenet_bc": 769_162,
    "googlenet_paper": 6_998_552,
    "inception_module": 155_504,
    "mobilenet_v1": 4_231_976,
    "mobilenet_v1_tutorial": 53_383_976,
    "vgg_a_lrn": 132_863_336,
    "vgg_c": 133_638_952,
}
"""The parameters of each model, biases and all."""


@pytest.mark.parametrize("name", COUNTS)
def test_it_has_as_many_parameters(name: str) -> None:
    path = EXAMPLES / f"{name}.arch"
    with torch.device("meta"):
        model = archc.load(path)
    assert sum(parameter.numel() for parameter in model.parameters()) == COUNTS[name]
    given = archc.check(path).models[0]
    assert given.parameters == COUNTS[name]
    images = [torch.empty(each.sizes, device="meta") for each in given.inputs]
    outputs = model.eval()(*images)
    assert [outputs.shape] == [each.sizes for each in given.outputs]
