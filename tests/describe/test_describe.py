"""The model as JSON agrees with the live module."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from shipped import EXAMPLES, NAMES

import archc
import archdsl
from archc import pipeline
from archc.api.formats import FORMATS
from archc.describe import describe
from archir.base.source import Source
from archir.graph.typed import TypedGraph

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = Path(archdsl.__file__).parent / "std"

MIXED = """
block Unit(width, stride = 1) {
  residual {
    conv(width, 3, stride = stride, padding = 1) -> batch_norm -> relu
  } shortcut { short: conv(width, 1, stride = stride) if stride != 1 }
}

## Of everything a little.
model mixed(width = 8, norm: op = batch_norm) {
  input image: [N, 3, H = 16, W = 16], mask: [N, 1, H, W]
  param scale: [1, 1, 1, 1] = ones
  buffer offset: [1, 3, 1, 1] = zeros
  add [image -> conv(3, 1), offset] -> conv(width, 3, padding = 1) as start
  stages: { repeat 3 { Unit(width) } }
  module twice = { conv(width, 3, padding = 1) -> norm }
  twice -> twice as last
  train_only { last -> global_avg_pool -> flatten -> aux: linear(4) as side }
  multiply [last, scale, mask] -> Unit(2 * width, stride = 2)
  global_avg_pool -> flatten -> head: linear(4) as logits
  output logits = logits
  output aux = side when training
}
"""


def compiled(text: str) -> TypedGraph:
    typed, found = pipeline.compile_source(Source("mixed.arch", text), None)
    assert typed is not None, [item.problem.message() for item in found]
    return typed


def document(source: Source) -> dict[str, Any]:
    typed, _ = pipeline.compile_source(source, ROOT / "examples" / source.name)
    assert typed is not None
    result: dict[str, Any] = json.loads(FORMATS["json"].text(typed))
    return result


PATHS = {name: EXAMPLES / f"{name}.arch" for name in NAMES}
SOURCES = {name: Source(path.name, path.read_text("utf-8")) for name, path in PATHS.items()}
SOURCES["mixed"] = Source("mixed.arch", MIXED)
WHOLE = [name for name, source in SOURCES.items() if 'import "./' not in source.text]
"""Those that are no variants of another file: a variant is described as its family is."""


@pytest.mark.parametrize("name", WHOLE)
def test_modules_and_state_are_those_of_the_live_module(name: str) -> None:
    described = document(SOURCES[name])
    with torch.device("meta"):
        live = archc.load(PATHS.get(name, SOURCES[name]))
    paths = [module["path"] for module in described["modules"]]
    # What torch's attention and its parametrised weights are made of is its own affair.
    inside = {
        f"{path}.out_proj" for path, module in live.named_modules()
        if isinstance(module, torch.nn.MultiheadAttention)
    }  # fmt: skip
    assert paths == [
        path for path, _ in live.named_modules()
        if path not in inside and ".parametrizations" not in path
    ]  # fmt: skip
    state = [
        (f"{module['path']}.{entry['name']}".lstrip("."), tuple(entry["shape"]), entry["dtype"])
        for module in described["modules"]
        for entry in module["state"]
        if entry.get("persistent", True)
    ]
    shown = [
        (key, tuple(tensor.shape), str(tensor.dtype).removeprefix("torch."))
        for key, tensor in live.state_dict().items()
    ]
    assert sorted(state) == sorted(shown)
    assert described["parameter_count"] == sum(p.numel() for p in live.parameters())
    buffers = {key for key, _ in live.named_buffers()}
    assert buffers == {
        f"{module['path']}.{entry['name']}".lstrip(".")
        for module in described["modules"]
        for entry in module["state"]
        if entry["buffer"]
    }


@pytest.mark.parametrize("name", WHOLE)
def test_steps_are_in_an_order_that_can_run(name: str) -> None:
    described = document(SOURCES[name])
    paths = {module["path"] for module in described["modules"]}
    known = {port["value"] for port in described["inputs"]}
    for step in described["steps"]:
        assert set(step["inputs"]) <= known
        known.update(step["outputs"])
        assert step.get("module") is None or step["module"] in paths
        assert 1 <= step["place"]["line"] <= lines_of(step["place"]["file"], name)
    assert known == set(range(len(described["values"])))
    assert {port["value"] for port in described["outputs"]} <= known


def lines_of(file: str, name: str) -> int:
    """How many lines the file of a place has: the model's own, its family's, or the library's."""
    if file.startswith("std."):
        text = (LIBRARY / f"{file.removeprefix('std.')}.arch").read_text("utf-8")
    elif file.startswith("examples."):
        text = SOURCES[file.removeprefix("examples.")].text
    else:
        text = SOURCES[Path(file).stem if file != "mixed.arch" else name].text
    return text.count("\n") + 1


def test_a_shared_module_is_there_once_and_runs_twice() -> None:
    described = describe(compiled(MIXED))
    convolution = next(m["path"] for m in described["modules"] if m["path"].startswith("twice."))
    runs = [step for step in described["steps"] if step.get("module") == convolution]
    assert len(runs) == 2


def test_loops_are_unrolled_and_training_is_marked() -> None:
    described = describe(compiled(MIXED))
    units = [m for m in described["modules"] if m.get("block") == "Unit"]
    assert [m["path"] for m in units[:3]] == ["stages.0", "stages.1", "stages.2"]
    assert units[0]["arguments"] == {"width": 8, "stride": 1}
    assert {step["when_training"] for step in described["steps"]} == {True, False}
    assert [port["when_training"] for port in described["outputs"]] == [False, True]
    assert described["arguments"]["norm"] == {"expression": "batch_norm"}


def test_the_sizes_are_the_closed_form() -> None:
    text = """model lenet() {
  input x: [N, 1, H = 32, W = 32]
  conv(6, 5) -> max_pool(2) -> conv(16, 5) -> max_pool(2) -> flatten -> linear(10)
}
"""
    found = document(Source("lenet.arch", text))["valid_sizes"]
    ranges = {
        tuple((box[name][0]["first"], box[name][0]["last"]) for name in ("H", "W"))
        for box in found["boxes"]
    }
    assert ranges == {((32, 35),) * 2, ((16, 19), (112, 115)), ((112, 115), (16, 19))}
    assert found["exact"] is True
    assert found["open"] == []
    unet = document(Source("u.arch", (ROOT / "examples/unet.arch").read_text("utf-8")))
    assert unet["valid_sizes"]["boxes"][0]["H"] == [
        {"first": 16, "last": None, "period": 16, "residues": [0]}
    ]
    tied = compiled("model m() { input x: [N, 1, H = 4, W = 8]\n add [x, x -> transpose(2, 3) -> "
                    "pad([0, 4, -4, 0])]\n}\n")  # fmt: skip
    assert json.loads(FORMATS["json"].text(tied))["valid_sizes"]["exact"] is False
