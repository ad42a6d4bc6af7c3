"""Where things stand: nothing over another, in pictures of all examples and of random networks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from drawn import checked, example, laid_out
from shipped import DRAWN

from archc.pictures import Looks, paged
from archc.pictures.layout.faults import faults
from archc.pictures.layout.marks import Frame, Glyph, Mark, Text, Wire
from archc.pictures.layout.page import Page, page
from archc.pictures.looks import PAGES
from archc.pictures.measure.widths import width
from archc.pictures.model.build import picture_of
from archc.pictures.model.stages import stages_of
from archc.pictures.model.tree import Picture
from archc.pictures.model.volumes import volumes_of
from archc.pipeline import check_source
from archc.testing.generator import generate
from archir.base.source import Source

RANDOM = 150
VIEWS: dict[str, Callable[[Picture], Picture]] = {
    "layers": lambda picture: picture,
    "volumes": volumes_of,
    "stages": stages_of,
}
LARGEST = 60
"""Boxes outside of panels that a reader takes in."""


@pytest.mark.parametrize("name", DRAWN)
def test_an_example_fits_a_page_and_nothing_is_over_another(name: str) -> None:
    typed = example(name)
    for view, seen in VIEWS.items():
        made = page(seen(picture_of(typed)), view=view)
        assert (view, faults(made)) == (view, [])
        assert 0.5 <= made.width / made.height <= 2, view
        assert 0 < outside_of_panels(made) <= LARGEST, view


def outside_of_panels(made: Page) -> int:
    panels = [one for one in made.marks if isinstance(one, Frame) and one.form == "panel"]
    boxes = [one for one in made.marks if isinstance(one, Glyph) and one.form != "sign"]
    return sum(
        not any(
            panel.x <= one.x <= panel.x + panel.width and panel.y <= one.y <= panel.y + panel.height
            for panel in panels
        )
        for one in boxes
    )


ON_EVERY_PAGE = (
    *("googlenet", "unet", "densenet201", "inception_v3"),
    *("retinanet_resnet50_fpn", "unet_resnet34"),
)


@pytest.mark.parametrize("size", PAGES)
@pytest.mark.parametrize("name", ON_EVERY_PAGE)
def test_it_is_so_on_every_page(name: str, size: str) -> None:
    assert faults(laid_out(example(name), size)) == []


def test_nothing_is_over_another_in_random_networks(tmp_path: Path) -> None:
    wrong: dict[tuple[int, str], list[str]] = {}
    drawn = 0
    for seed in range(RANDOM):
        folder = tmp_path / str(seed)
        for name, text in generate(f"pictures:{seed}").files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        main = folder / "main.arch"
        source = Source(str(main), main.read_text(encoding="utf-8"))
        for one in check_source(source, main)[0]:
            if one.typed is None:
                continue
            drawn += 1
            for view, seen in VIEWS.items():
                found = faults(page(seen(picture_of(one.typed)), view=view))
                if found:
                    wrong[seed, view] = found
    assert wrong == {}
    assert drawn > RANDOM // 3


def test_a_row_begins_with_the_shape_that_flows_into_it() -> None:
    # GoogLeNet's table 1: 4d gives 14x14x528, and a classifier leaves the line behind it.
    made = laid_out(example("googlenet"))
    shapes = [mark.text for mark in made.marks if isinstance(mark, Text) and mark.role == "shape"]
    assert "528 \N{MULTIPLICATION SIGN} 14\N{SUPERSCRIPT TWO}" in shapes


NETWORKS = {
    "a U of residual blocks, with something on its skips": """
