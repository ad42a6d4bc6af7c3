"""CLIP's two towers against plain torch, bit for bit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from observing import numbers, observed_on, words
from plain_clip import CLIP
from printing import built
from shipped import EXAMPLES
from torch import nn

import archc

SMALL: dict[str, Any] = {
    "image_size": 16,
    "patch": 4,
    "vision_width": 24,
    "vision_layers": 3,
    "vision_heads": 4,
    "vocabulary": 50,
    "places": 12,
    "text_width": 16,
    "text_layers": 2,
    "text_heads": 2,
    "projection": 20,
}


def test_its_towers_are_the_plain_modules() -> None:
    """For as many texts as there are images, and for more; up to the last place, and before it."""
    path = EXAMPLES / "clip_vit_b_32.arch"
    given = [words(50, 2, 12), numbers(2, 3, 16, 16)]
    fewer = [words(50, 5, 9), numbers(2, 3, 16, 16)]

    def seen(make: Callable[[], nn.Module]) -> list[str]:
        return observed_on(make, fewer, given)

    expected = seen(lambda: CLIP(**SMALL))
    assert seen(lambda: archc.load(path, settings=SMALL)) == expected
    text = archc.source(path, settings=SMALL)
    assert seen(lambda: built(text)) == expected


def test_it_is_as_large_as_its_authors_model() -> None:
    """OpenAI's ViT-B/32 has 151,277,313 parameters, the number by which it scales among them."""
    (model,) = archc.check("clip_vit_b_32").models
    assert model.parameters == 151_277_313
