"""What a run of the fuzzer has done, on disk, so that it can be stopped and taken up again."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from archc.testing.fuzz.corpus import Corpus

CHUNK = 2_000
"""How many mutants are tried between two notes on disk."""

_NAMES = {"internal": "internal errors", "slow": "over 10 s", "memory": "over 1 GiB"}


class State:
    """A run: its seed, its texts, which mutants are done, and what was found."""

    def __init__(self, folder: Path, seed: int, corpus: Corpus) -> None:
        self.folder = folder
        self.seed = seed
        self.corpus = corpus
        self.done: list[tuple[int, int]] = []
        self.reached: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.keys: Counter[str] = Counter()

    @classmethod
    def resumed(cls, folder: Path, seed: int) -> State | None:
        """The run that was begun in a folder; ValueError if its notes are none of such a run."""
        path = folder / "state.json"
        if not path.exists():
            return None
        try:
            return cls._read(folder, path, seed)
        except (LookupError, TypeError, AttributeError) as error:
            raise ValueError(
                f"{folder} has notes that this version of archc did not write"
            ) from error

    @classmethod
    def _read(cls, folder: Path, path: Path, seed: int) -> State:
        known = json.loads(path.read_text("utf-8"))
        if known["seed"] != seed:
            raise ValueError(f"{path} is of a run with the seed {known['seed']}")
        known_texts = json.loads((folder / "corpus.json").read_text("utf-8"))
        state = cls(folder, seed, Corpus.of(*known_texts))
        if state.corpus.digest != known["corpus"]:
            raise ValueError(f"{folder / 'corpus.json'} is not what the run was begun with")
        state.done = [(begin, end) for begin, end in known["done"]]
        for name in ("reached", "faults", "keys"):
            getattr(state, name).update(known[name])
        return state

    @property
    def executions(self) -> int:
        """How many mutants are done."""
        return sum(end - begin for begin, end in self.done)

    def open(self, executions: int) -> Iterator[tuple[int, int]]:
        """The ranges of numbers that are still to be done, none longer than a chunk."""
        at = 0
        for begin, end in [*sorted(self.done), (executions, executions)]:
            while at < min(begin, executions):
                upto = min(at + CHUNK, begin, executions)
                yield at, upto
                at = upto
            at = max(at, end)

    def finish(self, begin: int, end: int, reached: Counter[str]) -> None:
        """Note that these mutants are done."""
        self.reached += reached
        merged: list[tuple[int, int]] = []
        for first, last in sorted([*self.done, (begin, end)]):
            if merged and first <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
            elif first < last:
                merged.append((first, last))
        self.done = merged

    def find(self, key: str, kind: str, number: int, text: bytes, trace: str) -> None:
        """Note a fault; of those alike the first text is kept."""
        self.faults[_NAMES.get(kind, _NAMES["internal"])] += 1
        self.keys[key] += 1
        if self.keys[key] == 1:
            name = re.sub(r"[^A-Za-z0-9]+", "-", key).strip("-")[:80]
            stem = self.folder / f"{name}-{number}"
            stem.with_name(f"{stem.name}.arch").write_bytes(text)
            said = f"seed {self.seed}, mutant {number}\n\n{trace}"
            stem.with_name(f"{stem.name}.txt").write_text(said, "utf-8", errors="backslashreplace")

    def save(self) -> None:
        """Write it down: whole, or as it was."""
        self.folder.mkdir(parents=True, exist_ok=True)
        texts = self.folder / "corpus.json"
        if not texts.exists():
            texts.write_text(json.dumps([self.corpus.texts, self.corpus.sound]), "utf-8")
        known = {
            "seed": self.seed,
            "corpus": self.corpus.digest,
            "done": self.done,
            "reached": self.reached,
            "faults": self.faults,
            "keys": self.keys,
        }
        fresh = self.folder / "state.json.tmp"
        fresh.write_text(json.dumps(known, indent=1), "utf-8")
        os.replace(fresh, self.folder / "state.json")  # noqa: PTH105

    @property
    def failed(self) -> bool:
        """Whether anything was found."""
        return bool(self.faults.total())

    def line(self) -> str:
        """The last line of a run."""
        counts = ", ".join(f"{self.faults[name]:,} {name}" for name in _NAMES.values())
        return f"{self.executions:,} executions, {counts}"
