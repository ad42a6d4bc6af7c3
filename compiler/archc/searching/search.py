"""``archc.search``: from a file to the best networks of its space."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from archc import pipeline
from archc.api.functions import FileOrSource, read, settings_of
from archc.api.spaces import space_of
from archc.errors import ArchError, SettingError
from archc.request.settings import Setting, SettingValue
from archc.searching.asked import Asked, Goal
from archc.searching.folder import VARIANT, Folder, TrialFolder
from archc.spaces.front import front
from archir.base.optional import require
from archir.base.record import Record, replaced


class Trial(Record):
    """What came of a trial."""

    number: int
    outcome: str
    """``done``, ``stopped``, ``error``, ``nan``, ``memory``, ``timeout`` or ``killed``."""

    point: Mapping[str, Any]
    arguments: str
    """The point as the language writes it."""

    scores: Mapping[str, Any]
    """Those that archc counts, and those that the training measured."""

    error: str | None
    seconds: float | None
    folder: Path

    @property
    def file(self) -> Path:
        """The network, as a file that stands by itself: ``archc.load`` takes it."""
        return self.folder / f"{VARIANT}.arch"

    @property
    def weights(self) -> Path:
        """Its weights behind the training, where they were kept."""
        return self.folder / "run" / "weights.safetensors"


class Search:
    """A search that was run, as its folder has it."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder.path
        self.asked = folder.asked()
        self._folder = folder

    @property
    def goals(self) -> tuple[Goal, ...]:
        """The scores that are to be small, or large."""
        return self.asked.goals

    @property
    def trials(self) -> list[Trial]:
        """The trials of which it is known what came of them, in order."""
        return [outcome_of(each) for each in self._folder.trials() if each.is_done]

    def front(self, among: Sequence[Trial] | None = None) -> list[Trial]:
        """Those that are done, and than which none is better in all scores."""
        trials = self.trials if among is None else among
        done = [each for each in trials if each.outcome == "done"]
        signs = [(goal.name, -1 if goal.more else 1) for goal in self.goals]
        rows = [[sign * each.scores[name] for name, sign in signs] for each in done]
        return [done[place] for place in front(rows)]

    def __repr__(self) -> str:
        return f"<search in {self.folder}: {len(self.trials)} of {self.asked.trials} trials>"


def outcome_of(trial: TrialFolder) -> Trial:
    """A trial as its folder has it."""
    proposal, result = trial.proposal(), trial.result()
    scores = {**proposal["scores"], **result["values"]}
    return Trial(
        trial.number, result["outcome"], proposal["point"], proposal["arguments"], scores,
        result.get("error"), result["seconds"], trial.path,
    )  # fmt: skip


def search(
    path: FileOrSource,
    model: str | None = None,
    /,
    *,
    train: str | Callable[..., object],
    trials: int,
    folder: str | os.PathLike[str],
    score: str = "value",
    most: str = "",
    budget: str = "",
    engine: str | Executor = "local",
    parallel: int = 4,
    seed: int = 0,
    sampler: str = "tpe",
    timeout: float | None = None,
    retries: int = 2,
    stops: bool = False,
    weights: bool = True,
    address: str | None = None,
    resources: Mapping[str, Any] | None = None,
    progress: Callable[[Trial], object] | None = None,
    settings: Mapping[str, SettingValue] | None = None,
    **parameters: SettingValue,
) -> Search:
    """Search the space of a model: propose points, train their networks, keep what came of them.

    ``train`` is ``"package.module:function"`` or the function: ``fit(module, point, report)``
    trains a fresh module and returns the ``score``: a number, several, or a dict of them. Names of
    archc's own scores (``params``, ``macs``, …) are counted, and not measured. ``most`` says of
    which more is better; of the others less is. See docs/search.md for all of it.

    >>> found = archc.search("net.arch", train="mine:fit", trials=100, folder="run",
    ...                      score="accuracy, params", most="accuracy", budget="macs <= 30M")
    >>> found.front()[0].file

    The engine is ``"local"``, ``"ray"``, ``"submitit"``, or an executor of ``concurrent.futures``.
    Raises ``ArchError`` where the file or what is asked is wrong, ``OSError`` where the folder
    cannot be written, ``PackageMissingError`` where the engine is not installed, and ``ToolError``
    where there is no such function; all before the first trial.
    """
    source, where, found = read(path)
    if found.has_errors:
        raise ArchError(found)
    given = settings_of(search, settings, parameters)
    asked = Asked(
        model or "", name_of(train), trials, score, most, budget, seed, sampler, parallel, timeout,
        retries, stops, weights, paths=(str(Path.cwd()),),
    )  # fmt: skip
    at = begin(source, where, model, given, asked, Path(folder))
    return run(at, engine, address, resources or {}, progress)


