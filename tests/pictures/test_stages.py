"""The view stages: few boxes, and what changes written once."""

from __future__ import annotations

import pytest
from drawn import example
from shipped import EACH

from archc.pictures.layout.faults import faults
from archc.pictures.layout.marks import Glyph
from archc.pictures.layout.page import page
from archc.pictures.model.build import picture_of
from archc.pictures.model.stages import stages_of
from archc.pictures.model.tree import Box, say

MOST = 12
"""Boxes between the input and the output that a reader takes in at once."""


@pytest.mark.parametrize("name", EACH)
def test_an_example_has_few_boxes_and_nothing_is_over_another(name: str) -> None:
    made = page(stages_of(picture_of(example(name))), view="stages")
    assert faults(made) == []
    boxes = [mark for mark in made.marks if isinstance(mark, Glyph) and mark.form == "box"]
    legend = [mark for mark in boxes if not mark.texts]
    assert name == "unet" or len(boxes) - len(legend) <= MOST


def test_resnet50_has_the_stages_of_table_1() -> None:
    boxes = stages_of(picture_of(example("resnet50"))).chain.items
    assert all(isinstance(one, Box) for one in boxes)
    said = [(say(one.head), say(one.facts)) for one in boxes if isinstance(one, Box)]
    times = "\N{MULTIPLICATION SIGN}"
    assert said[3:7] == [
        (f"layer{stage}", f"Bottleneck {times} {count}")
        for stage, count in zip((1, 2, 3, 4), (3, 4, 6, 3), strict=True)
    ]


def test_a_u_stays_a_u() -> None:
    made = page(stages_of(picture_of(example("unet"))), view="stages")
    signs = [mark for mark in made.marks if isinstance(mark, Glyph) and mark.form == "sign"]
    assert len([mark for mark in signs if mark.path or mark.title]) == 4
