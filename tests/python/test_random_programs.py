"""Random programs: printed source and the live module agree."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from other_values import at_others
from printed import differences
from programs import program

from archc import pipeline
from archc.python import source
from archir.base.source import Source
from archir.graph.typed import TypedGraph


def typed_of(seed: int) -> TypedGraph | None:
    typed, _ = pipeline.compile_source(Source("m.arch", program(seed)), None, "m")
    return typed


@given(st.integers(0, 10**9))
@settings(max_examples=60)
def test_random_programs(seed: int) -> None:
    typed = typed_of(seed)
    if typed is None:
        return  # some loops label two children alike
    assert list(differences(typed, source(typed))) == [], program(seed)


def test_conditions_on_what_a_loop_counts() -> None:
    """One attribute cannot say it of every turn, nor before the count has begun."""
    typed = typed_of(2617)
    assert typed is not None
    assert list(differences(typed, source(typed))) == []


@pytest.mark.parametrize("seed", [14, 44, 55, 88, 94, 146, 162, 176, 273, 658, 684, 696])
def test_random_programs_at_other_values(seed: int) -> None:
    """What has no words is baked: conditions on channels, numbers of pieces, sizes in code."""
    text = program(seed)
    typed = typed_of(seed)
    assert typed is not None
    for name, value, found in at_others(
        Source("m.arch", text), None, source(typed), typed, 2, run=True
    ):
        assert found == [], f"{name} = {value}: {text}"


def test_the_programs_are_worth_it() -> None:
    """Most of them are right."""
    made = [typed for seed in range(60) if (typed := typed_of(seed)) is not None]
    assert len(made) > 40
