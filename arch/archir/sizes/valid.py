"""The sizes at which a whole network runs: all of its conditions together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from itertools import product as every_combination
from math import prod
from typing import TYPE_CHECKING

from archir.base.record import Record
from archir.shapes.conditions import Condition
from archir.shapes.dims import DimTooLargeError, show, variables
from archir.sizes.sets import (
    EVERYTHING,
    MAX_BOXES,
    BeyondExactError,
    Box,
    SizeSet,
    between,
    together,
)
from archir.sizes.solve import is_implied, solve

if TYPE_CHECKING:
    from archir.sizes.cases import Alternatives


MAX_TRIED = 20_000
"""Where no more sizes than this are left, a condition without closed form is tried at all."""


_MOST_CASES = 6
"""How many minima and maxima of one condition are taken apart; each may double the work."""


class Open(Record):
    """A condition that has no closed form here, and why. It is still decided for given sizes."""

    condition: Condition
    reason: str


class ValidSizes(Record):
    """The sizes that satisfy all conditions.

    Where ``open`` is empty, the union of the boxes is the exact set; else it is those of the boxes
    that also satisfy what is open.
    """

    names: tuple[str, ...]
    boxes: tuple[Mapping[str, SizeSet], ...]
    conditions: tuple[Condition, ...]
    open: tuple[Open, ...] = ()

    def __contains__(self, sizes: object) -> bool:
        """Whether the network runs at these sizes, a mapping from every name to a number."""
        assert isinstance(sizes, Mapping)
        return all(sizes[name] >= 1 for name in self.names) and all(
            condition.holds(sizes) for condition in self.conditions
        )

    @property
    def is_exact(self) -> bool:
        return not self.open

    @property
    def is_empty(self) -> bool:
        """Whether it is certain that there is no valid size."""
        return not self.boxes

    def smallest(self) -> dict[str, int] | None:
        """The valid combination with the least sum of sizes; None where there is none.

        With conditions that are open a few thousand candidates are tried, and the first is given.
        """
        found = self._candidates()
        if self.open:
            return next(found, None)
        zero = dict.fromkeys(self.names, 0)
        return min(found, key=lambda sizes: distance(sizes, zero), default=None)

    def _candidates(self, most: int = 5_000) -> Iterator[dict[str, int]]:
        for box in self.boxes:
            columns = [_first(box[name], 1 if self.is_exact else 100) for name in self.names]
            for tried, values in enumerate(every_combination(*columns)):
                sizes = dict(zip(self.names, values, strict=True))
                if tried >= most:
                    break
                if sizes in self:
                    yield sizes

    def nearest(self, sizes: Mapping[str, int], /) -> dict[str, int] | None:
        """The valid sizes that differ the least in all from the given ones; None if none is known.

        With conditions that are open those near by are tried, and the smallest.
        """
        if sizes in self:
            return {name: sizes[name] for name in self.names}
        found = [
            {name: _nearest(box[name], sizes[name]) for name in self.names} for box in self.boxes
        ]
        if not self.open:
            return min(found, key=lambda each: distance(each, sizes), default=None)
        near = sorted(
            (*self._tied(sizes), *(each for one in found[:8] for each in self._around(one, sizes))),
            key=lambda each: distance(each, sizes),
        )
        return next((each for each in near if each in self), None) or self.smallest()

    def _tied(self, sizes: Mapping[str, int]) -> Iterator[dict[str, int]]:
        """Given sizes with one in the place of the other where two must be the same."""
        pairs = [(show(e.condition.left), show(e.condition.right)) for e in self.open]
        tied = [pair for pair in pairs if {*pair} <= {*self.names}]
        for kept, changed in ((0, 1), (1, 0)) if tied else ():
            one = {name: sizes[name] for name in self.names}
            for pair in tied:
                one[pair[changed]] = one[pair[kept]]
            yield one

    def _around(
        self, one: Mapping[str, int], sizes: Mapping[str, int], most: int = 4_000
    ) -> Iterator[dict[str, int]]:
        """Combinations near given sizes; what nothing that is open speaks of is as in ``one``."""
        free = frozenset().union(
            *(variables(e.condition.left) | variables(e.condition.right) for e in self.open)
        )
        reach = max(2, int(most ** (1 / max(1, len(free)))) // 2)
        columns = [
            range(max(1, sizes[name] - reach), sizes[name] + reach + 1)
            if name in free
            else (one[name],)
            for name in self.names
        ]
        for values in islice(every_combination(*columns), 2 * most):
            yield dict(zip(self.names, values, strict=True))


def distance(sizes: Mapping[str, int], others: Mapping[str, int]) -> tuple[int, int, list[int]]:
    """How far apart two combinations are: in all, then at most; the smaller one goes first."""
    gaps = [abs(size - others[name]) for name, size in sizes.items()]
    return sum(gaps), max(gaps, default=0), list(sizes.values())


def _nearest(sizes: SizeSet, size: int) -> int:
    return min(sizes.nearest(size), key=lambda each: (abs(each - size), each))


def _first(sizes: SizeSet, most: int) -> list[int]:
    return [size for size, _ in zip(sizes, range(most), strict=False)]


class Conflict(Record):
    """The conditions, in order, that leave no size: the last one empties the set of the others."""

    conditions: tuple[Condition, ...]


def valid_sizes(names: Iterable[str], conditions: Iterable[Condition]) -> ValidSizes:
    """Solve all conditions together."""
    names = tuple(names)
    found: list[Box] = [dict.fromkeys(names, EVERYTHING)]
    reasons: dict[Condition, str] = {}
    distinct = tuple(dict.fromkeys(conditions))
    # Networks ask more of a size the deeper they are: what is asked last implies much of the rest.
    plain = [condition for condition in reversed(distinct) if not _is_coupled(condition)]
    coupled = [condition for condition in distinct if _is_coupled(condition)]
    bounds = [condition for condition in reversed(coupled) if condition.relation == "at-least"]
    others = [condition for condition in coupled if condition.relation != "at-least"]
    for condition in (*plain, *others, *bounds):
        try:
            found = _restricted(found, condition)
        except (BeyondExactError, DimTooLargeError) as error:
            reasons[condition] = str(error)
    for condition in list(reasons):
        few = _tried(found, condition)
        if few is not None:
            found = few
            del reasons[condition]
    open_ = [Open(one, reasons[one]) for one in (*plain, *coupled) if one in reasons]
    return ValidSizes(names, tuple(found), distinct, tuple(open_))


def _tried(found: list[Box], condition: Condition) -> list[Box] | None:
    """The boxes restricted by trying all sizes in them; None where these are too many."""
    names = sorted(variables(condition.left) | variables(condition.right))
    tried = 0
    result: list[Box] = []
    for box in found:
        if not all(box[name].is_finite for name in names):
            return None
        columns = [list(islice(box[name], MAX_TRIED + 1)) for name in names]
        tried += prod(map(len, columns))
        if tried > MAX_TRIED:
            return None
        *others, last = names
        for values in every_combination(*columns[:-1]):
            sizes = dict(zip(others, values, strict=True))
            fitting = [each for each in columns[-1] if condition.holds({**sizes, last: each})]
            if fitting:
                alone = {name: between(size, size) for name, size in sizes.items()}
                result.append({**box, **alone, last: together(between(e, e) for e in fitting)})
        if len(result) > MAX_BOXES:
            return None
    return result


def conflict(names: Iterable[str], conditions: Iterable[Condition]) -> Conflict | None:
    """The first condition that leaves no size, with those before it that are needed for that."""
    names = tuple(names)
    before: list[Condition] = []
    for condition in dict.fromkeys(conditions):
        before.append(condition)
        if valid_sizes(names, before).is_empty:
            break
    else:
        return None
    needed = before[:-1]
    for other in before[:-1]:
        rest = [each for each in needed if each != other]
        if valid_sizes(names, [*rest, before[-1]]).is_empty:
            needed = rest
    return Conflict((*needed, before[-1]))


def _is_coupled(condition: Condition) -> bool:
    return len(variables(condition.left) | variables(condition.right)) > 1


def _any_of(found: list[Box], cases: Alternatives, depth: int) -> list[Box]:
    """What is left where all conditions of one of the groups hold."""
    result: list[Box] = []
    for conditions in cases:
        left = found
        for condition in conditions:
            left = _restricted(left, condition, depth)
        result += left
    if len(result) > MAX_BOXES:
        raise BeyondExactError("the sizes fall into too many groups")
    return _largest(result)


def _restricted(found: list[Box], condition: Condition, depth: int = 0) -> list[Box]:
    names = variables(condition.left) | variables(condition.right)
    if not names:
        return found if condition.holds({}) else []
    if not found:
        return found
    if len(names) == 1:
        name = next(iter(names))
        least = {name: min(box[name].smallest or 1 for box in found)}
        if is_implied(condition, least):
            return found
        return _intersection(found, ({name: solve(condition)},))
    corners = [{name: box[name].smallest or 1 for name in names} for box in found]
    if all(is_implied(condition, corner) for corner in corners):
        return found
    # Few networks ask something of two sizes at once.
    from archir.sizes.cases import alternatives
    from archir.sizes.coupled import boxes

    cases = alternatives(condition) if depth < _MOST_CASES else None
    if cases is not None:
        return _any_of(found, cases, depth + 1)
    least = {name: min(corner[name] for corner in corners) for name in names}
    return _intersection(found, boxes(condition, least))


def _intersection(found: list[Box], others: tuple[Box, ...]) -> list[Box]:
    if len(found) * len(others) > MAX_BOXES:
        raise BeyondExactError("the sizes fall into too many groups")
    result = []
    for box in found:
        if any(_lies_in(box, other) for other in others):
            result.append(box)  # what is left of it in the others lies in it
            continue
        for other in others:
            both = {**box, **{name: box[name].intersect(sizes) for name, sizes in other.items()}}
            if all(both.values()):
                result.append(both)
    return _largest(result)


def _largest(found: list[Box]) -> list[Box]:
    """The boxes that lie in no other."""
    kept: list[Box] = []
    for box in found:
        if not any(_lies_in(box, other) for other in kept):
            kept = [other for other in kept if not _lies_in(other, box)]
            kept.append(box)
    return kept


def _lies_in(box: Box, other: Box) -> bool:
    """Whether a box lies in another, which may leave variables free."""
    return all(box[name].lies_in(sizes) for name, sizes in other.items())
