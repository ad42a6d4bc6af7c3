"""Several conditions together: axes apart, products of sizes as boxes, and what has no form."""

from __future__ import annotations

from itertools import product as pairs

import z3
from dims_of_sizes import conditions
from hypothesis import given
from hypothesis import strategies as st
from z3_sizes import holds, member, proven

from archir.shapes.arithmetic import add, floor_div, multiply, product, subtract
from archir.shapes.conditions import Condition
from archir.shapes.dims import Dim, variable
from archir.sizes.sets import between
from archir.sizes.valid import ValidSizes, conflict, valid_sizes

N, H, W = map(variable, "NHW")


def in_boxes(valid: ValidSizes, sizes: dict[str, int]) -> bool:
    return any(all(sizes[name] in box[name] for name in valid.names) for box in valid.boxes)


@given(st.lists(conditions("H"), max_size=3), st.lists(conditions("W"), max_size=3))
def test_axes_are_solved_apart(of_h: list[Condition], of_w: list[Condition]) -> None:
    valid = valid_sizes("HW", [*of_h, *of_w])
    for height, width in pairs((1, 2, 3, 7, 8, 16, 31, 100), repeat=2):
        sizes = {"H": height, "W": width}
        all_hold = all(condition.holds(sizes) for condition in (*of_h, *of_w))
        assert (sizes in valid) == all_hold
        if valid.is_exact:
            assert in_boxes(valid, sizes) == all_hold
        elif all_hold:
            assert in_boxes(valid, sizes), "what is open only takes away"


@st.composite
def factors(draw: st.DrawFn) -> Dim:
    parts = []
    for name in draw(st.sampled_from(("HW", "NHW"))):
        shift, stride = draw(st.integers(0, 9)), draw(st.integers(1, 8))
        part = floor_div(add(variable(name), shift), stride)
        parts.append(add(part, draw(st.integers(0, 2))))
    return add(multiply(product(parts), draw(st.integers(1, 16))), draw(st.integers(-3, 3)))


@given(
    factors(),
    st.sampled_from((1, 2, 7, 12, 49, 64, 400)),
    st.sampled_from(("equal", "at-least", "broadcast", "expand")),
    st.lists(st.tuples(*[st.integers(1, 60) | st.integers(1, 9)] * 3), min_size=20, max_size=60),
)
def test_products_are_taken_apart(
    left: Dim, right: int, relation: str, tried: list[tuple[int, int, int]]
) -> None:
    if relation == "at-least" and right > 100:
        right = 100  # a bound on a product takes as many boxes, and larger ones are left open
    condition = Condition(relation, left, right)  # type: ignore[arg-type]
    valid = valid_sizes("NHW", [condition])
    assert valid.is_exact
    for values in tried:
        sizes = dict(zip("NHW", values, strict=True))
        assert in_boxes(valid, sizes) == condition.holds(sizes), sizes


