"""What a reader who had not drawn them wished of the layout: rows, tables, runs, sizes of type."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from drawn import checked, example, laid_out
from shipped import DRAWN

from archc.pictures.layout.faults import faults
from archc.pictures.layout.marks import Frame, Glyph, Text, Wire
from archc.pictures.layout.page import Page
from archc.pictures.looks import PAGES
from archc.pictures.model.build import picture_of
from archc.pictures.model.tree import Ref, say
from archir.graph.typed import TypedGraph

POINT = 25.4 / 72
"""Millimetres."""

FOOTNOTE = 5.5
"""Points of the smallest type that a reader of paper reads."""


def rows(page: Page) -> list[list[Glyph]]:
    """The boxes outside of panels, row by row."""
    panels = [one for one in page.marks if isinstance(one, Frame) and one.form == "panel"]
    top = min((one.y for one in panels), default=page.height)
    found: dict[int, list[Glyph]] = {}
    for one in page.marks:
        if isinstance(one, Glyph) and one.texts and one.y < top:
            found.setdefault(round(one.y + one.height / 2), []).append(one)
    return [sorted(found[y], key=lambda one: one.x) for y in sorted(found)]


def words(glyph: Glyph) -> str:
    return " ".join(text.text for text in glyph.texts)


@pytest.mark.parametrize("name", ["vgg11", "vgg16", "vgg19"])
def test_a_row_ends_with_its_pool(name: str) -> None:
    # Table 1 of arXiv 1409.1556 has a rule behind each maxpool. The last, to a fixed size, is the
    # head's.
    *full, _head = rows(laid_out(example(name)))
    assert full
    assert all("MaxPool" in words(row[-1]) for row in full)


@pytest.mark.parametrize("name", ["alexnet", "squeezenet1_0", "googlenet"])
@pytest.mark.parametrize("size", PAGES)
def test_no_row_begins_with_the_pool_of_the_one_before(name: str, size: str) -> None:
    assert not [row for row in rows(laid_out(example(name), size)) if "MaxPool" in words(row[0])]


def test_a_densenets_rows_end_with_transitions() -> None:
    # Table 1 of arXiv 1608.06993: a transition layer, with its pool, ends what it shrinks.
    made = rows(laid_out(example("densenet121")))
    assert ["Transition" in words(row[-1]) for row in made] == [True, True, False]


def test_the_shape_before_a_row_stands_between_the_line_and_the_row() -> None:
    page = laid_out(example("vgg16"))
    shape = next(
        one for one in page.marks if isinstance(one, Text) and one.text.startswith("64 \u00d7 112")
    )
    turned = [one for one in page.marks if isinstance(one, Wire) and len(one.points) == 6]
    line = turned[0].points[2][1]
    top = min(one.y for one in rows(page)[1])
    assert line < shape.y - shape.size * 0.7 < shape.y < top


def test_numbers_of_a_block_stand_under_their_names() -> None:
    # Table 1 of arXiv 1409.4842, columns "#1x1" to "pool proj", rows inception (3a) to (5b).
    paper = {
        "3a": (64, 96, 128, 16, 32, 32),
        "3b": (128, 128, 192, 32, 96, 64),
        "4a": (192, 96, 208, 16, 48, 64),
        "4b": (160, 112, 224, 24, 64, 64),
        "4c": (128, 128, 256, 24, 64, 64),
        "4d": (112, 144, 288, 32, 64, 64),
        "4e": (256, 160, 320, 32, 128, 128),
        "5a": (256, 160, 320, 32, 128, 128),
        "5b": (384, 192, 384, 48, 128, 128),
    }
    names = ("n1x1", "n3x3_reduce", "n3x3", "n5x5_reduce", "n5x5", "pool_proj")
    page = laid_out(example("googlenet"))
    lines: dict[float, list[Text]] = {}
    for one in page.marks:
        if isinstance(one, Text) and one.role == "shape":
            lines.setdefault(round(one.y, 2), []).append(one)
    table = [line for line in lines.values() if len(line) >= len(names)]
    head, *rest = ([one.text for one in sorted(line, key=lambda one: one.left)] for line in table)
    assert tuple(head) == names
    assert {row[0]: tuple(map(int, row[1:])) for row in rest} == {
        f"inception{at}": numbers for at, numbers in paper.items()
    }
    right = {one.text: one.left + one.width for line in table[:1] for one in line}
    for line in table[1:]:
        for name, one in zip(names, sorted(line, key=lambda one: one.left)[1:], strict=True):
            assert one.left + one.width == pytest.approx(right[name])


def test_a_use_says_what_its_block_repeats_as_a_count() -> None:
    text = """