block Res(width) {
  residual { conv(width, 3, padding = 1) -> relu } shortcut {
    conv(width, 1) if _.channels != width
  }
  relu
}
model net() {
  input image: [N, 3, H = 64, W = 64]
  for i, width in enumerate([8, 16, 32]) {
    "down{i}": { Res(width) -> Res(width) } as skips
    conv(2 * width, 3, stride = 2, padding = 1)
  }
  Res(64)
  for i, skip in reversed(enumerate(skips)) {
    upsample(scale_factor = 2) -> conv(skip.channels, 1) as up
    concat [skip -> conv(skip.channels, 1), up] -> "up{i}": { Res(skip.channels) -> Res(4) }
  }
}""",
    "a pyramid with an output at each level": """
model net() {
  input image: [N, 3, H = 64, W = 64]
  conv(8, 3, stride = 2, padding = 1) as a
  conv(16, 3, stride = 2, padding = 1) as b
  conv(32, 3, stride = 2, padding = 1) -> conv(8, 1) as three
  add [b -> conv(8, 1), three -> upsample(scale_factor = 2)] as two
  add [a -> conv(8, 1), two -> upsample(scale_factor = 2)] as one
  output one
  output two
  output three
}""",
    "skips in skips, as in UNet++": """
block Conv2(width) {
  repeat 2 { conv(width, 3, padding = 1, bias = false) -> batch_norm -> relu }
}
model net() {
  input image: [N, 3, H = 96, W = 96]
  Conv2(32) as x00
  max_pool(2) -> Conv2(64) as x10
  max_pool(2) -> Conv2(128) as x20
  max_pool(2) -> Conv2(256) as x30
  max_pool(2) -> Conv2(512) as x40
  concat [x00, x10 -> upsample(scale_factor = 2)] -> Conv2(32) as x01
  concat [x10, x20 -> upsample(scale_factor = 2)] -> Conv2(64) as x11
  concat [x20, x30 -> upsample(scale_factor = 2)] -> Conv2(128) as x21
  concat [x30, x40 -> upsample(scale_factor = 2)] -> Conv2(256) as x31
  concat [x00, x01, x11 -> upsample(scale_factor = 2)] -> Conv2(32) as x02
  concat [x10, x11, x21 -> upsample(scale_factor = 2)] -> Conv2(64) as x12
  concat [x20, x21, x31 -> upsample(scale_factor = 2)] -> Conv2(128) as x22
  concat [x00, x01, x02, x12 -> upsample(scale_factor = 2)] -> Conv2(32) as x03
  concat [x10, x11, x12, x22 -> upsample(scale_factor = 2)] -> Conv2(64) as x13
  concat [x00, x01, x02, x03, x13 -> upsample(scale_factor = 2)] -> Conv2(32)
  conv(1, 1)
}""",
    "a tangle": """
model net() {
  input x: [N, 8, H = 8, W = 8]
  conv(8, 1) as a
  conv(8, 1) as b
  add [a, b] -> conv(8, 1) as c
  add [b, c] -> conv(8, 1) as d
  add [c, d, a] -> add [_, b]
}""",
    "long names": """
model a_network_whose_name_goes_on_and_on_and_does_not_end_before_the_page_does() {
  input an_input_whose_name_goes_on_and_on_and_on_until_nobody_reads_it: [N, 8, H = 8, W = 8]
  a_part_with_a_name_as_long_as_a_sentence_about_it_would_be_in_a_paper: {
    conv(8, 1) -> max_pool(1)
  }
}""",
    "many branches": """
