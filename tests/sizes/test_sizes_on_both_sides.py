"""A condition in which a size stands on both sides speaks of the others alone."""

from __future__ import annotations

import pytest

from archir.shapes.arithmetic import add, multiply
from archir.shapes.conditions import Condition
from archir.shapes.dims import variable
from archir.sizes.coupled import boxes

N, H = variable("N"), variable("H")
LEAST = {"N": 1, "H": 1}


@pytest.mark.parametrize("relation", ["equal", "at-least"])
@pytest.mark.parametrize("more", [-1, 0, 1])
def test_what_cancels_out_is_decided(relation: str, more: int) -> None:
    product = multiply(N, H)
    found = boxes(Condition(relation, add(product, more), product), LEAST)  # type: ignore[arg-type]
    holds = more == 0 if relation == "equal" else more >= 0
    assert found == (({},) if holds else ())


def test_one_size_that_is_left_is_solved() -> None:
    (box,) = boxes(Condition("at-least", add(N, H), add(N, 3)), LEAST)
    assert [h in box["H"] for h in (2, 3, 4)] == [False, True, True]
    assert "N" not in box
