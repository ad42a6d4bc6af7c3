"""Every example, run by the interpreter: with small images, so that it takes little time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from beside import Project, compared
from shipped import EACH, EXAMPLES, NAMES
from sparing import Sparing

from archc.testing.seeding import seed
from archc.torch import module
from archir.graph.measure import parameter_count
from archir.graph.typed import TypedGraph

IMAGE = re.compile(r"H = (224|256|416|512|572|640), W = \1|H = 800, W = 1333")


def _smaller(text: str) -> str:
    """The same network for small images, and with fewer features behind its convolutions.

    One that remarks on its shapes in numbers has the images that it speaks of.
    """
    is_of_one_size = "14, 14]" in text or "avg_pool([2, 7, 7]" in text  # S3D's last window
    small = text if is_of_one_size else IMAGE.sub("H = 64, W = 64", text)
    if "frames = 16" in text:
        small = small.replace("frames = 16", "frames = 4").replace("[8, 7, 7]", "[2, 3, 3]")
        small = small.replace("image_size = 224", "image_size = 64")
    small = small.replace("R = 1000", "R = 3")
    small = small.replace("T = 16, H = 112, W = 112", "T = 4, H = 24, W = 24")
    small = small.replace("segments = 2,", "segments = 100,")  # what is given is any of so many
    return small.replace("linear(4096)", "linear(64)")


TEXTS = {f"{name}.arch": _smaller((EXAMPLES / f"{name}.arch").read_text("utf-8")) for name in NAMES}


def _sizes(defaults: Mapping[str, int]) -> list[dict[str, int]]:
    """The default sizes, of two images where one is too few to train with; and small images.

    A text of as many words as there are places is cut short, and so is a clip.
    """
    if defaults.get("T", 0) > 4 and defaults["H"] > 200:
        return [{**defaults, "N": 1, "T": 13, "H": 209, "W": 210}]
    if "T" in defaults:
        return [{**defaults, "N": 1}, {"N": 2, "T": 5, "H": 17, "W": 18}]
    if "L" in defaults:
        defaults = {**defaults, "L": min(defaults["L"], 64)}
    large = max(defaults.values()) > 64
    return [{**defaults, "N": 2 if large else 1}, {**dict.fromkeys(defaults, 41), "N": 2}]


def large(typed: TypedGraph) -> bool:
    """Whether a network takes so long that it is run at one size alone."""
    return parameter_count(typed) > 20_000_000


@pytest.mark.parametrize("name", EACH)
def test_it_runs_as_the_live_module(name: str, tmp_path: Path) -> None:
    project = Project(TEXTS, f"{name}.arch", tmp_path)
    models, diagnostics = project.checked()
    assert not diagnostics.has_errors
    interpreter = project.interpreter()
    assert set(interpreter.models()) == set(models)
    for model, typed in models.items():
        network = interpreter.network(model)
        with Sparing():
            network.build(seed=0)
            seed(0)
            live = module(typed)
        sizes = _sizes(network.sizes)
        found = compared(network, live, typed, sizes[: 1 if large(typed) else 2])
        assert not found, "\n".join(found)
