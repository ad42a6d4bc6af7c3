"""Every model of the literate spec, printed both ways, is the live module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import literate
import pytest
from printed import differences

from archc import pipeline
from archc.python import source
from archc.torch import module
from archir.base.source import Source
from archir.graph.typed import TypedGraph

SPEC = Path(__file__).parents[1] / "spec"
LARGE = 2_000_000
"""Models of more parameters are built, and not run."""


def models(path: Path, folder: Path) -> Iterator[tuple[str, TypedGraph]]:
    """The right models of one page."""
    for case in literate.cases(path):
        for file in case.files:
            place = folder / file.name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(file.text, "utf-8", newline="")
        text = Source("main.arch", case.main.text)
        checked, found = pipeline.check_source(text, folder / "main.arch")
        if not found.has_errors:
            for model in checked:
                if model.typed is not None:
                    yield case.id, model.typed


@pytest.mark.parametrize("path", sorted(SPEC.glob("*.md")), ids=lambda path: path.stem)
def test_models_of_the_spec(path: Path, tmp_path: Path) -> None:
    wrong: list[str] = []
    for name, typed in models(path, tmp_path):
        small = sum(p.numel() for p in module(typed).parameters()) < LARGE
        for text in {source(typed): 1, source(typed): 2}:
            wrong += [f"{name}: {found}" for found in differences(typed, text, run=small)]
    assert wrong == []