block Layer(width) { conv(width, 1) -> conv(width, 3, padding = 1) -> relu }
block Stage(width, depth) { repeat depth { Layer(width) } }
model net() {
  input x: [N, 3, H = 32, W = 32]
  Stage(8, 2)
  max_pool(2)
  Stage(16, 3)
}"""
    said = [say(one.words) for one in refs(checked(text)) if one.definition.name == "Stage"]
    # Without what repeats a reader might take it for two stages.
    assert said == ["8, Layer \N{MULTIPLICATION SIGN} 2", "16, Layer \N{MULTIPLICATION SIGN} 3"]


def refs(typed: TypedGraph) -> Iterator[Ref]:
    return (one for one in picture_of(typed).chain.items if isinstance(one, Ref))


def test_dilations_that_are_doubled_are_one_box() -> None:
    # Section 2.1 of arXiv 1609.03499: 1, 2, 4, ..., 512, three times. The last layer has no output
    # that another layer reads.
    boxes = [(one.times, say(one.words)) for one in refs(example("wavenet"))]
    said = [(0 if times is None else times.value, word) for times, word in boxes]
    assert said == [
        (10, "d1, 2, \N{HORIZONTAL ELLIPSIS}, 512"),
        (10, "d1, 2, \N{HORIZONTAL ELLIPSIS}, 512"),
        (9, "d1, 2, \N{HORIZONTAL ELLIPSIS}, 256"),
        (0, ""),
    ]


def test_what_does_not_grow_evenly_is_said_one_by_one() -> None:
    text = """
block Layer(d) { conv(8, 3, padding = d, dilation = d) -> relu -> conv(8, 1) }
model net() {
  input x: [N, 8, H = 32, W = 32]
  for d in [1, 2, 5, 1, 4, 2] { Layer(d) }
}"""
    assert [one.times for one in refs(checked(text))] == [None] * 6


def test_a_merge_says_which_map_of_an_encoder_it_takes() -> None:
    # Section 2.3 of arXiv 1804.02767: features from earlier in the network, twice.
    page = laid_out(example("yolov3"))
    boxes = [words(one) for one in page.marks if isinstance(one, Glyph)]
    assert [one for one in boxes if one.startswith("concat")] == ["concat stage4", "concat stage3"]
    shapes = [one.text for one in page.marks if isinstance(one, Text) and one.role == "shape"]
    assert shapes[0].startswith("1024 \u00d7 13")  # and not that of the first map


# --- in a column ---------------------------------------------------------------------------------

READ_EASILY = 6.0
"""Points of the smallest type in a column where panels may be left out."""

LARGE = (
    *("bert_base", "gpt2", "llama3", "t5_small", "swin", "maxvit", "mvit", "clip"),
    *("ddpm", "deeplabv3", "fcn", "lraspp", "unet_resnet34"),
    *("fasterrcnn", "fcos", "retinanet", "ssd300", "yolo"),
    *("googlenet", "inception_v3", "xception", "nasnet", "s3d", "r2plus1d", "wavenet"),
    *("efficientnet", "mobilenet_v3", "regnet", "resnext", "seresnet"),
)
"""Beginnings of names: these have so much to say that they want the width of a page."""


@pytest.mark.parametrize("name", [name for name in DRAWN if not name.startswith(LARGE)])
def test_type_in_a_column_is_that_of_footnotes(name: str) -> None:
    made = laid_out(example(name), "column")
    assert smallest(made) >= FOOTNOTE


def smallest(made: Page) -> float:
    scale = max(min(wide / made.width, high / made.height) for wide, high in PAGES["column"])
    texts = [one for one in made.marks if isinstance(one, Text)]
    texts += [text for one in made.marks if isinstance(one, (Glyph, Frame)) for text in one.texts]
    return round(min(one.size for one in texts) * scale / POINT, 2)


@pytest.mark.parametrize("name", ["gpt2", "swin_t", "t5_small", "efficientnet_b0"])
def test_a_column_is_read_and_says_what_it_leaves_out(name: str) -> None:
    typed = example(name)
    made = laid_out(typed, "column")
    assert faults(made) == []
    assert smallest(made) >= READ_EASILY
    frames = {one.path for one in made.marks if isinstance(one, Frame) and one.form == "panel"}
    panels = [one.name for one in picture_of(typed).panels]
    said = " ".join(one.text for one in made.marks if isinstance(one, Text) and one.role == "small")
    left_out = [one for one in panels if one not in frames]
    assert bool(left_out) == ("not drawn:" in said)
    assert all(one in said for one in left_out)


@pytest.mark.parametrize(
    ("name", "block"),
    [("mobilenet_v3_small", "Bneck"), ("swin_t", "SwinBlock"), ("efficientnet_b0", "MBConv")],
)
def test_a_column_shows_the_block_that_its_network_is_made_of(name: str, block: str) -> None:
    made = laid_out(example(name), "column")
    assert block in {one.path for one in made.marks if isinstance(one, Frame)}


def test_a_panel_stands_beside_a_u_where_a_slide_has_room_for_it() -> None:
    made = laid_out(example("unet_resnet34"), "slide")
    (panel,) = (one for one in made.marks if isinstance(one, Frame) and one.form == "panel")
    outside = [one for one in made.marks if isinstance(one, Glyph) and one.x < panel.x]
    assert panel.x > max(one.x + one.width for one in outside)
    assert panel.y < max(one.y for one in outside)


def test_a_block_that_is_too_wide_for_a_column_runs_down() -> None:
    page = laid_out(example("gpt2"), "column")
    (frame,) = (one for one in page.marks if isinstance(one, Frame) and one.path == "GPT2Block")
    inside = [
        one
        for one in page.marks
        if isinstance(one, Glyph) and one.path.startswith("GPT2Block/") and one.form != "sign"
    ]
    assert frame.height > 2 * frame.width
    middles = {round(one.x + one.width / 2) for one in inside}
    assert len(inside) > 5 and len(middles) == 1
