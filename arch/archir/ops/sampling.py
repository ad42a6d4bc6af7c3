"""Which elements interpolation reads."""

from fractions import Fraction
from math import floor

from archir.reach import Look, Tap, periodic, share

_LARGEST = 1024
"""Factors are taken for the nearest fraction with a denominator up to this."""


def sampled(
    dim: int, extent: int, wanted: int, factor: float | None, mode: str, corners: bool
) -> Look:
    """What torch's interpolation from ``extent`` to ``wanted`` elements reads.

    ``factor`` is the scale factor, where the sizes are not what the elements are placed by. A
    neighbour of weight 0 is not read.
    """
    if mode == "area":
        return share(dim, extent, wanted)
    scale = Fraction(extent, wanted)
    # Where the sizes are equal, or one is twice the other, torch goes by them.
    if factor is not None and not _plain(mode, extent, wanted):
        scale = 1 / Fraction(factor).limit_denominator(_LARGEST)
    if corners:
        scale = Fraction(extent - 1, wanted - 1) if wanted > 1 else Fraction(0)
    shift, period = scale.as_integer_ratio()
    return periodic(dim, shift, period, lambda j: _tap(j, scale, mode, corners))


def _plain(mode: str, extent: int, wanted: int) -> bool:
    if wanted == extent:
        return mode != "bicubic"
    return wanted == 2 * extent and mode == "nearest"


def _tap(j: int, scale: Fraction, mode: str, corners: bool) -> Tap:
    """What element j reads; its place among the elements is that of its centre or its start."""
    if mode == "nearest":
        return floor(j * scale), 1, 1
    half = Fraction(1, 2)
    if mode == "nearest-exact":
        return floor((j + half) * scale), 1, 1
    place = j * scale if corners else (j + half) * scale - half
    first = floor(place)
    if place == first:
        return first, 1, 1
    return (first - 1, 4, 1) if mode == "bicubic" else (first, 2, 1)
