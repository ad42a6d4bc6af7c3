"""Every example, run by the interpreter: with small images, so that it takes little time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from beside import Project, compared
from sparing import Sparing

from archc.torch import module
from archir.measure import parameter_count
from archir.typed import TypedGraph

EXAMPLES = Path(__file__).parents[2] / "examples"


IMAGE = re.compile(r"H = (224|512|572), W = \1")


def _smaller(text: str) -> str:
    """The same network for small images, and with fewer features behind its convolutions.

    One that remarks on its shapes in numbers has the images that it speaks of.
    """
    small = text if "14, 14]" in text else IMAGE.sub("H = 64, W = 64", text)
    return small.replace("linear(4096)", "linear(64)")


TEXTS = {path.name: _smaller(path.read_text("utf-8")) for path in sorted(EXAMPLES.glob("*.arch"))}


def _sizes(defaults: Mapping[str, int]) -> list[dict[str, int]]:
    """The default sizes, of two images where one is too few to train with; and small images."""
    large = max(defaults.values()) > 64
    return [{**defaults, "N": 2 if large else 1}, {**dict.fromkeys(defaults, 41), "N": 2}]


def large(typed: TypedGraph) -> bool:
    """Whether a network takes so long that it is run at one size alone."""
    return parameter_count(typed) > 20_000_000


@pytest.mark.parametrize("example", TEXTS)
def test_it_runs_as_the_live_module(example: str, tmp_path: Path) -> None:
    project = Project(TEXTS, example, tmp_path)
    models, diagnostics = project.checked()
    assert not diagnostics.has_errors
    interpreter = project.interpreter()
    assert set(interpreter.models()) == set(models)
    for name, typed in models.items():
        network = interpreter.network(name)
        with Sparing():
            network.build(seed=0)
            torch.manual_seed(0)
            live = module(typed)
        sizes = _sizes(network.sizes)
        found = compared(network, live, typed, sizes[: 1 if large(typed) else 2])
        assert not found, "\n".join(found)
