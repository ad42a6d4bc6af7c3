"""``archc new``: what it writes stands by itself, and is the same network."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
import torch
from running import Run

from archc.api import functions as api
from archc.output import writing
from archc.pages.starter import starter
from archc.request import examples

Key = tuple[str, tuple[int, ...], torch.dtype]


def keys(file: str, model: str | None = None) -> list[Key]:
    """The state dict's keys in order, with shapes and dtypes."""
    with torch.device("meta"):
        state = api.load(file, model).state_dict()
    return [(key, tuple(tensor.shape), tensor.dtype) for key, tensor in state.items()]


@pytest.mark.parametrize("name", examples.names())
def test_a_copy_of_an_example_is_the_same_network(name: str, archc: Run, net: Path) -> None:
    done = archc("new", "my-net.arch", "--from", name)
    assert (done.code, done.err) == (0, "")
    text = Path("my-net.arch").read_text("utf-8")
    imported = re.findall(r"^import (\S+):", text, re.MULTILINE)
    assert all(path.startswith(("std.", "examples.")) for path in imported)
    checked = archc("check", "my-net.arch")
    assert (checked.code, checked.err) == (0, ""), "no error, and nothing unused"
    if "no model that stands by itself" in checked.out:
        assert not api.check(name).models, "it lends its model to others"
    else:
        assert keys("my-net.arch") == keys(name)
    assert archc("new", "again.arch", "--from", "my-net.arch").code == 0
    again = Path("again.arch").read_text("utf-8")
    assert again == re.sub(r"\bmy_net\b", "again", text), "what is flat already stays as it is"


def test_the_starter_is_clean_and_builds(archc: Run, net: Path) -> None:
    assert archc("new", "first.arch").code == 0
    done = archc("build", "first.arch", "--set", "num_classes=3")
    assert (done.code, done.err) == (0, "")
    assert "[N, 3]" in done.out
    text = Path("first.arch").read_text("utf-8")
    wide = text.replace("#   model", "model")
    assert wide != text, "the variant that its last remark shows"
    Path("first.arch").write_text(wide, "utf-8")
    assert "first_wide    ok" in archc("check", "first.arch").out


def test_nothing_is_overwritten(archc: Run, net: Path) -> None:
    before = net.read_bytes()
    for more in ([], ["--from", "vgg11"]):
        done = archc("new", "net.arch", *more)
        assert done.code == 3
        assert done.err == "error: net.arch: there is a file of that name\n"
    assert net.read_bytes() == before
    Path("link.arch").symlink_to("nowhere.arch")
    assert archc("new", "link.arch").code == 3, "a link that leads nowhere is something too"
    Path("folder.arch").mkdir()
    assert archc("new", "folder.arch").code == 3
    assert sorted(path.name for path in Path().iterdir()) == [
        "folder.arch",
        "link.arch",
        "net.arch",
    ]


def test_a_file_system_without_links(
    archc: Run, net: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    assert archc("new", "other.arch").code == 0
    assert Path("other.arch").read_text("utf-8") == starter("other")
    assert archc("new", "net.arch").code == 3
    assert sorted(path.name for path in Path().iterdir()) == ["net.arch", "other.arch"]


def test_a_failed_write_leaves_nothing(
    archc: Run, net: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*_: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing, "_write", full_disk)
    assert archc("new", "other.arch").code == 3
    assert [path.name for path in Path().iterdir()] == ["net.arch"]


def test_it_makes_folders_and_takes_files_of_other_folders(archc: Run, net: Path) -> None:
    assert archc("new", "a/b/c.arch", "--from", "net.arch", "--model", "net_wide").code == 0
    assert keys("a/b/c.arch") == keys("net.arch", "net_wide")


@pytest.mark.parametrize(
    ("file", "model"),
    [
        ("my-net.arch", "my_net"),
        ("my net.arch", "my_net"),
        ("3d.arch", "net_3d"),
        ("relu.arch", "relu_net"),
        ("for.arch", "for_net"),
        ("max.arch", "max_net"),
        ("zeros.arch", "zeros_net"),
        ("\N{LATIN SMALL LETTER E WITH ACUTE}.arch", "net"),
        ("Bottleneck.arch", "Bottleneck_net"),
        ("ResNet.arch", "ResNet"),
        ("unit.arch", "unit"),
        ("__init__.arch", "__init__"),
    ],
)
def test_any_file_name_gives_a_model_that_is_found(
    file: str, model: str, archc: Run, net: Path
) -> None:
    assert archc("new", file, "--from", "resnet18").code == 0
    done = archc("build", file, "--emit", "dot")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"{model} ")
    if model not in ("Bottleneck_net", "ResNet", "unit"):
        Path(file).unlink()
        assert archc("new", file).code == 0
        assert archc("build", file, "--emit", "dot").out.startswith(f"{model} ")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("new", "x.arch", "--from", "reznet50"), 3, "did you mean resnet50, which is an example?"),
        (("new", "x.arch", "--from", "quux"), 3, "error: quux: no such file or example"),
        (("new", "x.arch", "--from", "net.arch", "--model", "nett"), 2, "did you mean net?"),
        (("new", "x.arch", "--model", "net"), 2, "--model"),
        (("new", "x"), 2, "archc new x.arch"),
        (("new", "x.py"), 2, "NAME.arch"),
        (("new", "-"), 2, "NAME.arch"),
        (("new",), 2, "archc new --help"),
    ],
)
def test_wrong_use(words: tuple[str, ...], code: int, said: str, archc: Run, net: Path) -> None:
    done = archc(*words)
    assert done.code == code and said in done.err and not done.out
    assert [path.name for path in Path().iterdir()] == ["net.arch"]


def test_an_example_that_is_wrong_is_not_copied(archc: Run, net: Path) -> None:
    net.write_text("model net() {\n  rellu\n}\n", "utf-8")
    done = archc("new", "x.arch", "--from", "net.arch")
    assert done.code == 1 and "error[" in done.err
    assert not Path("x.arch").exists()


def test_a_file_that_cannot_be_written_is_named_as_the_user_named_it(archc: Run) -> None:
    done = archc("new", "/proc/x.arch")
    assert done.code == 3
    assert done.err.startswith("error: /proc/x.arch: ")
