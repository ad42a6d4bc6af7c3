"""Connections that run past many rows: a rough layout, and a limit that is counted beforehand."""

from __future__ import annotations

from pathlib import Path

import pytest

from archc import pipeline
from archc.drawing import DiagramTooLargeError, dot, svg
from archc.drawing.capacity import MAX_PASSED, MAX_PASSED_WITH_CARE, rows_passed
from archc.drawing.picture import draw
from archir.base.source import Source
from archir.graph.typed import TypedGraph
from archir.graph.unroll import unroll

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def ladder(steps: int) -> TypedGraph:
    """Each value is needed again, the first one last of all."""
    lines = [f"relu as a{i}" for i in range(steps)]
    lines += [f"add [_, a{i}]" for i in reversed(range(steps))]
    text = "\n".join(["model m() {", "input x: [N, 3, H = 32, W = 32]", *lines, "}", ""])
    typed, found = pipeline.compile_source(Source("m.arch", text), None)
    assert typed is not None, [item.problem.message() for item in found]
    return typed


@pytest.mark.parametrize("steps", [1, 2, 10, 44])
def test_rows_are_those_that_connections_pass(steps: int) -> None:
    # A rung for each step: the last is the flowing value itself, and others pass 2, 4, 6 … rows.
    rungs = sum(2 * i for i in range(steps))
    assert rows_passed(draw(unroll(ladder(steps)))) == rungs


def test_a_long_ladder_is_drawn_roughly() -> None:
    typed = ladder(100)
    assert "splines=line" in dot(typed) and "nslimit=0.2" in dot(typed)
    picture = svg(typed)
    assert picture.count("<title>n") >= 202  # all nodes, and the connections between them


def test_a_longer_one_is_refused_before_the_layout() -> None:
    with pytest.raises(DiagramTooLargeError, match="159,600 rows passed by connections") as no:
        dot(ladder(400))
    assert f"at most {MAX_PASSED:,}" in str(no.value)


@pytest.mark.parametrize("name", ["densenet264", "resnet152", "unet", "inception_v3"])
def test_published_networks_are_drawn_with_care(name: str) -> None:
    path = EXAMPLES / f"{name}.arch"
    typed, _ = pipeline.compile_source(Source(path.name, path.read_text("utf-8")), path)
    assert typed is not None
    assert rows_passed(draw(unroll(typed))) <= MAX_PASSED_WITH_CARE
    assert "nslimit" not in dot(typed)
