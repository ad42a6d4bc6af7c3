"""A search on the disk.

::

    search.json             what it was told
    space.arch              the space, as a file that stands by itself
    journal.log             what Optuna was told
    trials/0017/
      trial.json            the point, and what archc counts of it
      variant.arch          its network, as a file that stands by itself
      run/                  what came of it, there all at once:
        result.json         the outcome, values, steps, how long it took
        log.txt             what it printed, and the traceback where it failed
        weights.safetensors
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from archc.errors import SettingError
from archc.output.writing import write_all
from archc.searching.asked import Asked

ROOM = 1 << 20
"""So many bytes must be writable before a search begins."""

VARIANT = "variant"
"""The model that a trial's file is about, and the file's name."""


class TrialFolder:
    """The folder of one trial."""

    def __init__(self, path: Path, number: int) -> None:
        self.path, self.number = path, number
        self.variant = path / f"{VARIANT}.arch"
        self.run = path / "run"

    @property
    def is_done(self) -> bool:
        """Whether it is known what came of it."""
        return self.run.is_dir()

    def proposal(self) -> dict[str, Any]:
        """The point, and what archc counts of it."""
        return _read(self.path / "trial.json")

    def result(self) -> dict[str, Any]:
        """What came of it."""
        return _read(self.run / "result.json")

    def propose(self, proposal: Mapping[str, Any], text: str) -> None:
        """Write a trial that is to be run, unless it is there."""
        if not (self.path / "trial.json").exists():
            write_all({self.variant: text, self.path / "trial.json": _json(proposal)})

    @contextmanager
    def attempt(self) -> Iterator[Path]:
        """A folder of its own for one run; it is gone behind, unless it was ``kept``."""
        name = f".attempt-{os.uname().nodename}-{os.getpid()}-{os.urandom(4).hex()}"
        place = self.path / name
        place.mkdir()
        try:
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def keep(self, place: Path, result: Mapping[str, Any]) -> None:
        """Let a run be what came of the trial, unless another one is it already."""
        (place / "result.json").write_text(_json(result), "utf-8")
        with suppress(OSError):  # a folder with files in it is never replaced
            place.rename(self.run)
        if not self.is_done:
            place.rename(self.run)
        for stray in self.path.glob(".attempt-*"):  # of processes that are dead, or came second
            shutil.rmtree(stray, ignore_errors=True)


class Folder:
    """The folder of a search."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.space = path / "space.arch"
        self.journal = path / "journal.log"

    @property
    def is_there(self) -> bool:
        """Whether it holds a search."""
        return (self.path / "search.json").is_file()

    def begin(self, asked: Asked, text: str) -> None:
        """Make the folder. OSError where it cannot be written, before anything has run."""
        if self.path.is_dir() and any(self.path.iterdir()):
            what = "holds a search" if self.is_there else "is not empty"
            hint = "go on with it by --resume, or name another folder by --out"
            raise SettingError(f"{self.path} {what}", hint)
        probe = self.path / "probe.tmp"
        try:
            write_all({probe: bytes(ROOM)})
        finally:
            with suppress(OSError):
                probe.unlink()
        write_all({self.space: text, self.path / "search.json": _json(asked.data())})

    def asked(self) -> Asked:
        """What the search was told. SettingError where there is none."""
        if not self.is_there:
            raise SettingError(f"{self.path} holds no search")
        return Asked.read(_read(self.path / "search.json"))

    def change(self, asked: Asked) -> None:
        """Write anew what the search is told."""
        write_all({self.path / "search.json": _json(asked.data())})

    def trial(self, number: int) -> TrialFolder:
        """The folder of a trial, there or not."""
        return TrialFolder(self.path / "trials" / f"{number:04}", number)

    def trials(self) -> list[TrialFolder]:
        """Those that have been proposed, in order."""
        found = (self.path / "trials").glob("*/trial.json")
        numbers = sorted(int(each.parent.name) for each in found)
        return [self.trial(number) for number in numbers]

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Be the only one that proposes trials here. SettingError where another does."""
        try:
            import fcntl
        except ImportError:  # a system without locks
            yield
            return
        with (self.path / ".lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise SettingError(f"another search is at work in {self.path}") from None
            yield


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, indent=1) + "\n"
