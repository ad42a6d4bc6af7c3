"""Sizes to try a network at: some that should be right, some beside them, other batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from archir.sizes.valid import ValidSizes

OTHERS = 4
"""How many sizes beside the default ones."""

LARGEST = 20


def other_sizes(
    defaults: Mapping[str, int], seed: int, boxes: Sequence[Any] = (), many: int = OTHERS
) -> list[dict[str, int]]:
    """Sizes other than the defaults, each once; fewer where there are not so many."""
    random = Random(f"sizes {seed}")
    found: list[dict[str, int]] = []
    for number in range(6 * many):
        if len(found) == many or not defaults:
            break
        one = _one(dict(defaults), random, number, boxes)
        if one != dict(defaults) and one not in found:
            found.append(one)
    return found


def alike(defaults: Mapping[str, int]) -> list[dict[str, int]]:
    """Sizes of which one is as large as another, as those of values that meet have to be."""
    return [
        {**defaults, one: size}
        for one in defaults
        for other, size in defaults.items()
        if other != one and size != defaults[one]
    ]


def _one(
    sizes: dict[str, int], random: Random, number: int, boxes: Sequence[Any]
) -> dict[str, int]:
    names = list(sizes)
    if number % 4 == 3 and boxes:
        box = random.choice(boxes)
        for name in names:
            near = [s for s in box[name].nearest(random.randint(1, LARGEST)) if s <= LARGEST]
            sizes[name] = random.choice(near) if near else sizes[name]
        return sizes
    for name in names:
        if random.random() < (0.35 if name == "N" else 0.6):
            sizes[name] = _other(sizes[name], random)
    return sizes


def _other(size: int, random: Random) -> int:
    options = [
        size - 1,
        size + 1,
        size + 2,
        size - 2,
        2 * size,
        size // 2,
        1,
        random.randint(1, LARGEST),
        size + 4,
    ]
    return max(1, min(LARGEST, random.choice(options)))


def in_boxes(valid: ValidSizes, sizes: Mapping[str, int]) -> bool:
    """Whether sizes lie in the closed form of a set."""
    return any(all(sizes[name] in box[name] for name in valid.names) for box in valid.boxes)
