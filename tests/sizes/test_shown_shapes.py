"""What shapes look like: H where it is H at all valid sizes, and no wider than a screen."""

from __future__ import annotations

from random import Random

import pytest

import archc
from archir.base.source import Source
from archir.shapes.arithmetic import add, floor_div, maximum, minimum, multiply, subtract
from archir.shapes.brief import brief, merged
from archir.shapes.dims import Dim, evaluate, variable


def checked(*lines: str) -> archc.CheckResult:
    head = "model m() {\n  input x: [N, 3, H = 64, W = 64]\n"
    return archc.check(Source("m.arch", head + "".join(f"  {line}\n" for line in lines) + "}\n"))


@pytest.mark.parametrize(
    ("lines", "shape"),
    [
        # A multiple of 8 is not more behind a padding of 4 and a pool of 8: (8k + 4) // 8 is k.
        (("pad([0, 4, 0, 4]) -> max_pool(8) -> upsample(scale_factor = 8)", "add [x, _]"), "H, W"),
        # One row is repeated 8 times where there is one alone, so the height is not always H.
        (
            ("max_pool(8, ceil_mode = true) -> upsample(scale_factor = 8)", "add [x, _]"),
            "8*((H + 7) // 8), 8*((W + 7) // 8)",  # which is never below H, and W
        ),
        (("max_pool(2) -> upsample(scale_factor = 2)",), "2*(H // 2), 2*(W // 2)"),
        (("conv(3, 3, padding = 1)",), "H, W"),
    ],
)
def test_a_proven_size_is_shown_plainly(lines: tuple[str, ...], shape: str) -> None:
    (model,) = checked(*lines).models
    (output,) = model.outputs
    assert str(output.type) == f"[N, 3, {shape}]"


def test_shapes_of_what_was_shifted_often_fit_a_screen() -> None:
    turns = "for i in 1..4 { slice(2, 1, _.shape[2] - 1) -> slice(3, 1, H - 2) }"
    (error,) = checked(turns, "add [_, x -> conv(8, 1)]").errors
    message = error.problem.message()
    assert len(message) < 320 and "\N{HORIZONTAL ELLIPSIS}" in message
    assert message.count("(") == message.count(")")
    # Commas of `min(…, …)` are no dims: both have four.
    assert error.hint is not None and "rank" not in error.hint


H, W = variable("H"), variable("W")


@pytest.mark.parametrize(
    ("dim", "shown"),
    [
        (subtract(H, maximum(subtract(H, 6), 0)), "min(H, 6)"),
        (maximum(minimum(H, 25), 0), "min(H, 25)"),
        (maximum(floor_div(H, 2), 0), "H // 2"),
        (minimum(floor_div(H, 2), 0), "0"),
        (maximum(subtract(H, 3), 0), "max(H - 3, 0)"),
        (subtract(W, minimum(H, W)), "W - min(H, W)"),
    ],
)
def test_extents_are_shown_in_the_fewest_words(dim: Dim, shown: str) -> None:
    assert brief(dim) == shown


def test_what_is_shown_is_the_same_number() -> None:
    random = Random(7)

    def any_dim(depth: int) -> Dim:
        if depth == 0:
            leaves: tuple[Dim, ...] = (H, W, random.randint(-5, 9))
            return random.choice(leaves)
        left, right = any_dim(depth - 1), any_dim(depth - 1)
        made: tuple[Dim, ...] = (
            minimum(left, right),
            maximum(left, right),
            add(left, right),
            subtract(left, right),
            floor_div(left, random.randint(1, 4)),
            multiply(2, left),
        )
        return random.choice(made)

    for _ in range(2_000):
        dim = any_dim(4)
        for _ in range(4):
            sizes = {"H": random.randint(1, 40), "W": random.randint(1, 40)}
            assert evaluate(merged(dim), sizes) == evaluate(dim, sizes), dim
