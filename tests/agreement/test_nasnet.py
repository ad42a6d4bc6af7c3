"""A cell of NASNet against timm's, bit for bit."""

from __future__ import annotations

from collections.abc import Callable

from observing import numbers, observed_on
from printing import built
from shipped import EXAMPLES
from timm.models.nasnet import NormalCell
from torch import Tensor, nn

import archc

SETTINGS = {"filters": 6, "channels": 10, "before": 7}


def test_it_is_timms() -> None:
    path = EXAMPLES / "nasnet_cell.arch"

    def inputs(height: int, width: int) -> list[Tensor]:
        return [numbers(2, 10, height, width), numbers(2, 7, height, width)]

    def seen(make: Callable[[], nn.Module]) -> list[str]:
        return observed_on(make, inputs(9, 8), inputs(5, 12))

    expected = seen(lambda: NormalCell(7, 6, 10, 6))
    assert seen(lambda: archc.load(path, settings={**SETTINGS})) == expected
    text = archc.source(path, settings={**SETTINGS})
    assert seen(lambda: built(text)) == expected
