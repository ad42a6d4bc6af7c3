"""The tables as they are printed: goldens, held to what the literature and torchinfo say.

``UPDATE_GOLDENS=1 pytest tests/cost/test_summary_tables.py`` writes them anew. That alone makes
none right: their rows are compared with torchinfo's (``benchmarks/counters.py`` wrote them down),
and the receptive fields with those that follow from the papers' layers by arithmetic.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from shipped import NAMES, SIZES

import archc
from archc.cli import main

FOLDER = Path(__file__).parents[1] / "goldens" / "summary"
COUNTERS: dict[str, Any] = json.loads(Path(__file__).with_name("counters.json").read_text("utf-8"))
GOLDENS = ("vgg16", "resnet18", "resnet50", "mobilenet_v1_tutorial")

VGG16 = [1792, 36928, 73856, 147584, 295168, 590080, 590080, 1180160, 2359808, 2359808, 2359808,
         2359808, 2359808, 102764544, 16781312, 4097000]  # fmt: skip
"""The parameters of its layers in order: Simonyan & Zisserman (2014), table 1, D."""

FIELDS = {
    "vgg16": {"features.0": "3", "features.4": "6 2", "features.16": "44 8", "features": "212 32"},
    "resnet18": {"conv1": "7 2", "maxpool": "11 4", "layer1": "43 4", "layer2": "99 8",
                 "layer3": "211 16", "layer4": "435 32"},
    "resnet50": {"layer1": "35 4", "layer2": "91 8", "layer3": "267 16", "layer4": "427 32"},
    "mobilenet_v1_tutorial": {"stem": "3 1", "layers.0": "5 1", "layers.3": "15 4",
                              "layers": "159 16", "pool": "175 32"},
}  # fmt: skip
"""Receptive fields and strides, computed by hand from kernels and strides."""


@pytest.mark.parametrize("name", GOLDENS)
def test_a_table_is_printed_as_before(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", name]) == 0
    printed = capfd.readouterr().out
    golden = FOLDER / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDENS"):
        golden.write_text(printed, "utf-8")
    assert printed == golden.read_text("utf-8")


def test_no_golden_is_unused() -> None:
    assert {path.stem for path in FOLDER.glob("*")} == set(GOLDENS)


@pytest.mark.parametrize("name", GOLDENS)
def test_rows_have_the_numbers_of_torchinfo(name: str) -> None:
    theirs = {path: (count, tuple(size)) for path, count, size in COUNTERS[name]["rows"]}
    ours = {}
    for row in archc.summary(name).rows:
        if row.kind != "function":
            ours[row.path] = (row.parameters, tuple(row.outputs[-1].shape))
    # A group is no call of a module, so torchinfo takes what its last call gave.
    assert {path: theirs[path] for path in theirs if path in ours} == {
        path: ours[path] for path in theirs if path in ours
    }
    assert set(ours) == set(theirs)


@pytest.mark.parametrize("name", GOLDENS)
def test_a_printed_table_holds_torchinfo_s_rows(name: str) -> None:
    """Each line of a golden with a name has the parameters and the output that torchinfo has."""
    theirs = {path: (count, size) for path, count, size in COUNTERS[name]["rows"]}
    lines = (FOLDER / f"{name}.txt").read_text("utf-8").splitlines()
    scope, seen = "", 0
    for line in lines[2 : lines.index("-" * len(lines[1]), 2)]:
        label = line.split()[0].partition("..")[0]
        if not line.startswith("  "):
            scope = label
        path = label if not line.startswith("  ") else f"{scope}.{label}"
        if line.startswith("    "):  # a function without a name
            continue
        count, size = theirs[path]
        assert f" {size} " in line and (not count or f" {count:,} " in line), line
        seen += 1
    assert seen > 10


def test_vgg16_has_the_parameters_of_its_paper() -> None:
    rows = archc.summary("vgg16").rows
    assert [row.parameters for row in rows if row.kind == "op" and row.parameters] == VGG16
    printed = (FOLDER / "vgg16.txt").read_text("utf-8")
    assert all(f" {count:,} " in printed for count in VGG16)


@pytest.mark.parametrize("name", GOLDENS)
def test_fields_follow_from_kernels_and_strides(name: str) -> None:
    summary = archc.summary(name)
    for path, wanted in FIELDS[name].items():
        seen = summary.field(path)
        numbers = [(str(one.size), str(one.stride)) for one in seen]
        assert numbers == [tuple(f"{wanted} 1".split()[:2])] * 2, path


@pytest.mark.parametrize("name", sorted(COUNTERS))
def test_other_counters_print_what_is_said(name: str) -> None:
    summary = archc.summary(name)
    assert len(COUNTERS[name]) >= 3
    for tool in COUNTERS[name].keys() & {"fvcore", "ptflops", "thop", "torchinfo"}:
        told = summary.count_as(tool)
        macs, parameters = COUNTERS[name][tool]
        assert (told.macs, told.parameters) == (macs, parameters)
        assert told.macs == told.ours + sum(one.amount for one in told.differences)
        assert told.ours == summary.totals.macs


def test_every_example_has_been_counted_by_others() -> None:
    assert set(COUNTERS) >= {name for name in NAMES if name not in SIZES}


def test_thop_halves_googlenet() -> None:
    """It counts in evaluation mode, where the auxiliary heads do not run."""
    summary = archc.summary("googlenet")
    assert summary.totals.parameters == 13_004_888
    assert summary.count_as("thop").parameters == 6_624_904
