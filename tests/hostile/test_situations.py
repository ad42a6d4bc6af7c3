"""Every hostile situation is answered, in 10 s and 1 GiB, for what it is.

The machine that runs each in a fresh process is in ``forking.py``; situations are data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import of_cases
import of_commands
import of_names
import of_projects
import of_text
import of_values
import pytest
from running_hostile import Runner
from situations import CODES, Situation

ALL: dict[str, Situation] = {}
for _module in (of_text, of_values, of_names, of_projects, of_commands, of_cases):
    assert not ALL.keys() & _module.TABLE.all.keys()
    ALL.update(_module.TABLE.all)

PLACE = re.compile(r"^ *--> (\S.*):(\d+):(\d+)$", re.MULTILINE)
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
LONGEST = 40_000
"""So much may be said of one file: the first errors of many."""


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    """What runs the command in fresh processes."""
    with Runner() as made:
        yield made


@pytest.mark.parametrize("name", ALL)
def test_a_hostile_situation_is_answered(name: str, runner: Runner, tmp_path: Path) -> None:
    situation = ALL[name]
    folder = tmp_path / "project"
    folder.mkdir()
    situation.put(folder)
    given = tmp_path / "given"
    data = situation.given
    given.write_bytes(data.encode() if isinstance(data, str) else data)
    for words in situation.runs:
        done = runner.run(folder, words, given=str(given), environ=dict(situation.environ))
        said = f"archc {' '.join(words)}: {done.code}\n{done.err[-3000:]}"
        assert done.code == CODES[situation.kind], said
        assert "Traceback" not in done.err and "internal error" not in done.err, said
        assert len(done.err) <= LONGEST, f"{len(done.err):,} characters of messages"
        assert max(map(len, done.err.split("\n"))) <= 5_000, "a line that nobody can read"
        assert not done.memory > 1 << 30
        if situation.kind in ("refused", "limit"):
            assert PLACE.search(COLOURS.sub("", done.err)), said
        for piece in situation.says:
            assert piece in done.err + done.out, said
        if situation.kind == "accepted" and words[:2] == ("emit", "main.arch") and len(words) < 4:
            compile(done.out, "<printed>", "exec")


def test_there_are_many() -> None:
    assert len(ALL) >= 300
    assert {situation.kind for situation in ALL.values()} == set(CODES)
