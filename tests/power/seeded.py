"""Finds seeded bugs: each is put into the compiler in a process of its own, and looked for.

``python seeded.py NUMBER …`` tries those bugs of ``bugs.toml``, and says for each the first network
that shows it. torch is imported once; the compiler by each process that has a bug in it.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import tomllib
from collections.abc import Iterator, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import torch

NETWORKS = 2_000
SEED = 0
BYTES = 4 << 30
"""How much memory a process with a bug in it may take: a bug may well be one of too much."""

ROOT = Path(__file__).parents[2]
BUGS: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("bugs.toml").read_text("utf-8")
)["bug"]


class Patched(MetaPathFinder, Loader):
    """Imports one module with another line in it."""

    def __init__(self, file: str, old: str, new: str) -> None:
        self.file = ROOT / file
        text = self.file.read_text("utf-8")
        if text.count(old) != 1:
            raise ValueError(f"{file} has {text.count(old)} times {old.strip()}")
        self.text = text.replace(old, new)
        inside = self.file.relative_to(ROOT).with_suffix("").parts[1:]
        self.name = ".".join(inside)

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        if fullname != self.name:
            return None
        return importlib.util.spec_from_file_location(fullname, self.file, loader=self)

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.text, str(self.file), "exec"), module.__dict__)


def numbers(first: int) -> Iterator[int]:
    """The networks in the order in which they are tried."""
    yield first
    yield from (number for number in range(NETWORKS) if number != first)


def find(bug: dict[str, Any]) -> tuple[int, str] | None:
    """The first network that shows a bug, and how."""
    sys.meta_path.insert(0, Patched(bug["file"], bug["old"], bug["new"]))
    from archc.testing.agreement.compare import examine
    from archc.testing.agreement.trial import case_of
    from archc.testing.fuzz.bounds import limit_memory
    from archc.testing.generator import generate

    limit_memory(BYTES)

    known = set(json.loads(os.environ.get("KNOWN_NETWORKS", "[]")))
    for number in numbers(bug["found"]):
        if number in known:
            continue
        try:
            report = examine(case_of(generate(f"{SEED}:{number}"), number))
        except MemoryError:
            return number, f"over {BYTES >> 30} GiB"
        if report.found:
            return number, report.found[0].kind
    return None


def alone(bug: dict[str, Any]) -> tuple[int, str] | None:
    """The same in a process of its own."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.write(writing, json.dumps(find(bug)).encode("utf-8"))
        except BaseException as error:
            os.write(writing, json.dumps([-1, f"{type(error).__name__}: {error}"]).encode("utf-8"))
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        said = answer.read()
    os.waitpid(child, 0)
    found = json.loads(said or "null")
    return None if found is None else (found[0], found[1])


def main(words: Sequence[str]) -> None:
    torch.set_num_threads(1)
    for word in words:
        print(json.dumps([int(word), alone(BUGS[int(word)])]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
