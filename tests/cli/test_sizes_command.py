"""``--size`` and ``--training``: asked of check, build and emit, and answered alike."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running import Run

ASKED = ("--size", "H=100", "--size", "W=96")
HELP = "help: H must be a multiple of 16; the nearest are 96 and 112"


@pytest.mark.parametrize(
    "command", [("check",), ("build",), ("emit",), ("emit", "--stage", "json")]
)
def test_every_command_refuses_alike(command: tuple[str, ...], archc: Run, net: Path) -> None:
    done = archc(*command, "unet", *ASKED)
    assert done.code == 1
    assert "error[shapes-differ]: concat needs the same height" in done.err
    assert HELP in done.err
    assert not (net.parent / "build").exists()


def test_what_is_built_stays_the_same(archc: Run, net: Path) -> None:
    plain = archc("emit", "net.arch").out
    assert archc("emit", "net.arch", "--size", "H=64", "--size", "N=5").out == plain
    assert archc("build", "net.arch", "--size", "H=64").code == 0
    assert archc("build", "net.arch", "--out", "other").code == 0
    built = (net.parent / "build" / "net.py").read_text("utf-8")
    assert built == (net.parent / "other" / "net.py").read_text("utf-8")
    assert built.endswith(plain)


def test_training_asks_for_more(archc: Run) -> None:
    small = ("--size", "H=20", "--size", "W=20")
    assert archc("check", "resnet18", *small).code == 0
    done = archc("check", "resnet18", *small, "--training")
    assert done.code == 1
    assert "error[too-few-values]: batch_norm needs more than one value a channel" in done.err
    assert "help: in training it needs N at least 2, or H or W at least 33" in done.err
    assert "the nearest valid sizes: N = 2\n" in done.err
    assert archc("check", "resnet18", *small, "--training", "--size", "N=2").code == 0
    trained = ("--training", "--size", "N=2")
    assert archc("check", "inception_v3", *trained).code == 0
    assert archc("check", "inception_v3", *trained, "--size", "H=298").code == 1
    assert archc("check", "inception_v3", "--size", "H=298").code == 0


def test_stages_before_the_check_cannot_be_asked(archc: Run, net: Path) -> None:
    done = archc("emit", "net.arch", "--stage", "graph", "--size", "H=64")
    assert (done.code, done.err) == (
        2,
        "error: the stage graph comes before sizes are checked\n"
        "help: leave out --size and --training\n",
    )


@pytest.mark.parametrize("command", ["check", "build", "emit"])
def test_a_size_that_there_is_not(command: str, archc: Run, net: Path) -> None:
    done = archc(command, "net.arch", "--model", "net", "--size", "Height=64")
    assert done.code == 2
    assert "no model here has a size Height\nhelp: there are: N, H, W" in done.err


def test_json_says_the_sizes_and_what_refuses_them(archc: Run, net: Path) -> None:
    right = json.loads(archc("check", "unet", "--format", "json").out)["models"][0]
    assert right["valid_sizes"]["text"] == "H, W multiples of 16"
    assert right["valid_sizes"]["exact"] is True
    built = json.loads(archc("build", "net.arch", "--format", "json").out)["model"]
    assert built["valid_sizes"]["text"] == "any size"
    wrong = json.loads(archc("check", "unet", *ASKED, "--format", "json").out)
    assert [item["hint"] for item in wrong["diagnostics"]] == [HELP.removeprefix("help: ")]
    assert wrong["models"][0]["ok"] is False


def test_a_size_is_at_least_one(archc: Run, net: Path) -> None:
    for size in ("N=0", "H=0"):
        done = archc("check", "net.arch", "--size", size)
        assert done.code == 2
        assert f"the size {size[0]} is 0, and a size is at least 1" in done.err
