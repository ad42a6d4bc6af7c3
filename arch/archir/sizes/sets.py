"""Sets of sizes: finitely many exceptions, then periodic.

A set is a list of *pieces*, each a stretch of positive integers of which those are in the set
whose remainder by the piece's period is. The sets that conditions on sizes give are all of this
form (they are definable in Presburger arithmetic), and so are their intersections.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import lcm
from typing import TypeAlias

from archir.base.record import Record

MAX_PERIOD = 100_000
"""The longest period that is worked with. Strides of real networks multiply to some hundreds."""

MAX_PIECES = 10_000

MAX_BOXES = 400

Box: TypeAlias = "dict[str, SizeSet]"
"""A set of sizes for each variable that is bound; each size goes with each size of the others."""


class BeyondExactError(Exception):
    """The set has no closed form that is small enough to be worked with."""


class Piece(Record):
    """The ``x`` from ``first`` to ``last`` (None: without end) whose bit ``x % period`` is set."""

    first: int
    last: int | None
    period: int = 1
    pattern: int = 1

    def __contains__(self, size: object) -> bool:
        return (
            isinstance(size, int)
            and self.first <= size
            and (self.last is None or size <= self.last)
            and bool(self.pattern >> size % self.period & 1)
        )

    @property
    def residues(self) -> list[int]:
        """The remainders by the period of the sizes that are in it."""
        return [rest for rest, bit in enumerate(f"{self.pattern:b}"[::-1]) if bit == "1"]

    def at_or_after(self, size: int) -> int | None:
        """The smallest member that is at least ``size``."""
        start = max(size, self.first)
        shift = start % self.period
        turned = self.pattern >> shift | self.pattern << (self.period - shift)
        turned &= (1 << self.period) - 1
        if not turned:
            return None
        found = start + (turned & -turned).bit_length() - 1
        return found if self.last is None or found <= self.last else None

    def at_or_before(self, size: int) -> int | None:
        """The largest member that is at most ``size``."""
        start = size if self.last is None else min(size, self.last)
        shift = (start + 1) % self.period
        turned = self.pattern >> shift | self.pattern << (self.period - shift)
        turned &= (1 << self.period) - 1
        if not turned:
            return None
        found = start - (self.period - turned.bit_length())
        return found if found >= self.first else None


class SizeSet(Record):
    """A set of positive integers, as pieces in order that do not overlap."""

    pieces: tuple[Piece, ...]

    def __contains__(self, size: object) -> bool:
        return any(size in piece for piece in self.pieces)

    def __bool__(self) -> bool:
        return bool(self.pieces)

    def __iter__(self) -> Iterator[int]:
        """The members from the smallest on; without end where the set is infinite."""
        for piece in self.pieces:
            size = piece.at_or_after(piece.first)
            while size is not None:
                yield size
                size = piece.at_or_after(size + 1)

    @property
    def smallest(self) -> int | None:
        return next(iter(self), None)

    @property
    def is_finite(self) -> bool:
        return not self.pieces or self.pieces[-1].last is not None

    @property
    def is_everything(self) -> bool:
        return self is EVERYTHING or self == EVERYTHING

    def nearest(self, size: int) -> tuple[int, ...]:
        """The nearest members on both sides; the size itself where it is one."""
        if size in self:
            return (size,)
        below = [each for piece in self.pieces if (each := piece.at_or_before(size)) is not None]
        above = (each for piece in self.pieces if (each := piece.at_or_after(size)) is not None)
        return (*below[-1:], *([first] if (first := next(above, None)) is not None else []))

    @property
    def is_stretch(self) -> bool:
        """Whether it is all from one size on, perhaps up to another."""
        return len(self.pieces) == 1 and self.pieces[0].period == 1

    def lies_in(self, other: SizeSet) -> bool:
        """Whether all of it is in the other."""
        if self is other or other.is_everything or not self.pieces:
            return True
        if not other.is_stretch:
            return self.intersect(other) == self
        least, most = self.pieces[0].first, self.pieces[-1].last
        first, last = other.pieces[0].first, other.pieces[0].last
        return first <= least and (last is None or (most is not None and most <= last))

    def intersect(self, other: SizeSet) -> SizeSet:
        """What is in both. Raises BeyondExactError where the common period is too long."""
        if self is other or self.is_everything:
            return other
        if other.is_everything:
            return self
        if self.is_stretch and other.is_stretch:
            common = _meet(self.pieces[0], other.pieces[0])
            return NOTHING if common is None else SizeSet((common,))
        return _tidy(
            common
            for mine in self.pieces
            for theirs in other.pieces
            if (common := _meet(mine, theirs)) is not None
        )


EVERYTHING = SizeSet((Piece(1, None),))
NOTHING = SizeSet(())


def at_least(first: int) -> SizeSet:
    """All sizes from ``first`` on."""
    return SizeSet((Piece(max(first, 1), None),))


def between(first: int, last: int) -> SizeSet:
    """All sizes from ``first`` to ``last``, both included."""
    first = max(first, 1)
    return SizeSet((Piece(first, last),)) if first <= last else NOTHING


def together(sets: Iterable[SizeSet]) -> SizeSet:
    """What is in one of several sets that have nothing in common."""
    return _tidy([piece for each in sets for piece in each.pieces])


def eventually_periodic(holds: list[bool], start: int, period: int) -> SizeSet:
    """The set with ``holds[x - 1]`` for x below ``start + period``, periodic from ``start`` on."""
    pieces: list[Piece] = []
    first: int | None = None
    for size in range(1, start + 1):
        inside = size < start and holds[size - 1]
        if inside and first is None:
            first = size
        elif not inside and first is not None:
            pieces.append(Piece(first, size - 1))
            first = None
    pattern = sum(1 << size % period for size in range(start, start + period) if holds[size - 1])
    if pattern:
        pieces.append(Piece(start, None, period, pattern))
    return _tidy(pieces)


def _meet(left: Piece, right: Piece) -> Piece | None:
    first = max(left.first, right.first)
    ends = [last for last in (left.last, right.last) if last is not None]
    last = min(ends, default=None)
    if last is not None and last < first:
        return None
    period = lcm(left.period, right.period)
    if period > MAX_PERIOD:
        raise BeyondExactError(f"sizes repeat after {period} only")
    pattern = _repeated(left, period) & _repeated(right, period)
    return Piece(first, last, period, pattern) if pattern else None


def _repeated(piece: Piece, period: int) -> int:
    """The pattern written out for a multiple of its period."""
    pattern, length = piece.pattern, piece.period
    while length < period:
        step = min(length, period - length)
        pattern |= (pattern & ((1 << step) - 1)) << length
        length += step
    return pattern


def _tidy(pieces: Iterator[Piece] | list[Piece]) -> SizeSet:
    """Pieces in normal form: shortest periods, ends that are members, neighbours joined."""
    found: list[Piece] = []
    for piece in sorted(map(_shortest, pieces), key=lambda each: each.first):
        for each in _trimmed(piece):
            found.append(each)
            while len(found) > 1 and (joined := _joined(*found[-2:])) is not None:
                found[-2:] = [joined]
            if len(found) > MAX_PIECES:
                raise BeyondExactError("the sizes fall into too many stretches")
    return SizeSet(tuple(found))


def _shortest(piece: Piece) -> Piece:
    """The same with the shortest period."""
    for period in _divisors(piece.period):
        pattern = piece.pattern & ((1 << period) - 1)
        if _repeated(Piece(1, None, period, pattern), piece.period) == piece.pattern:
            return Piece(piece.first, piece.last, period, pattern)
    return piece


def _divisors(number: int) -> Iterator[int]:
    return (each for each in range(1, number + 1) if number % each == 0)


def _trimmed(piece: Piece) -> Iterator[Piece]:
    """The piece from its first member to its last; a short one as plain stretches."""
    first = piece.at_or_after(piece.first)
    if first is None:
        return
    last = None if piece.last is None else piece.at_or_before(piece.last)
    if last is None or piece.period == 1 or last - first >= 2 * piece.period:
        yield Piece(first, last, piece.period, piece.pattern)
        return
    members = [size for size in range(first, last + 1) if size in piece]
    start = first
    for size, following in zip(members, [*members[1:], None], strict=True):
        if following != size + 1:
            yield Piece(start, size)
            start = following or size


def _joined(left: Piece, right: Piece) -> Piece | None:
    """Two neighbours as one piece, where they are one."""
    if left.last is None:
        return None
    if (left.period, left.pattern) == (right.period, right.pattern):
        between_them = Piece(left.last + 1, right.first - 1, left.period, left.pattern)
        if between_them.at_or_after(left.last + 1) is None or left.last + 1 == right.first:
            return Piece(left.first, right.last, left.period, left.pattern)
    # A plain stretch, or a single size, in front of a piece whose pattern goes on backwards.
    if left.period == 1 and right.last is None:
        longer = Piece(left.first, None, right.period, right.pattern)
        sizes = range(left.first, right.first)
        if len(sizes) <= right.period and all((size in longer) == (size in left) for size in sizes):
            return longer
    return None
