"""The Pareto front: what nothing else is better than in all that is asked for."""

from __future__ import annotations

from collections.abc import Sequence


def front(rows: Sequence[Sequence[float]]) -> list[int]:
    """The places of rows that no other row dominates, each number the better the smaller.

    A row dominates another that is not smaller anywhere and larger somewhere; of equal rows all
    stay. The rows are looked at from the smallest on, each against the front so far, which is all
    that can dominate it (Kung, Luccio & Preparata, 1975, in its simplest form).
    """
    order = sorted(range(len(rows)), key=lambda place: tuple(rows[place]))
    found: list[int] = []
    for place in order:
        row = tuple(rows[place])
        if not any(_dominates(tuple(rows[other]), row) for other in found):
            found.append(place)
    return sorted(found)


def _dominates(one: tuple[float, ...], two: tuple[float, ...]) -> bool:
    return one != two and all(a <= b for a, b in zip(one, two, strict=True))
