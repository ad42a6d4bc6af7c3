"""A run over many networks, in several processes, which can be stopped and taken up again."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from archc.testing.agreement.trial import Found, Results, trial
from archc.testing.generator.constructs import CONSTRUCTS
from archir.catalogue.registry import built_in

CHUNK = 50
"""How many networks a process tries at a time."""

Told = Callable[["Run"], None]


class Run:
    """A run: its seed, how far it is, and what was found."""

    def __init__(self, folder: Path | None, seed: int) -> None:
        self.folder = folder
        self.seed = seed
        self.done: set[int] = set()
        """The chunks that are done, by number."""

        self.results = Results()

    @property
    def disagreements(self) -> int:
        """How many networks show one, each kind counted for itself."""
        return self.results.kinds.total()

    def never_made(self) -> list[str]:
        """Constructs and ops that no network had."""
        constructs, ops = self.results.constructs, self.results.ops
        made = constructs["accepted"] + constructs["refused"]
        used = ops["accepted"] + ops["refused"]
        return [name for name in CONSTRUCTS if not made[name]] + [
            f"op {name}" for name in built_in() if not used[name]
        ]

    def line(self) -> str:
        """The last line of a run."""
        counts = (self.results.networks, self.results.sizes, self.disagreements)
        return "{:,} networks, {:,} sizes, {:,} disagreements".format(*counts)

    def finish(self, chunk: int, results: Results) -> None:
        """Note that a chunk is done, and write down what was found in it."""
        self.done.add(chunk)
        for found in results.found:
            first = not any(each.kind == found.kind for each in self.results.found)
            if self.folder is not None and first:
                write(self.folder, found, self.seed)
        self.results.add(results)

    # --- on disk ------------------------------------------------------------------------------

    def save(self) -> None:
        """Write it down: whole, or as it was."""
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        known = {
            "seed": self.seed,
            "done": sorted(self.done),
            "networks": self.results.networks,
            "sizes": self.results.sizes,
            "accepted": self.results.accepted,
            "constructs": self.results.constructs,
            "ops": self.results.ops,
            "kinds": self.results.kinds,
        }
        fresh = self.folder / "state.json.tmp"
        fresh.write_text(json.dumps(known, indent=1), "utf-8")
        os.replace(fresh, self.folder / "state.json")  # noqa: PTH105

    @classmethod
    def resumed(cls, folder: Path, seed: int) -> Run:
        """The run that was begun in a folder, or a new one; ValueError if the notes are others."""
        run, path = cls(folder, seed), folder / "state.json"
        if not path.exists():
            return run
        try:
            return run._read(path, seed)
        except (LookupError, TypeError, AttributeError) as error:
            raise ValueError(
                f"{path} has notes that this version of archc did not write"
            ) from error

    def _read(self, path: Path, seed: int) -> Run:
        known = json.loads(path.read_text("utf-8"))
        if known["seed"] != seed:
            raise ValueError(f"{path} is of a run with the seed {known['seed']}")
        self.done = set(known["done"])
        results = self.results
        results.networks, results.sizes = known["networks"], known["sizes"]
        results.accepted, results.kinds = known["accepted"], Counter(known["kinds"])
        for verdict in ("accepted", "refused"):
            results.constructs[verdict].update(known["constructs"][verdict])
            results.ops[verdict].update(known["ops"][verdict])
        return self


def write(folder: Path, found: Found, seed: int) -> None:
    """A disagreement as small files: those of the project, and what differs."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = re.sub(r"[^A-Za-z0-9]+", "-", found.kind).strip("-").lower()[:70]
    said = [f"# {found.kind}", f"# seed {seed}, network {found.number}, model {found.case.model}"]
    if found.case.parameters:
        said.append(f"# with {dict(found.case.parameters)}")
    said += [f"# {line}" for line in found.detail.splitlines()[-40:]]
    texts = [f"# --- {name}\n{text}" for name, text in found.case.files.items()]
    path = folder / f"{stem}-{found.number}.arch"
    path.write_text("\n".join([*said, *texts]), "utf-8", errors="backslashreplace")


def run(state: Run, networks: int, processes: int, tell: Told) -> None:
    """Try the networks that are still to be tried."""
    waiting = iter([each for each in range(-(-networks // CHUNK)) if each not in state.done])
    state.save()
    if processes == 1:
        for chunk in waiting:
            state.finish(chunk, trial(state.seed, *_bounds(chunk, networks), _known(state)))
            state.save()
            tell(state)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        running: dict[Future[Results], int] = {}
        try:
            while True:
                _fill(pool, running, waiting, state, networks, processes)
                if not running:
                    return
                for ready in wait(running, return_when=FIRST_COMPLETED).done:
                    state.finish(running.pop(ready), ready.result())
                state.save()
                tell(state)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _fill(
    pool: ProcessPoolExecutor,
    running: dict[Future[Results], int],
    waiting: Iterator[int],
    state: Run,
    networks: int,
    processes: int,
) -> None:
    while len(running) < processes:
        chunk = next(waiting, None)
        if chunk is None:
            return
        given: tuple[Any, ...] = (state.seed, *_bounds(chunk, networks), _known(state))
        running[pool.submit(trial, *given)] = chunk


def _bounds(chunk: int, networks: int) -> tuple[int, int]:
    return chunk * CHUNK, min(networks, (chunk + 1) * CHUNK)


def _known(state: Run) -> frozenset[str]:
    return frozenset(state.results.kinds)