model net() {
  input x: [N, 8, H = 8, W = 8]
  concat [for i in 1..12 { conv(i, 1) -> relu -> conv(i, 3, padding = 1) }]
  concat [{ }, concat [{ }, concat [{ }, conv(8, 1)]]]
}""",
    "one layer": "model net() {\n  input x: [N, 8]\n  relu\n}",
}


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("size", PAGES)
def test_nothing_is_over_another_in(name: str, size: str) -> None:
    assert faults(laid_out(checked(NETWORKS[name]), size)) == []


def test_skips_in_skips_stand_in_rows_by_resolution() -> None:
    # Figure 1a of arXiv 1807.10165: X(i, j), of which i + j <= 4, has row i, and is farther right
    # the larger 2j + i is. X(0, 0) and X(0, 4) begin and end it.
    made = laid_out(checked(NETWORKS["skips in skips, as in UNet++"]))
    rows: dict[float, list[Glyph]] = {}
    for mark in made.marks:
        if isinstance(mark, Glyph) and "Conv 3" in "".join(text.text for text in mark.texts):
            rows.setdefault(round(mark.y), []).append(mark)
    found = [rows[y] for y in sorted(rows)]
    counts = [len(row) for row in found]
    assert counts == [1, 3, 4, 3, 2, 1, 1]
    left = {
        (i, j): box.x
        for i, row in enumerate(found[1:6])
        for j, box in enumerate(sorted(row, key=lambda one: one.x), start=int(i == 0))
    }
    order = sorted(left, key=lambda place: left[place])
    assert [2 * j + i for i, j in order] == sorted(2 * j + i for i, j in left)


# --- that the check finds what is wrong ----------------------------------------------------------


def box(x: float, y: float, text: str = "a") -> Glyph:
    return Glyph(x, y, 40, 20, "norm", "box", texts=[Text(x + 20, y + 14, text, 11, "head")])


def found(*marks: Mark) -> list[str]:
    return faults(Page("page", 200, 200, list(marks)))


def test_the_check_finds_each_fault() -> None:
    one, other = box(10, 10), box(100, 10)
    arrow = Wire([(50, 20), (100, 20)])
    assert found(one, other, arrow) == []
    assert "out of its box" in found(box(10, 10, "a text too wide"))[0]
    assert any("boxes" in fault for fault in found(one, box(45, 15)))
    assert any("ends at nothing" in fault for fault in found(one, Wire([(50, 20), (90, 20)])))
    assert any("begins" in fault for fault in found(one, other, Wire([(70, 20), (100, 20)])))
    through = Wire([(50, 20), (150, 20), (150, 60)], has_head=False)
    assert any("runs through" in fault for fault in found(one, other, through))
    near = Text(75, 23, "shape", 9, "shape")
    assert found(one, other, arrow, near) != []
    assert any("over a box" in fault for fault in found(one, Text(12, 20, "b", 9, "shape")))
    assert any("out of the page" in fault for fault in found(box(190, 10)))
    assert faults(Page("page", 500, 200, [])) == ["the page is 500 by 200"]


def test_letters_are_as_wide_as_adobe_says_helvetica_is() -> None:
    # Of the font metrics that come with PostScript: Helvetica.afm and Helvetica-Bold.afm.
    assert width("A", 1000) == 667
    assert width("i", 1000) == 222
    assert width("@", 1000) == 1015
    assert width("~", 1000) == 584
    assert width("A", 1000, bold=True) == 722
    assert width("i", 1000, bold=True) == 278
    assert width("Conv", 10) == pytest.approx((722 + 556 + 556 + 500) / 100)


@pytest.mark.parametrize("view", ["layers", "volumes"])
def test_what_a_page_has_too_much_is_on_no_side_alone(view: str) -> None:
    """A row that is more than twice as wide as high has a page that is not."""
    body = "\n".join(f"  conv({8 * width}, 1)\n  max_pool(2)" for width in range(1, 4))
    typed = checked(f"model net() {{\n  input x: [N, 3, H = 64, W = 64]\n{body}\n}}")
    made = paged(typed, Looks(view, "slide"))
    spans = [span(mark) for mark in made.marks if not isinstance(mark, Wire)]
    left, right = min(one for one, _ in spans), max(one for _, one in spans)
    assert abs(left - (made.width - right)) <= 15
    texts = [mark.y for mark in made.marks if isinstance(mark, Text)]
    assert made.height - max(texts) <= 20  # below the legend
    assert made.width <= 2 * made.height + 0.1


def span(mark: Text | Glyph | Frame) -> tuple[float, float]:
    """Where a mark begins and ends."""
    left = mark.left if isinstance(mark, Text) else mark.x
    return left, left + mark.width
