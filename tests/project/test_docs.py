"""What the documents show happens: their consoles and their Python are run.

A fenced block is run by its word: ``console`` (lines with ``$`` are commands, the rest is what
they print on both streams), ``python`` with ``>>>``. A block of another kind below
``<!-- file: NAME -->`` is a file that stands in the folder. In expected output a line of dots
stands for any lines. All blocks of a page run in one folder, in order.
"""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    "README.md",
    "docs/agents.md",
    "docs/cli.md",
    "docs/cost.md",
    "docs/diff.md",
    *sorted(str(each.relative_to(ROOT)) for each in ROOT.glob("docs/fields/*.md")),
    "docs/import.md",
    "docs/python.md",
    "docs/scale.md",
    "docs/search.md",
    "docs/json.md",
    "docs/sizes.md",
    "docs/testing.md",
    "docs/training.md",
    "docs/weights.md",
)
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@dataclass(frozen=True)
class Block:
    """A fenced block: its word, its text, the file that it is, its first line in the page."""

    word: str
    text: str
    file: str | None
    line: int


def blocks(page: str) -> Iterator[Block]:
    pattern = r"(?:<!-- file: (\S+) -->\n+)?^```(\w*)\n(.*?)^```$"
    for match in re.finditer(pattern, page, re.MULTILINE | re.DOTALL):
        line = page.count("\n", 0, match.start(3)) + 1
        yield Block(match[2], match[3], match[1], line)


def console(text: str) -> Iterator[tuple[str, str]]:
    """Commands and what they print."""
    command: str | None = None
    printed: list[str] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            if command is not None:
                yield command, "\n".join(printed)
            command, printed = line[2:], []
        else:
            printed.append(line)
    if command is not None:
        yield command, "\n".join(printed)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the examples and the grammars, in which ``archc`` is this Python's."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    shutil.copytree(ROOT / "docs/grammar", tmp_path / "docs/grammar")
    scripts = tmp_path / ".bin"
    scripts.mkdir()
    script = scripts / "archc"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m archc "$@"\n', "utf-8")
    script.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))  # as Python itself has it where a user types
    monkeypatch.setenv("PATH", f"{scripts}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join(str(Path(p).absolute()) for p in sys.path if p)
    )
    return tmp_path


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_what_happens(page: str, folder: Path) -> None:
    names: dict[str, object] = {}
    for block in blocks((ROOT / page).read_text("utf-8")):
        if block.file:
            (folder / block.file).write_text(block.text, "utf-8")
        elif block.word == "console":
            run_console(block, page)
        elif block.word == "python" and ">>>" in block.text:
            run_python(block, page, names)


def run_console(block: Block, page: str) -> None:
    status = 0
    for command, expected in console(block.text):
        done = subprocess.run(
            ["bash", "-c", f"(exit {status}); {command}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        status = done.returncode
        printed = done.stdout.decode("utf-8").rstrip("\n")
        assert matches(expected.rstrip("\n"), printed), (
            f"{page}, block at line {block.line}: $ {command}\nshown:\n{expected}\n"
            f"printed:\n{printed}"
        )


def matches(expected: str, printed: str) -> bool:
    """Whether the lines are the same; a line of dots stands for any lines."""
    parts = [re.escape(part) for part in re.split(r"^\.\.\.$", expected, flags=re.MULTILINE)]
    return re.fullmatch(".*?".join(parts), printed, re.DOTALL) is not None


def run_python(block: Block, page: str, names: dict[str, object]) -> None:
    test = doctest.DocTestParser().get_doctest(block.text, names, page, page, block.line)
    runner = doctest.DebugRunner(optionflags=FLAGS, verbose=False)
    runner.run(test, clear_globs=False)
    names.update(test.globs)


def test_the_test_of_pages_can_fail(folder: Path) -> None:
    with pytest.raises(AssertionError):
        run_console(Block("console", "$ archc --version\narchc 0.0.0\n", None, 1), "a page")
    with pytest.raises(doctest.DocTestFailure):
        run_python(Block("python", ">>> 1 + 1\n3\n", None, 1), "a page", {})


def test_lines_of_dots_stand_for_any_lines() -> None:
    assert matches("a\n...\nd", "a\nb\nc\nd")
    assert not matches("a\n...\nd", "a\nb\nc")
    assert not matches("a...d", "abcd")
