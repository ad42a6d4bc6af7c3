"""What one parameter may be: some values, any number of an interval, or a list of such."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod
from random import Random
from typing import TypeAlias, TypeGuard

from archir.base.record import Record


class Discrete(Record):
    """One of some values. ``ordered`` says that neighbours among them are near each other."""

    values: Sequence[object]
    ordered: bool


class Continuous(Record):
    """Any number from ``first`` to ``last``."""

    first: float
    last: float


class Several(Record):
    """A list of as many items, each free by itself."""

    items: tuple[Free, ...]


Free: TypeAlias = "Discrete | Continuous | Several"


def count(free: Free) -> int | None:
    """How many values there are; None where there is no end of them."""
    if isinstance(free, Continuous):
        return None if free.first < free.last else int(free.first == free.last)
    if isinstance(free, Discrete):
        return len(free.values)
    counts = [count(item) for item in free.items]
    if 0 in counts:
        return 0
    return None if None in counts else prod(each for each in counts if each is not None)


def members(free: Free) -> Iterator[object]:
    """All values in order, the last item of a list changing fastest; of an interval none."""
    if isinstance(free, Discrete):
        yield from free.values
    elif isinstance(free, Several):
        yield from product(*(list(members(item)) for item in free.items))


def draw(free: Free, random: Random) -> object:
    """One of the values, each as likely as another; there must be some."""
    if isinstance(free, Discrete):
        return free.values[random.randrange(len(free.values))]
    if isinstance(free, Continuous):
        return random.uniform(free.first, free.last)
    return tuple([draw(item, random) for item in free.items])


def place(values: Sequence[object], value: object) -> int | None:
    """Where a value stands among others: ``true`` is not 1, and 1 is 1.0."""
    if isinstance(values, range):
        if isinstance(value, int) and not isinstance(value, bool) and value in values:
            return values.index(value)
        return None
    for number, one in enumerate(values):
        if one == value and isinstance(one, bool) == isinstance(value, bool):
            return number
    return None


def has(free: Free, value: object) -> bool:
    """Whether it is one of the values."""
    if isinstance(free, Discrete):
        return place(free.values, value) is not None
    if isinstance(free, Continuous):
        return _is_number(value) and free.first <= value <= free.last
    return (
        isinstance(value, tuple)
        and len(value) == len(free.items)
        and all(map(has, free.items, value))
    )


def near(free: Free, value: object) -> Iterator[object]:
    """Values that differ from one in one place: by a step, or where there is no order by any."""
    if isinstance(free, Discrete):
        at = place(free.values, value)
        for number, one in enumerate(free.values):
            if number != at and (not free.ordered or at is None or abs(number - at) == 1):
                yield one
    elif isinstance(free, Several) and isinstance(value, tuple):
        for number, item in enumerate(free.items):
            for other in near(item, value[number]):
                yield (*value[:number], other, *value[number + 1 :])


def moved(free: Free, value: object, random: Random) -> object:
    """Another value near this one, if there is any; of an interval, within a tenth of it."""
    if isinstance(free, Continuous):
        reach = (free.last - free.first) / 10
        start = value if _is_number(value) else free.first
        return min(free.last, max(free.first, start + random.uniform(-reach, reach)))
    if isinstance(free, Several):
        assert isinstance(value, tuple)
        if not free.items:
            return value
        at = random.randrange(len(free.items))
        return (*value[:at], moved(free.items[at], value[at], random), *value[at + 1 :])
    others = list(near(free, value))
    return random.choice(others) if others else value


def mended(free: Free, value: object, random: Random) -> object:
    """The value, or where it is none of them the nearest number, or one that is drawn."""
    if has(free, value):
        return value
    if isinstance(free, Several):
        items = value if isinstance(value, tuple) else ()
        kept = [mended(item, one, random) for item, one in zip(free.items, items, strict=False)]
        return (*kept, *(draw(item, random) for item in free.items[len(kept) :]))
    if _is_number(value):
        if isinstance(free, Continuous):
            return min(free.last, max(free.first, value))
        numbers = [one for one in free.values if _is_number(one)]
        if numbers and free.ordered:
            return min(numbers, key=lambda one: abs(one - value))
    return draw(free, random)


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
