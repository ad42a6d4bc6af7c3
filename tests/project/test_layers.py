"""The layers hold, and what holds them can fail."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

VIOLATIONS = {
    "archir stands alone": ("arch/archir/shapes/dims.py", "import archdsl.tree.ast"),
    "archir has no parser": ("arch/archir/shapes/dims.py", "import lark"),
    "archdsl knows no compiler": ("dsl/archdsl/tree/ast.py", "import archc.request.files"),
    "rooms do not know each other": ("compiler/archc/python/__init__.py", "import archc.drawing"),
    "a back end knows no language": (
        "compiler/archc/drawing/__init__.py",
        "import archdsl.tree.ast",
    ),
    "torch stays in its room": ("compiler/archc/api/functions.py", "import torch"),
    "weights are read in torch's room": (
        "compiler/archc/api/weights/__init__.py",
        "import safetensors",
    ),
    "verify alone imports what is named": (
        "compiler/archc/cli/commands/build.py",
        "import archc.api.reference",
    ),
    "click is left to one module": ("compiler/archc/cli/commands/check.py", "import click"),
    "nobody imports the command": ("compiler/archc/api/functions.py", "import archc.cli.app"),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """The layer linter on a copy of the repository."""
    roots = os.pathsep.join(str(folder / name) for name in ("arch", "dsl", "compiler"))
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", code, "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": roots},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("arch", "dsl", "compiler"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_layers_hold(copy: Path) -> None:
    done = lint(copy)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("what", VIOLATIONS)
def test_a_violation_is_found(what: str, copy: Path) -> None:
    file, line = VIOLATIONS[what]
    path = copy / file
    path.write_text(path.read_text("utf-8") + f"\n{line}\n", "utf-8")
    assert lint(copy).returncode == 1
