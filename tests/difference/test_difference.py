"""What differs between two models: blocks, keys and costs, each known from outside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torchvision
from torch import nn

import archc
from archc.cli.commands.diff import command
from archir.difference.alignment import MOST_CELLS, aligned
from archir.difference.changes import Change

TEXT = """\
arch 1

block Unit(width) {
  residual { conv1: conv(width, 3, padding = 1, bias = false) -> norm1: batch_norm -> relu }
  relu
}

model net(classes = 10, width = 16) {
  input image: [N, 3, H = 32, W = 32]
  stem: conv(width, 3, padding = 1)
  body: repeat 3 { Unit(width) }
  global_avg_pool -> flatten -> fc: linear(classes)
}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.arch").write_text(TEXT, "utf-8")
    return tmp_path


def compared(*edits: tuple[str, str]) -> archc.DiffResult:
    """The text against the same with edits, both of one name."""
    text = TEXT
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return archc.diff(archc.Source("old.arch", TEXT), archc.Source("new.arch", text))


def said(change: Change) -> tuple[str, str, str]:
    return change.kind, change.before, change.after


def lines(change: Change) -> list[int]:
    """The lines of the first places in both texts."""
    sites = [each[0] for each in (change.old, change.new) if each]
    return [site.span.source.position(site.span.start)[0] for site in sites]


# --- structure ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["resnet50", "googlenet", "unet", "densenet121", "t5_small"])
def test_a_model_is_the_same_as_itself(name: str) -> None:
    result = archc.diff(name, name)
    assert result.equal and not result.changes
    assert "the same network" in str(result)


def test_the_way_of_writing_is_no_difference() -> None:
    """Loops written out, blocks of another name, arguments with their defaults."""
    result = compared(
        ("repeat 3 { Unit(width) }", "{ Part(width) -> Part(width) -> Part(width) }"),
        ("block Unit", "block Part"),
        ("linear(classes)", "linear(classes, bias = true)"),
    )
    assert result.equal


@pytest.mark.parametrize(
    ("edit", "wanted", "where"),
    [
        (
            ("stem: conv(width, 3, padding = 1)", "stem: conv(width, 5, padding = 2)"),
            ("changed", "conv(16, 3, padding = 1)", "conv(16, 5, padding = 2)"),
            [10, 10],
        ),
        (("norm1: batch_norm", "norm1: group_norm(4)"), ("changed", "batch_norm", "group_norm(4)"),
         [4, 4]),
        (("-> relu }", "-> gelu }"), ("changed", "relu", "gelu"), [4, 4]),
        (("repeat 3", "repeat 4"), ("added", "", "Unit"), [11]),
        (("repeat 3", "repeat 2"), ("removed", "Unit", ""), [11]),
        (("flatten -> fc", "flatten -> dropout -> fc"), ("added", "", "dropout"), [12]),
        (("fc: linear", "head: linear"), ("renamed", "fc", "head"), [12, 12]),
        (("stem: conv(width, 3, padding = 1)",
          "stem: conv(width, 3, padding = 1) with weight = zeros"),
         ("initialised", "weight as torch has it", "weight zeros"), [10, 10]),
    ],
)  # fmt: skip
def test_an_edit_is_what_is_said(
    edit: tuple[str, str], wanted: tuple[str, str, str], where: list[int]
) -> None:
    result = compared(edit)
    assert not result.equal
    assert [said(change) for change in result.changes] == [wanted]
    assert lines(result.changes[0]) == where


def test_uses_of_one_block_are_one_change() -> None:
    (change,) = compared(("-> relu }", "-> gelu }")).changes
    assert [site.path for site in change.new] == [f"body.{number}.gelu" for number in range(3)]


def test_what_follows_from_an_argument_of_a_block_is_said_where_it_is_given() -> None:
    result = compared(("Unit(width) }", "Unit(width) -> Unit(width) }"), ("repeat 3", "repeat 1"))
    assert [said(change) for change in result.changes] == [("removed", "Unit", "")]
    grouped = archc.diff("resnet50", "resnext50_32x4d")
    (change,) = grouped.changes
    assert said(change) == (
        "changed",
        "Bottleneck(groups = 1, base_width = 64)",
        "Bottleneck(groups = 32, base_width = 4)",
    )
    assert len(change.new) == 3 + 4 + 6 + 3


def test_layers_that_stand_in_a_group_now_are_the_same_layers() -> None:
    flat = """model net() {
  input x: [N, 3, H = 32, W = 32]
  a: conv(8, 3) -> b: batch_norm -> relu -> c: conv(8, 3) -> d: conv(4, 1)
}"""
    grouped = flat.replace("a: conv(8, 3)", "head: { a: conv(8, 3)").replace("c: conv(8, 3)",
                           "c: conv(8, 3) }")  # fmt: skip
    result = archc.diff(archc.Source("a", flat), archc.Source("b", grouped))
    assert ("regrouped", "a, b, relu, c", "head") in [said(change) for change in result.changes]
    assert not result.keys.added and not result.keys.gone
    assert {pair.file.key: pair.model.key for pair in result.keys.renamed}[
        "c.bias"
    ] == "head.c.bias"


