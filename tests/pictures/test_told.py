"""What is a series though many things read one value: expectations are the papers' figures."""

from __future__ import annotations

import pytest
from drawn import checked, example, laid_out
from shipped import EACH

from archc.pictures.layout.marks import Glyph, Wire
from archc.pictures.model.build import picture_of
from archc.pictures.model.costs import spread
from archc.pictures.model.flow.ways import NO_SERIES
from archc.pictures.model.levels import levels_of
from archc.pictures.model.tree import (
    Box,
    Chain,
    Parallel,
    Picture,
    Ref,
    Sign,
    Tangle,
    Tap,
    everything,
    head_text,
    say,
)
from archir.cost.report import Costs

HEAD = "model net() {\n  input x: [N, 8, H = 32, W = 32]\n"


def boxes(chain: Chain) -> list[str]:
    return [head_text(one) for one in everything(chain) if isinstance(one, Box)]


def uses(chain: Chain, name: str) -> list[Ref]:
    refs = [one for one in everything(chain) if isinstance(one, Ref)]
    return [one for one in refs if one.definition.name == name]


def panel(picture: Picture, name: str) -> Chain:
    (found,) = [one.chain for one in picture.panels if one.name == name]
    return found


@pytest.mark.parametrize("name", EACH)
def test_no_example_is_said_to_be_steps(name: str) -> None:
    picture = picture_of(example(name))
    for chain in (picture.chain, *(one.chain for one in picture.panels)):
        items = list(everything(chain))
        assert not [one for one in items if isinstance(one, Box) and NO_SERIES in one.facts]
        assert all(
            len(one.items) < 8 or len({item.shape.extents for item in one.items if item.shape}) > 2
            for one in items
            if isinstance(one, Tangle)
        )


def test_the_net_of_ddpm_is_a_u_whose_blocks_are_told_the_step() -> None:
    # Ho et al. (2020), appendix B: two blocks for each of four resolutions, and what enters each.
    picture = picture_of(example("ddpm"))
    u = levels_of(picture.chain)
    assert u is not None and len(u.levels) == 4 * (2 + 1)
    found = uses(picture.chain, "ResnetBlock")
    assert len(found) == 4 * 2 + 2 + 4 * 3
    assert all("with temb" in one.told for one in found)
    assert [head_text(one) for one in panel(picture, "temb").items[:1] if isinstance(one, Box)] == [
        "step"
    ]


def test_an_encoder_is_drawn_apart_from_a_decoder_that_reads_it_in_each_layer() -> None:
    # Raffel et al. (2020), table 1: six layers in each, of which the first are of their own here.
    picture = picture_of(example("t5_small"))
    (start,), (rest,) = uses(picture.chain, "DecoderStart"), uses(picture.chain, "DecoderBlock")
    assert start.told == ("with memory",)
    assert rest.told == ("with memory", "behind")
    assert rest.times is not None and rest.times.value == 5
    assert boxes(panel(picture, "memory"))[0] == "input_ids"


def test_what_turns_queries_and_keys_is_said_in_each_layer() -> None:
    # Grattafiori et al. (2024), table 3 for 8B: 32 layers.
    (layers,) = uses(picture_of(example("llama3_8b")).chain, "LlamaLayer")
    assert layers.told == ("with cosines", "sines")
    assert layers.times is not None and layers.times.value == 32


@pytest.mark.parametrize(
    "name", ["ddpm", "swin_t", "wavenet", "yolov8n", "ssd300_vgg16", "nasnet_cell"]
)
def test_what_is_told_costs_as_much_as_what_is_drawn(name: str) -> None:
    typed = example(name)
    whole, totals = spread(picture_of(typed)), Costs(typed, typed.graph.sizes).totals
    assert (whole.parameters, whole.macs) == (totals.parameters, totals.macs)


def test_a_head_that_is_drawn_once_runs_on_all_levels() -> None:
    typed = example("fasterrcnn_resnet50_fpn")
    assert spread(picture_of(typed)).macs == Costs(typed, typed.graph.sizes).totals.macs


def test_numbers_of_places_are_no_picture() -> None:
    # Liu et al. (2021), equation 4: softmax(q k / sqrt(d) + B) v.
    chain = panel(picture_of(example("swin_t")), "WindowAttention")
    assert "+ bias" in boxes(chain)
    assert "Arange" not in boxes(chain)


def test_one_head_on_all_levels_is_drawn_once() -> None:
    # Lin et al. (2017), section 4.1: the head is the same on the levels P2 to P6.
    (head,) = uses(picture_of(example("fasterrcnn_resnet50_fpn")).chain, "RPNHead")
    assert head.told == ("on each of 5",)


