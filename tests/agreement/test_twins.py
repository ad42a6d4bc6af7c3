"""Every example that torchvision has, against torchvision: the live module and the source."""

from __future__ import annotations

from pathlib import Path

import pytest
from observing import observed
from printing import built
from twins import TWINS, Twin

import archc

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize("twin", TWINS, ids=str)
def test_it_is_torchvisions(twin: Twin) -> None:
    # One test a model, since most of the time goes into making its weights. The checksums let
    # each of the three go before the next is made.
    path = EXAMPLES / f"{twin.example}.arch"
    sizes = twin.size, twin.training_size or twin.size
    theirs = observed(twin.theirs, *sizes)
    assert observed(lambda: archc.load(path, settings=twin.settings), *sizes) == theirs
    text = archc.source(path, settings=twin.settings)
    assert observed(lambda: built(text), *sizes) == theirs
