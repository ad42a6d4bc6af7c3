"""``archc.check(path).valid_sizes``: what it answers, against brute force on torch's own rules."""

from __future__ import annotations

from itertools import islice, product
from pathlib import Path

import pytest
from hypothesis import find, given
from hypothesis import strategies as st

import archc
from archc.api.sizes import ValidSizes

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
UNET = archc.check(EXAMPLES / "unet.arch").valid_sizes

LENET = """model lenet() {
  input x: [N, 1, H = 32, W = 32]
  conv(6, 5) -> max_pool(2) -> conv(16, 5) -> max_pool(2) -> flatten -> linear(10)
}
"""
TIED = """model tied() {
  input x: [N, 1, H = 4, W = 8]
  add [x, x -> transpose(2, 3) -> pad([0, 4, -4, 0])]
}
"""


def sizes_of(text: str) -> ValidSizes:
    return archc.check(archc.Source("net.arch", text)).valid_sizes


def lenet_runs(height: int, width: int) -> bool:
    """LeNet-5 by hand: 25 values for each of the 16 channels reach the linear layer."""

    def left(size: int) -> int:
        return ((size - 4) // 2 - 4) // 2

    return min(left(height), left(width)) > 0 and left(height) * left(width) == 25


FIVE = sizes_of(LENET)
LENET_RUNS = {pair for pair in product(range(1, 131), repeat=2) if lenet_runs(*pair)}


def test_membership_by_mapping_and_by_keyword() -> None:
    assert {"H": 64, "W": 64} in UNET
    assert {"N": 3, "H": 64, "W": 16} in UNET
    assert {"H": 64, "W": 60} not in UNET
    assert UNET.contains(H=64)
    assert UNET.contains({"H": 64}, W=32)
    assert not UNET.contains(H=0)
    assert not UNET.contains(H=-16)


def test_wrong_questions_are_refused() -> None:
    with pytest.raises(ValueError, match="the model has no size depth; there are: N, H, W"):
        UNET.contains(depth=64)
    with pytest.raises(ValueError, match="the model has no size D"):
        UNET.of("D")
    with pytest.raises(TypeError, match=r"a size is a whole number: H cannot be 64\.0"):
        UNET.contains(H=64.0)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="sizes are a mapping"):
        64 in UNET  # noqa: B015


def test_smallest_and_nearest() -> None:
    assert UNET.smallest() == {"N": 1, "H": 16, "W": 16}
    assert UNET.nearest(H=100) == {"N": 1, "H": 96, "W": 512}
    assert UNET.nearest(H=104, W=3) == {"N": 1, "H": 96, "W": 16}
    assert UNET.nearest({"H": 105, "W": 100}) == {"N": 1, "H": 112, "W": 96}
    lenet = sizes_of(LENET)
    assert lenet.smallest() == {"N": 1, "H": 32, "W": 32}
    assert lenet.nearest(H=90, W=20) == {"N": 1, "H": 112, "W": 19}


@given(st.integers(1, 130), st.integers(1, 130))
def test_the_nearest_is_the_nearest_of_all(height: int, width: int) -> None:
    found = FIVE.nearest(H=height, W=width)
    assert found is not None
    assert lenet_runs(found["H"], found["W"])
    gaps = [abs(h - height) + abs(w - width) for h, w in LENET_RUNS]
    assert abs(found["H"] - height) + abs(found["W"] - width) == min(gaps)


def test_one_variable() -> None:
    assert list(islice(UNET.of("H"), 3)) == [16, 32, 48]
    assert UNET.of("H").nearest(100) == (96, 112)
    assert UNET.of("H").nearest(96) == (96,)
    assert UNET.of("H").smallest() == 16
    assert list(UNET.of("H", W=17)) == []
    assert (str(UNET.of("H")), str(UNET.of("H", W=17))) == ("a multiple of 16", "no size")
    lenet = sizes_of(LENET)
    assert list(lenet.of("H", W=16)) == [112, 113, 114, 115]
    assert list(lenet.of("H")) == [32, 33, 34, 35]
    assert 113 in lenet.of("H", W=16)
    assert 33 not in lenet.of("H", W=16)
    assert list(islice(lenet.of("N"), 3)) == [1, 2, 3]
    assert list(sizes_of(TIED).of("H")) == [4]


def test_iteration_gives_each_once_and_reaches_all() -> None:
    seen = [(each["H"], each["W"]) for each in islice(sizes_of(LENET), 4000) if each["N"] == 1]
    assert len(seen) == len(set(seen))
    assert set(seen) == LENET_RUNS
    first = [tuple(each.values()) for each in islice(UNET, 1000)]
    assert first[0] == (1, 16, 16)
    assert len(set(first)) == len(first)
    assert set(product((1, 2, 3), (16, 32, 48), (16, 32, 48))) <= set(first)


def test_iteration_of_overlapping_boxes() -> None:
    resnet = archc.check(EXAMPLES / "resnet18.arch").valid_sizes
    first = [tuple(each.values()) for each in islice(resnet.training, 500)]
    assert len(set(first)) == len(first)
    assert all(n >= 2 or h >= 33 or w >= 33 for n, h, w in first)
    assert {(1, 33, 1), (1, 1, 33), (2, 1, 1)} <= set(first)


