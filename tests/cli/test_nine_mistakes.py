"""Three files with three mistakes each, of different phases: all nine are said.

The files are in ``tests/goldens/nine``; what is said of all three at once stands beside them, as it
was read. ``UPDATE_GOLDENS=1 pytest tests/cli/test_nine_mistakes.py`` writes it anew.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from running import Run

FOLDER = Path(__file__).parents[1] / "goldens" / "nine"
NAMES = ("backbone.arch", "reader.arch", "painter.arch")
WANTED = {
    # A bracket of the text, shapes that a use of a block decides, an argument.
    ("backbone.arch", 5, "unclosed-bracket"),
    ("backbone.arch", 10, "shapes-differ"),
    ("backbone.arch", 30, "unknown-argument"),
    # A value when a loop is unrolled, a dtype, a comma.
    ("reader.arch", 12, "index-out-of-range"),
    ("reader.arch", 18, "wrong-dtype"),
    ("reader.arch", 23, "missing-comma"),
    # A shape that is written, an initialiser, a backward pass that torch refuses.
    ("painter.arch", 8, "shape-not-as-written"),
    ("painter.arch", 9, "unknown-initialiser"),
    ("painter.arch", 14, "overwrites-what-is-kept"),
}


def _copied(folder: Path) -> None:
    for name in NAMES:
        shutil.copy(FOLDER / name, folder / name)


def test_all_nine_are_said_and_nothing_else(net: Path, archc: Run) -> None:
    _copied(net.parent)
    outcome = archc("check", *NAMES, "--format", "json")
    found = json.loads(outcome.out)["diagnostics"]
    places = [each["place"] for each in found]
    names = [each["name"] for each in found]
    lines = [(place["file"], place["start"]["line"]) for place in places]
    assert {(*line, name) for line, name in zip(lines, names, strict=True)} == WANTED
    assert len(found) == len(WANTED)
    assert outcome.code == 1


def test_they_are_said_as_they_were_read(net: Path, archc: Run) -> None:
    _copied(net.parent)
    said = archc("check", *NAMES).err
    golden = FOLDER / "said.txt"
    if os.environ.get("UPDATE_GOLDENS"):
        golden.write_text(said, "utf-8")
    assert said == golden.read_text("utf-8")


def test_fixes_put_right_what_they_can(net: Path, archc: Run) -> None:
    """A stage's width, a loop's end and a first layer are known to the author alone."""
    _copied(net.parent)
    archc("check", *NAMES, "--fix", "--unsafe-fixes")
    left = json.loads(archc("check", *NAMES, "--format", "json").out)["diagnostics"]
    assert {each["name"] for each in left} == {"shapes-differ", "index-out-of-range", "wrong-dtype"}
