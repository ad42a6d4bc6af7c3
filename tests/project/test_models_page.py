"""The page about the examples is up to date, and its lines are counted as it says."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import pytest

import references

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "benchmarks" / "models.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("benchmarks_models", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses look
    spec.loader.exec_module(module)
    return module


def test_the_page_and_the_table_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_no_family_takes_more_than_half_of_the_lines() -> None:
    """Of the Python that says the same; the page says so, and is up to date."""
    _, _, table = (ROOT / "docs" / "models.md").read_text("utf-8").partition("## Lines")
    table, _, others = table.partition("(torchvision ")
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| `")]
    assert len(rows) > 20
    assert [row[0] for row in rows if 2 * int(row[2]) > int(row[5])] == []
    rows = [line.strip("| ").split(" | ") for line in others.splitlines() if line.startswith("| `")]
    assert len(rows) == len(references.REFERENCES)
    assert [row[0] for row in rows if 2 * (int(row[1]) + int(row[2])) > int(row[4])] == []


def test_lines_of_timm_are_those_that_are_written_down() -> None:
    """Where the release is the one that was read."""
    found, here = references.recorded(), version("timm")
    own = {name: each for name, each in references.REFERENCES.items() if each.package == "timm"}
    assert len(own) == 4
    for name, each in own.items():
        release, lines = found[name]
        assert release != here or each.lines() == lines


def test_a_class_is_made_of_what_it_mentions() -> None:
    text = '''\
class BasePreTrainedModel(Module):
    other = Other


class Part:
    """Not counted
    in two lines."""

    x = 1  # counted


class Other:
    pass


@final
class Net(BasePreTrainedModel):
    # not counted
    def forward(self, x):
        return helper(Part(x))


def helper(x):
    return x
'''
    found = dict(references.architecture([text], "Net"))
    assert found == {"Net": 4, "Part": 2, "helper": 2}


def test_lines_of_the_language(script: ModuleType) -> None:
    text = "arch 1\n\n# no\n## no\nmodel m() {  # yes\n\n  relu\n}\n"
    assert script.arch_lines(text) == 4


def test_lines_of_python(script: ModuleType) -> None:
    text = '''\
"""A docstring
of two lines."""

import torch  # counted

# not counted
_COMMON_META = {
    "a": 1,
}


class Weights(WeightsEnum):
    """Of published weights."""

    A = 1


class Net(Module):
    """Counted as a line of the file."""

    def forward(self, x):
        text = """no docstring"""
        return x
'''
    assert script.python_lines(text) == (14, 5)


def test_another_release_of_torchvision_changes_their_side_alone(
    script: ModuleType, tmp_path: Path
) -> None:
    page = tmp_path / "page.md"
    page.write_text("text\n| `a.py` | 1 | 10 | 2 | 100 | 50 |\n\n(torchvision 0.28.1)\n", "utf-8")
    for wanted, current in (
        ("text\n| `a.py` | 1 | 10 | 2 | 100 | 50 |\n\n(torchvision 0.28.1)\n", True),
        ("text\n| `a.py` | 1 | 10 | 2 | 101 | 50 |\n\n(torchvision 0.28.1)\n", False),
        ("text\n| `a.py` | 1 | 10 | 2 | 101 | 51 |\n\n(torchvision 0.29.0)\n", True),
        ("text\n| `a.py` | 1 | 10 | 2 | 101 | 51 |\n\n(torchvision 0.28.2)\n", True),
        ("text\n| `a.py` | 1 | 11 | 2 | 101 | 51 |\n\n(torchvision 0.29.0)\n", False),
        ("more\n| `a.py` | 1 | 10 | 2 | 101 | 51 |\n\n(torchvision 0.29.0)\n", False),
    ):
        assert script.is_current(page, wanted) is current
