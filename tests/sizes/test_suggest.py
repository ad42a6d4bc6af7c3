"""Networks that are wrong at their default sizes alone: which sizes would do, or that none does."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

import archc
from archir.base.diagnostics import Diagnostic

PREFIX = "at other sizes it is right: "

UNET = """model m() {
  input x: [N, 1, H = 100, W = 96]
  concat [x, x -> max_pool(4) -> conv_transpose(1, 4, stride = 4)]
}
"""
WINDOWS = """model m() {
  input x: [N, 1, H = 10, W = 10]
  conv(2, 5) -> max_pool(2) -> conv(2, 5) -> max_pool(2) -> flatten -> linear(3)
}
"""


def errors(text: str) -> tuple[Diagnostic, ...]:
    return archc.check(archc.Source("net.arch", text)).errors


def advice(text: str) -> list[str]:
    hints = [item.hint or "" for item in errors(text)]
    return [line for hint in hints for line in hint.splitlines() if line.startswith(PREFIX)]


def test_the_sizes_that_would_do_are_said_behind_the_hint() -> None:
    (found,) = errors(UNET.replace("H = 100", "H = 99"))
    assert (found.hint or "").splitlines() == [
        "compare the strides and paddings on the ways to them along height",
        "at other sizes it is right: H must be a multiple of 4; with H = 100 everything fits",
    ]


def test_sizes_with_one_fault_are_said_together() -> None:
    # What later ops ask is found out by checking again at larger sizes: 16 for the second pool.
    (found,) = advice(WINDOWS)
    assert found == PREFIX + "H, W must be at least 16"


def test_what_mends_several_problems_is_said_at_the_first() -> None:
    text = UNET.replace("H = 100", "H = 99").replace(")]\n", ')]\n  assert H >= 100, "small"\n')
    first, second = errors(text)
    wanted = PREFIX + "H must be a multiple of 4, at least 100; with H = 100 everything fits"
    assert (first.hint or "").endswith(wanted)
    assert PREFIX not in (second.hint or "")


def test_nothing_is_said_where_other_things_are_wrong() -> None:
    text = UNET.replace("H = 100", "H = 99").replace(")]\n", ")]\n  conv(3, 1, groups = 2)\n")
    assert len(errors(text)) == 2
    assert advice(text) == []


def test_nothing_is_said_where_only_broadcasting_would_mend_it() -> None:
    text = "model m() {\n  input x: [N, 1, H = 9, W = 9]\n  residual { conv(1, 3) }\n}\n"
    (found,) = errors(text)
    assert found.problem.name == "shapes-differ"
    assert advice(text) == []


def test_a_place_that_fits_at_no_size_says_so() -> None:
    text = "model m() {\n  input x: [N, 1, H = 9, W = 9]\n  concat [x, x -> conv(1, 3)]\n}\n"
    (found,) = errors(text)
    assert (found.hint or "").splitlines()[-1] == "no other size mends it"


def test_that_something_is_left_is_no_other_place() -> None:
    """The add is wrong by itself wherever its values are not empty: that is one error."""
    text = """model m() {
  input x: [N, 3, H = 32, W = 32]
  max_pool(2) -> upsample(scale_factor = 2) -> pad(-1)
  add [_, x]
}
"""
    (found,) = errors(text)
    assert found.problem.name == "shapes-differ"
    assert (found.hint or "").splitlines()[-1] == "no other size mends it"


def test_places_that_contradict_are_both_shown() -> None:
    text = """model m() {
  input x: [N, 1, L = 32]
  max_pool(2) -> conv_transpose(1, 2, stride = 2) as even
  concat [x, even]
  concat [even, x -> conv(1, 2)]
}
"""
    (found,) = errors(text)  # what refuses the default says it too
    assert (found.problem.name, found.span.text) == (
        "shapes-differ",
        "concat [even, x -> conv(1, 2)]",
    )
    assert (found.hint or "").endswith("no size mends it: another place asks for L % 2 == 0")
    asked = [(label.span.text, label.text) for label in found.related if "asks" in label.text]
    assert asked == [("concat [x, even]", "this asks for L % 2 == 0")]


def test_where_another_place_refuses_the_default_both_are_said() -> None:
    text = """model m() {
  input x: [N, 1, L = 33]
  max_pool(2) -> conv_transpose(1, 2, stride = 2) as even
  concat [x, even]
  concat [even, x -> conv(1, 2)]
}
"""
    found = errors(text)
    assert [item.problem.name for item in found] == ["shapes-differ", "no-valid-size"]
    last = found[-1]
    assert last.span.text == "concat [even, x -> conv(1, 2)]"
    assert [(label.span.text, label.text) for label in last.related] == [
        ("concat [x, even]", "this asks for L % 2 == 0")
    ]


def test_the_default_is_the_user_s_to_change_and_weights_follow() -> None:
    # The linear layer is made for the default sizes, so it rules out no other default.
    text = """model m() {
  input x: [N, 1, H = 30, W = 32]
  max_pool(4) -> conv_transpose(1, 4, stride = 4) as y
  concat [x, y] -> flatten -> linear(3)
}
"""
    assert advice(text) == [PREFIX + "H must be a multiple of 4; with H = 28 everything fits"]


@st.composite
def networks(draw: st.DrawFn) -> str:
    """A few ops on one axis, often wrong at the default size."""
    lines = ["model m() {", f"  input x: [N, 1, L = {draw(st.integers(1, 40))}]"]
    for _ in range(draw(st.integers(1, 4))):
        kernel, stride = draw(st.integers(1, 5)), draw(st.integers(1, 4))
        kind = draw(st.sampled_from(("conv", "pool", "around")))
        if kind == "conv":
            lines.append(f"  conv(1, {kernel}, stride = {stride})")
        elif kind == "pool":
            lines.append(f"  max_pool({kernel}, stride = {stride})")
        else:
            inner = f"conv(1, {stride}, stride = {stride})"
            outer = f"conv_transpose(1, {kernel}, stride = {stride})"
            lines.append(f"  concat [_, _ -> {inner} -> {outer}] -> conv(1, 1)")
    return "\n".join([*lines, "}", ""])


@settings(max_examples=40)
@given(networks())
def test_what_is_suggested_is_right_and_what_is_not_is_rare(text: str) -> None:
    said = advice(text)
    for line in said:
        size = re.search(r"with L = (\d+) everything fits$", line) or re.search(
            r"L must be (?:at least |at most |)(\d+)$", line
        )
        assert size is not None, line
        assert not errors(re.sub(r"L = \d+", f"L = {size[1]}", text))
    found = errors(text)
    if found and not said:
        # Then no size does: not one of the first.
        right = [n for n in range(1, 45) if not errors(re.sub(r"L = \d+", f"L = {n}", text))]
        assert right == []
        assert any(each.problem.name == "no-valid-size" for each in found) or any(
            "no size mends it: " in (each.hint or "")
            or (each.hint or "").endswith("no other size mends it")
            for each in found
        )
