"""Generated networks: what archc says of them is what torch does with them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archc.testing.__main__ import main
from archc.testing.agreement.compare import examine
from archc.testing.agreement.run import Run
from archc.testing.agreement.shrink import shrunk
from archc.testing.agreement.theirs import Case
from archc.testing.agreement.trial import trial
from archc.testing.generator.constructs import CONSTRUCTS
from archir.registry import built_in

NETWORKS = 2_000
PARTS = 20


@pytest.mark.parametrize("part", range(PARTS))
def test_networks_agree(part: int) -> None:
    """About half of them run; what is found is shown as small as it could be made."""
    each = NETWORKS // PARTS
    results = trial(0, part * each, (part + 1) * each)
    shown = [f"{one.kind}\n{one.detail}\n{dict(one.case.files)}" for one in results.found]
    assert not shown, "\n\n".join(shown)
    assert results.networks == each
    assert 0.3 * each < results.accepted < 0.8 * each
    assert results.sizes > 2.5 * each


BROKEN = Case(
    {
        "main.arch": """## A text that is refused, and expected to be refused for another reason.
model net(width = 4, depth = 3) {
  input image: [N, 3, H = 8, W = 8]
  repeat depth { conv(width, 3, padding = 1) -> relu }
  global_avg_pool -> linear(10)
  lost
}
"""
    },
    "main.arch",
    "net",
    expected="label-used-twice",
)


def test_what_differs_is_told_and_made_small() -> None:
    found = examine(BROKEN).found
    assert [each.kind for each in found] == ["mistake not named: label-used-twice"]
    assert "unknown-name" in found[0].detail

    def shows(case: Case) -> bool:
        return any("unknown-name" in each.detail for each in examine(case).found)

    small = shrunk(BROKEN, shows).files["main.arch"]
    assert "lost" in small or len(small) < 60
    assert len(small) < len(BROKEN.files["main.arch"]) / 3


def test_the_command_says_what_it_did_and_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "agree"
    words = ["agree", "--seed", "3", "--processes", "1", "--out", str(out), "--networks"]
    assert main([*words, "50"]) == 1  # so few have not all constructs
    said = capsys.readouterr().out
    assert "never made: " in said
    assert said.splitlines()[-1].startswith("50 networks, ")
    assert said.splitlines()[-1].endswith(" 0 disagreements")
    known = json.loads((out / "state.json").read_text("utf-8"))
    assert (known["seed"], known["done"], known["networks"]) == (3, [0], 50)
    main([*words, "100", "--resume"])
    assert capsys.readouterr().out.splitlines()[-1].startswith("100 networks, ")
    assert main([*words[:2], "4", *words[3:], "50", "--resume"]) == 2
    assert "seed 3" in capsys.readouterr().err


def test_what_was_never_made_fails_a_run() -> None:
    run = Run(None, 0)
    run.results.constructs["accepted"].update(CONSTRUCTS)
    run.results.ops["refused"].update(list(built_in()))
    assert run.never_made() == []
    del run.results.constructs["accepted"]["splice"]
    run.results.ops["refused"]["conv"] = 0
    assert run.never_made() == ["splice", "op conv"]
