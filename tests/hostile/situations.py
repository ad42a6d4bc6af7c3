"""Hostile situations as data: what stands in a folder, what is run there, and how that must end."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

CHECK = ("check", "main.arch")
PYTHON = ("emit", "main.arch")
GUARD = ("emit", "main.arch", "--guard")
JSON = ("emit", "main.arch", "--stage", "json")
DOT = ("emit", "main.arch", "--stage", "dot")
SUMMARY = ("summary", "main.arch")
MODELS = ("models", "main.arch")
FORMAT = ("fmt", "main.arch")
BUILD = ("build", "main.arch", "--emit", "python,dot,json")
AS_JSON = ("check", "main.arch", "--format", "json")

ALL = (CHECK, PYTHON, GUARD, SUMMARY, BUILD)
"""What is done with a text that is right."""
WRONG = (CHECK, PYTHON)
"""What is done with one that is not."""

CODES = {"accepted": 0, "refused": 1, "limit": 1, "use": 2, "io": 3}
"""The classes, and the exit code of each."""

Make = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class Situation:
    """Something that must be answered. ``says`` are pieces of what is said then."""

    name: str
    kind: str
    files: Mapping[str, str | bytes | Make]
    runs: tuple[tuple[str, ...], ...]
    says: tuple[str, ...] = ()
    given: str | bytes = b""
    environ: Mapping[str, str] = field(default_factory=dict)

    def put(self, folder: Path) -> None:
        """Make what stands in the folder."""
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, str):
                path.write_bytes(content.encode("utf-8", "surrogatepass"))
            elif isinstance(content, bytes):
                path.write_bytes(content)
            else:
                content(path)


class Table:
    """Situations by name."""

    def __init__(self) -> None:
        self.all: dict[str, Situation] = {}

    def add(self, situation: Situation) -> None:
        """Take one more, whose name is its own."""
        assert situation.name not in self.all, situation.name
        assert situation.kind in CODES, situation.kind
        self.all[situation.name] = situation

    def texts(self, kind: str, texts: Mapping[str, str | bytes | tuple[str | bytes, str]]) -> None:
        """Texts of a file, perhaps with a piece of what is said of it."""
        for name, given in texts.items():
            text, *says = given if isinstance(given, tuple) else (given,)
            runs = ALL if kind == "accepted" else WRONG
            self.add(Situation(name, kind, {"main.arch": text}, runs, tuple(map(str, says))))

    def bodies(self, kind: str, bodies: Mapping[str, str | tuple[str, str]]) -> None:
        """Bodies of a model with an image for its input."""
        self.texts(
            kind,
            {
                name: model(given) if isinstance(given, str) else (model(given[0]), given[1])
                for name, given in bodies.items()
            },
        )


NET = "model main() {\n  input x: [N, 3, H = 32, W = 32]\n  conv(8, 3) -> relu\n}\n"
"""A text that is right."""


def model(body: str, inputs: str = "x: [N, 3, H = 32, W = 32]") -> str:
    """A file with one model."""
    return f"model main() {{\n  input {inputs}\n{body}\n}}\n"


# --- what is no text ------------------------------------------------------------------------------


def folder(path: Path) -> None:
    """A folder of that name."""
    path.mkdir()


def link(to: str) -> Make:
    """A symbolic link."""
    return lambda path: path.symlink_to(to)


def fifo(path: Path) -> None:
    """A named pipe that nobody writes to."""
    os.mkfifo(path)


def listening(path: Path) -> None:
    """A socket."""
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


def secret(content: str) -> Make:
    """A file outside the project's folder, which no text may read."""

    def put(path: Path) -> None:
        (path.parent.parent / "outside.arch").write_text(content, "utf-8")
        path.write_text("", "utf-8")

    return put
