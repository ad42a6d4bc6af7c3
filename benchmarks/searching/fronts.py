"""How much better the front of a search is than that of points at random, over several seeds."""

from __future__ import annotations

from math import log10
from pathlib import Path
from statistics import mean, stdev

import archc

from .asking import search

CHANCE = 0.1
"""The accuracy of a guess among ten digits."""

LEAST, MOST = 30, 30_000
"""Between these numbers of parameters is what counts, as logarithms."""

SAMPLERS = ("tpe", "random")


def compared(into: Path, trials: int, seeds: int) -> None:
    """Run searches with Optuna's estimator and at random, and say how large their fronts are."""
    found: dict[str, list[float]] = {each: [] for each in SAMPLERS}
    for seed in range(seeds):
        for sampler in SAMPLERS:
            done = search(into / f"{sampler}-{seed}", trials, seed=seed, sampler=sampler)
            found[sampler].append(dominated(done))
        tpe, chance = (found[each][-1] for each in SAMPLERS)
        print(f"seed {seed}: hypervolume {tpe:.4f} with tpe, {chance:.4f} at random", flush=True)
    for sampler, values in found.items():
        spread = stdev(values) if seeds > 1 else 0.0
        print(f"{sampler}: {mean(values):.4f} ± {spread:.4f}, from {min(values):.4f}")
    better = [ours - theirs for ours, theirs in zip(*found.values(), strict=True)]
    print(f"tpe is better in {sum(each > 0 for each in better)} of {seeds}, by {mean(better):.4f}")


def dominated(found: archc.Search) -> float:
    """The hypervolume of a front: the share of the box of all that something on it is better than.

    The box goes from the accuracy of a guess to 1, and over the logarithm of the parameters.
    """
    points = sorted((each.scores["parameters"], each.scores["accuracy"]) for each in found.front())
    return area(
        [(_across(size), max(0.0, (good - CHANCE) / (1 - CHANCE))) for size, good in points]
    )


def _across(size: float) -> float:
    """0 for the smallest network that counts, 1 for the largest."""
    part = log10(size / LEAST) / log10(MOST / LEAST)
    return min(1.0, max(0.0, part))


def _above_chance(accuracy: float) -> float:
    return max(0.0, (accuracy - CHANCE) / (1 - CHANCE))


def area(points: list[tuple[float, float]]) -> float:
    """Of the unit square, what is to the right of a point and below it. They are sorted by x."""
    whole, height = 0.0, 0.0
    for x, y in points:
        whole += (1 - x) * max(0.0, y - height)
        height = max(height, y)
    return whole
