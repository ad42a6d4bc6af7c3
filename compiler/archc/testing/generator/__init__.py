"""Random projects over the whole language: fast ones by seed, and a Hypothesis strategy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archc.testing.generator.choices import Choices, drawing, seeded
from archc.testing.generator.models import project
from archc.testing.generator.project import Project

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["Project", "generate", "projects"]


def generate(seed: int | str) -> Project:
    """The project of a seed."""
    return project(Choices(seeded(seed)))


def projects() -> SearchStrategy[Project]:
    """A Hypothesis strategy of projects; they shrink to small ones."""
    from hypothesis import strategies as st

    return st.composite(lambda draw: project(Choices(drawing(draw))))()
