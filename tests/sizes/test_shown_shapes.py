"""What shapes look like: H where it is H at all valid sizes, and no wider than a screen."""

from __future__ import annotations

import pytest

import archc
from archir.base.source import Source


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
            "max(8*((H + 7) // 8), H), max(8*((W + 7) // 8), W)",
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