def test_positions_of_a_vision_transformer() -> None:
    """One row is added to all patches; else there are as many rows as patches."""
    patches = multiply(floor_div(H, 4), floor_div(W, 4))
    at_least = [Condition("at-least", H, 4), Condition("at-least", W, 4)]
    merged, equal = Condition("broadcast", patches, 16), Condition("equal", patches, 16)
    for condition, numbers in ((merged, (1, 16)), (equal, (16,))):
        valid = valid_sizes("HW", [condition, *at_least])
        assert valid.is_exact
        for height, width in pairs(range(1, 80), repeat=2):
            runs = height >= 4 and width >= 4 and (height // 4) * (width // 4) in numbers
            assert in_boxes(valid, {"H": height, "W": width}) == runs


def lenet() -> list[Condition]:
    """LeNet-5: two times a 5 x 5 convolution and a pool by 2, then linear(400 in)."""
    found, sides = [], []
    for side in (H, W):
        dim: Dim = side
        for _ in range(2):
            found.append(Condition("at-least", dim, 5))
            dim = floor_div(subtract(dim, 4), 2)
            found.append(Condition("at-least", dim, 1))
        sides.append(dim)
    return [*found, Condition("equal", product([16, *sides]), 400)]


def test_lenet() -> None:
    valid = valid_sizes("HW", lenet())
    large, middle, small = between(112, 115), between(32, 35), between(16, 19)
    found = {(box["H"], box["W"]) for box in valid.boxes}
    assert found == {(large, small), (middle, middle), (small, large)}
    h, w = z3.Ints("H W")
    asked = z3.And([holds(condition, {"H": h, "W": w}) for condition in lenet()])
    in_form = z3.Or([z3.And(member(b["H"], h), member(b["W"], w)) for b in valid.boxes])
    bounded = z3.And(h >= 1, w >= 1, h <= 2000, w <= 2000)
    assert proven(z3.Implies(bounded, asked == in_form), 20_000) is not False


def test_two_sizes_that_must_agree_are_left_open_and_still_decided() -> None:
    condition = Condition("equal", floor_div(H, 2), W)
    valid = valid_sizes("HW", [condition, Condition("at-least", H, 4)])
    assert not valid.is_exact
    assert [each.condition for each in valid.open] == [condition]
    assert {"H": 8, "W": 4} in valid
    assert {"H": 8, "W": 5} not in valid
    assert {"H": 2, "W": 1} not in valid


def test_parallel_strides_by_primes_end_in_an_honest_answer() -> None:
    wanted = [Condition("divisible", H, number) for number in range(2, 32)]
    valid = valid_sizes("H", wanted)
    assert not valid.is_exact
    assert {"H": 72_201_776_446_800} in valid, "their least common multiple"
    assert {"H": 36_100_888_223_400} not in valid


def test_ten_thousand_convolutions() -> None:
    wanted = [Condition("at-least", subtract(H, 2 * number), 3) for number in range(10_000)]
    valid = valid_sizes("H", wanted)
    assert valid.smallest() == {"H": 20_001}


def test_what_leaves_no_size_is_named_with_what_it_contradicts() -> None:
    wanted = [
        Condition("at-least", W, 7),
        Condition("divisible", H, 2),
        Condition("at-least", H, 3),
        Condition("equal", subtract(H, multiply(2, floor_div(H, 2))), 1),
    ]
    found = conflict("HW", wanted)
    assert found is not None
    assert found.conditions == (wanted[1], wanted[3])
    assert conflict("HW", wanted[:3]) is None


def test_nearest_valid_sizes() -> None:
    valid = valid_sizes("HW", [Condition("divisible", H, 16), *lenet()[:4]])
    assert valid.nearest({"H": 100, "W": 40}) == {"H": 96, "W": 40}
    assert valid.nearest({"H": 96, "W": 40}) == {"H": 96, "W": 40}
    assert valid.nearest({"H": 105, "W": 3}) == {"H": 112, "W": 3}
    coupled = valid_sizes("HW", lenet())
    assert coupled.nearest({"H": 40, "W": 33}) == {"H": 35, "W": 33}
    assert coupled.nearest({"H": 100, "W": 17}) == {"H": 112, "W": 17}
    assert coupled.nearest({"H": 60, "W": 60}) == {"H": 35, "W": 35}
    open_ = valid_sizes("HW", [Condition("equal", floor_div(H, 2), W)])
    assert not open_.is_exact
    assert open_.nearest({"H": 41, "W": 22}) == {"H": 42, "W": 21}


@given(
    st.lists(conditions("H"), max_size=2),
    st.lists(conditions("W"), max_size=2),
    st.integers(1, 60),
    st.integers(1, 60),
)
def test_nothing_valid_is_nearer(
    of_h: list[Condition], of_w: list[Condition], height: int, width: int
) -> None:
    wanted = [*of_h, *of_w]
    valid = valid_sizes("HW", wanted)
    found = valid.nearest({"H": height, "W": width})
    near = [
        abs(h - height) + abs(w - width)
        for h, w in pairs(range(1, 100), repeat=2)
        if all(condition.holds({"H": h, "W": w}) for condition in wanted)
    ]
    if found is None:
        assert valid.open or not near
    else:
        assert all(condition.holds(found) for condition in wanted)
        if valid.is_exact and near:
            assert abs(found["H"] - height) + abs(found["W"] - width) <= min(near)


@given(
    st.tuples(*[st.tuples(st.integers(1, 5), st.integers(0, 6), st.integers(1, 9))] * 2),
    st.lists(st.tuples(*[st.integers(1, 60) | st.integers(1, 9)] * 2), min_size=20, max_size=60),
)
def test_a_picture_that_is_cut_into_windows_is_as_large_as_they_are(
    cut: tuple[tuple[int, int, int], ...], tried: list[tuple[int, int]]
) -> None:
    """What a reshape to ``[N, C, H // 7, 7, W // 7, 7]`` asks, of what strides have left."""
    sides = [
        floor_div(add(side, shift), stride)
        for side, (stride, shift, _) in zip((H, W), cut, strict=True)
    ]
    windows = [
        multiply(floor_div(side, window), window)
        for side, (_, _, window) in zip(sides, cut, strict=True)
    ]
    condition = Condition("equal", product(sides), product(windows))
    for one in (condition, Condition("equal", condition.right, condition.left)):
        valid = valid_sizes("HW", [one])
        assert valid.is_exact
        for sizes in (dict(zip("HW", values, strict=True)) for values in tried):
            assert in_boxes(valid, sizes) == one.holds(sizes), sizes
