"""The comparison of random networks is trusted because it finds bugs that are put into the rules.

Each test breaks one rule of the shape checker in the way an author might, and demands that a few
hundred random networks show it.
"""

from __future__ import annotations

import warnings
from random import Random

import pytest
from networks import Generator
from test_random_networks import difference

from archir.ops import convolution, merge, pooling, spatial
from archir.ops.spatial import Axis, Window
from archir.rules.argument_values import PoolPaddingTooLarge
from archir.shapes.arithmetic import add, floor_div
from archir.shapes.conditions import Check, Condition
from archir.shapes.dims import Dim, evaluate
from archir.shapes.types import TensorType

NETWORKS = 500


def found_within(networks: int) -> int | None:
    """The number of the first random network that shows a difference."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Using padding='same'")
        for seed in range(networks):
            if difference(Generator(Random(seed)).network(), sized=False) is not None:
                return seed
    return None


def test_no_bug_is_found_without_one() -> None:
    assert found_within(NETWORKS) is None


def test_missing_last_window_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """``ceil_mode`` that lets the last window start in the padding behind the input."""

    def rule(callee: str, axis: Axis, window: Window, check: Check) -> Dim | None:
        shift = 2 * window.before - window.span + window.stride - 1
        if check.value(axis.extent) + shift < 0:
            check.report(PoolPaddingTooLarge(callee, 0, 0))
            return None
        return add(floor_div(add(axis.extent, shift), window.stride), 1)

    monkeypatch.setattr(pooling, "slide_past_end", rule)
    assert found_within(NETWORKS) is not None


def test_greater_for_at_least(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel that must be smaller than its input, where it may be as large."""
    holds = Condition.holds

    def rule(self: Condition, sizes: dict[str, int]) -> bool:
        if self.relation == "at-least":
            return evaluate(self.left, sizes) > evaluate(self.right, sizes)
        return holds(self, sizes)

    monkeypatch.setattr(Condition, "holds", rule)
    assert found_within(NETWORKS) is not None


def test_dilation_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Window, "span", property(lambda self: self.kernel))
    assert found_within(NETWORKS) is not None


@pytest.mark.parametrize("module", [convolution, pooling], ids=["convolution", "pooling"])
def test_truncating_division(monkeypatch: pytest.MonkeyPatch, module: object) -> None:
    """C's division, and the output's size in the place of the kernel's fit."""

    def rule(callee: str, axis: Axis, window: Window, check: Check) -> Dim | None:
        over = check.value(axis.extent) + window.before + window.after - window.span
        return max(1, int(over / window.stride) + 1)

    monkeypatch.setattr(module, "slide", rule)
    assert found_within(NETWORKS) is not None


@pytest.mark.parametrize("off", [-1, 1])
def test_off_by_one(monkeypatch: pytest.MonkeyPatch, off: int) -> None:
    right = spatial.slide

    def rule(callee: str, axis: Axis, window: Window, check: Check) -> Dim | None:
        extent = right(callee, axis, window, check)
        return None if extent is None else max(1, check.value(extent) + off)

    monkeypatch.setattr(convolution, "slide", rule)
    assert found_within(NETWORKS) is not None


def test_pool_padding_unbounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pooling.MaxPool, "verify", lambda *_: None)
    assert found_within(NETWORKS) is not None


def test_groups_unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convolution.Conv, "outgoing", lambda self, *_: self.out_channels)
    assert found_within(NETWORKS) is not None


def test_stride_forgotten_in_pools(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pool whose stride is 1 where none is given, as a convolution's is."""
    right = pooling.MaxPool.window

    def rule(self: pooling.MaxPool, index: int) -> Window:
        window = right(self, index)
        if self.stride is not None:
            return window
        return Window(window.kernel, 1, window.before, window.after, window.dilation)

    monkeypatch.setattr(pooling.MaxPool, "window", rule)
    assert found_within(NETWORKS) is not None


def test_merged_shapes_unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sums that take the first shape and look at no other."""

    def rule(
        self: merge.Add, inputs: tuple[TensorType, ...], check: Check
    ) -> tuple[TensorType, ...]:
        return (inputs[0],)

    monkeypatch.setattr(merge.Add, "infer", rule)
    assert found_within(NETWORKS) is not None
