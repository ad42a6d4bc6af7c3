"""``archc check --watch`` checks again when a file of the project changes, until Ctrl-C.

In this process the wait between two looks is the test's own, in which it does what a user does.
Of a real process the pipe is read, which waits for it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from running import NET

from archc.cli.watching import state, watched

BAD = NET.replace("flatten", "flaten")


def watch(files: list[str], codes: list[int], *acts: Callable[[], object]) -> tuple[int, int]:
    """The exit code, and how many checks there were; ``acts`` happen in the waits, then Ctrl-C."""
    coming: Iterator[Callable[[], object]] = iter(acts)
    checks = iter(codes)
    count = 0

    def check() -> int:
        nonlocal count
        count += 1
        return next(checks)

    def wait() -> None:
        act = next(coming, None)
        if act is None:
            raise KeyboardInterrupt
        act()

    return watched(files, check, wait), count


def nothing() -> None:
    pass


def test_it_ends_with_the_code_of_the_last_check(net: Path) -> None:
    change = lambda: net.write_text(BAD, "utf-8")  # noqa: E731
    assert watch(["net.arch"], [0]) == (0, 1)
    assert watch(["net.arch"], [1]) == (1, 1)
    assert watch(["net.arch"], [0, 1], change) == (1, 2)
    assert watch(["net.arch"], [0], nothing, nothing) == (0, 1)


def test_what_may_be_imported_is_looked_at_too(net: Path) -> None:
    folder = net.with_name("parts")
    folder.mkdir()
    part = folder / "stem.arch"
    acts = (
        lambda: part.write_text("block A() { relu }\n", "utf-8"),
        lambda: part.write_text("block A() { flatten }\n", "utf-8"),
        lambda: (folder / "notes.txt").write_text("x", "utf-8"),
        part.unlink,
    )
    assert watch(["net.arch"], [0, 1, 0, 1], *acts) == (1, 4)


def test_a_file_that_is_gone_and_comes_back(net: Path) -> None:
    back = lambda: net.write_text(NET, "utf-8")  # noqa: E731
    assert watch(["net.arch"], [0, 3, 0], net.unlink, back) == (0, 3)


def test_a_change_while_it_is_checked_is_seen(net: Path) -> None:
    before = state(["net.arch"])
    count = 0

    def check() -> int:
        nonlocal count
        count += 1
        if count == 1:
            net.write_text(BAD, "utf-8")
        return count - 1

    def interrupt() -> None:
        raise KeyboardInterrupt

    assert watched(["net.arch"], check, interrupt) == 1
    assert state(["net.arch"]) != before


@pytest.mark.parametrize(("text", "code"), [(NET, 0), (BAD, 1)])
def test_a_real_process(net: Path, text: str, code: int) -> None:
    net.write_text(BAD if text is NET else NET, "utf-8")
    # What is started in the background ignores Ctrl-C, and so would this.
    start = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    start += "; from archc.__main__ import run; run()"
    command = [sys.executable, "-c", start, "check", "net.arch", "--watch"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None

        def until_watching() -> str:
            assert process.stderr is not None
            said = ""
            for line in process.stderr:
                said += line
                if line.startswith("watching net.arch"):
                    return said
            raise AssertionError(said)

        first = until_watching()
        assert ("unknown-name" in first) == (text is NET)
        net.with_name("new").write_text(text, "utf-8")
        net.with_name("new").replace(net)  # half a file is never there to be seen
        second = until_watching()
        assert ("unknown-name" in second) == (text is BAD)
        os.kill(process.pid, signal.SIGINT)
        assert process.stdout is not None
        out = process.stdout.read()
        assert process.wait() == code
    assert "net         ok" in out
