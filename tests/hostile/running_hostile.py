"""How a test runs the command in a fresh process that may take 10 s and 1 GiB."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended, what it said, and what it took. A negative code is a signal's number."""

    code: int
    out: str
    err: str
    seconds: float
    memory: int


class Runner:
    """A program that forks a process for each run (see ``forking``)."""

    def __enter__(self) -> Runner:
        self._server = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("forking.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server.stdin is not None and self._server.stdout is not None
        self._server.stdin.close()
        self._server.wait()
        self._server.stdout.close()

    def run(
        self,
        folder: Path,
        words: tuple[str, ...],
        *,
        given: str = "/dev/null",
        out: str | None = None,
        err: str | None = None,
        environ: dict[str, str] | None = None,
    ) -> Ended:
        """The command in a folder: what it reads, and where it writes."""
        job = {
            "folder": str(folder),
            "words": words,
            "in": given,
            "out": out or str(folder.parent / "out"),
            "err": err or str(folder.parent / "err"),
            "environ": environ or {},
        }
        assert self._server.stdin is not None and self._server.stdout is not None
        self._server.stdin.write(json.dumps(job) + "\n")
        self._server.stdin.flush()
        answer = json.loads(self._server.stdout.readline())
        said, complained = (
            "" if path else (folder.parent / name).read_bytes().decode("utf-8", "replace")
            for path, name in ((out, "out"), (err, "err"))
        )
        return Ended(answer["code"], said, complained, answer["seconds"], answer["memory"])
