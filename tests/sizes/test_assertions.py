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
]


def truth(condition: str, sizes: dict[str, int]) -> bool:
    try:
        return bool(eval(condition, {"true": True, "false": False}, sizes))
    except ZeroDivisionError:
        return False  # what it divides by may not be 0


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
