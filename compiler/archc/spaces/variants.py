"""Points with their verdicts and scores: what is taken, what is refused and why, the best."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from archc.errors import SettingError
from archc.request.settings import SettingValue
from archc.spaces.budget import Budget, within
from archc.spaces.convert import setting
from archc.spaces.deciding import Condition, conditions
from archc.spaces.front import front
from archc.spaces.moves import Point
from archc.spaces.scores import Score
from archc.spaces.verdicts import Verdict
from archir.base.diagnostics import Diagnostic
from archir.base.record import Record, Struct, fresh


class Scored(Record):
    """A point that is a network, and its scores."""

    point: Mapping[str, SettingValue]
    scores: Mapping[str, object]
    in_budget: bool


class Refusal(Struct):
    """What is refused for one reason: an error at one place of the text."""

    diagnostic: Diagnostic
    """That of the first point."""

    points: list[Point] = fresh(factory=list)

    @property
    def name(self) -> str:
        """The problem's name."""
        return self.diagnostic.problem.name

    @property
    def first(self) -> Mapping[str, SettingValue]:
        """The first of the points."""
        return {name: setting(value) for name, value in self.points[0].items()}

    @property
    def count(self) -> int:
        """How many points it refuses."""
        return len(self.points)


class Variants:
    """What became of some points of a space."""

    def __init__(self, wanted: Sequence[Score], limits: Budget, most: Sequence[Score]) -> None:
        self.wanted = tuple(wanted)
        self.limits = limits
        self.most = tuple(most)
        self.all: list[Scored] = []
        self.refusals: list[Refusal] = []
        self._taken: list[Point] = []
        self._of: dict[object, Refusal] = {}

    def add(
        self, point: Point, verdict: Verdict, score: Callable[[Verdict], Mapping[Score, object]]
    ) -> None:
        """One more point."""
        if verdict.ok:
            found = score(verdict)
            shown = {str(each): found[each] for each in self.wanted}
            values = {name: setting(value) for name, value in point.items()}
            self.all.append(Scored(values, shown, within(self.limits, found)))
            self._taken.append(point)
            return
        key = verdict.reason
        if key not in self._of:
            refused = verdict.refusal
            assert refused is not None
            self._of[key] = Refusal(refused)
            self.refusals.append(self._of[key])
        self._of[key].points.append(point)

    @property
    def refused(self) -> int:
        """How many points are no networks."""
        return sum(each.count for each in self.refusals)

    @property
    def points(self) -> int:
        """How many points there are in all."""
        return len(self.all) + self.refused

    def in_budget(self) -> list[Scored]:
        """Those within the budget, or all where there is none."""
        return [each for each in self.all if each.in_budget]

    def front(self) -> list[Scored]:
        """Those within the budget than which none is better in all scores.

        Less is better, but for the scores of which more is. Raises ``SettingError`` where a score
        is no number.
        """
        rows = self.in_budget()
        places = front([list(self._numbers(each)) for each in rows])
        return [rows[place] for place in places]

    def _numbers(self, variant: Scored) -> Iterator[float]:
        for score in self.wanted:
            value = variant.scores[str(score)]
            if not isinstance(value, int | float):
                raise SettingError(f"{score} is not known of all, and so has no front")
            yield -value if score in self.most else value

    def why(self, refusal: Refusal) -> list[Condition]:
        """Conditions on parameters that what is taken meets, and what this refuses does not."""
        return conditions(self._taken, refusal.points)


def sorted_by(rows: Iterable[Scored], score: Score, *, most: bool) -> list[Scored]:
    """Rows by a score, the best first; what is not known comes last."""

    def key(row: Scored) -> tuple[bool, float]:
        value = row.scores[str(score)]
        if not isinstance(value, int | float):
            return True, 0
        return False, -value if most else value

    return sorted(rows, key=key)
