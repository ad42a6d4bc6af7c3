"""What tells the uses of a block from each other, and what ops say that words alone do not."""

from __future__ import annotations

import pytest
from drawn import checked, example
from test_model import body, panel, words

from archc.pictures.model.build import picture_of
from archc.pictures.model.tree import Box, Parallel, Ref, Tap, everything, head_text, say


def uses(name: str, block: str) -> list[str]:
    """What is said of each use of a block in an example, outside of panels and in them."""
    picture = picture_of(example(name))
    chains = [picture.chain, *(one.chain for one in picture.panels)]
    refs = [one for chain in chains for one in everything(chain) if isinstance(one, Ref)]
    return [say(one.words) for one in refs if one.definition.name == block]


def test_every_second_block_of_swin_is_told_to_shift() -> None:
    # Figure 3b of arXiv 2103.14030: W-MSA and SW-MSA one behind the other.
    said = uses("swin_t", "SwinBlock")
    assert ["shift" in one for one in said] == [False, True] * 4
    (inner,) = uses("swin_t", "WindowAttention")
    assert inner.endswith("(shift)")


def test_a_use_says_whether_it_is_causal_where_its_panel_is_either() -> None:
    # Section 2.1 of arXiv 1910.10683: the decoder attends to past outputs alone.
    picture = picture_of(example("t5_small"))
    of = {panel.name: panel for panel in picture.panels}
    inner = {
        name: [say(one.words) for one in everything(of[name].chain) if isinstance(one, Ref)]
        for name in ("DecoderStart", "SelfStart", "memory")
    }
    assert inner["DecoderStart"][0] == "causal"
    assert inner["SelfStart"] == ["(causal)"]
    assert not any("causal" in word for word in inner["memory"])


def test_a_second_output_of_a_block_is_no_way_around() -> None:
    picture = picture_of(example("deeplabv3_mobilenet_v3_large"))
    (trunk,) = (one.chain for one in picture.panels if one.name == "DilatedTrunk")
    assert [type(one) for one in trunk.items].count(Tap) == 1
    assert not any(isinstance(one, Parallel) for one in trunk.items)


def test_a_stride_that_no_argument_says_is_said_of_each_use() -> None:
    # Table 1 of arXiv 1905.02244, and stride 16 kept by dilation: 2, 2, 2 and no fourth.
    said = uses("deeplabv3_mobilenet_v3_large", "Bneck")
    assert ["/2" in one.split(", ") for one in said].count(True) == 3


def test_gpt2_says_its_widths_its_heads_and_that_it_looks_back() -> None:
    # Radford et al. (2019), table 2: 768 features, of which 12 heads have 64 each.
    picture = picture_of(example("gpt2"))
    assert panel(picture, "CausalAttention").count("Attention: 12 heads, causal") == 1
    assert sorted(uses("gpt2", "Conv1D")) == ["2304", "3072", "768", "768"]


def test_what_all_uses_are_given_is_said_by_its_name() -> None:
    # Section 3 of arXiv 1608.06993: the growth rate k = 32.
    picture = picture_of(example("densenet121"))
    (layer,) = (one for one in picture.panels if one.name == "DenseLayer")
    assert layer.fixed == ("growth_rate = 32",)


def test_a_factor_is_said_and_where_elements_lie_is_not() -> None:
    assert words(body("multiply(0.125) -> add(1)")) == [
        "x 0.125",
        "+ 1",
    ]
    assert words(body("conv(8, 1) -> contiguous")) == ["Conv 1x1 | 8"]


@pytest.mark.parametrize(
    ("name", "panels"),
    [
        # Figure 2 of arXiv 2204.01697: an inverted residual, attention in blocks, and in grids.
        ("maxvit_t", ["MBConv", "MultiAxis a", "MultiAxis b", "RelativeAttention"]),
        # Figure 2 of arXiv 2112.01526: one pooling attention, whose strides differ.
        ("mvit_v2_s", ["Multiscale", "PooledAttention"]),
    ],
)
def test_what_differs_in_numbers_alone_is_drawn_once(name: str, panels: list[str]) -> None:
    beginnings = tuple(one.split()[0] for one in panels)
    drawn = [one.name for one in picture_of(example(name)).panels]
    assert sorted(one for one in drawn if one.startswith(beginnings)) == panels


def test_factors_of_a_blocks_uses_are_a_range() -> None:
    text = """
block Scaled(width) { conv(width, 1) -> multiply(width ** -0.5) -> conv(width, 1) }
model net() {
  input x: [N, 8, H = 8, W = 8]
  Scaled(4) -> Scaled(16) -> Scaled(64)
}"""
    (block,) = picture_of(checked(text)).panels
    (factor,) = (one for one in everything(block.chain) if isinstance(one, Box) and one.factors)
    # The roots of 4, 16 and 64 are 2, 4 and 8.
    assert head_text(factor) == "\N{MULTIPLICATION SIGN} 0.125\N{EN DASH}0.5"
