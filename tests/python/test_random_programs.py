"""Random programs: followed source, source from the graph and the live module agree."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from printed import differences, is_followed
from programs import program

from archc import pipeline
from archc.python import source
from archir.source import Source
from archir.typed import TypedGraph


def typed_of(seed: int) -> TypedGraph | None:
    typed, _ = pipeline.compile_source(Source("m.arch", program(seed)), None, "m")
    return typed


@given(st.integers(0, 10**9))
@settings(max_examples=60)
def test_random_programs(seed: int) -> None:
    typed = typed_of(seed)
    if typed is None:
        return  # some loops label two children alike
    for follow in (True, False):
        assert list(differences(typed, source(typed, follow=follow))) == [], program(seed)


def test_the_programs_are_worth_it() -> None:
    """Most of them are right, and of these most are followed."""
    made = [typed for seed in range(60) if (typed := typed_of(seed)) is not None]
    assert len(made) > 40
    assert sum(map(is_followed, made)) > len(made) / 2
