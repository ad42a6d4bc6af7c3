"""The view stages: few boxes, and what changes written once."""

from __future__ import annotations

import pytest
from drawn import example, model
from shipped import EACH

from archc.pictures.layout.faults import faults
from archc.pictures.layout.marks import Glyph, Text
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
    assert len(boxes) - len(legend) <= MOST


def test_resnet50_has_the_stages_of_table_1() -> None:
    boxes = stages_of(picture_of(example("resnet50"))).chain.items
    assert all(isinstance(one, Box) for one in boxes)
    said = [(say(one.head), say(one.facts)) for one in boxes if isinstance(one, Box)]
    times = "\N{MULTIPLICATION SIGN}"
    assert said[3:7] == [
        (f"layer{stage}", f"Bottleneck {times} {count}")
        for stage, count in zip((1, 2, 3, 4), (3, 4, 6, 3), strict=True)
    ]


def test_a_densenets_stages_say_how_many_layers_they_have() -> None:
    # Table 1 of arXiv 1608.06993: blocks of 6, 12, 24 and 16 dense layers.
    boxes = stages_of(picture_of(example("densenet121"))).chain.items
    said = [say(one.facts) for one in boxes if isinstance(one, Box) and one.head == ("DenseBlock",)]
    times = "\N{MULTIPLICATION SIGN}"
    assert said == [f"DenseLayer {times} {count}" for count in (6, 12, 24, 16)]


def glyphs(name: str) -> list[Glyph]:
    """The boxes and signs of an example's stages, without the legend's."""
    made = page(stages_of(picture_of(example(name))), view="stages")
    marks = [mark for mark in made.marks if isinstance(mark, Glyph)]
    return [mark for mark in marks if mark.texts or mark.path or mark.title]


def lines(glyph: Glyph) -> list[str]:
    """What stands in a box, from above to below."""
    return [text.text for text in sorted(glyph.texts, key=lambda text: text.y)]


def test_a_u_stays_a_u() -> None:
    # Figure 1 of arXiv 1505.04597: five resolutions, down in one column and up in the other.
    made = glyphs("unet")
    signs = [one for one in made if one.form == "sign"]
    boxes = [one for one in made if one.form == "box"]
    assert len(signs) == 4
    assert sum(one.x < signs[0].x for one in boxes) == 5
    assert sum(one.x > signs[0].x for one in boxes) == 4
    for sign in signs:  # level with what it takes from the left
        middle = sign.y + sign.height / 2
        assert [one for one in boxes if one.x < sign.x and abs(one.y + one.height / 2 - middle) < 1]


def test_what_runs_earlier_stands_above_what_runs_later() -> None:
    for name, earlier, later in (
        ("resnet50", "AvgPool", "Linear"),
        ("densenet121", "Transition", "DenseBlock"),
        ("unet", "MaxPool 2\N{MULTIPLICATION SIGN}2", "Conv 3\N{MULTIPLICATION SIGN}3"),
    ):
        said = [lines(one) for one in glyphs(name)]
        joint = [one for one in said if earlier in one]
        assert joint
        for one in joint:
            behind = [word for word in one[one.index(earlier) + 1 :] if word.startswith(later)]
            assert behind


def test_what_comes_up_is_enlarged_before_it_is_joined() -> None:
    # Figure 1 of arXiv 1505.04597: an up-convolution, then the concatenation, then convolutions.
    made = page(stages_of(picture_of(example("unet"))), view="stages")
    signs = [one for one in glyphs("unet") if one.form == "sign"]
    up = [one for one in made.marks if isinstance(one, Text) and "Transpose" in one.text]
    assert len(up) == len(signs) == 4
    bottom = max(one.y for one in glyphs("unet") if one.form == "box")
    for word, sign, below in zip(up, signs, [*signs[1:], None], strict=True):
        assert sign.y + sign.height < word.y < (below.y if below is not None else bottom)


def test_both_ways_into_a_network_are_drawn() -> None:
    # Figure 1 of arXiv 2103.00020: a text encoder and an image encoder; arXiv 1910.10683, 2.1.
    said = " ".join(word for one in glyphs("clip_vit_b_32") for word in lines(one))
    assert "CLIPTexts" in said and "CLIPImages" in said
    said = " ".join(word for one in glyphs("t5_small") for word in lines(one))
    assert "EncoderBlock" in said and "DecoderBlock" in said


def test_an_output_on_the_way_leaves_where_it_is_made() -> None:
    text = """
model net() {
  input image: [N, 3, H = 32, W = 32]
  conv(8, 3, padding = 1) -> max_pool(2) -> conv(16, 3, padding = 1) as early
  max_pool(2) -> conv(32, 3, padding = 1) as late
  output early, late
}"""
    items = stages_of(model(text)).chain.items
    kinds = [type(one).__name__ for one in items]
    assert kinds == ["Box", "Box", "Box", "Tap", "Box", "Box"]
