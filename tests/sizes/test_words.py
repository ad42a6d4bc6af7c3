"""What is said of sets of sizes: short, exact, and the same way each time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_valid import lenet

from archir.shapes.arithmetic import add, floor_div, multiply, product, subtract
from archir.shapes.conditions import Condition
from archir.shapes.dims import variable
from archir.sizes.sets import (
    NOTHING,
    Piece,
    SizeSet,
    at_least,
    between,
    eventually_periodic,
    together,
)
from archir.sizes.valid import valid_sizes
from archir.sizes.words import advise, describe, in_training, say, show_condition

N, H, W = map(variable, "NHW")


def multiples(of: int, first: int = 1) -> SizeSet:
    holds = [size % of == 0 for size in range(1, of + 1)]
    return eventually_periodic(holds, 1, of).intersect(at_least(first))


def residues(of: int, *rests: int) -> SizeSet:
    return eventually_periodic([size % of in rests for size in range(1, of + 1)], 1, of)


@pytest.mark.parametrize(
    ("sizes", "of_one", "of_several"),
    [
        (at_least(1), "any size", "any size"),
        (NOTHING, "of no size", "of no size"),
        (at_least(32), "at least 32", "at least 32"),
        (between(7, 7), "7", "7"),
        (between(16, 19), "16 to 19", "16 to 19"),
        (between(1, 512), "at most 512", "at most 512"),
        (between(1, 1), "1", "1"),
        (multiples(16), "a multiple of 16", "multiples of 16"),
        (multiples(16, 40), "a multiple of 16, at least 48", "multiples of 16, at least 48"),
        (multiples(2), "even", "even"),
        (residues(2, 1), "odd", "odd"),
        (residues(2, 1).intersect(at_least(4)), "odd, at least 5", "odd, at least 5"),
        (
            multiples(8).intersect(between(1, 80)),
            "a multiple of 8, 8 to 80",
            "multiples of 8, 8 to 80",
        ),
        (residues(4, 0, 1, 2), "any size but 3 modulo 4", "any size but 3 modulo 4"),
        (residues(8, 1, 3), "1 or 3 modulo 8", "1 or 3 modulo 8"),
        (residues(3, 1, 2), "any size but a multiple of 3", "any size but multiples of 3"),
        (
            residues(7, *range(1, 7)).intersect(at_least(9)),
            "at least 9 but not a multiple of 7",
            "at least 9 but not multiples of 7",
        ),
        # What goes over a multiple of the period is one stretch all the same.
        (residues(32, *range(25, 32), 0), "25 to 32 modulo 32", "25 to 32 modulo 32"),
        (residues(16, 0, 1, 2, 3), "0 to 3 modulo 16", "0 to 3 modulo 16"),
        (
            together([between(16 * k, 16 * k + 3) for k in range(1, 9)]),
            "0 to 3 modulo 16, 16 to 131",
            "0 to 3 modulo 16, 16 to 131",
        ),
        (residues(8, 7, 0, 1), "7 to 9 modulo 8", "7 to 9 modulo 8"),
        (
            residues(32, *range(25, 32), 0).intersect(at_least(40)),
            "25 to 32 modulo 32, at least 57",
            "25 to 32 modulo 32, at least 57",
        ),
        (residues(16, 1, 2, 3, 9), "1 to 3 or 9 modulo 16", "1 to 3 or 9 modulo 16"),
        # A remainder is one of its own stretch alone.
        (
            together([between(1, 2), residues(8, 7, 0)]),
            "1 to 2, or 7 to 8 modulo 8",
            "1 to 2, or 7 to 8 modulo 8",
        ),
    ],
)
def test_one_set(sizes: SizeSet, of_one: str, of_several: str) -> None:
    assert say(sizes, one=True) == of_one
    assert say(sizes, one=False) == of_several


def test_several_stretches() -> None:
    holds = [size in (1, 2, 3, 5, 9) for size in range(1, 13)] + [True]
    assert say(eventually_periodic(holds, 13, 1), one=True) == "1 to 3 or 5 or 9 or at least 13"
    scattered = [size in (1, 4, 9, 16, 25, 36, 49) for size in range(1, 60)] + [True]
    found = say(eventually_periodic(scattered, 60, 1), one=True)
    assert found == "at least 60, or 1 or 4 or 9 or 4 more up to 49"
    few = say(eventually_periodic([*scattered[:-1], False], 60, 1), one=True)
    assert few == "1 or 4 or 9 or 16 or 25 or 2 more up to 49"


def test_what_goes_on_is_said_from_as_far_down_as_it_holds() -> None:
    """What ``reshape(L // 16, -1)`` asks of 3 * L numbers, and ``reshape(H // 2, -1)``."""
    holds = [L % 16 == 0 or (L >= 16 and 3 * L % (L // 16) == 0) for L in range(1, 800)]
    found = say(eventually_periodic(holds, 784, 16), one=True)
    beside = sum(1 for size, each in enumerate(holds, 1) if each and size % 16 and size > 36)
    assert found == f"a multiple of 16, or 17 to 31 or 34 or 36 or {beside} more up to 735"
    even = [H >= 2 and 3 * H % (H // 2) == 0 for H in range(1, 40)]
    assert say(eventually_periodic(even, 20, 2), one=True) == "even, or 3 or 7"


def test_variables_with_one_set_stand_together() -> None:
    both = [Condition("at-least", side, 32) for side in (H, W)]
    assert describe(valid_sizes("NHW", both)) == "H, W at least 32"
    unet = [Condition("divisible", side, 16) for side in (H, W)]
    assert describe(valid_sizes("NHW", unet)) == "H, W multiples of 16"
    assert describe(valid_sizes("NHW", [both[0], unet[1]])) == "H at least 32, W a multiple of 16"
    later = [both[0], unet[1], Condition("at-least", W, 40)]
    assert describe(valid_sizes("NHW", later)) == "H at least 32; W a multiple of 16, at least 48"
    assert describe(valid_sizes("NHW", [])) == "any size"
    assert describe(valid_sizes("N", [])) == "any N"
    assert describe(valid_sizes("", [])) == "this size alone"
    assert describe(valid_sizes("H", [Condition("equal", H, 0)])) == "no size"


def test_pairs_are_said_once_either_way_round() -> None:
    assert describe(valid_sizes("NHW", lenet())) == (
        "H, W 32 to 35; or 16 to 19 by 112 to 115 either way round"
    )


def test_groups_say_only_what_goes_beyond_what_all_have() -> None:
    """As two strides of 2 and instance_norm ask of an image."""
    fours = [Condition("divisible", side, 4) for side in (H, W)]
    more = Condition("at-least", product([floor_div(H, 4), floor_div(W, 4)]), 2)
    valid = valid_sizes("NHW", [*fours, more])
    assert describe(valid) == "H, W multiples of 4; and H or W at least 8"
    assert advise(valid, {"N": 1, "H": 4, "W": 4}).startswith("it needs H or W at least 8; ")


def test_pairs_that_cannot_be_turned_are_said_one_by_one() -> None:
    half = floor_div(W, 2)
    valid = valid_sizes("HW", [Condition("equal", product([H, half]), 6)])
    assert describe(valid) == (
        "H 1 with W 12 to 13, or H 2 with W 6 to 7, or H 3 with W 4 to 5, or H 6 with W 2 to 3"
    )


def test_many_groups_are_said_by_what_they_come_from() -> None:
    """What `flatten -> linear` asks, and behind a convolution without padding, and of clips."""
    picture = Condition("equal", product([H, W]), 784)
    assert describe(valid_sizes("NHW", [picture])) == "H, W 28, or others with H*W == 784"
    pooled = Condition("equal", product([3, floor_div(H, 2), floor_div(W, 2)]), 588)
    assert describe(valid_sizes("NHW", [pooled])) == (
        "H, W 28 to 29, or others with (H // 2)*(W // 2) == 196"
    )
    fits = [Condition("at-least", side, 3) for side in (H, W)]
    cut = Condition("equal", product([16, *(subtract(side, 2) for side in (H, W))]), 16 * 1404)
    assert describe(valid_sizes("NHW", [*fits, cut])) == "(H - 2)*(W - 2) == 1404"
    clip = Condition("equal", product([variable("T"), H, W]), 12544)
    assert describe(valid_sizes("NTHW", [clip])) == "H*T*W == 12544"
    large = Condition("at-least", product([H, W, 2]), 19)
    assert describe(valid_sizes("HW", [large])) == "H*W >= 10"


def test_what_a_tie_does_not_say_is_said_beside_it() -> None:
    picture = Condition("equal", product([H, W]), 784)
    even, two = Condition("divisible", H, 2), Condition("at-least", N, 2)
    assert describe(valid_sizes("NHW", [even, picture])) == "H even; and H*W == 784"
    assert describe(valid_sizes("NHW", [two, picture])) == (
        "N at least 2; and H, W 28, or others with H*W == 784"
    )
    assert advise(valid_sizes("HW", [even, picture]), {"H": 27, "W": 30}) == (
        "H must be even; the nearest are 26 and 28\n"
        "it needs H*W == 784; the nearest valid sizes: H = 28, W = 28"
    )


def test_groups_of_no_one_condition_are_counted() -> None:
    rows = [product([side, variable("T")]) for side in (H, W)]
    valid = valid_sizes("HTW", [Condition("equal", each, 60) for each in rows])
    assert describe(valid).endswith(", or one of 6 more such groups")


def batch_norm(least: int) -> Condition:
    values = product([N, *(floor_div(add(side, least - 2), least - 1) for side in (H, W))])
    return Condition("at-least", values, 2, training=True)


def test_what_training_asks_beside() -> None:
    fits = [Condition("at-least", side, 8) for side in (H, W)]
    plain = valid_sizes("NHW", fits)
    assert in_training(plain, plain) is None
    assert in_training(plain, valid_sizes("NHW", [*fits, batch_norm(33)])) == (
        "also N at least 2, or H or W at least 33"
    )
    larger = [Condition("at-least", side, 99, training=True) for side in (H, W)]
    assert in_training(plain, valid_sizes("NHW", [*fits, *larger])) == "H, W at least 99"
    two = Condition("at-least", N, 2, training=True)
    assert in_training(plain, valid_sizes("NHW", [*fits, two])) == "also N at least 2"
    pairs = [*lenet(), two]
    assert (
        in_training(valid_sizes("NHW", lenet()), valid_sizes("NHW", pairs)) == "also N at least 2"
    )
    never = Condition("equal", 1, 2, training=True)
    assert in_training(plain, valid_sizes("NHW", [*fits, never])) == "no size"


def test_what_has_no_closed_form_is_said_to_have_none() -> None:
    tied = Condition("equal", floor_div(H, 2), W)
    assert describe(valid_sizes("HW", [tied, Condition("at-least", H, 4)])) == (
        "H at least 4; and H // 2 == W (no closed form: decided size by size)"
    )
    tied_only = "H // 2 == W (no closed form: decided size by size)"
    assert describe(valid_sizes("HW", [tied])) == tied_only


def test_advice() -> None:
    unet = valid_sizes("NHW", [Condition("divisible", side, 16) for side in (H, W)])
    assert advise(unet, {"N": 1, "H": 100, "W": 96}) == (
        "H must be a multiple of 16; the nearest are 96 and 112"
    )
    assert advise(unet, {"N": 1, "H": 7, "W": 90}).splitlines() == [
        "H must be a multiple of 16; the nearest is 16",
        "W must be a multiple of 16; the nearest are 80 and 96",
    ]
    assert advise(valid_sizes("HW", lenet()), {"H": 40, "W": 33}) == (
        "it needs H, W 32 to 35; or 16 to 19 by 112 to 115 either way round; "
        "the nearest valid sizes: H = 35"
    )
    training = valid_sizes("NHW", [batch_norm(33)])
    assert advise(training, {"N": 1, "H": 20, "W": 20}, training=True) == (
        "in training it needs N at least 2, or H or W at least 33; the nearest valid sizes: N = 2"
    )
    tied = valid_sizes("HW", [Condition("equal", floor_div(H, 2), W)])
    assert advise(tied, {"H": 40, "W": 22}) == (
        "it needs H // 2 == W; the nearest valid sizes: W = 20"
    )
    assert advise(valid_sizes("H", [Condition("equal", H, 0)]), {"H": 1}) == (
        "there is no valid size"
    )


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (Condition("at-least", floor_div(H, 2), 3), "H // 2 >= 3"),
        (Condition("equal", subtract(H, 1), W), "H - 1 == W"),
        (Condition("divisible", H, 4), "H % 4 == 0"),
        (
            Condition("equal", multiply(multiply(4, floor_div(H, 4)), 2), multiply(2, H)),
            "H % 4 == 0",
        ),
        (Condition("equal", H, multiply(2, floor_div(H, 4))), "H == 2*(H // 4)"),
        (Condition("divisible", multiply(3, add(H, 1)), 4), "(3*H + 3) % 4 == 0"),
        (Condition("broadcast", H, W), "(H == W, or one of them is 1)"),
        (Condition("expand", H, W), "(H == W, or H is 1)"),
    ],
)
def test_conditions(condition: Condition, text: str) -> None:
    assert show_condition(condition) == text


@given(st.lists(st.booleans(), max_size=9), st.lists(st.booleans(), min_size=1, max_size=9))
def test_any_set_is_said_shortly(head: list[bool], turn: list[bool]) -> None:
    made = eventually_periodic(head + turn, len(head) + 1, len(turn))
    text = say(made, one=True)
    assert len(text) < 240
    assert (text == "of no size") == (not made)
    assert (text == "any size") == all([*head, *turn])


def test_conditions_that_say_the_same_are_said_once() -> None:
    one, other = product([H, W]), multiply(floor_div(add(product([H, W]), H), 3), 2)
    conditions = [Condition("equal", one, other), Condition("equal", other, one)]
    said = describe(valid_sizes("HW", conditions))
    assert said.count("==") == 1, said


def test_what_a_multiple_says_is_not_said_again() -> None:
    parts = floor_div(product([H, W]), 49)
    cut = [
        Condition("at-least", parts, 1),
        Condition("equal", product([H, W]), multiply(49, parts)),
    ]
    assert describe(valid_sizes("HW", cut)) == (
        "H*W % 49 == 0 (no closed form: decided size by size)"
    )


def test_what_is_cut_has_its_brackets() -> None:
    long = floor_div(add(product([H, W]), 1), 2)
    for _ in range(12):
        long = floor_div(add(product([long, H]), 1), 3)
    shown = show_condition(Condition("at-least", long, 1))
    assert "…" in shown and shown.count("(") == shown.count(")")


def test_a_long_period_is_worded_once() -> None:
    """Each remainder is looked up by itself, which for so many must take no time."""
    assert say(SizeSet((Piece(1, None, 1 << 17, 2),)), one=True) == f"1 modulo {1 << 17}"
