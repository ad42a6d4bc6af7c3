"""Plans as they are made and shown: by blocks, as pictures, for devices."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

import archc
from archc.render.plans.chart import chart
from archc.render.plans.plan_data import document

DOCS = Path(__file__).resolve().parents[2] / "docs"

TEXT = """
block Unit(width) { residual { layer_norm -> linear(4 * width) -> gelu -> linear(width) } }

model net(width = 32, depth = 6, tied = false) {
  input x: [N = 8, 16]
  first: linear(width)
  blocks: repeat depth { Unit(width) }
  last: linear(16)
}

model sequence(words = 50) {
  input ids: int[N = 2, L = 8]
  embed: embedding(words, 12)
  blocks: repeat 2 { Unit(12) }
  head: linear(words, bias = false) with weight = embed.weight
}
"""
SOURCE = archc.Source("net.arch", TEXT)
STATE = 4 * (16 * 32 + 32 + 6 * (2 * 32 + 32 * 128 + 128 + 128 * 32 + 32) + 32 * 16 + 16)


@pytest.mark.parametrize("name", ["resnet18", "unet", "densenet_bc"])
def test_the_highest_block_is_the_peak(name: str) -> None:
    plan = archc.plan(name, gpu="1GiB", batch=2)
    for segments in ((plan.training.whole,), plan.smallest.segments):
        highest = max(plan.profile(segments))
        assert max(highest, plan.training.at_least) == plan.training.peak(segments)


def test_a_picture_has_a_bar_for_each_block() -> None:
    least = archc.plan(SOURCE, "net", gpu="1GiB", batch=512).smallest.peak
    plan = archc.plan(SOURCE, "net", gpu=least, gpus=3, batch=512)
    root = ElementTree.fromstring(chart(plan))
    bars = root.findall("{*}g")
    titles = [str(bar.findtext("{*}title")) for bar in bars]
    assert [title.split(":")[0] for title in titles] == [
        "first", *[f"blocks.{number}" for number in range(6)], "last"
    ]  # fmt: skip
    assert plan.checkpoints is not None
    again = [
        title.split(":")[0]
        for title, bar in zip(titles, bars, strict=True)
        if bar.find("{*}rect[@class='again']") is not None
    ]
    assert again == list(plan.checkpoints.paths) and again
    assert len(root.findall("{*}path[@class='cut']")) == 2


def test_the_page_shows_the_picture_of_its_network() -> None:
    page = (DOCS / "scale.md").read_text("utf-8")
    text = page.partition("```arch\n")[2].partition("```")[0]
    plan = archc.plan(
        archc.Source("net.arch", text), gpu="2GiB", gpus=2, batch=64, optimizer="adam"
    )
    assert (DOCS / "plan.svg").read_text("utf-8") == chart(plan)


@pytest.mark.parametrize(("optimizer", "times"), [("sgd", 1), ("sgd-momentum", 2), ("adam", 3)])
def test_what_is_there_all_along(optimizer: str, times: int) -> None:
    plan = archc.plan(SOURCE, "net", gpu="1GiB", gpus=4, optimizer=optimizer)
    counters = 4 * (2 + 6 * 6 + 2) if optimizer == "adam" else 0
    assert plan.training.state == times * STATE + counters
    # Each device of four has a quarter of all, and gradients; all sizes here divide by four.
    assert plan.shards.state == (times + 1) * STATE // 4
    assert plan.shards.units == tuple(f"blocks.{number}" for number in range(6))
    assert sum(stage.parameters for stage in plan.stages) == STATE
    assert [stage.passes for stage in plan.stages] == [4, 3, 2, 1]
    for stage in plan.stages:
        assert stage.state == (times + 1) * stage.parameters
    # What crosses is one tensor of 8 rows of 32 floats.
    assert [stage.given for stage in plan.stages] == [0, *[4 * 8 * 32] * 3]


def test_the_largest_batch_is_the_last_that_fits() -> None:
    roomy = archc.plan(SOURCE, "net", gpu="1GiB", batch=100)
    plan = archc.plan(SOURCE, "net", gpu=roomy.peak)
    assert plan.largest_batch == 100
    assert plan.largest_batch_with_checkpoints is not None
    most = plan.largest_batch_with_checkpoints
    fitting = archc.plan(SOURCE, "net", gpu=roomy.peak, batch=most)
    assert fitting.checkpoints is not None and fitting.checkpoints.peak <= roomy.peak
    assert archc.plan(SOURCE, "net", gpu=roomy.peak, batch=most + 1).checkpoints is None
    assert archc.plan(SOURCE, "net", gpu=1).largest_batch == 0


def test_a_tensor_that_both_ends_have_leaves_no_place_to_cut() -> None:
    plan = archc.plan(SOURCE, "sequence", gpu="1GiB", gpus=2)
    assert plan.cuts is None and plan.stages == ()
    assert "too few places to cut it into 2 stages" in str(plan)
    assert json.loads(json.dumps(document(plan)))["stages"] == []


@pytest.mark.parametrize(
    ("gpu", "message"),
    [("24", None), ("24 GB", None), ("fast", "is fast"), ("24 XB", "the unit XB"), (0, "is 0")],
)
def test_memory_as_it_is_written(gpu: str | int, message: str | None) -> None:
    if message is None:
        archc.plan(SOURCE, "net", gpu=gpu)
        return
    with pytest.raises(archc.SettingError, match=message):
        archc.plan(SOURCE, "net", gpu=gpu)
