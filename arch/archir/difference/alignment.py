"""Two sequences laid side by side: what of the one belongs to what of the other, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias, TypeVar

T = TypeVar("T")

Likeness: TypeAlias = "Callable[[T, T], int]"
"""How much two items are alike; those of 0 never belong together."""

MOST_CELLS = 1_000_000
"""Pairs of items that are compared at most; networks have a few hundred items in a scope."""

REACH = 50
"""How far a partner is looked for where there are more."""


def aligned(
    old: Sequence[T], new: Sequence[T], likeness: Likeness[T], same: int
) -> Iterator[tuple[T | None, T | None]]:
    """All items of both in order: pairs that are most alike in all, and items without a partner.

    ``same`` is the likeness than which there is none greater. Between two pairs what is new comes
    before what is gone.
    """
    start, most = 0, min(len(old), len(new))
    while start < most and likeness(old[start], new[start]) == same:
        start += 1
    end = 0
    while end < most - start and likeness(old[-1 - end], new[-1 - end]) == same:
        end += 1
    yield from zip(old[:start], new[:start], strict=True)
    inner, other = old[start : len(old) - end], new[start : len(new) - end]
    pairs = _best if len(inner) * len(other) <= MOST_CELLS else _first
    first = second = 0
    for i, j in pairs(inner, other, likeness):
        yield from ((None, item) for item in other[second:j])
        yield from ((item, None) for item in inner[first:i])
        yield inner[i], other[j]
        first, second = i + 1, j + 1
    yield from ((None, item) for item in other[second:])
    yield from ((item, None) for item in inner[first:])
    yield from zip(old[len(old) - end :], new[len(new) - end :], strict=True)


def _best(old: Sequence[T], new: Sequence[T], likeness: Likeness[T]) -> Iterator[tuple[int, int]]:
    """The pairs with the greatest likeness in all."""
    rows, columns = len(old), len(new)
    likes = [[likeness(one, other) for other in new] for one in old]
    # best[i][j] is what the items from i and j on come to.
    best: list[list[int]] = [[0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        below, row, likely = best[i + 1], best[i], likes[i]
        for j in range(columns - 1, -1, -1):
            together = below[j + 1] + likely[j] if likely[j] else 0
            row[j] = max(together, below[j], row[j + 1])
    i = j = 0
    while i < rows and j < columns:
        like = likes[i][j]
        if like and best[i][j] == best[i + 1][j + 1] + like:
            yield i, j
            i, j = i + 1, j + 1
        elif best[i][j] == best[i][j + 1]:
            j += 1
        else:
            i += 1


def _first(old: Sequence[T], new: Sequence[T], likeness: Likeness[T]) -> Iterator[tuple[int, int]]:
    """Each new item with the most alike of the next old ones."""
    at = 0
    for j, item in enumerate(new):
        near = range(at, min(at + REACH, len(old)))
        found = max(near, key=lambda i: likeness(old[i], item), default=None)
        if found is not None and likeness(old[found], item):
            yield found, j
            at = found + 1
