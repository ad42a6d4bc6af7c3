"""The U-Net of denoising diffusion against plain torch, bit for bit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from observing import numbers, observed_on, words
from plain_diffusion import DDPM
from printing import built
from shipped import EXAMPLES
from torch import Tensor, nn

import archc

PATH = EXAMPLES / "ddpm.arch"
SETTINGS: dict[str, Any] = {"channels": 32, "multipliers": [1, 2, 2], "p": 0.2}


def test_it_is_the_plain_module() -> None:
    def inputs(height: int, width: int) -> list[Tensor]:
        return [numbers(2, 3, height, width), words(1000, 2)]

    def seen(make: Callable[[], nn.Module]) -> list[str]:
        return observed_on(make, inputs(16, 24), inputs(8, 12))

    expected = seen(lambda: DDPM(32, [1, 2, 2], 1, 0.2, 3))
    assert seen(lambda: archc.load(PATH, settings=SETTINGS)) == expected
    text = archc.source(PATH, settings=SETTINGS)
    assert seen(lambda: built(text)) == expected


def test_it_has_as_many_parameters_as_the_paper_says() -> None:
    """Appendix B: 35.7 million for CIFAR-10."""
    (model,) = archc.check(PATH).models
    assert round(model.parameters / 1e6, 1) == 35.7
