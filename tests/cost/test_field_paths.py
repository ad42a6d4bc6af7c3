"""Receptive fields where paths meet, part, end and begin anew; expected by arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pytest

from archc import pipeline
from archir.base.source import Source
from archir.field.field import AxisField, Fields, receptive_fields
from archir.graph.flat import flatten

HALF = Fraction(1, 2)


IMAGE = "input x: [N, 4, H = 64, W = 64]"


def fields(body: str, head: str = IMAGE, sizes: Mapping[str, int] | None = None) -> Fields:
    text = f"model m() {{\n{head}\n{body}\n}}\n"
    typed, found = pipeline.compile_source(Source("m.arch", text), None)
    assert typed is not None, [each.problem.message() for each in found]
    return receptive_fields(flatten(typed), {**typed.graph.sizes, **(sizes or {})})


def last(body: str, **sizes: int) -> AxisField:
    """The field along the height of what a model gives."""
    found = fields(body, sizes=sizes)
    return found.values[found.flat.outputs[0]][0]


def facts(body: str, **sizes: int) -> tuple[object, ...]:
    found = last(body, **sizes)
    return found.size, found.stride, found.centre


@pytest.mark.parametrize(
    ("body", "size", "stride", "centre"),
    [
        ("conv(8, 3, padding = 1)", 3, 1, 0),
        ("conv(8, 3)", 3, 1, 1),
        ("conv(8, 3, dilation = 4)", 9, 1, 4),
        ("conv(8, 7, 2, 3) -> max_pool(3, 2, 1)", 11, 4, 0),
        ("max_pool(2) -> max_pool(2)", 4, 4, 3 * HALF),
        ("pad([0, 0, 3, 1]) -> conv(8, 3)", 3, 1, -2),
        ("slice(2, 5) -> conv(8, 3)", 3, 1, 6),
        ("slice(2, 1, none, 3) -> conv(8, 3)", 7, 3, 4),
        ("pixel_unshuffle(2) -> conv(8, 3, padding = 1)", 6, 2, HALF),
        ("pixel_shuffle(2) -> conv(8, 3, padding = 1)", 2, HALF, -HALF / 2),
        ("conv_transpose(4, 2, 2)", 1, HALF, -HALF / 2),
        ("conv_transpose(4, 4, 2, 1)", 2, HALF, -HALF / 2),
        ('upsample(scale_factor = 2, mode = "bilinear")', 2, HALF, -HALF / 2),
        ("max_pool(2) -> upsample(scale_factor = 2)", 2, 1, 0),
        ("residual { conv(4, 3, padding = 1) -> relu -> conv(4, 3, padding = 1) }", 5, 1, 0),
        ("concat [conv(8, 1), conv(8, 5, padding = 2), _]", 5, 1, 0),
        ("local_response_norm(5) -> batch_norm -> softmax(1)", 1, 1, 0),
        ("reshape(N, 4, H, W) -> permute(0, 1, 3, 2) -> transpose(2, 3)", 1, 1, 0),
        ("conv(4, 3, 2, 1) -> flatten(2) -> relu -> unflatten(2, [32, 32])", 3, 2, 0),
    ],
)
def test_size_stride_and_centre(body: str, size: int, stride: Fraction, centre: Fraction) -> None:
    assert facts(body) == (size, stride, centre)
    assert not last(body).whole


def test_two_axes() -> None:
    found = fields("conv(8, [1, 7], stride = [1, 2]) -> max_pool([3, 1], 1)")
    height, width = found.values[found.flat.outputs[0]]
    assert (height.size, str(height.stride), height.axis.name) == (3, "1", "height")
    assert (width.size, str(width.stride), width.axis.name) == (7, "2", "width")


@pytest.mark.parametrize(
    "body",
    [
        "adaptive_avg_pool(1)",
        "global_avg_pool -> linear(10)",
        "conv(8, 3) -> flatten -> linear(10)",
        "mean([2, 3], keepdim = true)",
        "flatten(2) -> linear(3)",
        "flatten(2) as y; matmul [y, y -> transpose(1, 2)]",
    ],
)
def test_all_is_seen(body: str) -> None:
    found = last(body.replace("; ", "\n"))
    assert found.whole and str(found) == "all"


@pytest.mark.parametrize(
    "body",
    [
        "multiply [_, { adaptive_avg_pool(1) -> conv(4, 1) -> sigmoid }] -> conv(8, 3)",
        "instance_norm -> conv(8, 3)",
        "group_norm(2) -> conv(8, 3)",
        "layer_norm(3) -> conv(8, 3)",
        "batch_norm(track_running_stats = false) -> conv(8, 3)",
    ],
)
def test_a_local_field_beside_the_whole(body: str) -> None:
    found = last(body)
    assert (found.size, found.whole, str(found)) == (3, True, "3 + all")


def test_norms_with_running_statistics_see_nothing_more() -> None:
    assert not last("instance_norm(track_running_stats = true)").whole


def test_adaptive_pools_go_by_the_size() -> None:
    body = "conv(8, 3, 2, 1) -> adaptive_avg_pool(8)"
    assert facts(body) == (3 + 3 * 2, 8, 3)  # windows of 4
    assert facts(body, H=16, W=16) == (3, 2, 0)  # there it does nothing
    assert facts(body, H=24, W=24) == (5, 3, HALF)  # shares of 1.5, each of 2 places


def test_upsampling_differs_from_place_to_place() -> None:
    found = last("upsample(scale_factor = 2) -> conv(8, 2)")
    assert found.spans == ((0, 0), (0, 1))
    assert (found.size, found.stride) == (2, HALF)
    holes = last("conv_transpose(4, 1, 2)")
    assert holes.spans == ((0, 0), None), "a place between sees nothing"


def test_paths_that_lie_askew_are_told() -> None:
    found = fields("add [conv(8, 2), { conv(8, 1) -> slice(2, 1) -> slice(3, 1) }]")
    assert [(each.axis.name, each.centres) for each in found.crooked] == [
        ("height", (HALF, Fraction(1))),
        ("width", (HALF, Fraction(1))),
    ]
    assert found.values[found.flat.outputs[0]][0].size == 2
    assert not fields("add [conv(4, 3, padding = 1), _]").crooked


def test_paths_of_different_strides_have_no_field() -> None:
    found = last("add [max_pool(2), { slice(2, 0, 32) -> slice(3, 0, 32) }] -> conv(8, 3)")
    assert (found.size, str(found)) == (None, "?")
    assert found.unknown == "paths of the strides 2 and 1 meet"


@pytest.mark.parametrize(
    "body",
    [
        "conv_transpose(1, 1, 2000000000)",
        "conv_transpose(1, 4096, 4095, 4095, 1, 1, true, 4094)",
        "adaptive_avg_pool(2000000000) -> max_pool(3)",
        "upsample(size = 2000000000) -> max_pool(3)",
        "upsample(size = 4001) -> max_pool(3000)",
        "pixel_shuffle(1) -> conv(2000000000, 1, groups = 2)",
        " -> ".join(f"upsample(scale_factor = {each})" for each in (1.1, 1.3, 0.7, 1.9, 1.7)),
    ],
)
def test_what_would_take_long_is_given_up(body: str) -> None:
    """Each of these would be a list of millions; none of them is made."""
    found = last(body)
    assert found.size is not None or "repeats itself only behind" in (found.unknown or "")


def test_what_is_joined_of_many_parts_is_given_up() -> None:
    """Each join has twice as many places as the one before it: forty would fill the memory."""
    found = last("concat(2) [_, _]\n" * 40)
    assert found.unknown == "more than 4096 places that see different things are joined"
    assert last("concat(2) [_, _]\n" * 10).size == 1


def test_positions_in_a_sequence() -> None:
    """A patch embedding: each token sees its patch, wherever the tokens are put."""
    patches = "conv(8, 16, 16) -> flatten(2) -> transpose(1, 2) -> layer_norm -> linear(16)"
    assert facts(patches) == (16, None, None)
    token = "param token: [1, 1, 16] = zeros\n"
    joined = f"{patches} as y\nconcat(dim = 1) [token -> expand(N, -1, -1), y] -> linear(4)"
    assert facts(token + joined) == (16, None, None)
    scales = "conv(4, 3, 2, 1) as a\nconv(4, 3, 2, 1) as b\n"
    heads = "concat(dim = 2) [a -> flatten(2), b -> flatten(2)] -> transpose(1, 2) -> linear(3)"
    assert facts(scales + heads) == (7, None, None), "the larger one"


def test_one_place_is_taken() -> None:
    found = fields("conv(8, 3) -> select(2, 5) -> conv(4, 3)")
    height, width = found.values[found.flat.outputs[0]]
    assert (height.size, height.stride, height.spans) == (3, None, ((5, 7),))
    assert (width.size, str(width.stride)) == (5, "1")


def test_several_inputs_have_axes_of_their_own() -> None:
    head = "input a: [N, 4, H = 32, W = 32], b: [N, 4, H, W]"
    found = fields("add [a -> conv(4, 3, padding = 1), b]", head)
    assert [axis.input for axis in found.axes] == [0, 0, 1, 1]
    row = found.values[found.flat.outputs[0]]
    assert [each.size for each in row] == [3, 3, 1, 1]


def test_modules_are_asked_by_path() -> None:
    found = fields(
        "stem: { conv(8, 3) -> relu }\nmodule m = conv(8, 3)\nm\nrelu\nm\nglobal_avg_pool"
    )
    sizes = {path: found.at(path) for path in ("stem", "stem.0", "m", "")}
    assert {path: row and str(row[0]) for path, row in sizes.items()} == {
        "stem": "3",
        "stem.0": "3",
        "m": "7",  # behind the second use
        "": "all",
    }
    assert found.at("nowhere") is None


def test_parameters_see_nothing() -> None:
    found = fields("param bias: [4, 1, 1] = zeros\nadd [_, bias]")
    names = [step.parameter for step in found.flat.steps]
    (value,) = found.flat.steps[names.index("bias")].outputs
    assert [str(each) for each in found.values[value]] == ["-", "-"]
