"""Traces: what the elements of a value see of one axis of the model's input.

A trace is exact. Where an element's position along some dim of the value decides what it sees, that
is an interval of the axis for each of a period of positions, and behind a period the same again
further on. So upsampling, strided and transposed convolutions and all that is made of them stay
exact, with integers alone. An interval is the hull of what is seen: gaps in it count.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd, lcm
from typing import TYPE_CHECKING

from archir.base.record import Record, replaced
from archir.op.dependence import AxisAccess, Folded, Parted, Tap, Taps, Unsaid, Whole, same

if TYPE_CHECKING:
    from fractions import Fraction

MOST_POSITIONS = 4096
"""Above all periods that networks have; chains of odd scale factors are given up there."""

MOST_WORK = 100_000
"""Positions that are looked at for one op: above all that networks need, and soon done."""

Span = tuple[int, int]
"""The first and the last position that are seen."""


class Moving(Record):
    """An interval for each position: ``spans[j % n]`` moved on by ``j // n * shift``.

    None stands for a position that sees nothing. ``dim`` is the dim of the value in which the
    position stands, None if it is the same for all; ``fold`` says with which others it stands
    there, if it is not alone.
    """

    dim: int | None
    shift: int
    spans: tuple[Span | None, ...]
    fold: tuple[object, ...] = ()

    @property
    def stride(self) -> int | Fraction:
        """How far apart on the axis two neighbours are."""
        return _ratio(self.shift, len(self.spans))

    @property
    def size(self) -> int:
        """The largest interval."""
        return max((span[1] - span[0] + 1 for span in self.spans if span), default=0)

    @property
    def centre(self) -> int | Fraction:
        """Where the centre of position 0 is, if all centres are put evenly, as near as can be."""
        return _ratio(*self.middle())

    def middle(self) -> tuple[int, int]:
        """The centre as a ratio in lowest terms."""
        period, seen = len(self.spans), 0
        total = 0  # of the centres less what the stride makes of them, times 2 * period
        for at, span in enumerate(self.spans):
            if span is not None:
                seen += 1
                total += (span[0] + span[1]) * period - 2 * at * self.shift
        below = 2 * period * max(seen, 1)
        common = gcd(total, below)
        return total // common, below // common

    def at(self, position: int) -> Span | None:
        """What the element at a position sees."""
        block, place = divmod(position, len(self.spans))
        span = self.spans[place]
        return (
            None if span is None else (span[0] + block * self.shift, span[1] + block * self.shift)
        )


def _ratio(above: int, below: int) -> int | Fraction:
    whole, rest = divmod(above, below)
    if not rest:
        return whole
    from fractions import Fraction  # takes a while, and most networks need none

    return Fraction(above, below)


class Trace(Record):
    """What is seen of one axis: what moves with the position, and what does not.

    ``whole`` says that all of the axis is seen on some path. ``unknown`` is the reason why nothing
    can be said of what moves.
    """

    moving: Moving | None = None
    whole: bool = False
    unknown: str | None = None


JOINED = "joined"
"""Begins the fold of a dim along which values are joined that see different things."""

NOTHING = Trace()
"""Nothing of the axis is seen."""


def start(dim: int) -> Trace:
    """What the model's input sees of its own axis."""
    return Trace(Moving(dim, 1, ((0, 0),)))


def through(trace: Trace, accesses: Sequence[AxisAccess] | None, callee: str) -> Trace:
    """What is seen behind an op; ``accesses`` are what it reads of each dim of the value."""
    moving = trace.moving
    if trace is NOTHING:
        return trace
    if accesses is None:
        return Trace(None, trace.whole, trace.unknown or f"{callee} does not say what it sees")
    if moving is None or moving.dim is None:
        return trace
    access = accesses[moving.dim]
    if access is same(moving.dim):
        return trace
    if isinstance(access, Whole):
        return Trace(None, True, trace.unknown)
    found = _moved(moving, access, callee)
    if isinstance(found, str):
        return Trace(None, trace.whole, found)
    return Trace(found, trace.whole or (isinstance(access, Taps) and access.whole))


def _moved(moving: Moving, access: AxisAccess, callee: str) -> Moving | str:
    """What moves behind a look at its dim, or why that cannot be said."""
    if isinstance(access, Unsaid):
        return access.reason
    if isinstance(access, Folded):
        if access.dim is None:
            return _fixed(moving, access.position, callee)
        return replaced(moving, dim=access.dim, fold=(*moving.fold, (access.extents, access.index)))
    if isinstance(access, Parted):
        return _parted(moving, access, callee)
    if isinstance(access, Taps):
        if not moving.fold:
            return _slid(moving, access)
        if access.shift == 1 and access.taps == ((0, 1, 1),):
            return replaced(moving, dim=access.dim)
        if all(tap is None or tap[1] == 1 for tap in access.taps):  # a part of what is folded
            return replaced(moving, dim=access.dim, fold=(*moving.fold, access))
    return f"{callee} mixes neighbours along a dim that is not the axis alone"


