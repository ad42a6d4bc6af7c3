"""``archc fmt`` writes what is laid out, all of it or nothing, and leaves what it cannot read."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import Run

WRITTEN = "block Unit(width){\n  conv(width,3)->relu # twice\n}\n"
LAID_OUT = "block Unit(width) {\n  conv(width, 3) -> relu  # twice\n}\n"
WRONG = "block Unit(width){\n  conv(width,3->relu\n}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "inner").mkdir()
    (tmp_path / ".hidden").mkdir()
    for name in ("a.arch", "inner/b.arch", ".hidden/c.arch", "d.txt"):
        (tmp_path / name).write_text(WRITTEN, "utf-8")
    (tmp_path / "done.arch").write_text(LAID_OUT, "utf-8")
    return tmp_path


def test_files_of_a_folder_are_written(archc: Run, folder: Path) -> None:
    done = archc("fmt", str(folder))
    assert done.code == 0, done.err
    assert done.out.split() == [
        *(str(folder / "a.arch"), "laid", "out"),
        *(str(folder / "inner/b.arch"), "laid", "out"),
    ]
    assert (folder / "a.arch").read_text("utf-8") == LAID_OUT
    assert (folder / "inner/b.arch").read_text("utf-8") == LAID_OUT
    assert (folder / ".hidden/c.arch").read_text("utf-8") == WRITTEN
    assert (folder / "d.txt").read_text("utf-8") == WRITTEN
    assert archc("fmt", "--check", str(folder)).code == 0


def test_check_names_files_and_writes_none(archc: Run, folder: Path) -> None:
    done = archc("fmt", "--check", str(folder / "a.arch"), str(folder / "done.arch"))
    assert (done.code, done.out) == (1, f"{folder / 'a.arch'}\n")
    assert (folder / "a.arch").read_text("utf-8") == WRITTEN


def test_diff_shows_what_would_change(archc: Run, folder: Path) -> None:
    done = archc("fmt", "--diff", str(folder / "a.arch"))
    assert done.code == 1
    assert "+  conv(width, 3) -> relu  # twice\n" in done.out
    assert (folder / "a.arch").read_text("utf-8") == WRITTEN


def test_what_cannot_be_read_is_left_and_the_rest_is_laid_out(archc: Run, folder: Path) -> None:
    (folder / "wrong.arch").write_text(WRONG, "utf-8")
    done = archc("fmt", str(folder / "wrong.arch"), str(folder / "a.arch"))
    assert done.code == 1
    assert "error[unclosed-bracket]" in done.err
    assert (folder / "wrong.arch").read_text("utf-8") == WRONG
    assert (folder / "a.arch").read_text("utf-8") == LAID_OUT


def test_an_example_is_nobody_s_to_write(archc: Run) -> None:
    done = archc("fmt", "resnet50")
    assert done.code == 2
    assert "is an example" in done.err