def test_what_regions_lead_to_is_drawn_too() -> None:
    picture = picture_of(example("fasterrcnn_resnet50_fpn"))
    chain = panel(picture, "class_logits, box_regression")
    assert boxes(chain)[0] == "regions"


def test_a_pyramid_comes_down_and_gives_a_map_on_each_level() -> None:
    # Lin et al. (2017), figure 3.
    chain = panel(picture_of(example("retinanet_resnet50_fpn")), "FeaturePyramid")
    assert not any(isinstance(one, Tangle) for one in everything(chain))
    sums = [one for one in everything(chain) if isinstance(one, Sign) and one.sign == "+"]
    assert len(sums) == 2
    assert len([one for one in everything(chain) if isinstance(one, Tap)]) >= 2


def test_maps_that_go_alike_ways_are_one_with_what_differs_as_a_range() -> None:
    # Liu et al. (2016): 4 or 6 boxes of 4 numbers, and of 91 classes, at each place of six maps.
    chain = picture_of(example("ssd300_vgg16")).chain
    found = {
        say(one.facts)
        for one in everything(chain)
        if isinstance(one, Box) and one.kind == "convolution"
    }
    assert found == {"16\N{EN DASH}24", "364\N{EN DASH}546"}
    assert "each of 6" in boxes(chain)


def test_what_each_layer_gives_to_a_sum_is_said_there() -> None:
    # Van den Oord et al. (2016), figure 4.
    chain = picture_of(example("wavenet")).chain
    assert "+ skips" in boxes(chain)
    layers = [one for ref in uses(chain, "GatedLayer") for one in (ref, *ref.same)]
    assert len(layers) == 30


def test_a_cell_of_pairs_is_one_sum_above_the_other() -> None:
    # Zoph et al. (2018), figure 4, left: each of five sums takes what the two cells before gave.
    chain = picture_of(example("nasnet_cell")).chain
    assert not any(isinstance(one, Tangle) for one in everything(chain))
    sums = [one for one in everything(chain) if isinstance(one, Sign) and one.sign == "+"]
    said = [one for one in boxes(chain) if one in ("+ left", "+ right")]
    assert len(sums) + len(said) == 5
    assert {one for one in boxes(chain) if one in ("left", "right")} == {"left", "right"}


def test_a_u_on_an_encoder_is_a_u() -> None:
    u = levels_of(picture_of(example("unet_resnet34")).chain)
    assert u is not None and len(u.levels) == 4


def test_a_path_aggregation_has_a_row_for_each_resolution() -> None:
    # Yolov8's three maps, of 80, 40 and 20 places a side.
    made = laid_out(example("yolov8n"))
    rows: dict[str, set[float]] = {}
    for mark in made.marks:
        if isinstance(mark, Glyph) and mark.path.startswith("model.") and "/" not in mark.path:
            rows.setdefault(mark.path, set()).add(round(mark.y + mark.height / 2))
    # Layers by the numbers that they have in yolov8.yaml.
    assert rows["model.12"] == rows["model.18"] != rows["model.15"]
    assert rows["model.9"] == rows["model.21"]


def test_outputs_on_the_way_leave_the_line() -> None:
    # Lin et al. (2017), section 3: the last of each stage, C2 to C5.
    chain = panel(picture_of(example("fasterrcnn_resnet50_fpn")), "ResNet")
    taps = [one for one in everything(chain) if isinstance(one, Tap)]
    assert [boxes(one.chain)[-1] for one in taps] == ["layer1", "layer2", "layer3"]


def test_inputs_side_by_side_stay_so() -> None:
    (item, *_rest) = picture_of(example("siamese")).chain.items
    assert isinstance(item, Parallel)
    assert [boxes(branch.chain)[0] for branch in item.branches] == ["one", "other"]


def test_a_line_that_begins_by_itself_has_none_before_it() -> None:
    made = laid_out(example("bert_base"))
    ends = [one for one in made.marks if isinstance(one, Glyph) and one.form == "end"]
    entries = [one for one in made.marks if isinstance(one, Wire) and one.form == "entry"]
    for wire in entries:  # the stray dash of BertEmbeddings, and an arrow into an input
        x, y = wire.points[-1]
        assert not any(
            one.x - 30 < x <= one.x + 1 and one.y < y < one.y + one.height for one in ends
        )
    begun = {wire.points[0] for wire in entries} - {wire.points[-1] for wire in entries}
    assert len(begun) == 1  # that of BertLayer


def test_a_value_that_stands_for_itself_is_still_drawn() -> None:
    typed = checked(HEAD + "  conv(8, 1) as a\n  add [a -> conv(8, 3, padding = 1), a]\n}")
    assert not [one for one in everything(picture_of(typed).chain) if isinstance(one, Tangle)]
    assert len(picture_of(typed).panels) == 0