def test_models_without_sizes_and_without_members() -> None:
    fixed = sizes_of("model m() { input x: [1, 3, 8, 8]\n conv(1, 3) }\n")
    assert list(fixed) == [{}]
    assert {} in fixed
    assert fixed.smallest() == {}
    assert str(fixed) == "this size alone"
    untrainable = sizes_of("model m() { input x: [1, 3, 1, 1]\n conv(4) -> batch_norm }\n".replace(
        "conv(4)", "conv(4, 1)"
    ))  # fmt: skip
    assert {} in untrainable
    assert {} not in untrainable.training
    assert list(untrainable.training) == []
    assert str(untrainable.training) == "no size"
    assert untrainable.training.smallest() is None
    assert untrainable.training.nearest() is None


def test_what_is_open_is_still_decided() -> None:
    tied = sizes_of(TIED)
    assert not tied.is_exact
    assert tied.contains(H=10, W=14)
    assert not tied.contains(H=10, W=15)
    assert tied.nearest(H=10, W=15) == {"N": 1, "H": 10, "W": 14}
    assert next(iter(tied))["W"] == next(iter(tied))["H"] + 4


def test_training() -> None:
    inception = archc.check(EXAMPLES / "inception_v3.arch").valid_sizes
    assert inception.contains(H=75, W=75)
    assert not inception.contains(H=74)
    assert inception.training.contains(N=2, H=299, W=299)
    assert not inception.training.contains(N=2, H=298, W=299)
    assert inception.training.smallest() == {"N": 2, "H": 299, "W": 299}


# --- the strategy -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sizes", "most"),
    [
        (UNET, {"N": 2, "H": 64, "W": 64}),
        (sizes_of(LENET), {"N": 1, "H": 113, "W": 113}),
        (sizes_of(TIED), {"N": 1, "H": 16, "W": 20}),
        (archc.check(EXAMPLES / "resnet18.arch").valid_sizes.training, {"N": 2, "H": 35, "W": 35}),
    ],
    ids=["unet", "lenet", "tied", "resnet18"],
)
def test_the_strategy_draws_valid_sizes_within_the_bounds(
    sizes: ValidSizes, most: dict[str, int]
) -> None:
    @given(sizes.strategy(max_size=most))
    def holds(drawn: dict[str, int]) -> None:
        assert tuple(drawn) == sizes.names
        assert drawn in sizes
        assert all(1 <= drawn[name] <= most[name] for name in most)

    holds()


@pytest.mark.parametrize("wanted", [(16, 16), (48, 16), (16, 48), (32, 32), (48, 48)])
def test_every_valid_size_can_be_drawn(wanted: tuple[int, int]) -> None:
    strategy = UNET.strategy(max_size={"N": 1, "H": 48, "W": 48})
    found = find(strategy, lambda sizes: (sizes["H"], sizes["W"]) == wanted)
    assert found == {"N": 1, "H": wanted[0], "W": wanted[1]}


def test_sizes_with_several_remainders_are_all_drawn() -> None:
    # A stride of 4 behind a padding: 3 modulo 4 is what the concat refuses.
    text = """model m() {
  input x: [N, 1, H = 10]
  concat [max_pool(2, stride = 4), avg_pool(1, stride = 4)]
}
"""
    sizes = sizes_of(text)
    wanted = {size for size in range(2, 31) if (size - 2) // 4 == (size - 1) // 4}
    assert {size for size in range(1, 31) if size in sizes.of("H")} == wanted
    strategy = sizes.strategy(max_size={"N": 1, "H": 30})
    for size in sorted(wanted):
        assert find(strategy, lambda drawn, size=size: drawn["H"] == size) == {"N": 1, "H": size}  # type: ignore[misc]


def test_bounds_without_a_valid_size_are_refused() -> None:
    with pytest.raises(ValueError, match="no valid size is within N = 8, H = 8, W = 8"):
        UNET.strategy(max_size=8)
    with pytest.raises(ValueError, match="the model has no size D"):
        UNET.strategy(max_size={"D": 8})


# --- the result of a check ----------------------------------------------------------------------

SEVERAL = LENET + "model other() { input x: [N, 3, H = 8, W = 8]\n conv(1, 3) }\n"


def test_the_sizes_of_a_file_are_those_of_its_model(tmp_path: Path) -> None:
    path = tmp_path / "lenet.arch"
    path.write_text(SEVERAL, "utf-8")
    result = archc.check(path)
    assert result.model.name == "lenet"
    assert result.valid_sizes.contains(H=33)
    assert [model.valid_sizes.contains(H=3, W=3) for model in result.models] == [False, True]
    with pytest.raises(archc.ModelChoiceError, match="there are lenet, other"):
        _ = archc.check(archc.Source("several.arch", SEVERAL)).valid_sizes
    path.write_text(SEVERAL.replace("conv(6, 5)", "conv(6, 55)"), "utf-8")
    with pytest.raises(archc.ArchError, match="kernel-does-not-fit"):
        _ = archc.check(path).valid_sizes


def test_sizes_can_be_asked_about_in_a_check() -> None:
    unet = EXAMPLES / "unet.arch"
    assert archc.check(unet, sizes={"H": 96})
    refused = archc.check(unet, sizes={"H": 100, "W": 96})
    assert refused.failed == ("unet",)
    assert refused.errors[0].hint == "H must be a multiple of 16; the nearest are 96 and 112"
    small = {"H": 20, "W": 20}
    assert archc.check("resnet18", sizes=small)
    assert not archc.check("resnet18", sizes=small, training=True)
    assert archc.check("resnet18", training=True)
    with pytest.raises(archc.ArchError, match="no model here has a size D"):
        archc.check(unet, sizes={"D": 3})
