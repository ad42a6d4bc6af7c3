"""What a search is told, as ``search.json`` has it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from archc.errors import SettingError
from archc.spaces.budget import budget
from archc.spaces.scores import OTHERS, SCORES, Score, score, split
from archir.base.record import Record, fresh

SAMPLERS = ("tpe", "random")
VERSION = 1

MEASURED = "value"
"""The score of a training function that returns a number alone."""


class Goal(Record):
    """What is to be small, or large; ``score`` is None where the training measures it."""

    name: str
    more: bool
    score: Score | None


class Asked(Record):
    """What a search is told; all but where it runs, and how many trials, stays the same."""

    model: str
    train: str
    trials: int
    score: str = MEASURED
    most: str = ""
    budget: str = ""
    seed: int = 0
    sampler: str = "tpe"
    parallel: int = 4
    timeout: float | None = None
    retries: int = 2
    stops: bool = False
    weights: bool = True
    settings: Mapping[str, str] = fresh(factory=dict)
    paths: tuple[str, ...] = ()
    """Where Python finds the training function, beside what is installed."""

    def check(self) -> None:
        """SettingError for what cannot be meant."""
        for name in ("trials", "parallel"):
            if getattr(self, name) < 1:
                raise SettingError(f"{name} is a whole number from 1 on")
        if self.retries < 0:
            raise SettingError("retries is a whole number from 0 on")
        if self.timeout is not None and not self.timeout > 0:
            raise SettingError("a timeout is a number of seconds above 0")
        if self.sampler not in SAMPLERS:
            raise SettingError(
                f"there is no sampler {self.sampler}", f"there are: {', '.join(SAMPLERS)}"
            )
        if self.budget:
            budget(self.budget)
        if not self.measured:
            raise SettingError(
                "no score is measured by the training",
                "--score accuracy,params: what is no name of archc's is what FUNCTION returns",
            )

    def open_paths(self) -> None:
        """Let this process import the training function."""
        for path in self.paths:
            if path not in sys.path:
                sys.path.append(path)  # behind what is installed: no file can stand in for torch

    @property
    def ahead(self) -> int:
        """Proposal ``n`` knows what came of those up to ``n - ahead``, and of no other.

        So proposals do not hang on which trial happens to end first. Twice as many as run at one
        time: one that takes longer than others then holds up nothing.
        """
        return 2 * self.parallel

    @property
    def goals(self) -> tuple[Goal, ...]:
        """The scores in their order."""
        better = [_name(each) for each in split(self.most)] if self.most else []
        found = tuple([_goal(each, better) for each in split(self.score)])
        names = [each.name for each in found]
        for name in better:
            if name not in names:
                raise SettingError(f"{name} is not among the scores: {self.score}")
        if len(set(names)) < len(names):
            raise SettingError(f"a score is named twice: {self.score}")
        return found

    @property
    def measured(self) -> tuple[str, ...]:
        """The names that the training function returns."""
        return tuple([each.name for each in self.goals if each.score is None])

    def data(self) -> dict[str, Any]:
        """As JSON has it."""
        names = self.__annotations__
        return {"version": VERSION, **{name: _plain(getattr(self, name)) for name in names}}

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Asked:
        """What ``data`` gave."""
        given = {name: data[name] for name in cls.__annotations__}
        return cls(**{**given, "paths": tuple(given["paths"])})


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple) else value


def _is_counted(text: str) -> bool:
    """Whether archc counts a score by itself: it is a name of its own, or asked at something."""
    word = text.partition("(")[0].strip().lower().replace("-", "_")
    return word in SCORES or word in OTHERS or "(" in text


def _name(text: str) -> str:
    return str(score(text)) if _is_counted(text) else text


def _goal(text: str, better: list[str]) -> Goal:
    name = _name(text)
    if not _is_counted(text) and not text.isidentifier():
        raise SettingError(f"a score is a name, not {text or 'nothing'}")
    return Goal(name, name in better, score(text) if _is_counted(text) else None)
