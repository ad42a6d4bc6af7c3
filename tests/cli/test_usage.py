"""Help, versions, and wrong uses of the command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from running import Run

import archc as package
from archc.cli.usage import COMMANDS


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["help"]])
def test_help_lists_all_commands(archc: Run, words: list[str]) -> None:
    done = archc(*words)
    assert done.code == 0 and not done.err
    assert all(f"\n  {name} " in done.out for name in COMMANDS)
    assert max(map(len, done.out.split("\n"))) <= 80


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_of_its_own(archc: Run, name: str) -> None:
    done = archc(name, "--help")
    assert done.code == 0 and not done.err
    assert done.out.startswith(f"Usage: archc {name} ")
    assert done.out.isascii(), "it is printed by click, in whatever encoding there is"


def test_version(archc: Run) -> None:
    assert archc("--version").out == f"archc {package.__version__}\n"


def test_help_and_version_need_no_click() -> None:
    code = (
        "import sys, archc.cli; archc.cli.main(['--help']); archc.cli.main(['--version']);"
        "sys.exit(bool({'click', 'lark', 'pydantic', 'dataclasses'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (["buld", "net.arch"], "there is no command buld", "did you mean build?"),
        (["xyz"], "there is no command xyz", "the commands: build, check, emit, draw, summary"),
        (["build"], "missing argument 'FILE'", "archc build --help tells how it is used"),
        (["build", "x", "--plan", "no"], "there is no script no", "there are: stage, shards"),
        (["build", "x", "--plan", "stage"], "--plan needs the memory of a device", "--gpu 24GiB"),
        (["build", "x", "--plan", "stage", "--gpu", "1GiB"], "for several devices", "--gpus says"),
        (["build", "x", "--gpus", "2"], "--gpus is for a script", "--plan says for which"),
        (["build", "x", "--dtype", "bf16"], "--dtype is for a script", "--plan says for which"),
        (["check"], "missing argument 'FILE...'", "archc check --help tells how it is used"),
        (["build", "--ou", "x", "net.arch"], "there is no option --ou", "did you mean --out?"),
        (["build", "net.arch", "--emit", "pyton"], "there is no output pyton", "python?"),
        (["build", "net.arch", "--emit", ""], "no output is named", "python, svg, png, "),
        (
            ["build", "net.arch", "--emit", "dot,,svg"],
            "no output stands beside a comma of dot,,svg",
            "svg",
        ),
        (["build", "net.arch", "--format", "jso"], "there is no format jso", "json?"),
        (["emit", "net.arch", "--stage", "typd"], "there is no stage typd", "typed?"),
        (["check", "net.arch", "--limit", "node=3"], "there is no limit node", "nodes?"),
        (["check", "net.arch", "--limit", "nodes=x"], "a limit is written nodes=NUMBER", ""),
        (["check", "net.arch", "--limit", f"steps={'9' * 5000}"], "more than 18 digits", ""),
        (["check", "net.arch", "--set", "classes"], "a setting is written name=value", ""),
        (["check", "net.arch", "--set", "a=1", "--set", "a=2"], "a is set twice", ""),
        (["build", "net.arch", "--model", "nett"], "net.arch has no model nett", "net?"),
        (["build", "net.arch", "more"], "takes one FILE, and is given more too", "--help"),
        (["examples", "vgg16", "vgg11"], "takes one NAME, and is given vgg11 too", "--help"),
        (["check", "net.arch", "--json"], "there is no option --json", "--format json?"),
        (["check", "net.arch", "--format", "md"], "there is no format md", "text, json"),
        (["examples", "vg"], "there is no example vg", "did you mean one of vgg11, vgg11_bn, "),
        (["examples", "googlnet"], "there is no example googlnet", "did you mean googlenet?"),
        (["examples", "qqq"], "there is no example qqq", "archc examples lists them"),
        (["models", "net.arch", "--set", "a=1"], "there is no option --set", "--help"),
    ],
)
def test_wrong_uses_say_what_was_probably_meant(
    archc: Run, net: Path, words: list[str], message: str, hint: str
) -> None:
    done = archc(*words)
    assert done.code == 2
    assert not done.out
    first, *rest = done.err.splitlines()
    assert first.startswith("error: ") and message in first
    assert hint in "".join(rest)


def test_nothing_at_all_is_a_wrong_use(archc: Run) -> None:
    done = archc()
    assert done.code == 2 and "Usage: archc COMMAND" in done.err


@pytest.mark.parametrize(
    "words",
    [
        ["build", "net.arch"],
        ["check", "net.arch", "vgg11"],
        ["check", "net.arch", "nothing.arch"],
        ["check"],
        ["emit", "net.arch"],
        ["emit", "net.arch", "more"],
        ["summary", "net.arch"],
        ["summary", ""],
        ["models", "net.arch"],
        ["verify", "net.arch"],
        ["examples"],
        ["examples", "vgg11"],
        ["examples", "vg11"],
        ["ops", "conv"],
        ["ops", "linaer"],
        ["new", "net.arch"],
        ["new", "net.txt"],
    ],
)
def test_without_options_a_command_does_the_same(archc: Run, net: Path, words: list[str]) -> None:
    """Such words are not given to click, and the same words behind ``--`` are."""
    assert archc(words[0], *words[1:]) == archc(words[0], "--", *words[1:])
