"""The same input gives the same bytes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hash_seeds import under_hash_seeds

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = "vgg16_bn"

SEEDS = ("0", "1", "2")
ENVIRONMENTS: list[dict[str, str]] = [
    {"PYTHONHASHSEED": "0"},
    {"PYTHONHASHSEED": "1", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    {"PYTHONHASHSEED": "4294967295", "TZ": "Asia/Tokyo", "COLUMNS": "40", "FORCE_COLOR": "1"},
]


def build(folder: Path, file: str, environ: dict[str, str]) -> dict[str, bytes]:
    """What a build writes, by name."""
    folder.mkdir()
    words = ["build", file, "--emit", "python,svg,dot,json", "--out", str(folder / "out")]
    subprocess.run(
        [sys.executable, "-m", "archc", *words],
        check=True,
        capture_output=True,
        cwd=folder,
        env={**os.environ, **environ},
    )
    return {path.name: path.read_bytes() for path in (folder / "out").iterdir()}


def test_builds_are_byte_identical(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    builds: list[dict[str, bytes]] = []
    for index, environ in enumerate(ENVIRONMENTS):
        folder = tmp_path / f"folder {index}"
        builds.append(build(folder, f"../examples/{EXAMPLE}.arch", environ))
    assert len(builds[0]) == 4
    assert builds[0] == builds[1] == builds[2]


@pytest.mark.parametrize("stage", ["ast", "graph", "typed"])
def test_stages_are_the_same_under_any_hash_seed(stage: str) -> None:
    file = str(ROOT / "examples" / f"{EXAMPLE}.arch")
    under_hash_seeds("-m", "archc", "emit", file, "--stage", stage, seeds=SEEDS)


def test_names_that_one_expression_needs_are_printed_in_their_order(tmp_path: Path) -> None:
    file = tmp_path / "net.arch"
    file.write_text(
        "model net() {\n  input x: [N, 16, H = 32, W = 32]\n"
        "  let sizes, [wide, [narrow, _]] = [[4, 8], [2, [3, 4]]]\n"
        '  for width, [name, [kernel, _]] in [[8, ["a", [1, 2]]], [4, ["b", [3, 1]]]] {\n'
        '    "{name}": conv(width, kernel)\n  }\n'
        "  last: conv(sum([a * b + c for a, [b, c] in [[wide, [narrow, 1]]]]) + sizes[0], 1)\n}\n",
        "utf-8",
    )
    printed = under_hash_seeds("-m", "archc", "emit", str(file), seeds=("0", "1", "4")).decode()
    assert printed.index(" sizes = ") < printed.index(" wide, ") < printed.index(" narrow, ")


def test_diagnostics_are_the_same_under_any_hash_seed(tmp_path: Path) -> None:
    bad = tmp_path / "bad.arch"
    bad.write_text(
        "model bad(a, b, c) {\n  input x: [N, 3, H = 8, W = 8]\n  cnov(1, 2, pading = 3)\n"
        "  let d = 1\n  concat [conv(1, 9), relu, max_pool(20)]\n}\n",
        "utf-8",
    )
    assert b"unknown" in under_hash_seeds("-m", "archc", "check", str(bad), seeds=SEEDS, fails=True)