def resume(
    folder: str | os.PathLike[str],
    *,
    trials: int | None = None,
    engine: str | Executor = "local",
    address: str | None = None,
    resources: Mapping[str, Any] | None = None,
    progress: Callable[[Trial], object] | None = None,
) -> Search:
    """Go on with a search that was stopped, or to more trials: as if it had never been."""
    at = Folder(Path(folder))
    asked = at.asked()
    if trials is not None:
        extended(at, asked, trials)
    return run(at, engine, address, resources or {}, progress)


def extended(at: Folder, asked: Asked, trials: int) -> None:
    """Ask for another number of trials."""
    changed = replaced(asked, trials=trials)
    changed.check()
    at.change(changed)


def searched(folder: str | os.PathLike[str]) -> Search:
    """A search that was run, or still runs. SettingError where the folder holds none."""
    return Search(Folder(Path(folder)))


def name_of(train: str | Callable[..., object]) -> str:
    """As other processes find a function."""
    if isinstance(train, str):
        return train
    module, name = getattr(train, "__module__", None), getattr(train, "__qualname__", "")
    if module in (None, "__main__") or "<" in name:
        raise SettingError(
            f"other processes cannot import {name or train!r}",
            "write the training function into a module: train='mymodule:fit'",
        )
    return f"{module}:{name}"


def begin(
    source: Any,
    path: str | None,
    model: str | None,
    settings: tuple[Setting, ...],
    asked: Asked,
    folder: Path,
) -> Folder:
    """Look at all that is asked, and make the folder of a search."""
    from archc.searching.trial import found_fit
    from archdsl.resolve.flatten import flatten

    asked.check()
    require("torch")
    require("optuna")
    space, _ = space_of(source, path, model, settings)
    if not space.parameters:
        raise SettingError(
            f"{space.model} has no parameter with a domain",
            "write width: int in 16..64 step 8, or act: op in [relu, silu]",
        )
    found_fit(asked)
    program, declared, _ = pipeline.meant(source, path, model)
    assert program is not None
    assert declared is not None
    name = "space" if declared.name == VARIANT else declared.name
    kept = {each.name: each.value for each in settings}
    at = Folder(folder)
    at.begin(replaced(asked, model=name, settings=kept), flatten(program, declared, name))
    return at


def run(
    at: Folder,
    engine: str | Executor,
    address: str | None,
    resources: Mapping[str, Any],
    progress: Callable[[Trial], object] | None,
) -> Search:
    """Run the trials of a folder that are not done."""
    require("torch")
    require("optuna")
    from archc.searching.driving import Driver
    from archc.searching.engines import executor
    from archc.searching.supervising import stoppable

    asked = at.asked()
    asked.open_paths()

    def tell(trial: TrialFolder) -> None:
        if progress is not None:
            progress(outcome_of(trial))

    with at.alone():
        ours = None
        if isinstance(engine, str):
            ours = executor(engine, asked.parallel, at.path, address, resources)
        chosen = ours if ours is not None else engine
        assert isinstance(chosen, Executor)
        try:
            with stoppable():
                Driver(at, asked, chosen, tell).run()
        finally:
            if ours is not None:
                ours.shutdown(cancel_futures=True)
    return Search(at)
