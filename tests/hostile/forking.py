"""Runs the command for tests: a process for each run, without the time that Python takes to start.

It is a program: it imports the compiler once, then reads runs from its standard input, a line of
JSON each, and forks a process for each of them, under limits of its own. It answers with a line
that says how the process ended, and what it took.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from importlib import import_module
from typing import Any, NoReturn

MEMORY = 1 << 30
SECONDS = 10
WALL = 240
"""After so long a process that waits for something is killed; the machine may be busy."""

WARM = (
    "archc.cli.commands.build", "archc.cli.commands.check", "archc.cli.commands.emit",
    "archc.cli.commands.summary", "archc.cli.commands.about.models", "archc.cli.commands.about.new",
    "archc.cli.answer", "archc.cli.app", "archc.describe", "archc.drawing",
    "archc.drawing.digraph", "archc.python", "archc.python.module", "archc.render.terminal",
    "archc.api.costing", "archdsl.elaborate", "archdsl.project.loader", "archdsl.resolve",
    "archir.check.infer", "archir.check.suggest", "archir.op.pydantic_model", "difflib", "json",
    "pydantic",
)  # fmt: skip


def run(job: dict[str, Any]) -> NoReturn:
    """Become the command, in a fork."""
    os.chdir(job["folder"])
    for number, name in enumerate(("in", "out", "err")):
        flags = os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        opened = os.open(job[name], flags, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(WALL)
    os.environ.update(job["environ"])
    sys.argv[:] = ["archc", *job["words"]]
    from archc.cli import run as command

    command()
    os._exit(0)


def main() -> None:
    """Serve runs until there are no more."""
    for name in WARM:
        import_module(name)
    for line in sys.stdin:
        job = json.loads(line)
        child = os.fork()
        if child == 0:
            try:
                run(job)
            finally:
                os._exit(99)  # an exception that even the command has not caught
        _, status, used = os.wait4(child, 0)
        answer = {
            "code": os.waitstatus_to_exitcode(status),
            "seconds": used.ru_utime + used.ru_stime,
            "memory": used.ru_maxrss << 10,
        }
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
