"""``archc.space``: a model as all that it can be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from random import Random
from typing import Any

from archc.errors import ArchError, SettingError
from archc.request.settings import Expression, SettingValue
from archc.spaces.budget import budget as budget_read
from archc.spaces.convert import setting, text
from archc.spaces.domains import Parameters, SpaceParameter
from archc.spaces.free import Continuous, Discrete, Free, Several, count, has
from archc.spaces.garbage import collected_seldom
from archc.spaces.moves import Moves, Point
from archc.spaces.schema import schema
from archc.spaces.scores import Score, scores
from archc.spaces.variants import Variants
from archc.spaces.verdicts import Checker, Verdict
from archdsl.elaborate import Limits
from archdsl.project.program import Declared
from archdsl.resolve.resolved import Resolved
from archir.base.diagnostics import nearest

MOST_COUNTED = 1_000_000
"""Values that are gone through to count a space whose domains speak of other parameters."""

MISSES = 1_000
"""How often in a row what is drawn may be known already, or be no point."""


class Space:
    """The points of a model: values of the parameters that have domains.

    >>> space = archc.space("net.arch")
    >>> for point in space.sample(10, seed=1):
    ...     print(point, space.score(point, "parameters, macs"))

    A point is a dict of settings, so ``archc.load("net.arch", **point)`` makes its module.
    """

    def __init__(
        self,
        program: Resolved,
        model: Declared,
        fixed: Mapping[str, object],
        limits: Limits | None = None,
    ) -> None:
        parameters = Parameters(program, model)
        self.model = model.name
        """The model's name."""

        self._moves = Moves(parameters, fixed)
        self._checker = Checker(program, model, limits)
        self._size: tuple[int | None] | None = None
        for each in parameters.open:
            if (
                each.free is not None
                and each.name in fixed
                and not has(each.free, fixed[each.name])
            ):
                raise _outside(each, setting(fixed[each.name]))
            if each.required and not each.is_free and each.name not in fixed:
                raise SettingError(
                    f"{each.name} of {model.name} has no domain and no value",
                    f"write {each.name}: int in 1..8, or set it",
                )

    @property
    def parameters(self) -> Mapping[str, SpaceParameter]:
        """The free parameters, as the text declares them."""
        return {each.name: each for each in self._moves.free}

    @property
    def size(self) -> int | None:
        """How many points there are, networks or not; None where they cannot be counted.

        That is so where a parameter is any number of an interval, and where domains speak of other
        parameters, and a million values of these do not say it.
        """
        if self._size is None:
            with suppress(OverflowError):
                self._size = (self._moves.size(MOST_COUNTED),)
        return None if self._size is None else self._size[0]

    def points(self) -> Iterator[dict[str, SettingValue]]:
        """All points in order, the last parameter changing fastest.

        Raises ``SettingError`` where a parameter is any number of an interval.
        """
        return map(_shown, self._all())

    def _all(self) -> Iterator[Point]:
        for each in self._moves.free:
            if each.free is not None and count(each.free) is None:
                raise SettingError(
                    f"{each.name} has no end of values", f"give it a step: {each.domain} step 0.1"
                )
        return self._moves.all()

    def sample(self, number: int, seed: int = 0) -> list[dict[str, SettingValue]]:
        """Some points, no two of them equal; fewer where there are no more.

        Each parameter is drawn behind those before it, each of its values as likely as another.
        """
        return list(map(_shown, self._sample(number, seed)))

    def _sample(self, number: int, seed: int) -> list[Point]:
        random = Random(seed)
        if self.size is not None and self.size <= min(2 * number, MOST_COUNTED):
            listed = list(self._moves.all())  # most of them would be drawn again and again
            return random.sample(listed, min(number, len(listed)))
        found: dict[object, Point] = {}
        misses = 0
        while len(found) < number and misses < MISSES:
            point = self._moves.drawn(random)
            key = None if point is None else _key(point)
            if point is None or key in found:
                misses += 1
                continue
            found[key], misses = point, 0
        return list(found.values())

    def chosen(self, choose: Callable[[str, Free], object]) -> dict[str, SettingValue] | None:
        """A point that somebody else chooses: of each parameter, one of what it may be.

        ``choose`` gets its name and that, and gives a value of the language. None where a
        parameter may be nothing behind those before it.
        """
        found = self._moves.chosen(choose)
        return None if found is None else _shown(found)

    def neighbours(self, point: Mapping[str, SettingValue]) -> list[dict[str, SettingValue]]:
        """All points that differ from one in a single step of a single parameter."""
        return [_shown(each) for each in self._moves.near(self._read(point))]

    def mutate(
        self, point: Mapping[str, SettingValue], random: Random, rate: float = 0.1
    ) -> dict[str, SettingValue]:
        """A point near another: each parameter moves as often as ``rate`` says, one at least."""
        found = self._moves.mutated(self._read(point), random, rate)
        return dict(point) if found is None else _shown(found)

    def cross(
        self,
        one: Mapping[str, SettingValue],
        two: Mapping[str, SettingValue],
        random: Random,
    ) -> dict[str, SettingValue]:
        """A point that has each of its values of one of two others."""
        found = self._moves.crossed(self._read(one), self._read(two), random)
        return dict(one) if found is None else _shown(found)

    def check(self, point: Mapping[str, SettingValue]) -> Verdict:
        """Whether a point is a network, and if not what is wrong with it.

        A parameter that it leaves out has its default.
        """
        return self._checked(self._read(point, whole=False))

    def _checked(self, point: Point) -> Verdict:
        return self._checker.check({**self._moves.fixed, **point})

    def score(
        self,
        point: Mapping[str, SettingValue],
        wanted: str = "parameters, macs",
        sizes: Mapping[str, int] | None = None,
    ) -> dict[str, Any]:
        """The scores of a point by their names. ``ArchError`` where it is no network."""
        verdict = self.check(point)
        if not verdict.ok:
            raise ArchError(verdict.diagnostics)
        found = verdict.scored(scores(wanted), sizes or {})
        return {str(score): value for score, value in found.items()}

    def variants(
        self,
        points: Iterable[Mapping[str, SettingValue]] | None = None,
        score: str = "parameters, macs",
        budget: str = "",
        most: str = "",
        sizes: Mapping[str, int] | None = None,
    ) -> Variants:
        """Points, all unless some are given, with their verdicts and scores.

        ``most`` names the scores of which more is better; ``budget`` is as in docs/search.md.
        """
        asked = self._all() if points is None else map(self._read, points)
        return self._variants(asked, score, budget, most, sizes or {})

    def _variants(
        self,
        points: Iterable[Point],
        score: str,
        budget: str,
        most: str,
        sizes: Mapping[str, int],
    ) -> Variants:
        wanted, better = scores(score), scores(most) if most else ()
        limits = budget_read(budget) if budget else ()
        for each in better:
            if each not in wanted:
                raise SettingError(f"{each} is not among the scores: {score}")
        both: tuple[Score, ...] = tuple(dict.fromkeys([*wanted, *(one.score for one in limits)]))

        def found(verdict: Verdict) -> Mapping[Score, object]:
            return verdict.scored(both, sizes)

        result = Variants(wanted, limits, better)
        with collected_seldom():
            for point in points:
                result.add(point, self._checked(point), found)
        return result

    def schema(self) -> dict[str, Any]:
        """The points as a JSON schema."""
        return schema(self.model, self._moves.free)

    def _read(self, point: Mapping[str, SettingValue], *, whole: bool = True) -> Point:
        """A point as values of the language. SettingError where it is none of this space."""
        names = [each.name for each in self._moves.free]
        for name in point:
            if name not in names:
                near = nearest(name, names)
                listed = f"its parameters are {', '.join(names) or 'none'}"
                hint = f"did you mean {near}?" if near else listed
                raise SettingError(f"the space of {self.model} has no parameter {name}", hint)
        found: dict[str, object] = {}
        for each in self._moves.free:
            if each.name not in point:
                if whole or each.required:
                    raise SettingError(f"the point has no {each.name}")
                continue
            free = self._moves.may_be(each, found)
            value = None if free is None else _of(free, point[each.name])
            if free is None or value is None or not has(free, value[0]):
                raise _outside(each, point[each.name])
            found[each.name] = value[0]
        return found


def _of(free: Free, value: SettingValue) -> tuple[object] | None:
    """A value of the language that a setting stands for, if it is one of these."""
    if isinstance(free, Continuous):
        return (value,)
    if isinstance(free, Several):
        if not isinstance(value, list | tuple) or len(value) != len(free.items):
            return None
        items = [_of(*each) for each in zip(free.items, value, strict=True)]
        kept = [item[0] for item in items if item is not None]
        return (tuple(kept),) if len(kept) == len(items) else None
    assert isinstance(free, Discrete)
    if isinstance(value, Expression):
        named = [one for one in free.values if setting(one) == value]
        return (named[0],) if named else None
    return (value,)


def _outside(one: SpaceParameter, value: SettingValue) -> SettingError:
    domain = f"in {one.domain}" if one.domain is not None else f"of the type {one.type}"
    return SettingError(f"{one.name} is {domain}, and not {text(value)}")


def _shown(point: Point) -> dict[str, SettingValue]:
    return {name: setting(value) for name, value in point.items()}


def _key(point: Point) -> object:
    return tuple([text(setting(value)) for value in point.values()])
