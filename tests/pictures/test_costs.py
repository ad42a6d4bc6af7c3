"""What boxes cost, and their colours: held against the costs of the compiler's own table."""

from __future__ import annotations

import pytest
from drawn import checked, example, model, svg_of

from archc.pictures import Looks, paged, pictured
from archc.pictures.layout.marks import Glyph
from archc.pictures.looks import HEATS
from archc.pictures.model.costs import level
from archc.pictures.model.tree import FREE, Box, Chain, Cost, Ref, Sign, everything
from archir.cost.report import Costs

NAMES = (
    "resnet50",
    "googlenet",
    "densenet121",
    "unet",
    "vgg16",
    "mobilenet_v2",
    "inception_v3",
    "resnet18",
    "alexnet",
    "squeezenet1_0",
    "mobilenet_v1",
    "resnext50_32x4d",
)


def total(chain: Chain) -> Cost:
    found = FREE
    for item in everything(chain):
        if isinstance(item, (Box, Ref, Sign)):
            found += item.cost
    return found


@pytest.mark.parametrize("view", ["layers", "volumes", "stages"])
@pytest.mark.parametrize("name", NAMES)
def test_the_boxes_of_an_example_cost_together_what_it_costs(name: str, view: str) -> None:
    typed = example(name)
    made = total(pictured(typed, Looks(view)).chain)
    known = Costs(typed, typed.graph.sizes).totals
    trains_alone = name in ("googlenet", "inception_v3", "googlenet_paper")
    assert view != "layers" or made.parameters == known.parameters
    assert trains_alone or (made.parameters, made.macs) == (known.parameters, known.macs)
    assert trains_alone or made.memory == known.outputs


def test_the_boxes_of_a_panel_cost_what_all_its_uses_do() -> None:
    for name in ("resnet50", "densenet121", "googlenet"):
        picture = pictured(example(name), Looks())
        for panel in picture.panels:
            uses = [
                item.cost
                for chain in (picture.chain, *(one.chain for one in picture.panels))
                for item in everything(chain)
                if isinstance(item, Ref)
                and item.definition in {ref.definition for ref in panel.uses}
            ]
            assert total(panel.chain) == sum(uses, FREE)


def test_a_repeat_costs_the_sum_of_turns_that_differ() -> None:
    # 3 x 3 x (8 x 16 + 16 x 16) weights and as many biases as channels; 4 x 4 places each.
    (conv,) = model("""model net() {
  input x: [N, 8, H = 4, W = 4]
  conv(16, 3, padding = 1) -> conv(16, 3, padding = 1)
}""").chain.items[1:-1]
    weights = 9 * (8 * 16 + 16 * 16)
    assert isinstance(conv, Box) and conv.times is not None
    assert conv.cost == Cost(weights + 2 * 16, 16 * weights, 2 * 16 * 16 * 4)


def test_parameters_of_a_module_that_runs_twice_count_once() -> None:
    text = """model net() {
  input x: [N, 8, H = 4, W = 4]
  module same = conv(8, 1)
  same -> max_pool(1) -> same
}"""
    assert total(pictured(checked(text), Looks()).chain).parameters == 8 * 8 + 8


def test_what_is_learned_beside_an_op_is_counted_in_its_box() -> None:
    text = """model net() {
  input x: [N, 8, L = 4]
  param place: [1, 8, 4] = zeros
  conv(8, 1) -> add [_, place] -> max_pool(1) -> add [_, place]
}"""
    assert total(pictured(checked(text), Looks()).chain).parameters == 8 * 8 + 8 + 8 * 4


@pytest.mark.parametrize(
    ("cost", "kind"), [(0, "heat0"), (1, "heat1"), (30, "heat2"), (99, "heat3"), (900, "heat5")]
)
def test_a_share_of_the_whole_has_its_colour(cost: int, kind: str) -> None:
    assert level(cost, 1000) == kind
    assert level(0, 0) == "heat0"


def test_most_parameters_of_vgg16_are_in_its_first_linear_layer() -> None:
    marks = paged(example("vgg16"), Looks(heat="parameters")).marks
    hottest = [one for one in marks if isinstance(one, Glyph) and one.kind == "heat5" and one.path]
    assert [one.path for one in hottest] == ["classifier.0"]
    # 25088 x 4096 + 4096, and 4096 x 4096 + 4096
    assert "119,545,856 parameters" in svg_of(example("vgg16"))


@pytest.mark.parametrize("heat", HEATS)
def test_the_legend_says_what_the_colours_are_of(heat: str) -> None:
    text = svg_of(example("unet"), Looks(heat=heat))
    assert "kind-convolution" not in text and "kind-heat4" in text
    assert HEATS[heat] in text
    assert "up to 20 %" in text
