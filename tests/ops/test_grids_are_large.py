"""How many cases the grids of spatial ops have: an op, its arguments, and a size of its input.

The tests of the grids are walked through with the comparison with torch taken out, and what they
would have compared is counted. So no grid shrinks unseen. The shapes that ``flatten``,
``unflatten`` and ``reshape`` give are compared over sizes that Hypothesis draws, and not counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any

import one_axis
import pytest
import test_padding_agree
import test_resizing_agree
import test_windows_agree

from archir.op.contract import Op

AT_LEAST = {
    "conv": 60_000, "depthwise": 13_000, "conv_transpose": 6_000, "max_pool": 30_000,
    "avg_pool": 20_000, "lp_pool": 2_400, "adaptive_avg_pool": 200, "adaptive_max_pool": 200,
    "upsample": 12_000, "pad": 5_000, "pixel_shuffle": 200, "pixel_unshuffle": 700,
    "channel_shuffle": 250, "pad_by": 5_000,
}  # fmt: skip

MODULES: tuple[Any, ...] = (test_windows_agree, test_resizing_agree, test_padding_agree)


def arguments(test: Any) -> Iterator[dict[str, Any]]:
    """The arguments that a test is run with, as its marks give them."""
    columns = []
    for mark in getattr(test, "pytestmark", ()):
        names, rows = mark.args[:2]
        if isinstance(names, str):
            columns.append([{names: row} for row in rows])
        else:
            columns.append([dict(zip(names, row, strict=True)) for row in rows])
    for choice in product(*columns):
        yield {name: value for each in choice for name, value in each.items()}


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """The cases of all grids, by op."""
    found: Counter[str] = Counter()

    def over_sizes(made: Op, sizes: Iterable[int]) -> dict[int, int | None]:
        sizes = tuple(sizes)
        found[made.keyword] += len(sizes)
        return dict.fromkeys(sizes)

    def one(made: Op, *_: object) -> None:
        found[made.keyword] += 1

    monkeypatch.setattr(one_axis, "assert_agrees", over_sizes)
    monkeypatch.setattr(test_resizing_agree, "assert_agrees", over_sizes)
    monkeypatch.setattr(test_padding_agree, "our_extents", over_sizes)
    monkeypatch.setattr(test_padding_agree, "torch_extent", lambda *_: None)
    for module in MODULES:
        monkeypatch.setattr(module, "agree", one)
    for module in MODULES:
        for name, test in vars(module).items():
            if name.startswith("test_") and "grid" in name:
                for given in arguments(test):
                    test(**given)
    return found


def test_grids_are_large(counted: Counter[str]) -> None:
    assert set(counted) == set(AT_LEAST)
    for keyword, number in AT_LEAST.items():
        assert counted[keyword] >= number, f"{keyword} has {counted[keyword]}"
    assert counted.total() >= 150_000
