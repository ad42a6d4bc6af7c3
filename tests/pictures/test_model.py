"""What is seen of a network: expectations are the papers' own figures and tables."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from drawn import checked, example, model

from archc.pictures import Looks, paged
from archc.pictures.layout.marks import Frame
from archc.pictures.looks import NoSuchBlockError
from archc.pictures.model.build import picture_of
from archc.pictures.model.kinds import KINDS
from archc.pictures.model.levels import levels_of
from archc.pictures.model.tree import (
    Box,
    Chain,
    Item,
    Parallel,
    Part,
    Picture,
    Ref,
    Sign,
    Tangle,
    Tap,
    Times,
    everything,
    head_text,
    say,
)
from archir.catalogue.registry import FAMILIES

HEAD = "model net() {\n  input x: [N, 8, H = 32, W = 32]\n"


SIGNS = {"\N{MULTIPLICATION SIGN}": "x", "\N{SUPERSCRIPT TWO}": "^2", "\N{MIDDLE DOT}": "*"}


def plain(text: str) -> str:
    """The text with signs that a keyboard has."""
    for sign, typed in SIGNS.items():
        text = text.replace(sign, typed)
    return text


def words(items: list[Item]) -> list[str]:
    """Boxes and blocks as text, those inside others left out."""
    return [plain(text) for item in items for text in _words(item)]


def _words(item: Item) -> Iterator[str]:
    if isinstance(item, Box):
        times = f" x{item.times.value}" if item.times else ""
        parts = (*item.before, head_text(item) + times, say(item.facts), *item.after)
        yield " | ".join(part for part in parts if part)
    elif isinstance(item, Ref):
        times = f" x{item.times.value}" if item.times else ""
        yield f"{item.definition.name}({say(item.words)}){times}"
    elif isinstance(item, Part):
        yield f"{item.name}: {', '.join(words(item.chain.items))}"
    else:
        yield type(item).__name__


def body(text: str) -> list[Item]:
    """The items between input and output."""
    return model(f"{HEAD}  {text}\n}}").chain.items[1:-1]


def panel(picture: Picture, name: str) -> list[str]:
    (found,) = [one for one in picture.panels if one.name == name]
    symbols = found.symbols
    return [
        plain(f"{head_text(item, symbols)}: {say(item.facts, symbols)}")
        for item in everything(found.chain)
        if isinstance(item, Box)
    ]


def test_norm_and_activation_are_in_the_box_of_what_they_follow() -> None:
    items = body("conv(16, 3, padding = 1, bias = false) -> batch_norm -> relu -> max_pool(2)")
    assert words(items) == ["Conv 3x3 | 16 | BN | ReLU", "MaxPool 2x2 | /2"]


def test_norm_and_activation_that_come_first_are_in_the_box_of_what_comes_behind() -> None:
    items = body("batch_norm -> relu -> conv(16, 1) -> batch_norm -> relu -> conv(4, 3)")
    assert words(items) == ["BN | ReLU | Conv 1x1 | 16", "BN | ReLU | Conv 3x3 | 4"]


def test_an_activation_of_a_quotient_is_a_box_of_its_own() -> None:
    assert words(body("divide(2) -> softmax(1) -> dropout(0.1)")) == [
        "\N{DIVISION SIGN} 2",
        "Softmax | Dropout",
    ]


def test_what_is_usual_is_not_said() -> None:
    said = "Conv 3x5 | 16, /2, d2, g4"
    items = body("conv(16, [3, 5], stride = 2, padding = 4, dilation = 2, groups = 4)")
    assert words(items) == [said]
    assert words(body("depthwise(3, padding = 1)")) == ["DW 3x3"]
    assert words(body("conv(8, 3, groups = 8)")) == ["DW 3x3"]
    assert words(body("conv_transpose(4, 2, stride = 2)")) == ["ConvTranspose 2x2 | 4, x2"]


def test_equal_neighbours_are_one_box_with_a_count() -> None:
    items = body("repeat 5 { conv(8, 3, padding = 1) -> relu }")
    assert words(items) == ["Conv 3x3 x5 | 8 | ReLU"]
    items = body("repeat 4 { conv(8, 3, padding = 1) -> conv(8, 5, padding = 2) -> max_pool(1) }")
    (times,) = items
    assert isinstance(times, Times)
    assert (times.count.value, len(times.chain.items)) == (4, 3)


def test_a_residual_is_a_way_around_its_body_into_a_sign() -> None:
    (item,) = body("residual { conv(8, 3, padding = 1) }")
    assert isinstance(item, Parallel)
    assert isinstance(item.merge, Sign) and item.merge.sign == "+"
    assert sorted(len(branch.chain.items) for branch in item.branches) == [0, 1]


def test_branches_keep_the_order_of_the_text() -> None:
    (item,) = body("concat [conv(1, 1), max_pool(1) -> conv(2, 1), { }]")
    assert isinstance(item, Parallel)
    assert [words(branch.chain.items) for branch in item.branches] == [
        ["Conv 1x1 | 1"],
        ["MaxPool 1x1", "Conv 1x1 | 2"],
        [],
    ]


def test_what_is_no_series_of_branches_is_a_tangle() -> None:
    text = """conv(8, 1) as a
  max_pool(1) as b
  conv(8, 1) as c
  add [a, b] -> add [_, c] as d
  add [b, d]"""
    assert [type(item) for item in body(text) if not isinstance(item, Box)] == [Tangle]


def test_resnet50_is_what_table_1_of_its_paper_says() -> None:
    picture = picture_of(example("resnet50"))
    stages = [item for item in picture.chain.items if isinstance(item, Part)]
    assert words(list(stages)) == [
        "layer1: Bottleneck(64), Bottleneck(64) x2",
        "layer2: Bottleneck(128, /2), Bottleneck(128) x3",
        "layer3: Bottleneck(256, /2), Bottleneck(256) x5",
        "layer4: Bottleneck(512, /2), Bottleneck(512) x2",
    ]
    assert [plain(one.shape.text) for one in stages if one.shape] == [
        "256 x 56^2",
        "512 x 28^2",
        "1024 x 14^2",
        "2048 x 7^2",
    ]
    assert [one.name for one in picture.panels] == ["Bottleneck"]
    assert panel(picture, "Bottleneck") == [
        "Conv 1x1: planes",
        "Conv 3x3: planes, /stride",
        "Conv 1x1: 4*planes",
        "Conv 1x1: 4*planes, /stride",
        "ReLU: ",
    ]
    (ways,) = [one for one in picture.panels[0].chain.items if isinstance(one, Parallel)]
    # Where there is no projection the shortcut is the identity: the way itself is always there.
    assert [branch.is_optional for branch in ways.branches] == [False, False]
    (projection,) = ways.branches[1].chain.items
    assert _optional(projection)


def test_googlenet_has_its_nine_modules_and_its_panel_the_columns_of_table_1() -> None:
    picture = picture_of(example("googlenet"))
    modules = [item for item in everything(picture.chain) if isinstance(item, Ref)]
    said = [say(item.words) for item in modules if item.definition.name == "Inception"]
    assert said[0] == "64, 96, 128, 16, 32, 32"
    assert said[-1] == "384, 192, 384, 48, 128, 128"
    assert len(said) == 9
    assert panel(picture, "Inception") == [
        "Conv 1x1: n1x1",
        "Conv 1x1: n3x3_reduce",
        "Conv 3x3: n3x3",
        "Conv 1x1: n5x5_reduce",
        "Conv 3x3: n5x5",
        "MaxPool 3x3: ",
        "Conv 1x1: pool_proj",
    ]
    taps = [item for item in picture.chain.items if isinstance(item, Tap)]
    assert [tap.is_training for tap in taps] == [True, True]


@pytest.mark.parametrize(
    ("name", "layers"), [("densenet121", [6, 12, 24, 16]), ("densenet201", [6, 12, 48, 32])]
)
def test_a_densenet_is_four_blocks_of_one_layer_that_repeats(name: str, layers: list[int]) -> None:
    picture = picture_of(example(name))
    blocks = [
        say(item.words)
        for item in picture.chain.items
        if isinstance(item, Ref) and item.definition.name == "DenseBlock"
    ]
    assert blocks == [f"DenseLayer \N{MULTIPLICATION SIGN} {count}" for count in layers]
    assert panel(picture, "DenseLayer") == ["Conv 1x1: 128", "Conv 3x3: 32"]


def test_vgg16_is_its_sixteen_layers_with_weights() -> None:
    boxes = [item for item in everything(picture_of(example("vgg16")).chain) if type(item) is Box]
    weighed = [item for item in boxes if item.kind in ("convolution", "linear")]
    assert sum(item.times.value if item.times else 1 for item in weighed) == 16
    assert len(boxes) == 15


def test_unet_goes_down_four_levels() -> None:
    u = levels_of(picture_of(example("unet")).chain)
    assert u is not None
    sizes = [plain(level.left[-1].shape.text) for level in u.levels if level.left[-1].shape]
    assert sizes == ["64 x 512^2", "128 x 256^2", "256 x 128^2", "512 x 64^2"]
    assert words(u.bottom) == ["Conv 3x3 x2 | 1024 | ReLU"]
    assert [words(level.down) for level in u.levels] == [["MaxPool 2x2 | /2"]] * 4


def test_a_block_is_opened_where_its_path_says() -> None:
    picture = picture_of(example("resnet50"), expand=["layer1.0"])
    paths = [item.path for item in everything(picture.chain) if isinstance(item, Box)]
    assert "layer1.0.conv1" in paths
    with pytest.raises(NoSuchBlockError) as caught:
        picture_of(example("resnet50"), expand=["layer9"])
    assert "layer1.0" in caught.value.known


def test_what_a_block_is_opened_in_keeps_its_frame() -> None:
    page = paged(example("resnet50"), Looks(expand=("layer1.0",)))
    frames = {one.path: one for one in page.marks if isinstance(one, Frame) and one.form == "part"}
    outer, inner = frames["layer1"], frames["layer1.0"]
    assert outer.x < inner.x < inner.x + inner.width < outer.x + outer.width


def test_panels_go_as_deep_as_is_asked() -> None:
    names = [one.name for one in picture_of(example("densenet121")).panels]
    assert names == ["DenseBlock", "Transition", "DenseLayer"]
    assert picture_of(example("densenet121"), depth=0).panels == []
    assert [one.name for one in picture_of(example("densenet121"), depth=1).panels] == names[:2]


def test_a_parameter_begins_beside_the_line() -> None:
    typed = checked("""model net() {
  input x: [N, 8, L = 4]
  param token: [1, 1, 4] = zeros
  param place: [1, 9, 4] = zeros
  concat(1) [token -> expand(N, 1, 4), x] -> add [_, place]
}""")
    _start, ways, added, _end = picture_of(typed).chain.items
    assert isinstance(ways, Parallel)
    assert [branch.is_sourced for branch in ways.branches] == [False, True]
    assert words([added]) == ["+ place"]


def test_several_inputs_each_begin_a_branch() -> None:
    typed = checked("""model net() {
  input x: [N, 8, L = 4], y: [N, 8, L]
  concat [x -> conv(4, 1), y]
}""")
    ways = picture_of(typed).chain.items[0]
    assert isinstance(ways, Parallel)
    assert [words(one.chain.items) for one in ways.branches] == [
        ["x | 8 x 4", "Conv 1 | 4"],
        ["y | 8 x 4"],
    ]


def test_every_family_of_ops_has_a_kind() -> None:
    assert set(FAMILIES) - KINDS.keys() == set()


def test_what_gives_what_it_is_given_is_not_drawn() -> None:
    typed = checked("""block Maybe(norm: op = none) { norm }
