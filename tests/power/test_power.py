"""The comparison of generated networks is trusted because it finds bugs that are put in."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from seeded import BUGS, NETWORKS, ROOT

GROUPS = 10
KINDS = {
    "a frozen size",
    "a slice bound decided at the default",
    "a default taken for torch's",
    "a rank that is not looked at",
    "a dtype that is not checked",
    "a split that drops rows",
    "a shared module with other channels",
    "a guard",
    "work in place",
}


@pytest.mark.parametrize("group", range(GROUPS))
def test_each_bug_is_found_within_so_many_networks(group: int) -> None:
    numbers = [str(number) for number in range(group, len(BUGS), GROUPS)]
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("seeded.py")), *numbers],
        capture_output=True,
        text=True,
        check=True,
    )
    said = dict(map(json.loads, done.stdout.splitlines()))
    assert sorted(said) == sorted(map(int, numbers))
    missed = [BUGS[n]["what"] for n, found in said.items() if found is None]
    broken = [
        f"{BUGS[n]['what']}: {found[1]}" for n, found in said.items() if found and found[0] < 0
    ]
    assert (missed, broken) == ([], [])
    assert all(found[0] < NETWORKS for found in said.values())


def test_a_bug_that_takes_all_memory_is_found() -> None:
    bug = {
        "file": "compiler/archc/testing/agreement/compare.py",
        "old": "    report = Report(sizes=1)\n    with warnings",
        "new": "    report = Report(sizes=len(bytes(1 << 36)))\n    with warnings",
        "found": 3,
    }
    done = subprocess.run(
        [sys.executable, "-c", f"import seeded; print(seeded.alone({bug!r}))"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == ["(3, 'over 4 GiB')"]


def test_bugs_are_many_and_of_all_kinds() -> None:
    assert len(BUGS) >= 30
    assert {bug["kind"] for bug in BUGS} >= KINDS
    assert len({(bug["file"], bug["old"], bug["new"]) for bug in BUGS}) == len(BUGS)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug["what"])
def test_a_bug_is_one_line_of_the_compiler(bug: dict[str, str]) -> None:
    assert (ROOT / bug["file"]).read_text("utf-8").count(bug["old"]) == 1
    old, new = bug["old"].splitlines(), bug["new"].splitlines()
    assert len(old) == len(new)
    assert sum(one != two for one, two in zip(old, new, strict=True)) == 1
