"""What a search has found, as tables, data, a plot and a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import archc
from archc.errors import ArchError, SettingError
from archc.render.spaces import page as pages
from archc.render.spaces import table as render
from archc.render.spaces.plot import Dot, scatter
from archc.searching.search import Search, Trial
from archc.spaces.scores import BYTES


class Overview:
    """A search as it is now: its folder is read once."""

    def __init__(self, search: Search) -> None:
        self.search, self.trials = search, search.trials
        self.best = search.front(self.trials)
        self.front = {each.number for each in self.best}
        goal = search.goals[0]
        done = [each for each in self.trials if each.outcome == "done"]
        self.done = sorted(done, key=lambda each: each.scores[goal.name], reverse=goal.more)

    def card(self) -> list[str]:
        """How many trials came to what, and where things are."""
        counts: dict[str, list[Trial]] = {}
        for each in self.trials:
            counts.setdefault(each.outcome, []).append(each)
        said = ", ".join(f"{len(those):,} {name}" for name, those in sorted(counts.items()))
        whole = self.search.asked.trials
        lines = [f"{len(self.trials):,} of {whole:,} trials: {said or 'none has ended'}"]
        for name, those in sorted(counts.items()):
            if name not in ("done", "stopped"):
                lines.append(f"  {name}: {_error(those[0])}")
                lines.append(f"    {those[0].folder / 'run' / 'log.txt'}")
        if self.best:
            lines.append(f"{len(self.best):,} on the front (*), as {self.best[0].file}")
        return lines

    def sheet(self, rows: Sequence[Trial]) -> render.Sheet:
        """Trials as a table."""
        names = tuple(rows[0].point) if rows else ()
        goals = self.search.goals
        return render.Sheet(
            ("trial", *names),
            tuple([each.name for each in goals]),
            tuple([each.score is not None and each.score.name in BYTES for each in goals]),
            tuple(
                [
                    render.VariantRow(
                        (str(row.number), *[_text(row.point[name]) for name in names]),
                        tuple([_rounded(row.scores[each.name]) for each in goals]),
                        row.number in self.front,
                    )
                    for row in rows
                ]
            ),
        )

    def document(self) -> dict[str, object]:
        """All of it as data."""
        from archc.render import data

        return {
            "version": data.VERSION,
            **{key: value for key, value in self.search.asked.data().items() if key != "version"},
            "found": [
                {
                    "number": each.number,
                    "outcome": each.outcome,
                    "point": dict(each.point),
                    "scores": dict(each.scores),
                    "error": each.error,
                    "seconds": each.seconds,
                    "file": str(each.file),
                    "front": each.number in self.front,
                }
                for each in self.trials
            ],
        }

    def plot(self, *, linked: bool = False) -> str:
        """The first two scores of each trial, as SVG. SettingError where there are none."""
        goals = self.search.goals
        if len(goals) < 2:
            raise SettingError("a plot has two scores", f"--score {goals[0].name},params")
        if not self.done:
            raise SettingError("there is no trial to plot")
        x, y = (each.name for each in goals[:2])
        dots = [
            Dot(
                row.scores[x], row.scores[y], f"{row.number}: {row.arguments}",
                row.number in self.front, f"#{pages.anchor(row.number)}" if linked else "",
            )
            for row in self.done
        ]  # fmt: skip
        return scatter(dots, x, y)

    def page(self) -> str:
        """A page of all trials in one file, each with the picture of its network."""
        asked = self.search.asked
        plot = self.plot(linked=True) if self.done and len(self.search.goals) > 1 else ""
        others = [each for each in self.trials if each.outcome != "done"]
        entries = [self._entry(each) for each in [*self.done, *others]]
        title = f"Search in the space of {asked.model}"
        return pages.page(title, self.card(), plot, self.sheet(self.done), entries)

    def _entry(self, trial: Trial) -> pages.Entry:
        names = [each.name for each in self.search.goals if each.name in trial.scores]
        said = [f"{name}: {_rounded(trial.scores[name])}" for name in names]
        if trial.outcome not in ("done", "stopped"):
            said.append(_error(trial))
        return pages.Entry(
            trial.number, pages.heading(trial.number, trial.outcome, trial.number in self.front),
            (*said, str(trial.file)), trial.arguments, _picture(trial),
        )  # fmt: skip


def _picture(trial: Trial) -> str:
    """The network of a trial as SVG, or why there is none."""
    try:
        return str(archc.diagram(trial.file))
    except (ArchError, OSError) as error:  # too large for a page, or taken away
        return f"There is no picture: {error}"


def _error(trial: Trial) -> str:
    return trial.error or "a score is no number"


def _rounded(value: object) -> object:
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _text(value: Any) -> str:
    """A value of a point, which JSON holds, as the language writes it."""
    if isinstance(value, dict):
        return str(value["expression"])
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value).lower() if isinstance(value, bool) else str(value)
