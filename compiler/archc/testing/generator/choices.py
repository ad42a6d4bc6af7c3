"""Where the choices of the generator come from: a seeded source, or Hypothesis.

The generator asks for integers alone, so that both serve it, and what is simplest is 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn

T = TypeVar("T")


class Source(Protocol):
    """Gives whole numbers."""

    def __call__(self, low: int, high: int) -> int:
        """A number from ``low`` to ``high``, both included."""


def seeded(seed: int | str) -> Source:
    """A fast source: the same numbers for the same seed, under any hash seed."""
    random = Random(seed)
    drawn = random.random
    return lambda low, high: low + int(drawn() * (high - low + 1))


def drawing(draw: DrawFn) -> Source:
    """What Hypothesis draws, and shrinks towards the low end."""
    from hypothesis import strategies as st

    return lambda low, high: draw(st.integers(low, high))


class Choices:
    """Choices of all kinds, made of whole numbers."""

    def __init__(self, source: Source) -> None:
        self.integer = source

    def chance(self, percent: int) -> bool:
        """Whether something happens that happens so often; that it does not is simplest."""
        return self.integer(0, 99) >= 100 - percent

    def pick(self, items: Sequence[T]) -> T:
        """One of several; the first is simplest."""
        return items[self.integer(0, len(items) - 1)]

    def weighted(self, items: Sequence[tuple[int, T]]) -> T:
        """One of several, each as often as its weight says."""
        left = self.integer(0, sum(weight for weight, _ in items) - 1)
        for weight, item in items:
            left -= weight
            if left < 0:
                return item
        raise AssertionError("weights are at least 0")

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """All of them in some order."""
        rest = list(items)
        for place in range(len(rest) - 1):
            other = self.integer(place, len(rest) - 1)
            rest[place], rest[other] = rest[other], rest[place]
        return rest

    def some(self, items: Sequence[T], percent: int) -> list[T]:
        """Those that happen, each as often as said."""
        return [item for item in items if self.chance(percent)]
