"""What the generator knows of a value while it writes: its shape at the default sizes.

It only steers: most of what is written should run. What a network does is torch's word.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any, NamedTuple

MOST_ELEMENTS = 2_000
"""The most elements of a value, so that a network runs in a moment."""

MOST_WEIGHTS = 3_000
"""The most numbers of one weight."""


class Misfit(Exception):  # noqa: N818  (a verdict of the generator, which tries something else)
    """What is tried does not fit."""


class TooLarge(Misfit):
    """What is tried would take much memory: it is not written, fit or not."""


class Size(int):
    """An extent that depends on the sizes of the input; so does what is worked out of it."""

    __slots__ = ()

    def _with(self, made: Any) -> Any:
        return Size(made) if type(made) is int else made

    def __add__(self, other: int) -> Any:
        return self._with(int(self) + other)

    def __sub__(self, other: int) -> Any:
        return self._with(int(self) - other)

    def __mul__(self, other: int) -> Any:
        return self._with(int(self) * other)

    def __floordiv__(self, other: int) -> Any:
        return self._with(int(self) // other)

    def __mod__(self, other: int) -> Any:
        return self._with(int(self) % other)

    def __rsub__(self, other: int) -> Any:
        return self._with(other - int(self))

    def __rfloordiv__(self, other: int) -> Any:
        return self._with(other // int(self))

    def __neg__(self) -> Any:
        return Size(-int(self))

    __radd__ = __add__
    __rmul__ = __mul__


class Value(NamedTuple):
    """A tensor: its extents, of which some may be ``Size``, and its dtype."""

    shape: tuple[int, ...]
    dtype: str = "float"
    trained: bool = False
    """Whether it is made in training alone."""

    @property
    def rank(self) -> int:
        """How many dims it has."""
        return len(self.shape)

    @property
    def channels(self) -> int:
        """Dim 1, as ``_.channels`` says it."""
        return self.shape[1]

    @property
    def features(self) -> int:
        """The last dim."""
        return self.shape[-1]

    @property
    def height(self) -> int:
        """The last dim but one."""
        return self.shape[-2]

    @property
    def width(self) -> int:
        """The last dim, of an image."""
        return self.shape[-1]

    def reshaped(self, *shape: int) -> Value:
        """The same dtype with another shape."""
        return self._replace(shape=shape)


class Part(NamedTuple):
    """An op or a block as a value, with what is filled in."""

    name: str
    positional: tuple[object, ...] = ()
    keywords: tuple[tuple[str, object], ...] = ()

    def filled(self, positional: tuple[object, ...], keywords: dict[str, object]) -> Part:
        """The part with more arguments: named ones replace those that were filled in."""
        both = {**dict(self.keywords), **keywords}
        return Part(self.name, (*self.positional, *positional), tuple(both.items()))

    def __call__(self, *positional: object, **keywords: object) -> Part:
        """The same, as the text has it."""
        return self.filled(positional, keywords)


Values = tuple[Value, ...]
Rule = Callable[..., Values]


def checked(values: Values) -> Values:
    """The values, which must be small, and have an element at least along each dim."""
    for value in values:
        if not value.shape or not all(isinstance(extent, int) for extent in value.shape):
            raise Misfit
        require(min(value.shape) >= 1)
        if prod(value.shape) > MOST_ELEMENTS:
            raise TooLarge
    return values


def require(holds: bool) -> None:
    """Give up unless it holds."""
    if not holds:
        raise Misfit
