"""One trial: a network is made and trained, and what comes of it is written down.

It runs in a process of its own, and whatever becomes of that, nobody else is hurt.
"""

from __future__ import annotations

import faulthandler
import json
import math
import os
import random
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, TypeAlias

import archc
from archc.api import reference
from archc.errors import lacks_memory
from archc.request.settings import Expression, SettingValue
from archc.searching.asked import MEASURED, Asked
from archc.searching.folder import Folder

DONE, STOPPED, ERROR, NAN, MEMORY = "done", "stopped", "error", "nan", "memory"
"""What a trial may come to by itself; that it was killed, or took too long, others see."""


class Report:
    """What a training function calls at its steps: ``if report(epoch, loss): return loss``.

    It says whether to stop: whether the value is worse than the median of what earlier trials had
    at the same step, where the search was asked to look (Golovin et al., 2017).
    """

    def __init__(self, limits: Mapping[str, float], *, more: bool) -> None:
        self._limits, self._more = limits, more
        self.steps: list[tuple[int, float]] = []
        self.stopped = False

    def __call__(self, step: int, value: float) -> bool:
        number = float(value)
        self.steps.append((int(step), number))
        limit = self._limits.get(str(int(step)))
        if limit is not None:
            worse = number < limit if self._more else number > limit
            self.stopped = self.stopped or worse or math.isnan(number)
        return self.stopped


Fit: TypeAlias = "Callable[[Any, dict[str, SettingValue], Report], object]"


def run_told(orders: Connection) -> None:
    """Run the trial that is told, as soon as it is. What a process is started with."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who has started us decides
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with suppress(EOFError, BrokenPipeError):  # no trial is to come any more; nobody waits
        run_trial(**json.loads(orders.recv_bytes()))
        from archc.torch.training.forking import may_hold_a_device

        if not may_hold_a_device():
            orders.send_bytes(b"done")  # the system takes a while to end a process that has torch


def run_trial(folder: str, number: int, place: str, environment: dict[str, str]) -> None:
    """Run a trial, and write ``own.json`` into ``place``."""
    os.environ.update(environment)
    with (Path(place) / "log.txt").open("ab", 0) as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
        for stream in (sys.stdout, sys.stderr):
            stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]
        at = Folder(Path(folder))
        asked = at.asked()
        if asked.timeout is not None:
            faulthandler.dump_traceback_later(asked.timeout, file=log)
        result = _result(at, asked, number, Path(place))
        faulthandler.cancel_dump_traceback_later()
        half = Path(place) / "half.json"
        half.write_text(json.dumps(result), "utf-8")
        half.rename(half.with_name("own.json"))  # whole, or not there
        sys.stdout.flush()
        sys.stderr.flush()


def _end_with_parent() -> None:
    """End as soon as the process that waits for us has ended, however it did."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _result(at: Folder, asked: Asked, number: int, place: Path) -> dict[str, Any]:
    trial = at.trial(number)
    proposal = trial.proposal()
    first = next(each for each in asked.goals if each.score is None)
    report = Report(proposal["limits"], more=first.more)
    start = time.monotonic()
    found: dict[str, Any] = {}
    try:
        fit = found_fit(asked)
        module = _module(trial.variant, asked.seed, number)
        point = {name: _setting(value) for name, value in proposal["point"].items()}
        found["values"] = values(fit(module, point, report), asked.measured)
        is_number = all(map(math.isfinite, found["values"].values()))
        found["outcome"] = (STOPPED if report.stopped else DONE) if is_number else NAN
        if asked.weights:
            from archc.torch.weight_files.read import writer

            writer(module, "pt")(place / "weights.safetensors")
    except BaseException as error:
        traceback.print_exc()
        said = traceback.format_exception_only(error)[-1].strip()
        found.update(outcome=_outcome(error), error=said, traceback=traceback.format_exc())
    steps = [[step, value if math.isfinite(value) else None] for step, value in report.steps]
    found["values"] = {
        name: value if math.isfinite(value) else str(value)
        for name, value in found.get("values", {}).items()
    }
    return {**found, "steps": steps, "seconds": round(time.monotonic() - start, 3)}


def found_fit(asked: Asked) -> Fit:
    """The training function. ToolError where there is none of its name."""
    asked.open_paths()
    return reference.resolve(asked.train)


def _module(variant: Path, seed: int, number: int) -> Any:
    from archc.torch.training.seeds import seed_all

    drawn = random.Random(f"{seed} {number}").getrandbits(63)
    random.seed(drawn)
    seed_all(drawn)
    return archc.load(variant)


def values(returned: object, names: tuple[str, ...]) -> dict[str, float]:
    """What a training function returned, by the names of the scores. TypeError where it is else."""
    if isinstance(returned, Mapping):
        given = dict(returned)
    elif isinstance(returned, tuple | list) and len(returned) == len(names):
        given = dict(zip(names, returned, strict=True))
    elif len(names) == 1:
        given = {names[0]: returned}
    else:
        raise TypeError(f"the training function is to return {', '.join(names)}")
    missing = [name for name in names if name not in given]
    if missing:
        what = ", ".join(map(str, given)) or "nothing"
        hint = f": say --score {', '.join(map(str, given))}" if names == (MEASURED,) else ""
        raise TypeError(f"the training function returns {what}, and no {missing[0]}{hint}")
    try:
        return {name: float(given[name]) for name in names}
    except (TypeError, ValueError) as error:
        raise TypeError(f"a score is a number: {error}") from error


def _outcome(error: BaseException) -> str:
    if isinstance(error, MemoryError) or lacks_memory(error):
        return MEMORY
    return NAN if isinstance(error, FloatingPointError) else ERROR


def _setting(value: object) -> SettingValue:
    """A value of a point as JSON has it."""
    if isinstance(value, dict):
        return Expression(value["expression"])
    if isinstance(value, list):
        return [_setting(item) for item in value]
    return value  # type: ignore[return-value]
