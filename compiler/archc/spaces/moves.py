"""Points: drawn, listed, and moved to others near them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import TypeAlias

from archc.spaces.domains import Parameters, SpaceParameter
from archc.spaces.free import Free, count, draw, has, members, mended, moved, near

Point: TypeAlias = "Mapping[str, object]"
"""A value of the language for each free parameter, in their order."""


class Moves:
    """Points of some parameters; those in ``fixed`` have their values, and stand in no point."""

    def __init__(self, parameters: Parameters, fixed: Mapping[str, object]) -> None:
        self.parameters = parameters
        self.fixed = fixed
        self.free = tuple(
            [each for each in parameters.open if each.is_free and each.name not in fixed]
        )

    def may_be(self, one: SpaceParameter, before: Point) -> Free | None:
        """What a parameter may be behind those before it; None where nothing is left of it."""
        if one.free is not None:
            return one.free if count(one.free) != 0 else None
        found = self.parameters.free(one.name, {**self.fixed, **before})
        return None if found is None or count(found) == 0 else found

    def size(self, most: int) -> int | None:
        """How many points there are; None where there is no end of them.

        Where domains speak of other parameters the values of these are gone through, ``most`` of
        them; ``OverflowError`` where there are more.
        """
        asked = {name for each in self.free for name in each.needs}
        steps = [most]

        def behind(place: int, before: dict[str, object]) -> int | None:
            if place == len(self.free):
                return 1
            one = self.free[place]
            free = self.may_be(one, before)
            if free is None:
                return 0
            many = count(free)
            if one.name not in asked:
                rest = behind(place + 1, before)
                return 0 if rest == 0 else None if many is None or rest is None else many * rest
            if many is None:
                return None
            total = 0
            for value in members(free):
                steps[0] -= 1
                if steps[0] < 0:
                    raise OverflowError
                rest = behind(place + 1, {**before, one.name: value})
                if rest is None:
                    return None
                total += rest
            return total

        return behind(0, {})

    def all(self) -> Iterator[Point]:
        """All points in order, the last parameter changing fastest."""

        def behind(place: int, before: dict[str, object]) -> Iterator[Point]:
            if place == len(self.free):
                yield dict(before)
                return
            one = self.free[place]
            free = self.may_be(one, before)
            for value in () if free is None else members(free):
                yield from behind(place + 1, {**before, one.name: value})

        yield from behind(0, {})

    def drawn(self, random: Random) -> Point | None:
        """A point whose parameters are drawn one after the other; None where one may be nothing."""
        return self.chosen(lambda _, free: draw(free, random))

    def chosen(self, choose: Callable[[str, Free], object]) -> Point | None:
        """A point whose parameters are chosen one after the other, each out of what it may be."""
        found: dict[str, object] = {}
        for one in self.free:
            free = self.may_be(one, found)
            if free is None:
                return None
            found[one.name] = choose(one.name, free)
        return found

    def near(self, point: Point) -> Iterator[Point]:
        """All points that differ in one parameter by one step, and in those that depend on it."""
        before: dict[str, object] = {}
        for one in self.free:
            free = self.may_be(one, before)
            for value in () if free is None else near(free, point[one.name]):
                other = self.mended({**point, one.name: value}, None)
                if other is not None:
                    yield other
            before[one.name] = point[one.name]

    def mutated(self, point: Point, random: Random, rate: float) -> Point | None:
        """A point in which each parameter is moved as often as ``rate`` says, and one at least."""
        if not self.free:
            return dict(point)
        chosen = {each.name for each in self.free if random.random() < rate}
        chosen = chosen or {random.choice(self.free).name}
        found: dict[str, object] = {}
        for one in self.free:
            free = self.may_be(one, found)
            if free is None:
                return None
            value = mended(free, point[one.name], random)
            found[one.name] = moved(free, value, random) if one.name in chosen else value
        return found

    def crossed(self, one: Point, two: Point, random: Random) -> Point | None:
        """A point that has each parameter of one of two others."""
        found = {each.name: random.choice((one, two))[each.name] for each in self.free}
        return self.mended(found, random)

    def mended(self, point: Point, random: Random | None) -> Point | None:
        """The point with what is outside of its domain put right; without ``random`` not at all."""
        found: dict[str, object] = {}
        for each in self.free:
            free = self.may_be(each, found)
            value = point[each.name]
            if free is None or (random is None and not has(free, value)):
                return None
            found[each.name] = value if random is None else mended(free, value, random)
        return found