def test_a_value_that_is_read_elsewhere_is_said() -> None:
    text = """model net() {
  input x: [N, 8, H = 8, W = 8]
  a: conv(8, 3, padding = 1) as one
  b: conv(8, 3, padding = 1) as other
  c: conv(8, 3, padding = 1)
  add [_, one]
}"""
    result = archc.diff(
        archc.Source("a", text), archc.Source("b", text.replace("[_, one]", "[_, other]"))
    )
    assert [said(change) for change in result.changes] == [("rewired", "one", "other")]
    assert lines(result.changes[0]) == [6, 6]


def test_a_block_that_stands_elsewhere_has_moved() -> None:
    result = compared(
        ("  stem: conv(width, 3, padding = 1)\n", ""),
        ("Unit(width) }\n", "Unit(width) }\n  stem: conv(width, 3, padding = 1)\n"),
        ("[N, 3,", "[N, 16,"),
    )
    assert "moved" in {change.kind for change in result.changes}


# --- keys and numbers, against torchvision --------------------------------------------------------


def entries(net: nn.Module) -> dict[str, tuple[int, ...]]:
    return {key: tuple(tensor.shape) for key, tensor in net.state_dict().items()}


@pytest.mark.parametrize(
    ("one", "other"),
    [("resnet50", "resnet101"), ("resnet18", "resnet34"), ("densenet121", "densenet169")],
)
def test_keys_and_counts_are_those_of_torchvision(one: str, other: str) -> None:
    result = archc.diff(one, other)
    nets = [getattr(torchvision.models, name)() for name in (one, other)]
    old, new = (entries(net) for net in nets)
    pairs = [*result.keys.kept, *result.keys.renamed, *result.keys.reshaped]
    assert {pair.file.key for pair in pairs} | {e.key for e in result.keys.gone} == set(old)
    assert {pair.model.key for pair in pairs} | {e.key for e in result.keys.added} == set(new)
    assert all(old[pair.file.key] == pair.file.shape for pair in pairs)
    assert all(new[pair.model.key] == pair.model.shape for pair in pairs)
    counts = [sum(p.numel() for p in net.parameters()) for net in nets]
    parameters = next(fact for fact in result.facts if fact.name == "parameters")
    assert [parameters.before, parameters.after] == counts


def test_17_bottlenecks_are_what_a_resnet101_has_more() -> None:
    (change,) = archc.diff("resnet50", "resnet101").changes
    assert said(change) == ("added", "", "Bottleneck")
    assert [site.path for site in change.new] == [f"layer3.{number}" for number in range(6, 23)]


def test_an_import_of_torchvision_is_the_example() -> None:
    assert archc.diff("resnet18", "torchvision.models.resnet18").equal


# --- laying sequences side by side ----------------------------------------------------------------


def test_pairs_are_the_longest_common_subsequence() -> None:
    pairs = list(aligned("abcab", "bacb", lambda one, other: int(one == other), 1))
    assert sum(None not in pair for pair in pairs) == 3  # "bcb", "acb" and "bab" have three
    assert [one for one, _ in pairs if one] == list("abcab")
    assert [other for _, other in pairs if other] == list("bacb")


def test_long_sequences_are_paired_too() -> None:
    old = list(range(1200))
    new = [-1, *(number for number in old if number % 100), -2]
    assert len(old) * len(new) > MOST_CELLS
    pairs = list(aligned(old, new, lambda one, other: int(one == other), 1))
    assert sum(None not in pair for pair in pairs) == 1200 - 12


# --- forms and the command ------------------------------------------------------------------------


def run(*words: str, form: str = "text", **options: Any) -> int:
    usual: dict[str, Any] = {"settings": (), "old_settings": (), "inputs": [], "limits": None}
    return command.run(models=words, form=form, **{**usual, **options})


def test_the_exit_code_says_whether_they_are_equal(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "new.arch").write_text(TEXT.replace("repeat 3", "repeat 4"), "utf-8")
    assert run("old.arch", "old.arch") == 0
    assert run("old.arch", "new.arch:net") == 1
    assert "added       Unit\n" in capfd.readouterr().out
    assert run("old.arch", "new.arch", form="json") == 1
    data = json.loads(capfd.readouterr().out)
    assert data["equal"] is False
    assert data["changes"][0]["new"][0]["path"] == "body.3"
    assert data["changes"][0]["new"][0]["place"]["start"]["line"] == 11
    assert run("old.arch", "new.arch", form="markdown") == 1
    assert "| added | Unit | body.3 | new.arch:11 |" in capfd.readouterr().out


def test_a_wrong_file_is_an_error_with_its_place(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "new.arch").write_text(TEXT.replace("conv(width, 3", "cnov(width, 3"), "utf-8")
    assert run("old.arch", "new.arch") == 1
    assert "new.arch:4:" in capfd.readouterr().err


def test_variants_of_a_model_are_compared_by_their_settings() -> None:
    result = archc.diff(archc.Source("net.arch", TEXT), settings={"classes": 3})
    assert ("changed", "linear(10)", "linear(3)") in [said(change) for change in result.changes]
    assert [pair.model.key for pair in result.keys.reshaped] == ["fc.weight", "fc.bias"]
