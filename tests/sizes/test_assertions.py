"""Sizes that an ``assert`` leaves: those at which Python finds its condition true, no others."""

from __future__ import annotations

from itertools import product

import pytest

import archc

CONDITIONS = [
    "H > 4 or W > 4",
    "not (H == 6)",
    "H != 6",
    "H != W + 1",
    "not (H > 5 and W > 5)",
    "not (H < 3 or W % 2 == 1)",
    "H % 2 == 0 or W % 3 == 0",
    "H % 2 != 0 or W % 3 != 1 or H == W",
    "not not (H >= 3) and (H < 9 or W < 9)",
    "H == 3 or W // (H - 3) < 4",
    "W // (H - 3) < 4 or H == 3",
    "not (W // (H - 3) < 2) or H < W",
    "(H == 8 or H == 10) and (W == 2 or W > 4 and not W == 7)",
    "not (H != W or H < 4)",
    "true and (H > 4 or false) and not (false or H == 7)",
    "[1, H, [W]] == [1, 8, [W]]",
    "[H, W] != [8, 8] or [H] == [W, H]",
    "not ([H, 5] in [[6, 5], [7, 6], [9, 5]])",
]


def truth(condition: str, sizes: dict[str, int]) -> bool:
    try:
        return bool(eval(condition, {"true": True, "false": False}, sizes))
    except ZeroDivisionError:
        return False  # what it divides by may not be 0


def check(*lines: str) -> archc.CheckResult:
    body = "".join(f"  {line}\n" for line in lines)
    text = f"model m() {{\n  input x: [N, 1, H = 8, W = 6]\n{body}}}\n"
    return archc.check(archc.Source("m.arch", text))


def test_a_shape_is_a_list_of_sizes() -> None:
    [model] = check('assert x.shape[1:] == [1, 8, 6], "not these"').models
    assert str(model.valid_sizes) == "H 8, W 6"
    assert check('assert x.shape[1:] == [1, H, W], "not these"').models
    [error] = check('assert x.shape == [N, 2, H, W], "not these"').errors
    assert error.problem.name == "assertion-fails"


@pytest.mark.parametrize("condition", ["x.shape == [N, q, H, W]", "2 in [q, 1]", "2 not in [q, 3]"])
def test_nothing_is_said_of_a_list_with_a_mistake_in_it(condition: str) -> None:
    [error] = check(f'assert {condition}, "not these"').errors
    assert error.problem.name == "unknown-name"


def test_an_arm_is_not_taken_by_the_shape_of_the_default() -> None:
    [error] = check("if x.shape[2:] == [8, 6] { relu }").errors
    assert error.problem.name == "depends-on-size"


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_leaves_the_sizes_at_which_it_is_true(condition: str) -> None:
    every = [{"H": h, "W": w} for h, w in product(range(1, 16), repeat=2)]
    at = next(sizes for sizes in every if sizes["H"] > 4 and truth(condition, sizes))
    text = (
        f"model m() {{\n  input x: [N, 1, H = {at['H']}, W = {at['W']}]\n"
        f'  assert {condition}, "not these"\n  relu\n}}\n'
    )
    source = archc.Source("m.arch", text)
    [model] = archc.check(source).models
    for sizes in every:
        expected = truth(condition, sizes)
        assert ({"N": 1, **sizes} in model.valid_sizes) is expected, sizes
