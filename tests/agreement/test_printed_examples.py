"""The printed source of every example: clean to the linter, and as the formatter lays it out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from twins import TWINS

import archc

EXAMPLES = [
    path
    for path in sorted((Path(__file__).parents[2] / "examples").glob("*.arch"))
    if archc.check(path).models  # a family's file may have none that stands by itself
]


def test_it_is_clean(tmp_path: Path) -> None:
    """Each example as it stands, and with each set of options that torchvision has too."""
    for path in EXAMPLES:
        (tmp_path / f"{path.stem}.py").write_text(archc.source(path), "utf-8")
    for number, twin in enumerate(twin for twin in TWINS if twin.settings):
        path = EXAMPLES[0].parent / f"{twin.example}.arch"
        text = archc.source(path, settings=twin.settings)
        (tmp_path / f"{twin.example}_{number}.py").write_text(text, "utf-8")
    for command in (["check"], ["format", "--diff"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--isolated"]
        ruff += ["--config=line-length=100", str(tmp_path)]
        result = subprocess.run(ruff, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stdout + result.stderr
