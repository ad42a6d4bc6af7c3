"""Which elements interpolation reads: the places that torch's kernels for the CPU work out."""

from fractions import Fraction
from functools import lru_cache
from math import ceil, floor
from struct import pack, unpack

from archir.op.dependence import MOST_TAPS, AxisAccess, Tap, periodic, same, share

_LARGEST = 1024
"""Factors are taken for fractions with denominators up to this, where they are such fractions."""

_SMALL_IMAGE = 128
"""Up to this height and width together torch computes an image by a kernel of its own."""

_MOST_ELEMENTS = (1 << 63) - 1
"""The most that torch counts, and floats of 32 bits have places for; it is given up above."""

_MOST_PLACES = 1 << 20
"""The most elements whose places are rounded one by one."""


def is_small_image(made: tuple[int, ...]) -> bool:
    """Whether torch has its kernel for small images make an output of this shape.

    It takes that kernel for images that lie in memory with their channels last too, which is not
    known here; the two differ for factors near 1 and 2 alone.
    """
    return len(made) == 4 and made[2] + made[3] <= _SMALL_IMAGE


@lru_cache(maxsize=1 << 10)
def sampled(
    dim: int,
    extent: int,
    wanted: int,
    factor: float | None,
    mode: str,
    *,
    corners: bool = False,
    small: bool = False,
) -> AxisAccess:
    """What torch's interpolation from ``extent`` to ``wanted`` elements reads.

    ``factor`` is the scale factor, where the sizes are not what the elements are placed by;
    ``small`` says that the image is a small one. A neighbour of weight 0 is not read.
    """
    if max(extent, wanted) > _MOST_ELEMENTS:
        return periodic(dim, extent, wanted, lambda _: None)
    if mode == "area":
        return share(dim, extent, wanted)
    if _goes_by_sizes(mode, extent, wanted, small=small):
        factor = None
    scale = Fraction(extent, wanted)
    if factor is not None:
        scale = 1 / _fraction(factor)
    if mode in ("nearest", "nearest-exact"):
        return _nearest(dim, extent, wanted, factor, scale, Fraction(mode != "nearest", 2))
    if corners:
        scale = Fraction(extent - 1, wanted - 1) if wanted > 1 else Fraction(0)
    shift, period = scale.as_integer_ratio()
    if period > MOST_TAPS:
        shift, period = extent, wanted  # it repeats itself nowhere
    return periodic(dim, shift, period, lambda j: _tap(j, scale, mode, corners))


@lru_cache(maxsize=1 << 10)
def antialiased(
    dim: int, extent: int, wanted: int, factor: float | None, mode: str, *, corners: bool = False
) -> AxisAccess:
    """What antialiased interpolation reads: all within the filter, as wide as an element's share.

    The cubic filter is 0 at one place inside; what lies just there counts as read. An axis that
    keeps its size is passed over, whatever the factor is.
    """
    if wanted == extent:
        return same(dim)
    scale = Fraction(extent, wanted)
    if corners:
        scale = Fraction(extent - 1, wanted - 1) if wanted > 1 else Fraction(0)
    elif factor is not None:
        scale = 1 / _fraction(factor)
    reach = max(scale, Fraction(1)) * (2 if mode == "bicubic" else 1)

    def tap(j: int) -> Tap:
        centre = (j + Fraction(1, 2)) * scale - Fraction(1, 2)
        if scale <= 1 and centre.denominator == 1:
            return int(centre), 1, 1
        first = floor(centre - reach) + 1
        return first, ceil(centre + reach) - first, 1

    shift, period = scale.as_integer_ratio()
    if period > MOST_TAPS:
        shift, period = extent, wanted
    return periodic(dim, shift, period, tap)


def _fraction(factor: float) -> Fraction:
    near = Fraction(factor).limit_denominator(_LARGEST)
    return near if float(near) == factor else Fraction(factor)


def _goes_by_sizes(mode: str, extent: int, wanted: int, *, small: bool) -> bool:
    """Whether torch passes over a scale factor: the sizes are equal, or one is twice the other."""
    if mode == "nearest":
        return small and wanted in (extent, 2 * extent)
    return mode not in ("nearest-exact", "bicubic") and wanted == extent


def _nearest(
    dim: int, extent: int, wanted: int, factor: float | None, scale: Fraction, start: Fraction
) -> AxisAccess:
    """One element each, at ``start`` of the way from its beginning to its end.

    torch multiplies in single precision, where 11 * (26 / 22) is less than 13.
    """
    step = _single(1 / factor if factor is not None else extent / wanted)
    shift, period = scale.as_integer_ratio()
    # Rounding moves a place by 2**-23 of it; that is short of the next element, unless down to it.
    if Fraction(step) != scale and not (step > scale and extent * period < 1 << 22):
        if wanted > _MOST_PLACES:
            return periodic(dim, extent, wanted, lambda _: None)  # which is given up
        offset = float(start)
        places = [floor(_single((j + offset) * step)) for j in range(wanted)]
        if any(place != floor((j + start) * scale) for j, place in enumerate(places)):
            return periodic(dim, extent, wanted, lambda j: (min(places[j], extent - 1), 1, 1))
    if period > MOST_TAPS:
        shift, period = extent, wanted
    return periodic(dim, shift, period, lambda j: (floor((j + start) * scale), 1, 1))


def _single(number: float) -> float:
    """The nearest float of 32 bits."""
    rounded: float = unpack("f", pack("f", number))[0]
    return rounded


def _tap(j: int, scale: Fraction, mode: str, corners: bool) -> Tap:
    """What element j reads; its place among the elements is that of its centre or its start."""
    half = Fraction(1, 2)
    place = j * scale if corners else (j + half) * scale - half
    first = floor(place)
    if place == first:
        return first, 1, 1
    return (first - 1, 4, 1) if mode == "bicubic" else (first, 2, 1)
