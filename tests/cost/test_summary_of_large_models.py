"""A summary counts the steps of a model before it makes rows of them, and so does a check."""

from __future__ import annotations

import resource

import pytest

import archc
from archir.base.source import Source

LARGE = "model m() {{\n  input x: [N, 3, H = 32, W = 32]\n  repeat {} {{ {} }}\n}}\n"


@pytest.mark.parametrize("symbolic", [False, True])
def test_a_summary_of_too_many_steps_is_refused_before_it_is_made(symbolic: bool) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(archc.ArchError) as caught:
        archc.summary(Source("m.arch", LARGE.format(9_999_990, "relu")), symbolic=symbolic)
    (found,) = caught.value.diagnostics
    assert found.problem.name == "model-too-large"
    assert "9,999,990 steps, and a summary can have at most" in found.problem.message()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024, "in kilobytes"


def test_what_works_in_place_is_followed_through_so_many_steps_alone() -> None:
    text = LARGE.format(9_999_990, "relu(inplace = true)")
    (found,) = archc.check(Source("m.arch", text)).errors
    assert found.problem.name == "model-too-large"
