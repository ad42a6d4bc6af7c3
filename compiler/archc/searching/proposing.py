"""Which points are tried: Optuna's sampler is asked, and what is no network is asked for again.

A trial begins to exist, for Optuna too, when its point is a network within the budget that has not
been tried. The sampler is made anew for each proposal, out of the search's seed and the proposal's
number, and is told results in the order of the trials: so a proposal depends on nothing but what
came of the trials that it may know of, however often a search is stopped, and wherever it runs.
"""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterator, Mapping
from contextlib import suppress
from hashlib import blake2b
from statistics import median
from typing import TYPE_CHECKING, Any

from archc.api.spaces import space_of
from archc.errors import SettingError
from archc.request.settings import Expression, SettingValue, from_texts
from archc.searching.asked import Asked
from archc.searching.asking import Asking, noted_as, running
from archc.searching.folder import VARIANT, Folder
from archc.searching.trial import DONE, STOPPED
from archc.spaces.budget import budget, within
from archc.spaces.convert import text
from archir.base.optional import require
from archir.base.record import Record
from archir.base.source import Source

if TYPE_CHECKING:
    from optuna.study import Study


ASKED = 8
"""How often in a row the sampler is asked before points near those that it gave are looked at."""

NEAR = 200
"""How many of these are looked at before points are drawn without it."""

DRAWN = 10_000
"""How many points in a row may be refused before it is said that there are none."""

LEAST = 5
"""Trials with a value at a step, before another is stopped there."""


class Proposal(Record):
    """A trial that is to be run."""

    number: int
    point: Mapping[str, Any]
    """As JSON has it."""

    arguments: str
    """As the language writes it: ``width = 32, act = relu``."""

    scores: Mapping[str, Any]
    """What archc counts."""

    limits: Mapping[str, float]
    """For steps of the training: the value that it must not be worse than."""

    def data(self) -> dict[str, Any]:
        """As ``trial.json`` has it."""
        names = ("number", "point", "arguments", "scores", "limits")
        return {name: getattr(self, name) for name in names}


