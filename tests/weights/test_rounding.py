"""Networks that compute the same in another order: bits differ, and rounding says by how much."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import torch
from torch import Tensor, nn

import archc
from archc.torch.tensors import rounded
from archir.weights.agreement import Rounding

SOURCE = archc.Source("net.arch", "model net() { input x: [N, 64]\n linear(32) -> linear(8) }")


class Other(nn.Sequential):
    """Two layers, of which the first is applied in halves."""

    def __init__(self, scale: float = 1.0) -> None:
        super().__init__(nn.Linear(64, 32), nn.Linear(32, 8))
        self.scale = scale

    def forward(self, x: Tensor) -> Tensor:
        first, second = self
        assert isinstance(first, nn.Linear)
        halves = zip(x.chunk(2, 1), first.weight.chunk(2, 1), strict=True)
        parts = [nn.functional.linear(one, weight) for one, weight in halves]
        made: Tensor = second(parts[0] + parts[1] + first.bias) * self.scale
        return made


def test_bits_differ_and_rounding_does_not() -> None:
    plain = archc.verify(SOURCE, Other)
    assert not plain.ok
    result = archc.verify(SOURCE, Other, rtol=1e-4, atol=1e-5)
    assert result.ok
    said = {check.name: check.detail for check in result.checks}
    assert said["eval outputs"].startswith("equal up to rounding (largest relative difference ")
    assert said["initial weights"] == "bit-equal for one seed"


def test_what_is_equal_to_the_bit_is_said_so() -> None:
    result = archc.verify(
        SOURCE, lambda: nn.Sequential(nn.Linear(64, 32), nn.Linear(32, 8)), rtol=1
    )
    assert result.ok and all("rounding" not in check.detail for check in result.checks)


def test_more_than_rounding_differs() -> None:
    result = archc.verify(SOURCE, Other, arguments={"scale": 1.01}, rtol=1e-4, atol=1e-5)
    apart = {check.name for check in result.checks if not check.holds}
    assert apart == {"eval outputs", "train outputs", "gradients"}


def test_the_largest_relative_difference_is_said() -> None:
    one, other = torch.tensor([1.0, 8.0, 0.0]), torch.tensor([1.0, 8.5, 0.0])
    assert rounded(one, other, Rounding(0.1, 0)) == pytest.approx(0.5 / 8.5)
    assert rounded(one, other, Rounding(0.01, 0)) is None
    assert rounded(one.to(torch.int64), one.to(torch.int64) + 1, Rounding(1, 1)) is None


@pytest.mark.parametrize("options", [{"rtol": -1}, {"atol": float("nan")}, {"rtol": float("inf")}])
def test_a_tolerance_is_a_number_from_0_on(options: dict[str, float]) -> None:
    with pytest.raises(archc.SettingError, match="is a number from 0 on"):
        archc.verify(SOURCE, Other, **options)  # type: ignore[arg-type]


# --- containers -----------------------------------------------------------------------------------

TWO = archc.Source(
    "two.arch",
    """model two() {
  input x: [N, 4]
  linear: linear(3) as a
  x -> linear_2: linear(3) as b
  output first = a
  output second = b
}""",
)


class Two(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(4, 3)
        self.linear_2 = nn.Linear(4, 3)


class InADict(Two):
    def forward(self, x: Tensor) -> dict[str, Tensor]:
        first, second = self.linear(x), self.linear_2(x)
        return {"second": second, "first": first}


@dataclass
class Result:
    second: Tensor
    first: Tensor


class InADataclass(Two):
    def forward(self, x: Tensor) -> Result:
        return Result(first=self.linear(x), second=self.linear_2(x))


@pytest.mark.parametrize("made", [InADict, InADataclass])
def test_outputs_are_compared_by_name_in_any_order(made: type[nn.Module]) -> None:
    assert archc.verify(TWO, made).ok
