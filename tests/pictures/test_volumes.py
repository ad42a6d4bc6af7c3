"""Boxes in perspective: nothing over another, one scale, and LaTeX that reads it."""

from __future__ import annotations

import re

import pytest
from drawn import checked, example
from test_geometry import NETWORKS

from archc.pictures import PAGES, THEMES, Looks, paged
from archc.pictures.layout.faults import faults
from archc.pictures.layout.marks import Glyph, Text
from archc.pictures.layout.page import Page, page
from archc.pictures.model.build import picture_of
from archc.pictures.model.volumes import volumes_of
from archc.pictures.tikz import tikz
from archir.graph.typed import TypedGraph

HOSTILE = r"""model net_1() {
  input x: [N, 8, H = 8, W = 8]
  "\\end{{document}} $x^2$ & 50% #1 ~ \"y\" {{": { conv(8, 1) -> max_pool(2) }
  "é ж": { conv(9, 1) -> max_pool(2) }
  for i in 10..20 { conv(i, 1) }
}"""


def laid_out(typed: TypedGraph, size: str = "a4") -> Page:
    return page(volumes_of(picture_of(typed)), size, "volumes")


@pytest.mark.parametrize("size", PAGES)
def test_it_is_so_on_every_page(size: str) -> None:
    assert faults(laid_out(example("unet"), size)) == []
    assert faults(laid_out(example("googlenet"), size)) == []


def test_a_u_of_several_skips_a_resolution_has_a_row_for_each_resolution() -> None:
    # Appendix B of arXiv 2006.11239: four resolutions from 32 to 4, two blocks each on the way
    # down, and three on the way up.
    solids = [mark for mark in laid_out(example("ddpm")).marks if isinstance(mark, Glyph)]
    skips = [mark for mark in solids if mark.form == "sign" and mark.title]  # the legend has none
    assert len(skips) == 3
    blocks = [mark for mark in solids if mark.form == "solid" and "ResnetBlock" in mark.title]
    assert sorted(len(mark.sheets) for mark in blocks if len(mark.sheets) > 1) == [2, 2, 3, 3]


def test_a_solid_is_as_high_as_its_resolution_and_as_wide_as_its_channels() -> None:
    typed = checked("""model net() {
  input x: [N, 1, H = 64, W = 64]
  conv(4, 1) -> conv(16, 1) -> conv(64, 1)
  conv(64, 2, stride = 2) -> conv(64, 4, stride = 4)
}""")
    solids = [mark for mark in laid_out(typed).marks if isinstance(mark, Glyph)]
    made = [mark for mark in solids if mark.form == "solid" and "conv" in mark.title]
    first, second, third, half, eighth = made
    assert first.sheets[0][1] < second.sheets[0][1] < third.sheets[0][1]
    # On a logarithmic scale each halving takes as much.
    heights = [mark.height - mark.deep for mark in (third, half, eighth)]
    assert heights[1] - heights[2] == pytest.approx(2 * (heights[0] - heights[1]))
    assert third.sheets == half.sheets


def test_what_repeats_is_several_sheets() -> None:
    made = [mark for mark in laid_out(example("vgg16")).marks if isinstance(mark, Glyph)]
    assert [len(mark.sheets) for mark in made if mark.kind == "convolution" and mark.sheets] == [
        2,
        2,
        3,
        3,
        3,
    ]


def is_layer(one: Glyph) -> bool:
    """Whether it is two layers' solid, and not the legend's."""
    return len(one.sheets) == 2 and bool(one.title)


def solids(text: str) -> list[Glyph]:
    """The solids of a network in their order, without the legend's samples."""
    marks = [mark for mark in laid_out(checked(text)).marks if isinstance(mark, Glyph)]
    return [mark for mark in marks if mark.form == "solid" and mark.title]


def test_tokens_are_as_high_as_they_are_many_and_as_thick_as_their_features() -> None:
    ids, words, wide, narrow, _output = solids("""model net() {
  input ids: int[N, L = 64]
  embedding(1000, 16) -> linear(256) -> relu -> linear(4)
}""")
    heights = {round(one.height - one.deep, 2) for one in (ids, words, wide, narrow)}
    assert len(heights) == 1
    thick = [one.sheets[0][1] for one in (ids, narrow, words, wide)]
    assert thick == sorted(thick) and len(set(thick)) == 4