class Proposer:
    """Proposes the trials of a search, one after the other."""

    def __init__(self, folder: Folder, asked: Asked) -> None:
        require("optuna")
        self._folder, self._asked = folder, asked
        self._text = folder.space.read_text("utf-8")
        settings = from_texts(f"{name}={value}" for name, value in asked.settings.items())
        source = Source(str(folder.space), self._text)
        self._space, _ = space_of(source, None, asked.model, settings)
        self._limits = budget(asked.budget) if asked.budget else ()
        self._storage = _storage(folder)
        import optuna
        from optuna.study import StudyDirection

        directions = [
            StudyDirection.MAXIMIZE if each.more else StudyDirection.MINIMIZE
            for each in asked.goals
        ]

        self._study = optuna.create_study(
            storage=self._storage, study_name="search", directions=directions, load_if_exists=True
        )
        self._known = [self._again(each.user_attrs) for each in self._study.get_trials(False)]
        self._tried = {each.arguments for each in self._known}
        self._told = sum(each.state.is_finished() for each in self._study.get_trials(False))

    def text(self, proposal: Proposal) -> str:
        """A trial's network as a file that stands by itself."""
        settled = [f"{name} = {value}" for name, value in self._asked.settings.items()]
        arguments = ", ".join([*settled, *([proposal.arguments] if proposal.arguments else [])])
        head = f"## Trial {proposal.number} of a search in the space of {self._asked.model}."
        model = f"model {VARIANT} = {self._asked.model}({arguments})"
        return f"{self._text.rstrip()}\n\n{head}\n{model}\n"

    def propose(self, number: int) -> Proposal | None:
        """A trial. The results of those up to ``number - ahead`` must be there.

        None where all points of the space have been tried or refused.
        """
        self._tell(number - self._asked.ahead)
        if number < len(self._known):
            return self._known[number]
        assert number == len(self._known), "trials are proposed in order"
        found = self._found(number)
        if found is None:
            return None
        point, scores = found
        noted = noted_as(self._space, point)
        shown = {name: _json(value) for name, value in point.items()}
        proposal = Proposal(number, shown, _arguments(point), scores, self._steps(number))
        self._study.add_trial(running(*noted, {"proposal": proposal.data()}))
        self._known.append(proposal)
        self._tried.add(proposal.arguments)
        return proposal

    @staticmethod
    def _again(attributes: Mapping[str, Any]) -> Proposal:
        return Proposal(**attributes["proposal"])

    def _found(self, number: int) -> _Found | None:
        """A point that is a network within the budget, and none of those that were tried."""
        seed = _derived(self._asked.seed, number)
        asking = Asking(self._space, self._study_now(), self._sampler(seed))
        refused: list[Mapping[str, SettingValue]] = []
        for _ in range(ASKED):
            point = asking.asked()
            if point is not None:
                scores = self._scores(point)
                if scores is not None:
                    return point, scores
                refused.append(point)
        chance = random.Random(seed)
        for _ in range(NEAR if refused else 0):
            point = self._space.mutate(chance.choice(refused), chance)
            scores = self._scores(point)
            if scores is not None:
                return point, scores
        return self._drawn(seed)

    def _drawn(self, seed: int) -> _Found | None:
        """The same where the sampler finds none: drawn, and at last looked for among all."""
        size = self._space.size
        if size is not None and size <= DRAWN:
            every = list(self._space.points())
            random.Random(seed).shuffle(every)
            points: Iterator[Mapping[str, SettingValue]] = iter(every)
        else:
            points = iter(self._space.sample(DRAWN, seed))
        for point in points:
            scores = self._scores(point)
            if scores is not None:
                return point, scores
        if size is None or size > DRAWN:
            raise SettingError(
                f"of {DRAWN:,} points none is a network within the budget that was not tried yet",
                "archc variants says what refuses them",
            )
        return None

    def _scores(self, point: Mapping[str, SettingValue]) -> dict[str, Any] | None:
        """What archc counts of a point; None where it is none to be tried."""
        if _arguments(point) in self._tried:
            return None
        verdict = self._space.check(point)
        if not verdict.ok:
            return None
        wanted = [each.score for each in self._asked.goals if each.score is not None]
        both = tuple(dict.fromkeys([*wanted, *(each.score for each in self._limits)]))
        found = verdict.scored(both, {})
        if not within(self._limits, found):
            return None
        return {str(each): value for each, value in found.items()}

    # --- Optuna ---------------------------------------------------------------------------------

    def _sampler(self, seed: int) -> Any:
        import optuna

        if self._asked.sampler == "random":
            return optuna.samplers.RandomSampler(seed=seed)
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # that there are options of experiments, and some that will go
            return optuna.samplers.TPESampler(
                seed=seed, multivariate=True, constant_liar=False, warn_independent_sampling=False
            )

    def _study_now(self) -> Study:
        """The study, with nothing remembered of how it was."""
        import optuna

        return optuna.load_study(study_name="search", storage=self._storage)

    def _tell(self, last: int) -> None:
        """Tell Optuna what came of all trials up to this one, in order."""
        from optuna.trial import TrialState

        states = {DONE: TrialState.COMPLETE}
        for number in range(self._told, last + 1):
            trial = self._folder.trial(number)
            result = trial.result()
            state = states.get(result["outcome"], TrialState.FAIL)
            found = None
            if state is TrialState.COMPLETE:
                both = {**self._known[number].scores, **result["values"]}
                found = [both[each.name] for each in self._asked.goals]
            self._study.tell(number, found, state)
            self._told = number + 1

    def _steps(self, number: int) -> dict[str, float]:
        """The medians at the steps of the trials that this one may know of."""
        met: dict[str, list[float]] = {}
        if not self._asked.stops:
            return {}
        for other in range(number - self._asked.ahead + 1):
            result = self._folder.trial(other).result()
            if result["outcome"] in (DONE, STOPPED):
                for step, value in result["steps"]:
                    if value is not None:
                        met.setdefault(str(step), []).append(value)
        return {step: median(values) for step, values in met.items() if len(values) >= LEAST}


_Found = tuple[Mapping[str, SettingValue], "dict[str, Any]"]


def _storage(folder: Folder) -> Any:
    """What Optuna was told, in a file to which lines are added. Nobody else is at work on it."""
    import optuna
    from optuna.storages.journal import JournalFileBackend

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with suppress(FileNotFoundError):  # of a process that was killed
        folder.journal.with_name(f"{folder.journal.name}.lock").unlink()
    if folder.journal.exists():
        data = folder.journal.read_bytes()
        if not data.endswith(b"\n"):  # killed as it wrote: that line was never said
            with folder.journal.open("r+b") as stream:
                stream.truncate(data.rfind(b"\n") + 1)
    return optuna.storages.JournalStorage(JournalFileBackend(str(folder.journal)))


def _derived(seed: int, number: int) -> int:
    """A seed of its own for each proposal."""
    digest = blake2b(f"{seed} {number}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big")


def _arguments(point: Mapping[str, SettingValue]) -> str:
    return ", ".join(f"{name} = {text(value)}" for name, value in point.items())


def _json(value: SettingValue) -> Any:
    if isinstance(value, Expression):
        return {"expression": value.text}
    return [_json(item) for item in value] if isinstance(value, list | tuple) else value