def _fixed(moving: Moving, position: int, callee: str) -> Moving | str:
    """What one position sees, which is now that of all."""
    if moving.fold:
        return f"{callee} takes one place of a dim that is not the axis alone"
    return Moving(None, 0, (moving.at(position),))


def _parted(moving: Moving, access: Parted, callee: str) -> Moving | str:
    """A dim taken apart: what was folded into it comes out again where the parts are the same."""
    if moving.fold:
        *others, last = moving.fold
        for index, dim in enumerate(access.dims):
            if last == (access.extents, index):
                return replaced(moving, dim=dim, fold=tuple(others))
    return f"{callee} takes the axis apart"


def _slid(moving: Moving, access: Taps) -> Moving | str:
    period, count = len(moving.spans), len(access.taps)
    if period == count == 1 and access.taps[0] is not None and moving.spans[0] is not None:
        (low, high), (first, taps, spacing), step = moving.spans[0], access.taps[0], moving.shift
        span = (low + first * step, high + (first + (taps - 1) * spacing) * step)
        return Moving(access.dim, step * access.shift, (span,))
    turns = period // gcd(access.shift, period)
    widest = max((tap[1] for tap in access.taps if tap is not None), default=1)
    if turns * count > MOST_POSITIONS or turns * count * min(widest, period) > MOST_WORK:
        return f"what is seen repeats itself only behind {turns * count} positions"
    spans = []
    for position in range(turns * count):
        block, place = divmod(position, count)
        tap = access.taps[place]
        spans.append(None if tap is None else _hull(moving, tap, block * access.shift))
    shift = moving.shift * (turns * access.shift // period)
    return _shortest(Moving(access.dim, shift, tuple(spans)))


def _hull(moving: Moving, tap: Tap, base: int) -> Span | None:
    """What all positions that a tap reads see together."""
    first, count, spacing = tap
    # Behind a period all is the same but further on, so the ends of the tap are enough.
    ends = min(count, len(moving.spans))
    low = [moving.at(base + first + n * spacing) for n in range(ends)]
    high = [moving.at(base + first + n * spacing) for n in range(count - ends, count)]
    lows = [span[0] for span in low if span is not None]
    highs = [span[1] for span in high if span is not None]
    return (min(lows), max(highs)) if lows else None


def _shortest(moving: Moving) -> Moving:
    """The same with the shortest period."""
    length = len(moving.spans)
    for period in range(1, length // 2 + 1):
        shift, rest = divmod(moving.shift * period, length)
        if length % period or rest:
            continue
        short = Moving(moving.dim, shift, moving.spans[:period], moving.fold)
        if all(short.at(place) == span for place, span in enumerate(moving.spans)):
            return short
    return moving


def union(one: Trace, other: Trace, joined: int | None = None) -> Trace:
    """What is seen on two paths that meet.

    They may be joined along a dim: then each of its places belongs to one of them alone.
    """
    if one is NOTHING or one is other:
        return other
    whole = one.whole or other.whole
    unknown = one.unknown or other.unknown
    if unknown:
        return Trace(None, whole, unknown)
    if one.moving is None or other.moving is None:
        return Trace(one.moving or other.moving, whole)
    both = _both(one.moving, other.moving, joined)
    if isinstance(both, str):
        return Trace(None, whole, both)
    for each in (one, other):  # one of them often sees all that the other does
        if both is each.moving and whole == each.whole:
            return each
    return Trace(both, whole)


def _both(one: Moving, other: Moving, joined: int | None) -> Moving | str:
    if one == other:
        return one
    if one.dim != other.dim:
        return "paths meet that have the axis in different dims"
    if one.dim is not None and one.dim == joined:
        if len(one.spans) + len(other.spans) > MOST_POSITIONS:
            return f"more than {MOST_POSITIONS} places that see different things are joined"
        # Which place sees what is not kept, as no window is followed over such a dim.
        return Moving(one.dim, 0, one.spans + other.spans, (JOINED, one.fold, other.fold))
    if one.fold != other.fold or JOINED in one.fold:
        return "paths meet whose places along a dim mean different places of the axis"
    if one.dim is None:
        return Moving(None, 0, (_together((one.spans[0], other.spans[0])),))
    if one.shift * len(other.spans) != other.shift * len(one.spans):
        return f"paths of the strides {one.stride} and {other.stride} meet"
    if len(one.spans) == len(other.spans) == 1:
        span = _together((one.spans[0], other.spans[0]))
        wider = next((each for each in (one, other) if each.spans[0] == span), None)
        return wider or Moving(one.dim, one.shift, (span,), one.fold)
    period = lcm(len(one.spans), len(other.spans))
    if period > MOST_POSITIONS:
        return f"what is seen repeats itself only behind {period} positions"
    spans = tuple(_together((one.at(place), other.at(place))) for place in range(period))
    shift = one.shift * (period // len(one.spans))
    return _shortest(Moving(one.dim, shift, spans, one.fold))


def _together(both: tuple[Span | None, Span | None]) -> Span | None:
    one, other = both
    if one is None or other is None:
        return one or other
    return min(one[0], other[0]), max(one[1], other[1])
