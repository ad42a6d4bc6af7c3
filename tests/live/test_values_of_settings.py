"""Numbers of other libraries are taken for the numbers that they are."""

from __future__ import annotations

from enum import IntEnum
from numbers import Integral
from typing import Any

import pytest
from torch import nn

import archc

TEXT = """\
model m(classes, p) {
  input x: [N, 3]
  linear(classes) -> dropout(p)
}
"""


class Shown(float):
    """Shown as numpy shows its floats."""

    def __repr__(self) -> str:
        return f"np.float64({float(self)})"


class Count(IntEnum):
    FOUR = 4


@Integral.register
class Whole:
    """An integer that is no int, as numpy's are."""

    def __int__(self) -> int:
        return 4


@pytest.mark.parametrize("classes", [4, Count.FOUR, Whole()])
@pytest.mark.parametrize("p", [0.25, Shown(0.25)])
def test_a_number_is_what_it_is_worth(classes: Any, p: Any) -> None:
    linear, dropout = archc.loads(TEXT, classes=classes, p=p).children()
    assert isinstance(linear, nn.Linear) and isinstance(dropout, nn.Dropout)
    assert (linear.out_features, dropout.p) == (4, 0.25)


def test_what_the_language_has_no_value_for() -> None:
    with pytest.raises(TypeError, match=r"^p is of type object; a setting is a number"):
        archc.loads(TEXT, classes=4, p=object())  # type: ignore[arg-type]
