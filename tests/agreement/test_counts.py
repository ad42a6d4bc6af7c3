"""Examples that torchvision does not have, against the counts of their papers and descriptions."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from meta import Quick

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
    with torch.device("meta"), Quick():
        model = archc.load(path)
    assert sum(parameter.numel() for parameter in model.parameters()) == COUNTS[name]
    given = archc.check(path).models[0]
    assert given.parameters == COUNTS[name]
    images = [torch.empty(each.sizes, device="meta") for each in given.inputs]
    outputs = model.eval()(*images)
    assert [outputs.shape] == [each.sizes for each in given.outputs]


def test_the_papers_auxiliary_heads() -> None:
    """Szegedy et al. (2014), section 5: a 1x1 convolution of 128, 1024 units, 1000 classes."""
    path = EXAMPLES / "googlenet_paper.arch"
    with torch.device("meta"), Quick():
        model = archc.load(path, aux_logits=True)
    heads = [c * 128 + 128 + 2048 * 1024 + 1024 + 1024 * 1000 + 1000 for c in (512, 528)]
    found = sum(parameter.numel() for parameter in model.parameters())
    assert found == COUNTS["googlenet_paper"] + sum(heads)
    outputs = model.train()(torch.empty(2, 3, 224, 224, device="meta"))
    assert outputs._fields == ("logits", "aux_logits2", "aux_logits1")
    assert [tuple(output.shape) for output in outputs] == [(2, 1000)] * 3