model net() {
  input x: [N, 8, H = 8, W = 8]
  Maybe -> conv(8, 1) -> part: { Maybe }
}""")
    assert words(picture_of(typed).chain.items[1:-1]) == ["Conv 1x1 | 8"]


def test_a_panel_says_the_arguments_of_the_blocks_in_it() -> None:
    picture = model("""block Inner(width) { conv(width, 1) -> max_pool(1) -> conv(width, 1) }
block Outer(planes) { conv(8, 1) -> Inner(2 * planes) }
model net() {
  input x: [N, 8, H = 8, W = 8]
  Outer(4) -> Outer(8) -> Outer(16)
}""")
    (outer,) = [one for one in picture.panels if one.name == "Outer"]
    (inner,) = [one for one in outer.chain.items if isinstance(one, Ref)]
    assert plain(say(inner.words, outer.symbols)) == "2*planes"


def test_a_window_that_differs_has_the_name_of_its_argument() -> None:
    picture = model("""block Unit(width, kernel, stride = 1) {
  conv(width, kernel, stride = stride, padding = kernel // 2) -> max_pool(1) -> conv(width, 1)
}
model net() {
  input x: [N, 8, H = 32, W = 32]
  Unit(8, 3) -> Unit(16, 5, stride = 2) -> Unit(16, 3)
}""")
    assert panel(picture, "Unit") == [
        "Conv kernel^2: width, /stride",
        "MaxPool 1x1: ",
        "Conv 1x1: width",
    ]
    assert words(picture.chain.items[1:3]) == ["Unit(8, kernel 3)", "Unit(16, kernel 5, /2)"]


def test_windows_that_no_argument_tells_have_panels_of_their_own() -> None:
    picture = model("""block Unit(wide: bool) {
  let kernel = 5 if wide else 3
  conv(8, kernel, padding = kernel // 2) -> max_pool(1) -> conv(8, 1)
}
model net() {
  input x: [N, 8, H = 32, W = 32]
  Unit(true) -> Unit(false) -> Unit(true)
}""")
    assert [panel(picture, name)[0] for name in ("Unit a", "Unit b")] == [
        "Conv 5x5: 8",
        "Conv 3x3: 8",
    ]


def test_forms_of_one_block_are_one_panel_with_what_some_uses_lack() -> None:
    """MobileNetV3's bneck: figure 4 of its paper, whose expansion, squeeze and way around vary."""
    picture = picture_of(example("mobilenet_v3_large"))
    names = [panel.name for panel in picture.panels]
    assert names == ["Bneck", "SqueezeExcite"]
    (around,) = picture.panels[0].chain.items
    assert isinstance(around, Parallel)
    body, way = around.branches
    assert not way.chain.items and way.is_optional
    assert [_optional(item) for item in body.chain.items] == [True, False, True, False]
    assert [one.after for one in body.chain.items if isinstance(one, Box)] == [
        ("BN", "ReLU/Hardswish"),
        ("BN", "ReLU/Hardswish"),
        ("BN",),
    ]
    # Table 1: which have SE, and RE or HS.
    uses = [item for item in everything(picture.chain) if isinstance(item, Ref)]
    assert [say(one.words).split(", ", 3)[-1] for one in uses[:4]] == [
        *("ReLU", "/2, ReLU", "ReLU", "/2, ReLU, squeezed")
    ]
    assert say(uses[-1].words).endswith("960, 160, Hardswish, squeezed")


def _optional(item: Item) -> bool:
    assert isinstance(item, (Box, Ref))
    return item.is_optional


FORMS = """block Unit(deep: bool, other = false) {
  if other { max_pool(1) -> batch_norm -> avg_pool(1) -> layer_norm } else {
    conv(8, 3, padding = 1) -> relu
    if deep { conv(8, 1) -> sigmoid }
    conv(8, 3, padding = 1)
  }
}

block Turned(way: bool) {
  conv(8, 3, padding = 1)
  if way { max_pool(1) } else { linear(32) }
  conv(8, 1)
}

model net() {
  input x: [N, 8, H = 32, W = 32]
  %s
}
"""


@pytest.mark.parametrize(
    ("uses", "optional"),
    [
        ("Unit(true) -> tanh -> Unit(false)", {"Unit": ["Conv 1x1"]}),
        ("Unit(false) -> tanh -> Unit(true)", {"Unit": ["Conv 1x1"]}),
        ("Unit(true) -> tanh -> Unit(true)", {"Unit": []}),
        ("Unit(true) -> Unit(true, other = true)", {"Unit a": [], "Unit b": []}),  # nothing shared
        ("Turned(true) -> Turned(false)", {"Turned a": [], "Turned b": []}),  # one for another
    ],
)
def test_what_all_uses_have_is_not_optional(uses: str, optional: dict[str, list[str]]) -> None:
    found: dict[str, list[str]] = {}
    for one in model(FORMS % uses).panels:
        boxes = [item for item in everything(one.chain) if isinstance(item, Box)]
        found[one.name] = [plain(head_text(item)) for item in boxes if item.is_optional]
    assert found == optional


def test_an_empty_chain_is_a_line() -> None:
    assert Chain().items == []


# --- uses laid over each other -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "block", "said"),
    [
        ("mc3_18", "BasicBlock b", "Conv 1x3x3: planes, /1xstridexstride"),
        ("r2plus1d_18", "Factored", "Conv 3x1x1: planes, /stridex1x1"),
    ],
)
def test_strides_of_some_axes_have_the_name_of_the_argument(
    name: str, block: str, said: str
) -> None:
    # torchvision's Conv3DNoTemporal and Conv2Plus1D.
    assert said in panel(picture_of(example(name)), block)


def test_a_stride_of_other_axes_is_another_block() -> None:
    picture = model("""block Part(width, s) {
  conv(width, 3, stride = s, padding = 1) -> relu -> conv(width, 1)
}
model net() {
  input x: [N, 8, H = 32, W = 32]
  Part(8, [1, 2]) -> Part(9, [2, 1]) -> Part(10, [1, 2])
}""")
    assert [one.name for one in picture.panels] == ["Part a", "Part b"]


def test_what_follows_in_some_uses_is_in_brackets() -> None:
    picture = model("""block Part(width, drops: bool) {
  conv(width, 1) -> batch_norm -> relu
  dropout(0.1) if drops
  conv(width, 3) -> relu
}
model net() {
  input x: [N, 8, H = 32, W = 32]
  Part(8, true) -> Part(16, false)
}""")
    (one,) = picture.panels
    (first, _second) = [item for item in one.chain.items if isinstance(item, Box)]
    assert first.after == ("BN", "ReLU", "(Dropout)")
    assert [say(use.words) for use in one.uses] == ["8, drops", "16"]


def test_blocks_with_and_without_a_shift_are_one() -> None:
    # Liu et al. (2021), figure 3: two blocks that differ in how windows are cut.
    names = [one.name for one in picture_of(example("swin_t")).panels]
    assert "SwinBlock" in names and "WindowAttention" in names


def test_a_number_is_no_name_of_a_part() -> None:
    items = body("_: { conv(8, 1) -> max_pool(2) -> conv(4, 1) }")
    assert words(items) == ["Conv 1x1 | 8", "MaxPool 2x2 | /2", "Conv 1x1 | 4"]


def test_a_map_with_its_channels_last_is_as_high_as_its_resolution() -> None:
    # Swin's stages are of 56, 28, 14 and 7 places a side, and of 96 to 768 channels.
    chain = picture_of(example("swin_t")).chain
    shapes = [one.shape for one in chain.items if isinstance(one, Ref) and one.shape]
    assert {(one.channels, one.extents) for one in shapes} == {
        (96 * 2**stage, (56 // 2**stage,) * 2) for stage in range(4)
    }