def test_patches_are_tokens_though_a_convolution_makes_them() -> None:
    # Section 3.1 of arXiv 2010.11929: N = HW/P^2 = 196 tokens of D = 768 features.
    marks = [mark for mark in laid_out(example("vit_b_16")).marks if isinstance(mark, Glyph)]
    patches, blocks = (
        next(one for one in marks if word in one.title) for word in ("conv_proj", "EncoderBlock")
    )
    assert patches.sheets[0][1] == blocks.sheets[0][1]
    assert patches.height == pytest.approx(blocks.height, abs=0.2)


def test_a_pool_is_as_thick_as_what_it_pools() -> None:
    image, conv, pool, _output = solids("""model net() {
  input image: [N, 3, H = 32, W = 32]
  conv(64, 3, padding = 1) -> max_pool(2)
}""")
    assert image.sheets[0][1] < conv.sheets[0][1] == pool.sheets[0][1]


@pytest.mark.parametrize(("count", "sheets", "dots"), [(2, 2, 0), (6, 6, 0), (7, 4, 1), (12, 4, 1)])
def test_sheets_that_are_left_out_are_dots(count: int, sheets: int, dots: int) -> None:
    _image, conv, _output = solids(f"""model net() {{
  input image: [N, 8, H = 32, W = 32]
  repeat {count} {{ conv(8, 3, padding = 1) }}
}}""")
    assert len(conv.sheets) == sheets
    assert len(conv.texts) == dots


def test_nested_skips_have_a_volume_for_each_node() -> None:
    # Figure 1a of arXiv 1807.10165: fifteen nodes X(i, j), of which i + j <= 4.
    typed = checked(NETWORKS["skips in skips, as in UNet++"])
    for size in PAGES:
        made = laid_out(typed, size)
        assert faults(made) == []
        nodes = [one for one in made.marks if isinstance(one, Glyph) and is_layer(one)]
        assert len(nodes) == 15
        signs = [one for one in made.marks if isinstance(one, Glyph) and one.form == "sign"]
        assert len(signs) == 10 + 1  # each X(i, j) of j > 0, and the legend's


def test_a_u_has_a_row_for_each_resolution() -> None:
    made = [mark for mark in laid_out(example("unet")).marks if isinstance(mark, Glyph)]
    rows = {round(mark.y + mark.height) for mark in made if is_layer(mark)}
    assert len(rows) == 5


# --- LaTeX ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", ["unet", "googlenet"])
def test_latex_is_one_picture_whose_braces_are_closed(name: str, theme: str) -> None:
    for view in ("volumes", "layers"):
        text = tikz(paged(example(name), Looks(view)), theme)
        assert text.count("\\begin{tikzpicture}") == text.count("\\end{tikzpicture}") == 1
        bare = re.sub(r"\\[{}]", "", text)
        assert bare.count("{") == bare.count("}")
        used = set(re.findall(r"(?:fill|draw|text)=(archc\w+)", text))
        named = set(re.findall(r"\\(?:definecolor|colorlet)\{(archc\w+)\}", text))
        assert used <= named


def test_latex_needs_no_fonts_but_its_own_and_texts_fit_in_any() -> None:
    # texlive-latex-base and texlive-pictures of Debian have no Helvetica.
    text = tikz(paged(example("googlenet"), Looks()))
    assert "\\fontfamily" not in text
    fitted = re.findall(r"\\node.*\{\\archcfit\{([0-9.]+)\}", text)
    assert len(fitted) == text.count("\\node[") > 50


def test_no_text_is_a_command_of_latex() -> None:
    text = tikz(paged(checked(HOSTILE), Looks()))
    assert r"\textbackslash{}end\{document\} \$x\textasciicircum{}2\$ \& 50\% \#1" in text
    assert "net\\_1" in text
    assert "é ?" in text
    assert "\\end{document}" not in text


def test_what_is_put_in_a_row_has_the_volume_that_it_had() -> None:
    """VGG's last pooling gives 512 channels of 7 x 7, of which its first matrix reads 25,088."""
    texts = [mark.text for mark in laid_out(example("vgg16")).marks if isinstance(mark, Text)]
    assert "25088" not in texts
    assert "512 \N{MULTIPLICATION SIGN} 7\N{SUPERSCRIPT TWO}" in texts
