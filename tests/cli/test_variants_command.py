"""``archc variants``: a space as a table, CSV, JSON and a plot."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from running import Run

TEXT = """model net(width: int in 4..12 step 4 = 4, groups: int in 1..3 = 1, deep: bool = false) {
  input image: [N, 4, H = 8, W = 8]
  conv(width, 3, padding = 1, groups = groups)
  if deep { conv(width, 3, padding = 1) }
}
"""
TAKEN = [(w, g, d) for w in (4, 8, 12) for g in (1, 2) for d in (False, True)]


@pytest.fixture
def net(tmp_path: Path) -> str:
    path = tmp_path / "net.arch"
    path.write_text(TEXT)
    return str(path)


def parameters(width: int, groups: int, deep: bool) -> int:
    return width * 4 // groups * 9 + width + (width * width * 9 + width if deep else 0)


def test_a_table_and_what_is_refused(archc: Run, net: str) -> None:
    done = archc("variants", net)
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0].split() == ["width", "groups", "deep", "parameters", "macs", "front"]
    assert len([line for line in lines[2:] if line.startswith(("    4", "    8", "   12"))]) == 12
    assert "18 points: 12 networks, 6 refused" in done.out
    assert "33.3 %" in done.out


def test_csv_has_all_in_order(archc: Run, net: str) -> None:
    done = archc("variants", net, "--format", "csv", "--score", "params", "--most", "params")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    wanted = sorted((parameters(*each) for each in TAKEN), reverse=True)
    assert [int(row["parameters"]) for row in rows] == wanted
    assert [row["front"] for row in rows].count("yes") == wanted.count(wanted[0])


def test_json_has_points_scores_and_reasons(archc: Run, net: str) -> None:
    done = archc("variants", net, "--format", "json", "--budget", "params <= 500")
    found = json.loads(done.out)
    assert found["size"] == found["points"] == 18
    (refused,) = found["refused"]
    assert refused["count"] == 6
    assert refused["first"] == {"width": 4, "groups": 3, "deep": False}
    kept = {
        tuple(each["point"].values()): each["scores"]["parameters"] for each in found["variants"]
    }
    assert kept == {each: parameters(*each) for each in TAKEN if parameters(*each) <= 500}


def test_a_plot_has_a_dot_for_each(archc: Run, net: str) -> None:
    done = archc("variants", net, "--format", "plot")
    root = ElementTree.fromstring(done.out)
    dots = list(root.iter("{http://www.w3.org/2000/svg}circle"))
    assert len(dots) == 12
    assert done.out == archc("variants", net, "--format", "plot").out


def test_a_sample_and_a_front(archc: Run, net: str) -> None:
    done = archc("variants", net, "--sample", "5", "--seed", "3", "--front")
    assert "5 points of 18:" in done.out
    rows = [line for line in done.out.splitlines() if line.endswith("*")]
    assert rows


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--score", "parms"), 2, "did you mean params?"),
        (("--sort", "depth"), 2, "depth is not among the scores"),
        (("--budget", "params"), 2, "params is no limit"),
        (("--set", "width=5"), 2, "width is in 4..12 step 4, and not 5"),
        (("--set", "widht=4"), 1, "did you mean width"),
        (("--size", "H=0"), 2, "H"),
        (("--format", "pdf"), 2, "there is no format pdf"),
    ],
)
def test_mistakes_are_said(
    archc: Run, net: str, words: tuple[str, ...], code: int, said: str
) -> None:
    done = archc("variants", net, *words)
    assert said in done.err + done.out
    assert done.code == code
    assert "Traceback" not in done.err


def test_a_model_without_domains_says_how_to_write_one(archc: Run) -> None:
    done = archc("variants", "lenet5")
    assert done.code == 2
    assert "width: int in 16..64 step 8" in done.err
