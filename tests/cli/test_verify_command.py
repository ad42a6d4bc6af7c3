"""``archc verify``: its table, its exit codes, and what is said where it cannot compare."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from running import Run

PYTHON = """\
print("other people's code prints")

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, classes=10, bias=True):
        super().__init__()
        self.add_module("0", nn.Conv2d(3, 8, 3, padding=1))
        self.add_module("1", nn.ReLU())
        self.add_module("2", nn.Conv2d(8, 16, 3, padding=1))
        self.add_module("3", nn.ReLU())
        self.add_module("4", nn.Flatten())
        self.add_module("5", nn.Linear(16, classes))
        self.add_module("6", nn.Dropout(0.1))
        if not bias:
            nn.init.zeros_(self.get_submodule("5").bias)

    def forward(self, image):
        for name, child in self.named_children():
            image = child(image)
            if name == "3":
                image = image.mean((2, 3), keepdim=True)
        return image


def none():
    print("here, too")


def leaves():
    raise SystemExit("out")
"""


@pytest.fixture
def theirs(net: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module of Python in the folder, under a name that is new each time."""
    name = f"theirs_{id(net)}"
    Path(f"{name}.py").write_text(PYTHON, "utf-8")
    monkeypatch.setattr(sys, "path", [*sys.path])
    return name


def test_the_same_network_is_said_to_be_so(archc: Run, net: Path, theirs: str) -> None:
    done = archc("verify", "net.arch", "--against", f"{theirs}.Net")
    assert done.code == 0
    assert (
        done.out
        == f"""\
net against {theirs}.Net
  image [2, 3, 32, 32], seed 0

  keys             agree         6 in the same order
  shapes           agree         of 6 keys
  dtypes           agree         of 6 keys
  parameters       agree         1,562
  initial weights  agree         bit-equal for one seed
  eval outputs     agree         bit-equal, [2, 10]
  train outputs    agree         bit-equal, [2, 10]
  gradients        agree         bit-equal

all agree
"""
    )
    assert done.err == "other people's code prints\n"


def test_the_first_difference_is_shown(archc: Run, net: Path, theirs: str) -> None:
    words = ("verify", "net.arch", "--against", f"{theirs}:Net", "--with", "bias=False")
    done = archc(*words)
    assert done.code == 1
    assert "  initial weights  differ        5.bias: 10 of 10 numbers, by up to " in done.out
    assert done.out.endswith("\n7 agree, 1 differ\n")


def test_arguments_sizes_and_settings(archc: Run, net: Path, theirs: str) -> None:
    words = ("verify", "net.arch", "--against", f"{theirs}.Net", "--with", "classes = 3")
    assert archc(*words).code == 1
    done = archc(*words, "--set", "classes=3", "--size", "H=5", "--size", "W=7", "--seed", "9")
    assert done.code == 0
    assert "image [2, 3, 5, 7], seed 9" in done.out


def test_as_json(archc: Run, net: Path, theirs: str) -> None:
    words = ("verify", "net.arch", "--against", f"{theirs}.Net", "--format", "json")
    done = archc(*words)
    document = json.loads(done.out)
    assert done.code == 0 and document["ok"] is True
    assert document["against"] == f"{theirs}.Net" and document["seed"] == 0
    assert {check["verdict"] for check in document["checks"]} == {"agree"}
    done = archc(*words, "--with", "classes=3")
    document = json.loads(done.out)
    assert done.code == 1 and document["ok"] is False
    (check,) = [check for check in document["checks"] if check["name"] == "shapes"]
    assert check["verdict"] == "differ" and check["detail"].startswith("5.weight is [10, 16] here")


def test_a_wrong_file_is_told_as_ever(archc: Run, net: Path, theirs: str) -> None:
    net.write_text("model net() {", "utf-8")
    done = archc("verify", "net.arch", "--against", f"{theirs}.Net")
    assert done.code == 1 and "error[" in done.err and not done.out
    done = archc("verify", "net.arch", "--against", f"{theirs}.Net", "--format", "json")
    assert done.code == 1 and json.loads(done.out)["diagnostics"]


def test_a_size_at_which_the_model_does_not_run(archc: Run, net: Path, theirs: str) -> None:
    net.write_text(
        "model net() { input x: [N, 3, H = 8, W = 8]\nconv(2, 5) -> flatten -> linear(3) }", "utf-8"
    )
    words = ("verify", "net.arch", "--against", f"{theirs}.Net", "--size", "H=3")
    done = archc(*words)
    assert done.code == 1 and "error[kernel-does-not-fit]" in done.err and not done.out
    done = archc(*words, "--format", "json")
    (problem,) = json.loads(done.out)["diagnostics"]
    assert done.code == 1 and problem["name"] == "kernel-does-not-fit"


def test_what_cannot_be_compared_with(archc: Run, net: Path, theirs: str) -> None:
    for against, message, hint in (
        ("thiers_nowhere.Net", "there is no Python module thiers_nowhere", "help: "),
        (f"{theirs}.Nett", f"{theirs} has no Nett", f"did you mean {theirs}.Net?"),
        (f"{theirs}.none", f"{theirs}.none() returns None, not a torch.nn.Module", ""),
        (f"{theirs}.leaves", f"{theirs}.leaves() raises SystemExit: out", ""),
    ):
        done = archc("verify", "net.arch", "--against", against)
        assert (done.code, done.out) == (3, "")
        assert f"error: {message}\n" in done.err and hint in done.err
        assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        ([], "missing option '--against'", ""),
        (["--against", "vgg16"], "is named package.module.name", ""),
        (["--against", "a.b", "--with", "x"], "an argument is written NAME=VALUE", ""),
        (["--against", "a.b", "--with", "x=true"], "true is no value of Python", "mean True?"),
        (["--against", "a.b", "--with", "x=a+b"], "a+b is no value of Python", "values are"),
        (["--against", "a.b", "--with", "x=1", "--with", "x=2"], "x is given twice", ""),
        (["--against", "a.b", "--size", "H"], "a size is written NAME=NUMBER", ""),
        (["--against", "a.b", "--size", "H=x"], "a size is written NAME=NUMBER", ""),
        (["--against", "a.b", "--size", "H=" + "9" * 30], "has more than 18 digits", ""),
        (["--against", "a.b", "--size", "H=1", "--size", "H=2"], "H is given twice", ""),
        (["--against", "a.b", "--size", "K=3"], "the model has no size K", "N, H, W"),
        (["--against", "a.b", "--size", "H=0"], "the size H is 0", ""),
    ],
)
def test_wrong_uses_of_verify(
    archc: Run, net: Path, words: list[str], message: str, hint: str
) -> None:
    done = archc("verify", "net.arch", *words)
    assert (done.code, done.out) == (2, "")
    assert message in done.err and hint in done.err


def test_a_file_of_the_folder_stands_in_for_nothing_installed(net: Path, theirs: str) -> None:
    """A ``torch.py`` that lies about is not what the other network's ``import torch`` gets."""
    for name in ("torch", "json", "random"):
        Path(f"{name}.py").write_text("raise SystemExit('taken')\n", "utf-8")
    code = "import sys; sys.path[:] = [p for p in sys.path if p]; from archc.cli import main;"
    done = subprocess.run(
        [sys.executable, "-P", "-c", f"{code} sys.exit(main(sys.argv[1:]))",
         "verify", "net.arch", "--against", f"{theirs}.Net"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
