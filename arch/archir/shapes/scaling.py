"""Sizes multiplied by a float, as torch's resampling does it.

torch gives an axis of size x the size ``floor(x * factor)``, where the product is that of doubles,
rounded. Where a short fraction says the same for all sizes, the result is a floor division like
all other dims. Where none does it is an atom of its own, which is evaluated as torch computes it,
and of which is known that it grows with the size.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from archir.shapes.arithmetic import floor_div, multiply, substitute
from archir.shapes.dims import Atom, Dim, atomic, evaluate, extent, show, variables

_LARGEST = 1024
"""Bounds the factor and the denominator, so that what follows holds for sizes below 2**31."""


class Scaled(Atom):
    """``floor(dim * factor)`` in doubles."""

    __slots__ = ("dim", "factor")

    def __init__(self, dim: Dim, factor: float) -> None:
        self.dim = dim
        self.factor = factor
        size = extent(dim)
        inner = show(dim)
        inner = f"({inner})" if " " in inner else inner
        super().__init__(f"floor({inner} * {factor!r})", size)

    def evaluate(self, sizes: Mapping[str, int]) -> int:
        return self.of(evaluate(self.dim, sizes))

    def of(self, size: int) -> int:
        """The value where the dim is this number."""
        return _times(size, self.factor)

    def variables(self) -> frozenset[str]:
        return variables(self.dim)

    def inner(self) -> tuple[Dim, ...]:
        return (self.dim,)

    def substitute(self, values: Mapping[str, Dim]) -> Dim:
        return scaled(substitute(self.dim, values), self.factor)


def scaled(dim: Dim, factor: float) -> Dim:
    """``floor(dim * factor)``, exactly as torch rounds it; the factor is positive."""
    if isinstance(dim, int):
        return _times(dim, factor)
    fraction = fraction_of(factor)
    if fraction is None:
        return atomic(Scaled(dim, factor))
    numerator, denominator = fraction
    return floor_div(multiply(dim, numerator), denominator)


def _times(size: int, factor: float) -> int:
    """The same of a number; past what doubles count exactly, where no tensor is, exactly."""
    if abs(size) < 2**53:
        return int(size * factor)
    numerator, denominator = factor.as_integer_ratio()
    return size * numerator // denominator


@lru_cache(maxsize=256)
def fraction_of(factor: float) -> tuple[int, int] | None:
    """The p and q for which ``x * p // q`` is what torch computes, for all x below 2**31.

    Let the factor be p/q * (1 + e). It is the double next to p/q, so abs(e) <= 2**-53, and the
    rounded product is off by less than 2.1 * 2**-53 times itself.

    - Where x*p/q is no integer, it is 1/q or more away from the nearest one. The product is off by
      less than that, since x*p < 2**51: the floors are equal.
    - Where it is an integer n, the rounded product must not be less than n. It is not if e >= 0.
      It is not either if -e <= 2**-54: for 2**k < n < 2**(k+1) the next double below n is
      2**(k-52) away, and n*(1 + e) is nearer to n. For n = 2**k it is 2**(k-53) away, and
      n*(1 + e) is nearer to n or in the middle, where rounding goes to n, the even one.

    So 2, 0.5, 1.5, 1.1 and 1/3 are fractions; 0.7 is none, since 90 * 0.7 is less than 63.
    """
    numerator, denominator = factor.as_integer_ratio()
    if denominator <= _LARGEST and factor <= _LARGEST:
        return numerator, denominator  # without an error, such as 2, 0.5 and 1.5
    from fractions import Fraction  # takes a while, and few networks need it

    near = Fraction(factor).limit_denominator(_LARGEST)
    if not 0 < near <= _LARGEST or float(near) != factor:
        return None
    error = (Fraction(factor) - near) / near
    return near.as_integer_ratio() if error >= -Fraction(1, 2**54) else None
